"""The held-out texts that shipped figures are measured on, by name."""

from pathlib import Path

from core.data.corpora import Pair
from core.data.splits import load_all, read_lines
from core.errors import UserError
from core.evaluation.alignment import ALIGNMENTS

PARTS = (
    "valid-tatoeba",
    "valid-multi30k",
    "valid-bcontrast",
    "tatoeba",
    "test_2016_flickr",
    "test_2017_flickr",
)
TYPED = "-typed"
NUMERALS = {  # hand-written German sentences with numbers, times, prices and names
    "numerals": Path(__file__).parent / "numerals.txt",
    "numerals-valid": Path(__file__).parent / "numerals_valid.txt",  # training was tuned on these
}


def as_typed_in_a_hurry(pair: Pair) -> Pair:
    """Return the pair with its source in lower case and without the final stop."""
    return Pair(pair.source.lower().rstrip(".!? "), pair.target)


def held_out_part(name: str) -> list[Pair]:
    """Return the pairs of a part; with ``-typed`` behind its name, typed in a hurry.

    Raises:
        UserError: there is none of that name.
    """
    if name.removesuffix(TYPED) not in PARTS:
        names = ", ".join([*PARTS, *NUMERALS, ALIGNMENTS.stem])
        raise UserError(f"There is no part called {name!r}; there are {names}.")
    data = load_all()
    parts = {**{f"valid-{key}": pairs for key, pairs in data.valid.items()}, **data.test}
    pairs = parts[name.removesuffix(TYPED)]
    return list(map(as_typed_in_a_hurry, pairs)) if name.endswith(TYPED) else pairs


def numeral_sentences(part: str = "numerals") -> list[str]:
    """Return the sentences of a part of :data:`NUMERALS`."""
    return read_lines(NUMERALS[part])
