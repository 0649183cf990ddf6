"""Against a reference: its figures, its differences, and what the model gives to it."""

import math
from dataclasses import replace
from functools import partial
from typing import Any

import gradio as gr

from core.errors import UserError
from core.pipelines.results import Hypothesis
from demo import limits, maps
from demo.lines import scores_line
from demo.tabs.binding import MODEL, Parts, Updates
from demo.tabs.translate_binding import bind_view
from demo.tabs.translate_guided import segments
from demo.views import Pin, View
from demo.work import Worker


async def against_reference(worker: Worker, view: View | None, reference: str) -> Updates:
    """Compare the chosen hypothesis with a reference, and read the reference by force."""
    if view is None:
        return {"reference_scores": "Translate a sentence first."}
    try:
        reference = " ".join(limits.check_text(reference, "reference").split())
        check_words(view.chosen.text, "translation")
        check_words(reference, "reference")
        scored = await worker.score(
            text=view.shown.source, target=reference, checkpoint=view.shown.checkpoint
        )
        scores = await worker.compare(translations=[view.chosen.text], references=[reference])
    except UserError as error:
        return {"reference_scores": str(error)}
    # The reference is read without forced attention.
    read = replace(view, translation=replace(view.shown, forced=()), sentence=0, at_node=scored)
    read = read.drawn(pin=Pin())
    return {
        "reference_scores": f"{scores_line(scores)} {maps.size_line(read)}".strip(),
        "reference_changes": {
            "label": "From the translation to the reference:",
            "segments": segments(view.chosen.words, scored.words),
        },
        "reference_tokens": token_probabilities(scored),
        "reference_map": read,
    }


def check_words(text: str, field: str) -> None:
    """Raise UserError if a text has too many words to get figures."""
    words, most = len(text.split()), limits.MAX_SCORED_WORDS
    if words > most:
        raise UserError(f"The {field} has {words:,} words; the limit for figures is {most}.")


def token_probabilities(scored: Hypothesis) -> dict[str, Any]:
    """Return the tokens with the probability of each, the unlikelier the darker."""
    shown = []
    for number, (token, log_prob) in enumerate(zip(scored.tokens, scored.log_probs, strict=True)):
        text = token.text
        before = scored.tokens[number - 1] if number else None
        if before is not None and token.word is not None and token.word == before.word:
            text = f"…{text}"
        probability = math.exp(log_prob)
        shown.append(
            {
                "text": text,
                "kind": "same",
                "shade": round(1 - probability, 3),
                "note": f"{probability:.2f}" if probability >= 0.01 else "<.01",
                "title": f"probability {probability:.4g}",
            }
        )
    total = sum(scored.log_probs)
    label = f"Probability that the model gives to each token (together e^{total:.2f}):"
    return {"label": label.replace("-", "−"), "segments": shown}


def bind_reference(parts: Parts, worker: Worker) -> gr.events.Dependency:
    """Let the button score the reference."""
    names = ["reference_scores", "reference_changes", "reference_tokens", "reference_map"]
    callback = partial(against_reference, worker)
    run = parts["reference_run"].click
    looks = {"progress": "reference_scores", **MODEL}
    return bind_view(run, callback, parts, ["reference"], names, **looks)
