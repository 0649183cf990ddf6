"""How varied a text is: distinct-1 and distinct-2, and how much of it repeats."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import razdel

REPEATED = 4  # tokens in a row that count as a repetition when they stand in the text again


@dataclass(frozen=True)
class Diversity:
    """Figures of one text; None where it is too short for them."""

    distinct_1: float | None
    distinct_2: float | None
    repetition: float | None
    tokens: int

    def to_dict(self) -> dict[str, Any]:
        """Return it ready for JSON."""
        return asdict(self)


def distinct_n(tokens: Sequence[str], n: int) -> float | None:
    """Return the share of different n-grams among all n-grams; None if there are none.

    Distinct-n of Li et al. 2016, arXiv 1510.03055, who divide by the number of tokens. Divided by
    that of n-grams, as is usual now, a text without repetition has 1 for every n.
    """
    ngrams = [tuple(tokens[start : start + n]) for start in range(len(tokens) - n + 1)]
    return len(set(ngrams)) / len(ngrams) if ngrams else None


def repetition(tokens: Sequence[str], n: int = REPEATED) -> float | None:
    """Return the share of n-grams that stood in the text before; None if there are none.

    The seq-rep-n of Welleck et al. 2020, arXiv 1908.04319.
    """
    distinct = distinct_n(tokens, n)
    return None if distinct is None else 1 - distinct


def diversity(text: str) -> Diversity:
    """Measure a text by razdel's tokens in lower case.

    So the texts of word and character models are measured alike.
    """
    tokens = [token.text.lower() for token in razdel.tokenize(text)]
    return Diversity(distinct_n(tokens, 1), distinct_n(tokens, 2), repetition(tokens), len(tokens))
