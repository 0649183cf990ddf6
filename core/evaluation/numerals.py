"""Which share of the numerals in a text arrives unchanged in its translation.

`numerals.txt` beside this file holds 50 German sentences to measure it on, `numerals_valid.txt` 50
others to tune on.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass

# Digits, and the dots, commas and colons between them: "7", "14:35", "3,20", "1.000", "24.12.2020".
NUMERAL = re.compile(r"[0-9]+(?:[.,:][0-9]+)*")
GERMAN_CLOCK = re.compile(r"[0-9]{1,2}\.[0-9]{2}\s*Uhr\b")
GERMAN_THOUSANDS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]+)?")
ENGLISH_THOUSANDS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
GERMAN_DECIMAL = re.compile(r"[0-9]+,[0-9]+")


@dataclass(frozen=True)
class NumeralScore:
    """How many of the sources' numerals stand in the translations as well."""

    kept: int
    total: int
    share: float  # kept / total, or 1.0 where there was none to keep

    def to_dict(self) -> dict[str, int | float]:
        return asdict(self)


def numerals(text: str) -> Counter[str]:
    """Count the numerals in the text, each as it is written; number words are not numerals."""
    return Counter(NUMERAL.findall(text))


def german_value(numeral: str) -> str:
    """Return a German numeral in English digits: "1.234,50" is "1234.50", "3,20" is "3.20"."""
    if GERMAN_THOUSANDS.fullmatch(numeral):
        numeral = numeral.replace(".", "")
    return numeral.replace(",", ".") if GERMAN_DECIMAL.fullmatch(numeral) else numeral


def english_value(numeral: str) -> str:
    """Return an English numeral without its thousands separators: "1,234.50" is "1234.50"."""
    return numeral.replace(",", "") if ENGLISH_THOUSANDS.fullmatch(numeral) else numeral


def kept(source: str, translation: str) -> int:
    """Count the source's numerals that the translation holds too, each once at most."""
    found = numerals(translation)
    changed: Counter[str] = Counter()  # by value, those that were not copied as written
    copied = 0
    for match in NUMERAL.finditer(source):
        if found[match[0]]:
            found[match[0]] -= 1
            copied += 1
        elif GERMAN_CLOCK.match(source, match.start()):
            changed[match[0].replace(".", ":")] += 1
        else:
            changed[german_value(match[0])] += 1
    return copied + (changed & Counter(map(english_value, found.elements()))).total()


def kept_share(sources: Sequence[str], translations: Sequence[str]) -> NumeralScore:
    """Return what share of the German numerals arrives unchanged in the English, line by line.

    A numeral is kept if it is written alike, or has the same value in English notation: 3,20 as
    3.20, 1.000 as 1,000 or 1000, 14.35 Uhr as 14:35. All else counts as lost, though a reader may
    not mind: 14:35 as 2:35 p.m., 7 as seven, 3,20 as 3.2. Raises ValueError if there are not as
    many translations as sources.
    """
    pairs = list(zip(sources, translations, strict=True))
    total = sum(numerals(source).total() for source, _ in pairs)
    number = sum(kept(source, translation) for source, translation in pairs)
    return NumeralScore(number, total, number / total if total else 1.0)
