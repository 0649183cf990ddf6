"""What a caller may choose about decoding, checked at construction."""

from dataclasses import dataclass
from typing import Any

from core.errors import UserError

METHODS = ("greedy", "sample", "beam", "beam-sample", "stochastic-beam")


@dataclass(frozen=True)
class DecodingOptions:
    """How the next tokens are chosen.

    Raises:
        UserError: a value is out of range; the sentence names it.
    """

    method: str = "beam"
    beam: int = 5  # hypotheses kept; "beam", "beam-sample" and "stochastic-beam" use it
    # Scores are divided by length to this power, but for those of "stochastic-beam".
    length_penalty: float = 1.0
    # What follows is used by "sample", "beam-sample" and "stochastic-beam", which draw.
    temperature: float = 1.0  # logits are divided by it; 0 takes the likeliest
    seed: int = 0  # of the draws
    repetition_penalty: float = 1.0  # of tokens that were written before; 1 is none
    no_repeat_ngram: int = 0  # tokens in a row that are not written twice; 0 allows all
    top_k: int = 0  # likeliest tokens that may be drawn; 0 is all
    top_p: float = 1.0  # probability that the likeliest tokens together reach; 1 is all
    min_p: float = 0.0  # share of the likeliest token's probability; 0 is all
    typical: float = 1.0  # probability that the most typical tokens together reach; 1 is all

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise UserError(f"method must be one of {', '.join(METHODS)}, not {self.method!r}.")
        _check_range("beam", self.beam, int, 1, 100)
        _check_range("length_penalty", self.length_penalty, float, 0.0, 5.0)
        _check_range("temperature", self.temperature, float, 0.0, 10.0)
        _check_range("seed", self.seed, int, 0, 2**31 - 1)
        _check_range("repetition_penalty", self.repetition_penalty, float, 0.1, 10.0)
        _check_range("no_repeat_ngram", self.no_repeat_ngram, int, 0, 100)
        _check_range("top_k", self.top_k, int, 0, 10**6)
        _check_range("top_p", self.top_p, float, 0.0, 1.0)
        _check_range("min_p", self.min_p, float, 0.0, 1.0)
        _check_range("typical", self.typical, float, 0.0, 1.0)


def _check_range(name: str, value: Any, kind: type, low: float, high: float) -> None:
    number = isinstance(value, int) or (kind is float and isinstance(value, float))
    # NaN fails both comparisons.
    if not number or not low <= value <= high:
        what = "a whole number" if kind is int else "a number"
        raise UserError(f"{name} must be {what} from {low} to {high}, not {value!r}.")
