"""What ``evaluate`` measures of a spelling corrector: BLEU-4 of characters, exact words, edits."""

import json
import time
from pathlib import Path
from typing import Any

from core.commands.measured import Measured
from core.data.corpora import Pair
from core.data.spelling import load_spelling
from core.data.spelling_corpora import DICTIONARY
from core.data.splits import read_pairs
from core.errors import UserError
from core.evaluation.metrics import sha256_of_lines
from core.evaluation.spelling import SpellingScores, edit_distance_2, score_spelling
from core.pipelines.corrector import THRESHOLD, SpellingCorrector

_TESTS = ("test", "new_test")
PARTS = (*_TESTS, "valid-spelling", "unseen")


def measure_corrector(
    corrector: SpellingCorrector, part: str | None, pairs: Path | None
) -> Measured:
    """Return the figures of a held-out part or of a file, at the default threshold.

    Of the tests, those of two yardsticks stand beside them: the input as it is, and the commonest
    word of the fewest edits, at most two. Of the part ``unseen``, words that stand nowhere in the
    training part and are right, an exact output is one that stays.
    """
    file, found = _pairs(part, pairs)
    started = time.perf_counter()
    checked = corrector.check(pair.source for pair in found)
    seconds = time.perf_counter() - started
    words = [checked[pair.source] for pair in found]
    candidates = [[one.text for one in word.candidates] for word in words]
    outputs = [word.corrected(THRESHOLD) for word in words]
    result = score_spelling(found, outputs, candidates).to_dict()
    figures = {
        "character BLEU-4": (result["bleu4"], "nltk sentence_bleu, smoothing method 1"),
        "exact": (result["exact"] / len(found), ""),
        "among five": (result["first_5"] / len(found), ""),
        "character error rate": (result["cer"], ""),
    }
    if part in _TESTS:
        for name, scores in _yardsticks(found).items():
            result |= {f"{name}_bleu4": scores.bleu4, f"{name}_exact": scores.exact}
            stored = name.replace("_", " ")
            figures[f"{stored} BLEU-4"] = (scores.bleu4, "nltk sentence_bleu, smoothing method 1")
            figures[f"{stored} exact"] = (scores.exact / len(found), "")
    digest = sha256_of_lines([pair.source for pair in found], [pair.target for pair in found])
    result |= {"threshold": THRESHOLD, "seconds": seconds}
    return Measured(file, result, figures, digest, len(found), seconds)


def _yardsticks(pairs: list[Pair]) -> dict[str, SpellingScores]:
    """Return the scores of what needs no model."""
    nearest = edit_distance_2(DICTIONARY.parts()["all"])
    return {
        "input": score_spelling(pairs, [pair.source for pair in pairs]),
        "edit_distance_2": score_spelling(pairs, [nearest(pair.source) for pair in pairs]),
    }


def _pairs(part: str | None, path: Path | None) -> tuple[str, list[Pair]]:
    if path is not None:
        return path.name, _read(path)
    if part not in PARTS:
        raise UserError(f"Give --pairs FILE, or --part with one of {', '.join(PARTS)}.")
    data = load_spelling()
    if part == "unseen":
        return part, [Pair(word, word) for word in data.unseen]
    return part, data.valid if part == "valid-spelling" else data.test[part]


def _read(path: Path) -> list[Pair]:
    """Read a TSV of misspelling and word, or JSON as the lab of the test lists writes it."""
    pairs = _read_lab(path) if path.suffix == ".json" else read_pairs(path)
    if not pairs:
        raise UserError(f"{path} has no pair of a misspelling and its word.")
    return pairs


def _read_lab(path: Path) -> list[Pair]:
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        for one in entries:
            texts = [*one["input"], one["target"]]
            if not (isinstance(one["input"], list) and all(map(_is_word, texts))):
                raise TypeError
        return [Pair(wrong, one["target"]) for one in entries for wrong in one["input"]]
    except OSError as error:
        raise UserError(f"{path} can't be read: {error.strerror}.") from None
    except (ValueError, KeyError, TypeError):
        raise UserError(
            f'{path} must be JSON like [{{"input": ["teh"], "target": "the"}}].'
        ) from None


def _is_word(text: Any) -> bool:
    return isinstance(text, str) and bool(text.strip())
