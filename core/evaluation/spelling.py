"""Figures of a spelling corrector on pairs of a misspelling and its word."""

import math
import string
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from core.data.corpora import Pair
from core.data.spelling_corpora import CountedWord
from core.errors import UserError
from core.pipelines.spelling_results import CheckedWord
from core.report import curve, report


@dataclass(frozen=True)
class SpellingScores:
    """Figures of n pairs."""

    bleu4: float  # of characters, 0 … 1, the mean of the pairs
    exact: int  # outputs that are the word
    first_5: int | None  # words among five candidates; None where there are none
    cer: float  # edits by the letters of the words
    n: int

    def to_dict(self) -> dict[str, Any]:
        """Return it ready for JSON."""
        return asdict(self)


def character_bleu4(word: str, output: str) -> float:
    """Return BLEU-4 of characters as the lab of the test lists takes it, 0 … 1.

    nltk's ``sentence_bleu`` with smoothing method 1 (Chen and Cherry 2014); weights of a word of
    three letters are a third each for n-grams up to 3.
    """
    from nltk.translate.bleu_score import SmoothingFunction, sentence_bleu

    weights = (0.33, 0.33, 0.33) if len(word) == 3 else (0.25,) * 4
    smooth = SmoothingFunction().method1
    return float(sentence_bleu([word], output, weights, smooth))


def score_spelling(
    pairs: Sequence[Pair], outputs: Sequence[str], candidates: Sequence[Sequence[str]] | None = None
) -> SpellingScores:
    """Measure outputs, and the candidates that they were chosen from, against the words."""
    from nltk import edit_distance

    words = [pair.target for pair in pairs]
    edits = sum(edit_distance(*two) for two in zip(words, outputs, strict=True))
    return SpellingScores(
        bleu4=sum(map(character_bleu4, words, outputs)) / len(words),
        exact=sum(word == output for word, output in zip(words, outputs, strict=True)),
        first_5=(
            None
            if candidates is None
            else sum(word in found for word, found in zip(words, candidates, strict=True))
        ),
        cer=edits / sum(map(len, words)),
        n=len(words),
    )


def thresholds(
    misspelt: Sequence[tuple[CheckedWord, str]],
    right: Sequence[CheckedWord],
    steps: Iterable[float],
) -> list[dict[str, float]]:
    """Return precision and recall of the corrections at each threshold.

    Precision is the share of changes that give the right word; recall the share of misspellings
    that become their word.

    Args:
        misspelt: what the model makes of misspellings, and their words.
        right: what it makes of words that should stay.
    """
    rows = []
    for threshold in steps:
        outputs = [(one.text, one.corrected(threshold), word) for one, word in misspelt]
        outputs += [(one.text, one.corrected(threshold), one.text) for one in right]
        changed = [(output, word) for text, output, word in outputs if output != text]
        good = sum(output == word for output, word in changed)
        stayed = sum(one.corrected(threshold) == one.text for one in right)
        rows.append(
            {
                "threshold": threshold,
                "precision": good / len(changed) if changed else math.nan,
                "recall": good / len(misspelt),
                "right_words_kept": stayed / len(right),
            }
        )
    return rows


def threshold_report(
    rows: Sequence[dict[str, float]], least: float, command: str
) -> dict[str, Any]:
    """Return the report on thresholds, with the lowest that keeps a share of the right words.

    Args:
        rows: of :func:`thresholds`, from the lowest on.
        least: share of the right words that are to stay.

    Raises:
        UserError: none keeps it.
    """
    at = [row["threshold"] for row in rows]
    names = {"precision": "precision", "recall": "recall", "right_words_kept": "right words kept"}
    chosen = next((row for row in rows if row["right_words_kept"] >= least), None)
    if chosen is None:
        raise UserError(f"No threshold up to {at[-1]:g} keeps {least:.1%} of the right words.")
    return report(
        title="When to change a word",
        question="How much surer must the model be of another word before it changes one?",
        command=command,
        rows=rows,
        series=[
            curve(name, at, [row[key] for row in rows], "threshold in nats", "share")
            for key, name in names.items()
        ],
        finding=(
            f"At {chosen['threshold']:g} nats {chosen['right_words_kept']:.1%} of the right words"
            f" stay, none of which training has seen; {chosen['recall']:.1%} of the misspellings"
            f" become their word, and {chosen['precision']:.1%} of the changes are right."
        ),
    )


def edit_distance_2(words: Iterable[CountedWord]) -> Callable[[str], str]:
    """Return a corrector without learning: the commonest word at the smallest edit distance ≤ 2.

    After Norvig 2007, "How to Write a Spelling Corrector".
    """
    counts = {one.word: one.count for one in words}

    def edits(word: str) -> set[str]:
        cuts = [(word[:place], word[place:]) for place in range(len(word) + 1)]
        found = {a + b[1:] for a, b in cuts if b} | {
            a + b[1] + b[0] + b[2:] for a, b in cuts if b[1:]
        }
        found |= {a + c + b[1:] for a, b in cuts if b for c in string.ascii_lowercase}
        return found | {a + c + b for a, b in cuts for c in string.ascii_lowercase}

    def correct(word: str) -> str:
        near = edits(word)
        for found in ({word}, near, {other for one in near for other in edits(one)}):
            if known := found & counts.keys():
                return min(known, key=lambda other: (-counts[other], other))
        return word

    return correct
