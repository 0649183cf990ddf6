"""Copies of training text as people type it: without capitals, stops or umlauts; other numbers."""

import random
import re

from core.data.corpora import Pair

_ASCII = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"}
)
_NUMBER = re.compile(r"\d+")


def as_typed(source: str, chance: random.Random, share: float) -> str:
    """Return the source, with probability ``share`` as someone in a hurry types it.

    Such a copy is in lower case or without its final stop (four in five each), and now and then
    (one in five) spelt without umlauts and ß.
    """
    if chance.random() >= share:
        return source
    if chance.random() < 0.8:
        source = source.lower()
    if chance.random() < 0.8:
        source = source.rstrip(".!? ") or source
    return source.translate(_ASCII) if chance.random() < 0.2 else source


def with_other_numbers(pair: Pair, chance: random.Random, share: float) -> Pair:
    """Return the pair, with probability ``share`` with other digits where both sides agree.

    A number of two digits or more that stands in source and target alike is replaced in both by
    a random one of the same length, so that the model learns to copy and not which numbers
    there are.
    """
    if chance.random() >= share:
        return pair
    shared = set(_NUMBER.findall(pair.source)) & set(_NUMBER.findall(pair.target))
    other = {
        number: str(chance.randrange(10 ** (len(number) - 1), 10 ** len(number)))
        for number in sorted(shared)
        if len(number) > 1
    }

    def swap(match: re.Match[str]) -> str:
        return other.get(match[0], match[0])

    return Pair(_NUMBER.sub(swap, pair.source), _NUMBER.sub(swap, pair.target))
