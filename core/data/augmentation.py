"""Copies of training text as people type it: without capitals, stops or umlauts; other numbers."""

import random
import re

from core.data.corpora import Pair

_ASCII = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"}
)
_NUMBER = re.compile(r"\d+")
_AFTERNOON = re.compile(r"\b(1[3-9]|2[0-3])[:.]([0-5]\d)\s*Uhr\b")  # a German clock has 24 hours
_NUMBER_WORDS = {
    "zwei": "two",
    "drei": "three",
    "vier": "four",
    "fünf": "five",
    "sechs": "six",
    "sieben": "seven",
    "acht": "eight",
    "neun": "nine",
    "zehn": "ten",
    "zwölf": "twelve",
    "zwanzig": "twenty",
    "dreißig": "thirty",
}
_GERMAN_NUMBER = re.compile(rf"\b(?:{'|'.join(_NUMBER_WORDS)})\b", re.IGNORECASE)


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

    A number that stands in source and target alike is replaced in both by a random one of as many
    digits, so that the model learns to copy and not which numbers there are.
    """
    if chance.random() >= share:
        return pair
    other = {number: _digits(len(number), chance) for number in sorted(shared_numbers(pair))}

    def swap(match: re.Match[str]) -> str:
        return other.get(match[0], match[0])

    return Pair(_NUMBER.sub(swap, pair.source), _NUMBER.sub(swap, pair.target))


def with_digits(pair: Pair, chance: random.Random, share: float) -> Pair:
    """Return the pair, with probability ``share`` with digits for its one number word.

    "Zwei Männer" and "Two men" become "417 Männer" and "417 men": few sentences of the corpora
    have digits, so a model would meet them in few places.
    """
    if chance.random() >= share:
        return pair
    words = _GERMAN_NUMBER.findall(pair.source)
    if len(words) != 1:
        return pair
    english = re.compile(rf"\b{_NUMBER_WORDS[words[0].lower()]}\b", re.IGNORECASE)
    if len(english.findall(pair.target)) != 1:
        return pair
    number = _digits(chance.choice((1, 2, 2, 3, 3, 4, 4, 5, 7)), chance)
    kind = chance.random()
    if len(number) == 5 or kind < 0.2:
        number = f"{int(number):,}"
    elif kind < 0.4:
        number = f"{number}.{_digits(2, chance)}"
    elif kind < 0.5:
        number = f"{number}:{_digits(2, chance)}"  # of a clock or a match, alike in both
    # German swaps the signs: 1.234 for 1,234 and 3,20 for 3.20.
    german = number.translate(str.maketrans(",.", ".,"))
    return Pair(_GERMAN_NUMBER.sub(german, pair.source), english.sub(number, pair.target))


def with_german_clock(pair: Pair) -> Pair:
    """Return the pair with the times of a German afternoon as they are, not as p.m.

    "um 14:35 Uhr" and "at 2:35 p.m." become "um 14:35 Uhr" and "at 14:35": a model that has to
    calculate gets times wrong, and copies fewer numbers than it could.
    """
    target = pair.target
    for hour, minute in _AFTERNOON.findall(pair.source):
        time = rf"(?<![\d:]){int(hour) - 12}[:.]{minute}(?!\d)"
        # The last stop of p.m. may be that of the sentence as well.
        target = re.sub(rf"{time}\s*p\.m\.$", f"{hour}:{minute}.", target, flags=re.IGNORECASE)
        target = re.sub(rf"{time}(\s*p\.?m\b\.?)?", f"{hour}:{minute}", target, flags=re.IGNORECASE)
    return Pair(pair.source, target)


def shared_numbers(pair: Pair) -> set[str]:
    """Return the numbers, as digits, that stand in source and target alike."""
    return set(_NUMBER.findall(pair.source)) & set(_NUMBER.findall(pair.target))


def _digits(count: int, chance: random.Random) -> str:
    low = 2 if count == 1 else 10 ** (count - 1)  # not 1, which wants a singular
    return str(chance.randrange(low, 10**count))
