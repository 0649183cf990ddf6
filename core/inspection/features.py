"""What anyone can see in a text, token by token, as numbers that a unit may go along with."""

import re
from collections.abc import Sequence
from itertools import accumulate

from core.tokenizers.protocol import Piece, Tokenizer

# "…" and „…“, “…”, «…», and ``…'' as LaTeX has it.
_QUOTED = re.compile(r"\"[^\"]*\"|„[^“”]*[“”]|“[^”]*”|«[^»]*»|``.*?''")
_FORMULA = re.compile(r"\$[^$]+\$")
_SENTENCE_END = re.compile(r"[.!?](?=[\"”’)\]]*(?:\s|$))")
_BRACKETS = {")": "(", "]": "[", "}": "{"}
# By the direction of reading: the one from the first to the last token, then its reverse.
_PLACES = (
    ("position", "position in the sentence", "letters of the word so far"),
    ("position from the end", "position from the sentence’s end", "letters of the word from here"),
)
IN_SENTENCE = tuple(names[1] for names in _PLACES)
_LENGTH = "word length"  # in letters and digits, where a token is a word

Features = dict[str, list[float]]


def features(
    text: str, pieces: Sequence[Piece], tokenizer: Tokenizer, backwards: bool = False
) -> Features:
    """Return what is visible at each piece of a text, of what its tokenizer lets a model see.

    Places count from 0 in the direction of reading, in tokens and in letters; everything else is 1
    where a piece has any of it and 0 where it has none. Brackets, quotes and formulas include their
    signs.
    """
    marks = {
        "inside brackets": _in_brackets(text),
        "inside quotes": _matched(_QUOTED, text),
        "inside a formula": _matched(_FORMULA, text),
        "sentence end": _matched(_SENTENCE_END, text),
        "capital": [sign.isupper() for sign in text],
        "digit": [sign.isdigit() for sign in text],
    }
    if _ignores_case(tokenizer):
        del marks["capital"]
    found = {
        name: [float(any(mark[piece.start : piece.end])) for piece in pieces]
        for name, mark in marks.items()
    }
    names, places = _PLACES[backwards], _places(text, pieces, found["sentence end"], backwards)
    if tokenizer.kind == "word":  # all its letters are read at once
        lengths = [float(sum(map(str.isalnum, text[one.start : one.end]))) for one in pieces]
        names, places = (*names[:2], _LENGTH), (*places[:2], lengths)
    return dict(zip(names, places, strict=True)) | found


def is_mark(feature: str) -> bool:
    """Return whether a feature is 0 or 1."""
    return feature != _LENGTH and all(feature not in names for names in _PLACES)


def _places(
    text: str, pieces: Sequence[Piece], ends: Sequence[float], backwards: bool
) -> tuple[list[float], ...]:
    """Return the three places of each piece; ``ends`` says which pieces end a sentence."""
    counted = list(map(float, range(len(pieces))))
    if not backwards:
        runs = _run_lengths(text)
        return counted, _since(ends), [float(runs[piece.end]) for piece in pieces]
    runs = _run_lengths(text[::-1])[::-1]
    first = [1.0, *ends[:-1]]  # of a sentence; read from behind, it is where the sentence ends
    letters = [float(runs[piece.start]) for piece in pieces]
    return counted[::-1], _since(first[::-1])[::-1], letters


def _run_lengths(text: str) -> list[int]:
    """Return how many letters and digits in a row stand before each place, (len(text) + 1,)."""
    return list(accumulate(text, lambda count, sign: (count + 1) * sign.isalnum(), initial=0))


def _matched(pattern: re.Pattern[str], text: str) -> list[bool]:
    """Return for each sign whether it is in a match."""
    inside = [False] * len(text)
    for match in pattern.finditer(text):
        inside[match.start() : match.end()] = [True] * len(match[0])
    return inside


def _in_brackets(text: str) -> list[bool]:
    """Return for each sign whether it is in a pair of brackets; one that has no other is none."""
    inside, opened = [False] * len(text), []
    for place, sign in enumerate(text):
        if sign in _BRACKETS.values():
            opened.append(place)
        elif opened and text[opened[-1]] == _BRACKETS.get(sign):
            start = opened.pop()
            inside[start : place + 1] = [True] * (place + 1 - start)
    return inside


def _since(ends: Sequence[float]) -> list[float]:
    """Return how many tokens stand between each and the last end before it."""
    found, count = [], 0
    for end in ends:
        found.append(float(count))
        count = 0 if end else count + 1
    return found


def _ignores_case(tokenizer: Tokenizer) -> bool:
    """Return whether a capital is read as its small letter."""
    (capital,), (small,) = (tokenizer.encode(text) for text in ("A", "a"))
    return capital.id == small.id
