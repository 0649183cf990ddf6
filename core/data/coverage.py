"""What a closed vocabulary and a limit of length cost on the training text of every corpus."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from razdel import tokenize

from core.data.documents import load_arxiv, load_wikitext
from core.data.penn_small import load_penn_small
from core.data.spelling import load_spelling
from core.data.splits import ParallelData, load_all, load_multi30k
from core.errors import UserError
from core.report import curve, report

_LEAST = (1, 2, 3, 4, 5, 7, 10, 15, 20)  # times that a token of the vocabulary occurs
_SHOWN = (3, 5)  # of them in the table
_SHARES = (0.95, 0.99)  # of the texts that a limit of length is to keep whole


class Text(NamedTuple):
    """The training part of a corpus, cut into tokens."""

    unit: str  # of its lengths
    rows: list[list[str]]


def words_of(texts: Iterable[str]) -> list[list[str]]:
    """Return the words of each text as a word model reads them: tokens of razdel in lower case."""
    return [[token.text.lower() for token in tokenize(text)] for text in texts]


def _pairs(load: Callable[[], ParallelData], name: str) -> dict[str, Text]:
    train = load().train
    return {
        f"{name}, German": Text("words of a sentence", words_of(p.source for p in train)),
        f"{name}, English": Text("words of a sentence", words_of(p.target for p in train)),
    }


def _arxiv() -> dict[str, Text]:
    train = load_arxiv().train
    return {
        "arXiv, words": Text("words of a document", words_of(train)),
        "arXiv, characters": Text("letters of a document", list(map(list, train))),
    }


def _wikitext() -> dict[str, Text]:
    rows = [line.split() for line in load_wikitext().train]
    return {"WikiText-2": Text("words of a document", [row for row in rows if row])}


def _spelling() -> dict[str, Text]:
    train = load_spelling().train
    return {
        "misspellings, letters": Text("letters of a word", [list(pair.source) for pair in train])
    }


def _penn_small() -> dict[str, Text]:
    return {
        "penn-small": Text("words of a sentence", [row[1:-1] for row in load_penn_small()["train"]])
    }


CORPORA: dict[str, Callable[[], dict[str, Text]]] = {
    "all pairs": lambda: _pairs(load_all, "all pairs"),
    "Multi30k": lambda: _pairs(load_multi30k, "Multi30k"),
    "arXiv": _arxiv,
    "WikiText-2": _wikitext,
    "penn-small": _penn_small,
    "misspellings": _spelling,
}


def coverage_report(command: str, most: int | None = None) -> dict[str, Any]:
    """Return the report on all corpora that are there; ``most`` texts of each, all by default."""
    texts: dict[str, Text] = {}
    missing = []
    for name, load in CORPORA.items():
        try:
            texts |= {key: text._replace(rows=text.rows[:most]) for key, text in load().items()}
        except UserError:  # it may not be passed on, and nobody has put it there
            missing.append(name)
    counts = {
        name: Counter(token for row in text.rows for token in row) for name, text in texts.items()
    }
    rows = [_row(name, text, counts[name]) for name, text in texts.items()]
    return report(
        "Vocabulary and length of every corpus, in lower case",
        "How much of a text does a vocabulary without rare tokens cover, and what does a limit of"
        " length cut off?",
        command,
        rows,
        [_covered(name, counts[name]) for name in texts]
        + [_cut(name, text) for name, text in texts.items()],
        _finding(rows, texts, missing),
    )


def coverage(counts: Counter[str], least: int) -> float:
    """Return the share of the tokens that occur ``least`` times or more."""
    return sum(count for count in counts.values() if count >= least) / counts.total()


def cut_off(lengths: Sequence[int], limit: int) -> float:
    """Return the share of the tokens that stand behind the first ``limit`` of their text."""
    return sum(max(0, length - limit) for length in lengths) / sum(lengths)


def _row(name: str, text: Text, counts: Counter[str]) -> dict[str, Any]:
    lengths = sorted(map(len, text.rows))
    return {
        "text": name,
        "texts": len(lengths),
        "tokens": counts.total(),
        "types": len(counts),
        **{f"types_from_{n}": sum(count >= n for count in counts.values()) for n in _SHOWN},
        **{f"covered_from_{n}": round(coverage(counts, n), 4) for n in _SHOWN},
        **{
            f"length_{share:.0%}": lengths[min(len(lengths) - 1, int(share * len(lengths)))]
            for share in _SHARES
        },
        "longest": lengths[-1],
    }


def _covered(name: str, counts: Counter[str]) -> dict[str, Any]:
    shares = [round(coverage(counts, least), 5) for least in _LEAST]
    return curve(name, _LEAST, shares, "times that a token occurs at least", "share covered")


def _cut(name: str, text: Text) -> dict[str, Any]:
    lengths = list(map(len, text.rows))
    limits = sorted({max(1, round(max(lengths) * step / 40)) for step in range(1, 41)})
    shares = [round(cut_off(lengths, limit), 5) for limit in limits]
    return curve(name, limits, shares, f"limit, {text.unit}", "share of the tokens cut off")


def _finding(rows: list[dict[str, Any]], texts: dict[str, Text], missing: list[str]) -> str:
    words = [row for row in rows if texts[row["text"]].unit.startswith("words")]
    least = min(words, key=lambda row: row["covered_from_5"])
    most = max(words, key=lambda row: row["covered_from_5"])
    told = (
        f"A vocabulary of what occurs five times or more covers {least['covered_from_5']:.1%} of"
        f" {least['text']} with {least['types_from_5'] / least['types']:.0%} of its types, and"
        f" {most['covered_from_5']:.2%} of {most['text']}."
    )
    longest = max(rows, key=lambda row: row["longest"] / row["length_99%"])
    told += (
        f" A limit that keeps 99% of the texts whole is {longest['length_99%']:,} for"
        f" {longest['text']}, whose longest has {longest['longest']:,}."
    )
    return told + (f" Not there: {', '.join(missing)}." if missing else "")
