"""What a caller may choose about decoding, checked at construction."""

from dataclasses import dataclass
from typing import Any

from core.errors import UserError

METHODS = ("greedy", "beam", "sample")


@dataclass(frozen=True)
class DecodingOptions:
    """How the next tokens are chosen.

    Raises:
        UserError: a value is out of range; the sentence names it.
    """

    method: str = "beam"
    beam: int = 5  # hypotheses kept; "beam" alone uses it
    length_penalty: float = 1.0  # scores are divided by length to this power
    temperature: float = 1.0  # logits are divided by it; "sample" alone
    seed: int = 0  # of the draws; "sample" alone

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise UserError(f"method must be one of {', '.join(METHODS)}, not {self.method!r}.")
        _check_range("beam", self.beam, int, 1, 100)
        _check_range("length_penalty", self.length_penalty, float, 0.0, 5.0)
        _check_range("temperature", self.temperature, float, 0.01, 10.0)
        _check_range("seed", self.seed, int, 0, 2**31 - 1)


def _check_range(name: str, value: Any, kind: type, low: float, high: float) -> None:
    number = isinstance(value, int) or (kind is float and isinstance(value, float))
    # NaN fails both comparisons.
    if not number or not low <= value <= high:
        what = "a whole number" if kind is int else "a number"
        raise UserError(f"{name} must be {what} from {low} to {high}, not {value!r}.")
