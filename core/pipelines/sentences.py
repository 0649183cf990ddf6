"""Splits text into sentences, and puts their translations back between the same separators.

Not razdel's sentenize: it goes on after „Ja.“ (a German closing quote), never splits text typed
in lower case, and copies what it has joined at each join, which is quadratic in a long line.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.pipelines.sentence_ends import STOP, ends_sentence

MAX_WORDS = 60  # longer than nearly every training sentence, so quality beyond it is unknown
MAX_CHARACTERS = 400  # about 60 German words; bounds text that has no spaces as well

LINE = re.compile(r"(?=\S)[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
# Short quotations and brackets stay whole: half a pair of quotes translates badly.
PAIRED = re.compile(
    r"„[^„“”]{1,120}[“”]|»[^»«]{1,120}«|(?<!\S)«[^»«]{1,120}»|(?<!\S)“[^“”]{1,120}”"
    r'|(?<![^\s(])"[^"]{1,120}"(?!\w)|\([^()]{1,120}\)'
)
NOT_SPACE = re.compile(r"\S")
# Where a sentence that is too long may be cut, best first; the last cuts between any two words.
CUTS = [re.compile(p) for p in (r"[,;:–](\s)", r"(\s)(?:und|oder|aber|and|or|but)\s", r"(\s)")]


@dataclass(frozen=True)
class Sentence:
    """A sentence, or a piece of a very long one: text == source[start:end], never blank."""

    text: str
    start: int  # in characters of the source
    end: int


def skip_space(text: str, start: int, end: int) -> int:
    match = NOT_SPACE.search(text, start, end)
    return match.start() if match else end


def line_spans(line: str) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of each sentence of a line that neither begins nor ends with space."""
    small = line == line.lower()
    masked = PAIRED.sub(lambda pair: re.sub(r"\s", "_", pair[0]), line)  # as long as the line
    start = 0
    for mark in STOP.finditer(masked):
        if ends_sentence(line, start, mark, small):
            yield start, mark.end()
            start = skip_space(line, mark.end(), len(line))
    yield start, len(line)


def best_cut(text: str, start: int, limit: int) -> int:
    """Return where to cut text[start:limit]: late, behind a comma or before an "and" if any."""
    half = (start + limit) // 2
    for cut, earliest in zip(CUTS, (half, half, start), strict=True):
        matches = list(cut.finditer(text, earliest, limit))
        if matches:
            return matches[-1].start(1)
    return limit


def pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of pieces within the limits; only white space is left out."""
    while start < end:
        limit = min(end, start + MAX_CHARACTERS)
        words = list(re.finditer(r"\S+", text[start:limit]))
        if len(words) > MAX_WORDS:
            limit = start + words[MAX_WORDS - 1].end()
        if limit < end:
            limit = best_cut(text, start, limit)
        yield start, start + len(text[start:limit].rstrip())
        start = skip_space(text, limit, end)


def split_sentences(text: str) -> list[Sentence]:
    """Split German or English text into sentences, in order; blank text has none.

    A line break always ends a sentence, and between two sentences there is only white space. A
    sentence beyond MAX_WORDS or MAX_CHARACTERS comes in several pieces. Takes linear time.
    """
    found = []
    for line in LINE.finditer(text):
        for span in line_spans(line[0].rstrip()):
            for start, end in pieces(text, line.start() + span[0], line.start() + span[1]):
                found.append(Sentence(text[start:end], start, end))
    return found


def join(source: str, sentences: Sequence[Sentence], translations: Sequence[str]) -> str:
    """Return the source with each sentence replaced, and all that stands between them kept.

    Raises ValueError if there are not as many translations as sentences.
    """
    parts, end = [], 0
    for sentence, translation in zip(sentences, translations, strict=True):
        parts += [source[end : sentence.start], translation]
        end = sentence.end
    return "".join([*parts, source[end:]])
