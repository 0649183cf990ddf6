"""Misspellings and words in training, validation and test parts, without leaks."""

import hashlib
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from core.data.corpora import Pair
from core.data.spelling_corpora import DICTIONARY, MISSPELLINGS, CountedWord

WORD = re.compile(r"[a-z]+(?:['-][a-z]+)*")  # what a model of spelling reads and writes
_LONGEST = 30  # letters of a word to train on
_COMMON = 20_000  # the commonest words
_NEEDED = 2_000  # the commonest of these: nobody can do without them
_UNSEEN, _UNSEEN_VALID = 1_000, 350  # how many others no training sees: for tests, and to choose
_VALID = 25  # the share of words whose misspellings are validation: one of so many
_LISTS, _TESTS = ("train", "lists", "toefl"), ("test", "new_test")
# Of the lists those of slips: two misspellings in three have one edit, as in what is typed. In the
# longest, of poor spellers for the most part, they have more.
SLIPS = ("train", "toefl")


@dataclass(frozen=True)
class SpellingData:
    """The parts of a spelling corrector's data; all is in lower case.

    Validation is by word: no misspelling of its words is in ``train``. The words themselves are in
    the dictionary, for what is not in there can't be known.
    """

    train: list[Pair]  # misspellings that people have made, and their words
    words: list[CountedWord]  # the dictionary, less the unseen words of both kinds
    valid: list[Pair]
    unseen: list[str]  # common words that occur nowhere else
    unseen_valid: list[str]  # others, by which a threshold is chosen
    test: dict[str, list[Pair]]  # as their lab gives them


def load_spelling(tests_removed: bool = True, lists: Collection[str] = _LISTS) -> SpellingData:
    """Return the misspellings of lists; what is no single word, or is a word, is left out.

    Args:
        tests_removed: else the tests' pairs stay in the training part, as in the lab from which
            they come. For the figure that shows what this does, and for nothing else.
        lists: parts of :data:`core.data.spelling_corpora.MISSPELLINGS` for training and validation.
    """
    parts, dictionary = MISSPELLINGS.parts(), DICTIONARY.parts()["all"]
    test = {name: parts[name] for name in _TESTS}
    tested = {
        side for part in test.values() for pair in part for side in (pair.source, pair.target)
    }
    common = [one.word for one in dictionary[_NEEDED:_COMMON] if _is_word(one.word)]
    ordered = sorted(set(common) - tested, key=_hash)
    unseen, unseen_valid = ordered[:_UNSEEN], ordered[_UNSEEN : _UNSEEN + _UNSEEN_VALID]
    hidden = {*unseen, *unseen_valid}
    words = [one for one in dictionary if _is_word(one.word) and one.word not in hidden]
    listed = [pair for name in lists for pair in parts[name]]
    if not tests_removed:
        listed += [pair for part in test.values() for pair in part]
    every = {one.word for one in dictionary}
    pairs = _clean(listed, every, every - hidden)
    if tests_removed:
        left_out = pairs_of(test)
        pairs = [pair for pair in pairs if pair not in left_out]
    return SpellingData(
        train=[pair for pair in pairs if not _is_valid(pair.target)],
        words=words,
        valid=[pair for pair in pairs if _is_valid(pair.target)],
        unseen=sorted(unseen),
        unseen_valid=sorted(unseen_valid),
        test=test,
    )


def readable(data: SpellingData) -> SpellingData:
    """Return the data without the misspellings, in training, that are far from their words.

    They are a quarter, and nobody could read them: they would be learnt by heart.
    """
    return replace(data, train=[pair for pair in data.train if is_readable(pair)])


def is_readable(pair: Pair) -> bool:
    """Whether a misspelling has at most one edit and one for each four letters of its word."""
    from nltk import edit_distance  # which evaluation needs, and the page does not

    edits = edit_distance(pair.source, pair.target, transpositions=True)
    return bool(edits <= 1 + len(pair.target) / 4)


def pairs_of(parts: dict[str, list[Pair]]) -> frozenset[Pair]:
    """Return the pairs of all parts."""
    return frozenset(pair for part in parts.values() for pair in part)


def _clean(pairs: Iterable[Pair], words: set[str], known: set[str]) -> list[Pair]:
    """Return the pairs in lower case, each once, of what is no word and a known word."""
    lower = (Pair(pair.source.lower(), pair.target.lower()) for pair in pairs)
    return [
        pair
        for pair in dict.fromkeys(lower)
        if _is_word(pair.source) and pair.source not in words and pair.target in known
    ]


def _is_word(text: str) -> bool:
    return len(text) <= _LONGEST and WORD.fullmatch(text) is not None


def _hash(word: str) -> bytes:
    """Return a number that depends on the word alone, so that it stays in its part for ever."""
    return hashlib.sha256(word.encode("utf-8")).digest()


def _is_valid(word: str) -> bool:
    return int.from_bytes(_hash(word), "big") % _VALID == 0
