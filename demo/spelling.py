"""What the parts of the Spell tab show of a proof; pure functions, no gradio."""

import math
from typing import Any

from core.pipelines.results import END, entropy
from core.pipelines.spelling_results import CheckedWord, Spelling
from core.service import Report
from demo.letters import described, edits
from demo.lines import signed
from demo.proof import Proof

Value = dict[str, Any]


def text_value(proof: Proof) -> Value | None:
    """Return the value of the corrected text, see CorrectedText."""
    if proof.correction is None:
        return None
    source, chosen = proof.correction.source, dict(proof.choices)
    runs: list[Any] = []
    last = 0
    for index, (word, text) in enumerate(zip(proof.words, proof.written, strict=True)):
        runs += [source[last : word.start]] * (last < word.start)
        runs.append(_word_run(word.text, text, index in chosen))
        last = word.end
    runs += [source[last:]] * (last < len(source))
    return {"runs": runs, "opened": proof.opened, "asked": proof.asked}


def _word_run(before: str, after: str, chosen: bool) -> Value:
    changed = described(before, after)
    said = f"{after}, typed {before}: {changed}" if changed else f"{after}, as typed"
    return {
        "text": after,
        "letters": [[edit.before, edit.after] for edit in edits(before, after)] if changed else [],
        "chosen": chosen,
        "said": f"{said}; your choice" if chosen else said,
    }


def candidates_value(proof: Proof, focus: bool = False) -> Value | None:
    """Return the value of the list of candidates of the open word, see CandidateList.

    ``focus`` moves the keyboard's focus there.
    """
    if proof.opened is None:
        return None
    word, written = proof.words[proof.opened], proof.written[proof.opened]
    found = [(one.text, one.log_prob) for one in word.candidates]
    if word.text not in [text for text, _ in found]:
        found.append((word.text, word.log_prob))
    return {
        "word": proof.opened,
        "typed": word.text,
        "written": written,
        "why": why_line(word, proof.threshold),
        "items": [
            {"text": text, "probability": math.exp(log_prob), "nats": signed(log_prob)}
            for text, log_prob in found
        ],
        "focus": focus,
    }


def why_line(word: CheckedWord, threshold: float) -> str:
    """Return why the model would change a word, or leave it."""
    if word.other is None:
        return ""
    if word.other.log_prob <= word.log_prob:
        return "The model is surest of the word as it was typed."
    if word.surer <= 0:
        return (
            f"The model finds “{word.other.text}” likelier, but not by enough: its doubt in the"
            " word as typed counts half."
        )
    side = "above" if word.surer > threshold else "not above"
    return (
        f"The model is surer of “{word.other.text}” by {signed(word.surer)} nats, its doubt in the"
        f" word as typed counted half, which is {side} the threshold."
    )


def shown_spelling(proof: Proof) -> Spelling | None:
    """Return the candidate that is written in place of the open word, if it is one."""
    if proof.opened is None:
        return None
    written = proof.written[proof.opened]
    candidates = proof.words[proof.opened].candidates
    return next((one for one in candidates if one.text == written), None)


def map_value(proof: Proof) -> Value | None:
    """Return the value of the map of the open word as it is written, see AttentionMap."""
    shown = shown_spelling(proof)
    if shown is None or proof.opened is None:
        return None
    # A candidate that is noise may be cut off before its end.
    letters = [*shown.text, END][: len(shown.attention)]
    return {
        "source": [*proof.words[proof.opened].text, END],
        "target": letters,
        "weights": [[round(weight, 4) for weight in row] for row in shown.attention],
        "entropy": [round(entropy(row), 3) for row in shown.attention],
        "name": "spelling",
    }


def map_line(proof: Proof) -> str:
    """Return which spelling the map is of, or why there is none."""
    if proof.opened is None:
        return ""
    typed, written = proof.words[proof.opened].text, proof.written[proof.opened]
    if shown_spelling(proof) is None:
        return f"The model has not written “{written}” among its five candidates: there is no map."
    return f"Down, “{written}” as the model wrote it; across, “{typed}” as it was typed."


def summary_line(proof: Proof) -> str:
    """Return checkpoint, threshold, counts of words, and time in a line."""
    found = proof.correction
    if found is None:
        return ""
    count, chosen = len(found.words), len(dict(proof.choices))
    return " · ".join(
        [
            found.checkpoint,
            f"threshold {proof.threshold:g}",
            f"{count:,} word{'s' * (count != 1)} checked",
            f"{len(proof.changed):,} changed",
            *([f"{chosen:,} chosen by you"] if chosen else []),
            f"{found.seconds * 1000:,.0f} ms",
            f"{count / max(found.seconds, 1e-9):,.0f} words/s",
        ]
    )


def figures_line(report: Report | None, threshold: float) -> str:
    """Return what was measured on validation data, at the nearest threshold that was tried.

    Args:
        report: of rows with ``threshold``, ``precision``, ``recall`` and ``right_words_kept``;
            None where nothing was measured.
    """
    rows = report["rows"] if report else []
    if not rows:
        return ""
    row = min(rows, key=lambda row: abs(row["threshold"] - threshold))
    figures = [_percent(row.get(name)) for name in ("precision", "recall", "right_words_kept")]
    right, mended, kept = figures
    return (
        f"On validation data, threshold {row['threshold']:g}: {right} of the changes are right"
        f" (precision), {mended} of the misspelt words are put right (recall), and {kept} of the"
        " right words stay."
    )


def _percent(share: float | None) -> str:
    return "–" if share is None or math.isnan(share) else f"{100 * share:.1f} %"
