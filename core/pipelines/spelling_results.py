"""What the spelling corrector returns; page, API, command line and tests read the same."""

import dataclasses
from dataclasses import dataclass, field
from typing import Any

from core.pipelines.results import Matrix

# How much the model's doubt in a word as it stands counts: it doubts right words that it has never
# read. On validation data, where 96.5 % of these stay, 42.6 % of the misspellings become their
# word, and 40.4 % if it counted whole.
DOUBT = 0.5


@dataclass(frozen=True)
class Spelling:
    """A way to write a word."""

    text: str
    log_prob: float  # nats, of all its letters and its end
    attention: Matrix  # (T, S): its letters and </s> to those of the word; each row adds to 1


@dataclass(frozen=True)
class CheckedWord:
    """A word ``text[start:end]`` of a text, and how the model would write it."""

    text: str
    start: int
    end: int
    log_prob: float  # nats, of the word as it stands
    candidates: tuple[Spelling, ...]  # likeliest first, in the capitals of the word

    @property
    def other(self) -> Spelling | None:
        """The likeliest candidate that is not the word itself."""
        return next((one for one in self.candidates if one.text != self.text), None)

    @property
    def surer(self) -> float:
        """By how many nats the model is surer of the other than of the word as it stands.

        Its doubt in the word counts half.
        """
        return self.other.log_prob - DOUBT * self.log_prob if self.other else -float("inf")

    def corrected(self, threshold: float) -> str:
        """Return the other where the model is surer of it by more than the threshold, in nats."""
        return self.other.text if self.other and self.surer > threshold else self.text


@dataclass(frozen=True)
class Correction:
    """A text, and the same with its words corrected."""

    source: str
    text: str
    words: tuple[CheckedWord, ...]  # those that were checked, in their order
    checkpoint: str
    threshold: float
    seconds: float = field(compare=False)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain lists, strings and numbers, ready for JSON."""
        words = [
            {**dataclasses.asdict(word), "corrected": word.corrected(self.threshold)}
            for word in self.words
        ]
        return {**dataclasses.asdict(self), "words": words}
