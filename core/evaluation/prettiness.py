"""How much of its spaces and capitals a text gets back once it was cut into lower-case tokens."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from razdel import tokenize

from core.pipelines.prettify import prettify, words
from core.report import report

# A capital behind these says little: it may be a name's. Single letters are left out as well.
ABBREVIATIONS = words(
    """al approx ca cf ch dr e.g eq eqs esp etc ex fig figs jr mr mrs ms
    no nos prof ref refs resp sec secs st tab univ viz vol vs"""
)
MARKS = frozenset(".!?")
BETWEEN = frozenset("\"'`“”‘’()[]{}")  # what may stand between a mark and the next sentence


class Written(NamedTuple):
    """A token as a text writes it."""

    text: str
    spaced: bool  # white space stands before it


@dataclass(frozen=True)
class Prettiness:
    """How a text that was made pretty from its tokens agrees with the original.

    A sentence starts with the first token, and with a token behind ".", "!" or "?" and a space;
    those that the original begins with a capital count, unless an abbreviation or a single letter
    stands before the full stop.
    """

    gap_accuracy: float  # share of gaps with a space, or none, as in the original
    capital_recall: float  # share of the original's sentence starts that have their capital
    capital_precision: float  # share of the capitals written that the original has
    joined_gap_accuracy: float  # gap_accuracy of tokens joined by spaces
    gaps: int  # between neighbouring tokens
    capitals: int  # sentence starts of the original
    n: int  # documents

    def to_dict(self) -> dict[str, int | float]:
        return asdict(self)


def original_tokens(text: str) -> list[Written]:
    """Return razdel's tokens of a text, as it is written."""
    end, written = 0, []
    for token in tokenize(text):
        written.append(Written(token.text, token.start > end))
        end = token.stop
    return written


def tokens_in(text: str, tokens: Sequence[str]) -> list[Written]:
    """Find the tokens in a text that consists of them, white space and other case apart.

    Raises ValueError if it doesn't.
    """
    written, end = [], 0
    for token in tokens:
        start = end
        while text[start : start + 1].isspace():
            start += 1
        found = Written(text[start : start + len(token)], start > end)
        if found.text.lower() != token:
            raise ValueError(f"{found.text!r} stands where {token!r} should.")
        written.append(found)
        end = start + len(token)
    if text[end:].strip():
        raise ValueError(f"{text[end:]!r} stands behind the last token.")
    return written


def sentence_starts(tokens: Sequence[Written]) -> Iterator[int]:
    """Yield the index of each capitalised token that surely starts a sentence."""
    ended = spaced = True
    for index, token in enumerate(tokens):
        spaced = spaced or token.spaced
        if token.text in MARKS:
            before = tokens[index - 1].text.lower() if index else ""
            unsure = before in ABBREVIATIONS or (len(before) == 1 and before.isalpha())
            ended, spaced = token.text != "." or not unsure, False
        elif token.text not in BETWEEN:
            if ended and spaced and token.text[0].isupper():
                yield index
            ended = False


def score_prettiness(documents: Sequence[str]) -> Prettiness:
    """Cut documents into lower-case tokens, make them pretty and compare.

    Of the capitals written, all but a lone "I" count. A share of nothing is 1.
    """
    gaps = right = joined = starts = found = written = agreed = 0
    for document in documents:
        original = original_tokens(document)
        lower = [token.text.lower() for token in original]
        pretty = tokens_in(prettify(lower), lower)
        pairs = list(zip(original, pretty, strict=True))
        gaps += len(pairs[1:])
        right += sum(first.spaced == second.spaced for first, second in pairs[1:])
        joined += sum(first.spaced for first, _ in pairs[1:])
        indices = list(sentence_starts(original))
        starts += len(indices)
        found += sum(pretty[index].text[0].isupper() for index in indices)
        capitals = [first for first, second in pairs if has_capital(second.text)]
        written += len(capitals)
        agreed += sum(token.text[0].isupper() for token in capitals)
    return Prettiness(
        gap_accuracy=share(right, gaps),
        capital_recall=share(found, starts),
        capital_precision=share(agreed, written),
        joined_gap_accuracy=share(joined, gaps),
        gaps=gaps,
        capitals=starts,
        n=len(documents),
    )


def has_capital(token: str) -> bool:
    return token[0].isupper() and token != "I"


def share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def prettify_report(parts: Mapping[str, Sequence[str]], command: str) -> dict[str, Any]:
    """Return the report on held-out parts, by their names."""
    scores = {name: score_prettiness(documents) for name, documents in parts.items()}
    last = list(scores.values())[-1]
    rows = [
        {"part": name, **{key: round(value, 5) for key, value in one.to_dict().items()}}
        for name, one in scores.items()
    ]
    return report(
        "Lower-cased tokens made readable again",
        "How much of an abstract's spaces and capitals can rules restore?",
        command,
        rows,
        [],
        f"{last.gap_accuracy:.1%} of the gaps between tokens are right (joined by spaces"
        f" {last.joined_gap_accuracy:.1%}) and {last.capital_recall:.1%} of the capitals at"
        " sentence starts.",
    )
