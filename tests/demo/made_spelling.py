"""A correction made by hand, small enough to check its figures by reading, and who makes it."""

import math
from dataclasses import replace
from typing import Any

from core.errors import UserError
from core.pipelines.spelling_results import CheckedWord, Correction, Spelling

LOG_HALF, LOG_QUARTER = math.log(1 / 2), math.log(1 / 4)


def spelling(text: str, log_prob: float, letters: int = 3) -> Spelling:
    """A spelling of a word of so many letters; each of its letters looks at the first of them."""
    row = (1.0, *[0.0] * letters)
    return Spelling(text, log_prob, (row,) * (len(text) + 1))


# "teh": the model is surer of "the" by 4 nats, and has not written "teh" itself;
# doubt in a word as typed counts half.
TEH = CheckedWord(
    "Teh", 0, 3, 2 * (LOG_HALF - 4), (spelling("The", LOG_HALF), spelling("Then", LOG_QUARTER))
)
# "cta": surer of "cat" by half a nat.
CTA = CheckedWord(
    "cta", 4, 7, 2 * (LOG_HALF - 0.5), (spelling("cat", LOG_HALF), spelling("cta", -2.39))
)
# "sat": surest of the word as it was typed.
SAT = CheckedWord("sat", 8, 11, LOG_HALF, (spelling("sat", LOG_HALF), spelling("set", LOG_QUARTER)))

CORRECTION = Correction("Teh cta sat.", "The cta sat.", (TEH, CTA, SAT), "spell-en", 1.0, 0.5)
REPORT = {
    "title": "Precision and recall over thresholds",
    "rows": [
        {"threshold": 0.0, "precision": 0.5, "recall": 0.9, "right_words_kept": 0.75},
        {"threshold": 1.0, "precision": 0.8, "recall": 0.7, "right_words_kept": 0.9},
        {"threshold": 9.0, "precision": None, "recall": 0.0, "right_words_kept": 1.0},
    ],
}


class Speller:
    """The part of a Service that corrects: always the same text, or a fault."""

    fault: Exception | None
    requests: list[dict]

    def correct(self, **request: Any) -> Correction:
        self.requests.append(request)
        if self.fault:
            raise self.fault
        words = CORRECTION.words if request["text"].isascii() else ()
        source = CORRECTION.source if words else request["text"]
        return replace(CORRECTION, source=source, words=words, checkpoint=request["checkpoint"])

    def report(self, name: str) -> dict[str, Any]:
        if name != "spelling-thresholds":
            raise UserError(f"There is no report called {name!r}.")
        return REPORT
