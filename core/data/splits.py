"""Training, validation and test parts of the parallel text, without leaks.

A split by line leaks, because many sentences have several translations. Tatoeba is therefore
split by group: pairs that share a sentence on either side stay together.
"""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.data.corpora import Pair, parallel_corpus
from core.data.text import normalise, sentence_key
from core.errors import UserError

TATOEBA_TEST, TATOEBA_VALID = 2000, 1000
_SPLIT_SEED = 20180513  # the date of the export; another seed would be another test set


@dataclass(frozen=True)
class ParallelData:
    """The parts of a recipe's data: training pairs, and held-out parts by name."""

    train: list[Pair]
    valid: dict[str, list[Pair]]
    test: dict[str, list[Pair]]


def clean(pairs: Iterable[Pair]) -> list[Pair]:
    """Return the pairs normalised, without empty sides and without exact repetitions."""
    cleaned = (Pair(normalise(pair.source), normalise(pair.target)) for pair in pairs)
    return list(dict.fromkeys(pair for pair in cleaned if pair.source and pair.target))


def keys(pairs: Iterable[Pair]) -> set[str]:
    """Return the sentence keys of both sides."""
    return {sentence_key(side) for pair in pairs for side in (pair.source, pair.target)}


def without(pairs: Iterable[Pair], held_out: set[str]) -> list[Pair]:
    """Return the pairs of which neither side has a key in ``held_out``."""
    return [pair for pair in pairs if keys([pair]).isdisjoint(held_out)]


def group_by_sentence(pairs: Sequence[Pair]) -> list[list[Pair]]:
    """Return the connected groups: pairs that share a sentence key belong together."""
    parent: dict[str, str] = {}

    def find(key: str) -> str:
        root = key
        while parent.setdefault(root, root) != root:
            root = parent[root]
        while parent[key] != root:
            parent[key], key = root, parent[key]
        return root

    # The side is part of the key: "Arm" in German and "arm" in English are not one sentence.
    sides = [("de " + sentence_key(p.source), "en " + sentence_key(p.target)) for p in pairs]
    for source, target in sides:
        parent[find(source)] = find(target)
    groups: dict[str, list[Pair]] = {}
    for pair, (source, _) in zip(pairs, sides, strict=True):
        groups.setdefault(find(source), []).append(pair)
    return list(groups.values())


def split_by_group(
    pairs: Sequence[Pair], sizes: Sequence[int]
) -> tuple[list[Pair], list[list[Pair]]]:
    """Return (rest, held-out parts): one random pair of each drawn group, sizes as given."""
    chance = random.Random(_SPLIT_SEED)
    groups = group_by_sentence(pairs)
    chance.shuffle(groups)
    drawn = [chance.choice(group) for group in groups[: sum(sizes)]]
    rest = [pair for group in groups[sum(sizes) :] for pair in group]
    parts = []
    for size in sizes:
        parts.append(drawn[:size])
        drawn = drawn[size:]
    return rest, parts


def _assemble(
    train: list[Pair], valid: dict[str, list[Pair]], test: dict[str, list[Pair]]
) -> ParallelData:
    held_out = set().union(*(keys(part) for part in (*valid.values(), *test.values())))
    return ParallelData(without(train, held_out), valid, test)


def load_multi30k() -> ParallelData:
    """Return Multi30k in its own parts, less the training pairs that stand in a held-out one."""
    parts = parallel_corpus("multi30k-de-en").parts()
    return _assemble(
        clean(parts["train"]),
        {"multi30k": clean(parts["val"])},
        {name: parts[name] for name in ("test_2016_flickr", "test_2017_flickr")},
    )


def load_all() -> ParallelData:
    """Return Tatoeba, Multi30k and BConTrasT together.

    Tests of Tatoeba and Multi30k stay whole and what repeats them leaves the training part. Of the
    chat's own validation turns those go that training text repeats ("Thank you!"): they are
    the commonest sentences of all, and a translator must learn them.
    """
    multi30k, chat = (
        parallel_corpus("multi30k-de-en").parts(),
        parallel_corpus("bcontrast-de-en").parts(),
    )
    tatoeba = clean(parallel_corpus("tatoeba-de-en").parts()["all"])
    tatoeba_train, (tatoeba_test, tatoeba_valid) = split_by_group(
        tatoeba, (TATOEBA_TEST, TATOEBA_VALID)
    )
    data = _assemble(
        clean([*tatoeba_train, *multi30k["train"], *chat["train"]]),
        {"tatoeba": tatoeba_valid, "multi30k": clean(multi30k["val"])},
        {
            "tatoeba": tatoeba_test,
            "test_2016_flickr": multi30k["test_2016_flickr"],
            "test_2017_flickr": multi30k["test_2017_flickr"],
        },
    )
    data.valid["bcontrast"] = without(clean(chat["dev"]), keys(data.train))
    return data


def read_pairs(source: Path, target: Path | None = None) -> list[Pair]:
    """Read a user's own pairs: two files line by line, or one TSV file of source TAB target.

    Raises:
        UserError: a file can't be read, is not UTF-8, is empty, or the two differ in length.
    """
    if target is None:
        rows = [line.split("\t") for line in read_lines(source)]
        for number, row in enumerate(rows, 1):
            if len(row) < 2:
                raise UserError(f"{source}, line {number}: no tab between source and target.")
        return clean(Pair(row[0], row[1]) for row in rows)
    sources, targets = read_lines(source), read_lines(target)
    if len(sources) != len(targets):
        raise UserError(
            f"{source} has {len(sources)} lines and {target} has {len(targets)};"
            " line n of one must be the translation of line n of the other."
        )
    return clean(Pair(*pair) for pair in zip(sources, targets, strict=True))


def read_lines(path: Path) -> list[str]:
    """Return the lines of a UTF-8 text file.

    Raises:
        UserError: it can't be read, is not UTF-8, or is empty.
    """
    try:
        text = path.read_bytes().decode("utf-8")  # read_text() takes \r for an end
    except UnicodeDecodeError as error:
        raise UserError(
            f"{path} is not UTF-8 text (byte {error.start}); save it as UTF-8 and try again."
        ) from None
    except OSError as error:
        raise UserError(f"{path} can't be read: {error.strerror}.") from None
    if not text.strip():
        raise UserError(f"{path} is empty.")
    # Only line feeds end a line: splitlines() would also cut at U+2028 and form feeds.
    return [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")]


def load_own(source: Path, target: Path | None = None, held_out: int = 500) -> ParallelData:
    """Return a user's own pairs, of which a random part by group is held out for validation.

    Raises:
        UserError: see :func:`read_pairs`; or there are too few pairs to hold some out.
    """
    pairs = read_pairs(source, target)
    groups = len(group_by_sentence(pairs))
    size = min(held_out, groups // 10)
    if size < 1:
        raise UserError(f"{source}: {groups} different sentences are too few; give at least 10.")
    rest, (valid,) = split_by_group(pairs, (size,))
    return _assemble(rest, {"own": valid}, {})


LOADERS: dict[str, Callable[[], ParallelData]] = {"all": load_all, "multi30k": load_multi30k}
