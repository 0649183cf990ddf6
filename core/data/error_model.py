"""The errors that people make, learnt from misspellings of theirs, to make others like them.

After Brill and Moore (2000), "An Improved Error Model for Noisy Channel Spelling Correction": an
error writes some letters of a word in another way, and how often depends on those beside them.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher

from core.data.corpora import Pair

_LONGEST = 3  # letters that one error replaces, and letters that it writes
_EDITS = 3  # errors of a misspelling; what has more is another word, or noise
_DOUBT = 5  # occurrences without an error that are added to each place: few have seen little
_EDGE = "|"  # stands before and behind a word


class ErrorModel:
    """How often which letters of a word are written as which others."""

    def __init__(self, pairs: Iterable[Pair]) -> None:
        """``pairs`` are misspellings and their words."""
        errors: defaultdict[str, Counter[str]] = defaultdict(Counter)
        seen: Counter[str] = Counter()
        many: Counter[int] = Counter()
        for pair in pairs:
            found = list(_errors(pair))
            if not 0 < len(found) <= _EDITS:
                continue
            many[len(found)] += 1
            seen.update(place for _, place in _places(pair.target))
            for place, written in found:
                errors[place][written] += 1
        # What a place is written as, and the share of its occurrences where it is.
        self._written = {
            place: [(text, count / (seen[place] + _DOUBT)) for text, count in counts.items()]
            for place, counts in errors.items()
        }
        self._counts, self._often = list(many), list(many.values())

    def misspell(self, word: str, chance: random.Random) -> str:
        """Return a misspelling of a word, another one at each call; of few words the word itself.

        The number of errors is drawn as people make them; words of up to four letters have one.
        """
        errors = chance.choices(self._counts, self._often)[0] if len(word) > 4 else 1
        for _ in range(errors):
            word = self._with_error(word, chance)
        return word

    def _with_error(self, word: str, chance: random.Random) -> str:
        ways = [
            (start, len(place) - 2, text, share)
            for start, place in _places(word)
            for text, share in self._written.get(place, ())
        ]
        if not ways:
            return word
        start, length, text, _ = chance.choices(ways, [way[3] for way in ways])[0]
        return word[:start] + text + word[start + length :]


def _places(word: str) -> Iterator[tuple[int, str]]:
    """Yield (start, letters with the one before and the one behind) of all places of an error."""
    edged = f"{_EDGE}{word}{_EDGE}"
    for length in range(_LONGEST + 1):
        for start in range(len(word) - length + 1):
            yield start, edged[start : start + length + 2]


def _errors(pair: Pair) -> Iterator[tuple[str, str]]:
    """Yield (place, what is written there) of each error of a misspelling.

    Nothing at all where one of them is too long.
    """
    edged = f"{_EDGE}{pair.target}{_EDGE}"
    matcher = SequenceMatcher(None, pair.target, pair.source, autojunk=False)
    changes = [change for change in matcher.get_opcodes() if change[0] != "equal"]
    if any(max(end - start, to - begin) > _LONGEST for _, start, end, begin, to in changes):
        return
    for _, start, end, begin, to in changes:
        yield edged[start : end + 2], pair.source[begin:to]
