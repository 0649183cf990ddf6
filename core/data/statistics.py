"""What the training text is like: how many words, how rare, how long."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from razdel import tokenize

from core.data.splits import load_all
from core.report import curve, report

CUT_OFFS = (32, 42, 48, 64)  # words of a sentence
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")


def word_statistics(sentences: Sequence[str]) -> dict[str, float]:
    """Return counts and shares of a text; a word is a token of razdel, its case kept.

    ``share_of_types_k`` is the share of the vocabulary that occurs k times, ``share_of_tokens_k``
    that of all words; ``lost_at_n`` the share of words behind the n-th of their sentence.
    """
    rows = [[token.text for token in tokenize(sentence)] for sentence in sentences]
    counts = Counter(word for row in rows for word in row)
    tokens, types = sum(counts.values()), len(counts)
    figures: dict[str, float] = {"sentences": len(rows), "tokens": tokens, "types": types}
    for times in (1, 2, 3, 4):
        found = sum(1 for count in counts.values() if count == times)
        figures[f"share_of_types_{times}"] = found / types
        figures[f"share_of_tokens_{times}"] = found * times / tokens
    rare = [count for count in counts.values() if count < 5]
    figures["share_of_types_below_5"] = len(rare) / types
    figures["share_of_tokens_below_5"] = sum(rare) / tokens
    numbers = {word: count for word, count in counts.items() if _NUMBER.fullmatch(word)}
    figures["share_of_types_numbers"] = len(numbers) / types
    figures["share_of_tokens_numbers"] = sum(numbers.values()) / tokens
    for cut in CUT_OFFS:
        figures[f"lost_at_{cut}"] = sum(max(0, len(row) - cut) for row in rows) / tokens
    return figures


def corpus_report(command: str) -> dict[str, Any]:
    """Return the report on the training part of all corpora, in the form of a stored report."""
    data = load_all()
    sides = {
        "German": [pair.source for pair in data.train],
        "English": [pair.target for pair in data.train],
    }
    rows = [
        {"side": side, **{name: round(value, 6) for name, value in word_statistics(text).items()}}
        for side, text in sides.items()
    ]
    lengths = {
        side: Counter(len(sentence.split()) for sentence in text) for side, text in sides.items()
    }
    german, english = rows
    return report(
        "What the training text is like, with its capitals",
        "How many words are there, how many are rare, and what would a limit cost?",
        command,
        rows,
        [
            curve(
                side,
                sorted(counts),
                [counts[length] for length in sorted(counts)],
                "words of a sentence, between spaces",
                "sentences",
            )
            for side, counts in lengths.items()
        ],
        (
            f"{german['share_of_types_below_5']:.0%} of the German and"
            f" {english['share_of_types_below_5']:.0%} of the English vocabulary occur fewer than"
            f" five times, but they are {german['share_of_tokens_below_5']:.1%} and"
            f" {english['share_of_tokens_below_5']:.1%} of all words: a word vocabulary would"
            f" lose them, subwords don't. A limit of 32 words would lose"
            f" {german['lost_at_32']:.2%} of the German words."
        ),
    )
