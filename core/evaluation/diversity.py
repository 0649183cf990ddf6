"""How varied a text is: distinct n-grams and repetition."""

from collections.abc import Sequence
from typing import TypeVar

Token = TypeVar("Token")
_REPEATED = 4  # tokens in a row that count as said again


def distinct(texts: Sequence[Sequence[Token]], n: int) -> float:
    """Return distinct-n (Li et al. 2016, arXiv 1510.03055): different n-grams by all n-grams.

    Pooled over the texts; 0 where none has n tokens.
    """
    grams = [gram for text in texts for gram in _grams(text, n)]
    return len(set(grams)) / len(grams) if grams else 0.0


def repetition(texts: Sequence[Sequence[Token]]) -> float:
    """Return the share of 4-grams that stood before in the same text (Welleck et al. 2020,
    arXiv 1908.04319, seq-rep-4, pooled); 0 where no text has four tokens."""
    grams = [_grams(text, _REPEATED) for text in texts]
    total = sum(map(len, grams))
    return 1 - sum(len(set(one)) for one in grams) / total if total else 0.0


def _grams(text: Sequence[Token], n: int) -> list[tuple[Token, ...]]:
    return [tuple(text[place : place + n]) for place in range(len(text) - n + 1)]
