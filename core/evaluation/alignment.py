"""Which source word a target word's attention should point at: gold links, and scores against them.

`alignments.txt` beside this file holds 60 German sentences with their English translations and,
written by hand before any attention of any model was looked at, the links between their words:

    links: calls=ruft,an did=~hast,~gelesen the#2=dem ,=,

A target word, ``=``, and its source words with commas between. ``~`` marks a possible link, the
others are sure; ``the#2`` is the second "the". Words are those of :mod:`core.pipelines.words`.

A word is linked to what it translates. Both parts of a split verb are sure (calls=ruft,an), and
each is sure for its own part where English splits it too (gets=steht,~auf up=auf,~steht). Where
English has a simple past for a German perfect, the auxiliary is possible, and so are the links of
a did or is that German lacks. A contraction (im) is both preposition and article. The "to" of an
infinitive is zu, else possibly the verb. A word without a counterpart has no link.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from torch import Tensor

from core.errors import UserError
from core.pipelines.words import split_words

ALIGNMENTS = Path(__file__).parent / "alignments.txt"
_BEGINNINGS = ("de: ", "en: ", "links: ", "")  # of the lines of a block and the blank behind it
_WORD = re.compile(r"(.+?)(?:#([1-9][0-9]*))?")
_LINK = re.compile(r"(.+?)=(.+)")
_SEPARATOR = re.compile(r"(?<=.),(?=.)")  # a comma at an end is a word itself

Links = frozenset[tuple[int, int]]  # (target word, source word), from 0


@dataclass(frozen=True)
class AlignedPair:
    """A sentence, its translation and the links between their words."""

    source: str
    target: str
    sure: Links
    possible: Links  # the sure ones too


@dataclass(frozen=True)
class AlignmentScore:
    """How well one predicted source word for each target word agrees with the gold links."""

    right: int  # target words whose predicted source word is among their links
    words: int  # target words that have a link
    accuracy: float  # right / words
    error_rate: float  # 0 … 1
    n: int  # pairs

    def to_dict(self) -> dict[str, int | float]:
        return asdict(self)


def read_aligned_pairs(path: Path = ALIGNMENTS) -> list[AlignedPair]:
    """Return the pairs of a file that is written as this module says.

    Raises:
        UserError: the file can't be read, a block is not ``de:``, ``en:``, ``links:`` and a blank
            line, or a link names a word that is not there or that is there several times.
    """
    try:
        lines = path.read_text(encoding="utf-8").rstrip("\n").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path} can't be read as UTF-8 text: {error}.") from None
    lines += [""] * (len(lines) % 4 == 3)
    for number, line in enumerate(lines, 1):
        beginning = _BEGINNINGS[(number - 1) % 4]
        if not line.startswith(beginning) or (line and not beginning):
            wanted = f"begin with {beginning!r}" if beginning else "be blank"
            raise UserError(f"{path}, line {number} must {wanted}, not {line!r}.")
    if len(lines) % 4:
        raise UserError(f"{path} ends inside of a block, after line {len(lines)}.")
    return [
        _aligned_pair(lines[start : start + 3], f"{path}, line {start + 3}")
        for start in range(0, len(lines), 4)
    ]


def _aligned_pair(block: Sequence[str], where: str) -> AlignedPair:
    """Return the pair of a block's three lines; ``where`` says where its links stand."""
    source, target, links = (line.partition(": ")[2] for line in block)
    possible: dict[tuple[int, int], bool] = {}  # link -> whether it is no more than possible
    for link, unsure in _links(links, split_words(source), split_words(target), where):
        if link in possible:
            raise UserError(
                f"{where} links {split_words(target)[link[0]]!r} to the same word twice."
            )
        possible[link] = unsure
    sure = frozenset(link for link, unsure in possible.items() if not unsure)
    return AlignedPair(source, target, sure, frozenset(possible))


def _links(
    text: str, source: Sequence[str], target: Sequence[str], where: str
) -> Iterator[tuple[tuple[int, int], bool]]:
    """Yield each link that is written in a line, and whether it is no more than possible."""
    for entry in text.split():
        match = _LINK.fullmatch(entry)
        if match is None:
            raise UserError(f"{where}: {entry!r} is not of the form word=word,~word.")
        row = _place(match[1], target, where)
        for name in _SEPARATOR.split(match[2]):
            column = _place(name.removeprefix("~"), source, where)
            yield (row, column), name.startswith("~")


def _place(name: str, sentence: Sequence[str], where: str) -> int:
    """Return which word of the sentence is meant by a name such as ``dog`` or ``the#2``."""
    match = _WORD.fullmatch(name)
    word, number = (match[1], match[2]) if match else (name, None)
    places = [place for place, other in enumerate(sentence) if other == word]
    if len(places) > 1 and not number:
        raise UserError(
            f"{where}: {word!r} is there {len(places)} times; write {word}#1 and so on."
        )
    if int(number or 1) > len(places):
        raise UserError(f"{where}: there is no word {name!r} in {' '.join(sentence)!r}.")
    return places[int(number or 1) - 1]


def strongest(attention: Sequence[Sequence[float]] | Tensor) -> tuple[int, ...]:
    """Return the source word of the largest weight for each target word, (T,); the first of equals.

    Args:
        attention: (T, S) between words, S one at least.
    """
    rows = attention.tolist() if isinstance(attention, Tensor) else attention
    return tuple(max(range(len(row)), key=row.__getitem__) for row in rows)


def diagonal(target_words: int, source_words: int) -> tuple[int, ...]:
    """Return the source word at the same relative place for each target word, (T,).

    Word t of T lies around (t + 1/2) / T of the sentence, so it is word floor((t + 1/2) · S / T).
    """
    return tuple((2 * t + 1) * source_words // (2 * target_words) for t in range(target_words))


def score_alignments(
    pairs: Sequence[AlignedPair], predicted: Sequence[Sequence[int]]
) -> AlignmentScore:
    """Score one predicted source word for each target word.

    The alignment error rate is 1 − (|A∩S| + |A∩P|) / (|A| + |S|), pooled over all pairs: A the
    predicted links, S the sure, P the possible ones, sure ones included (Och & Ney 2003, "A
    Systematic Comparison of Various Statistical Alignment Models"). A has a link of every target
    word, also of those that have none in P, and one only, also where S has several: the lowest
    rate that can be reached is a little above 0.

    Raises:
        ValueError: there are no links, or not one prediction for each word of each target.
    """
    right = agreed = made = 0
    for pair, columns in zip(pairs, predicted, strict=True):
        if len(columns) != len(split_words(pair.target)):
            raise ValueError(f"{len(columns)} predictions for the words of {pair.target!r}.")
        links = set(enumerate(columns))
        made += len(links)
        right += len(links & pair.possible)
        agreed += len(links & pair.sure)
    sure = sum(len(pair.sure) for pair in pairs)
    linked = sum(len({row for row, _ in pair.possible}) for pair in pairs)
    if not linked:
        raise ValueError("There are no links to score against.")
    error_rate = 1 - (agreed + right) / (made + sure)
    return AlignmentScore(right, linked, right / linked, error_rate, len(pairs))
