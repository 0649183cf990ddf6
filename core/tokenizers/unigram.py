"""What it costs to spell what a closed vocabulary does not hold."""

import math
import sys
from collections import Counter
from collections.abc import Mapping

_CHARACTERS = sys.maxunicode + 1


class CharacterUnigram:
    """Characters drawn one by one by their frequency in the training part.

    One more count is shared among all characters of Unicode, so that each has a probability.
    """

    def __init__(self, counts: Mapping[str, int]) -> None:
        self.counts = dict(counts)
        self._total = sum(self.counts.values()) + 1

    @classmethod
    def of(cls, words: Mapping[str, int], end: str) -> "CharacterUnigram":
        """Count the characters of words that occur so often, each with ``end`` behind it."""
        counts: Counter[str] = Counter()
        for word, times in words.items():
            for sign in word + end:
                counts[sign] += times
        return cls(counts)

    def nats(self, text: str) -> float:
        """Return the negative log-probability of the characters."""
        counts = (self.counts.get(sign, 0) + 1 / _CHARACTERS for sign in text)
        return -sum(math.log(count / self._total) for count in counts)
