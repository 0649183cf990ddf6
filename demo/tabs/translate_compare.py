"""Side by side: the shown sentence under a second set of settings, on the same scale."""

from dataclasses import replace
from functools import partial
from typing import Any

import gradio as gr

from core.errors import UserError
from demo import limits, lines, maps
from demo.tabs.binding import MODEL, Parts, Updates
from demo.tabs.translate_binding import bind_view
from demo.tabs.translate_cards import COMPARE_SETTINGS
from demo.tabs.translate_guided import segments
from demo.tabs.translate_settings import used_by
from demo.views import Pin, View
from demo.work import Worker


async def compare(
    worker: Worker, view: View | None, checkpoint: str, method: str, *knobs: Any
) -> Updates:
    """Translate the shown sentence with other settings, and set both beside each other."""
    if view is None:
        return {"compare_summary": "Translate a sentence first."}
    try:
        other = await worker.translate(
            **limits.translate_request(
                view.shown.source, checkpoint, method, **used_by(method, knobs)
            )
        )
    except UserError as error:
        return {"compare_summary": str(error)}
    # The other one has a list of its own; its best stands beside the hypothesis that is chosen.
    right = view.of(other)
    best = replace(right.shown, hypotheses=right.shown.hypotheses[:1])  # a visitor keeps no others
    same = view.chosen.words == right.chosen.words
    label = "Both write the same words." if same else "From the translation above to this one:"
    if view.shown.prefix or view.shown.forced:
        label = f"Without the beginning and the attention that were fixed above. {label}"
    return {
        "compare_summary": f"{lines.summary_line(other)} {maps.size_line(right)}".strip(),
        "compare_changes": {
            "label": label,
            "segments": segments(view.chosen.words, right.chosen.words),
        },
        "compare_left": view.drawn(pin=Pin()),
        "compare_right": view.of(best),
    }


def bind_compare(parts: Parts, worker: Worker) -> gr.events.Dependency:
    """Let the button compare."""
    names = ["compare_summary", "compare_changes", "compare_left", "compare_right"]
    callback = partial(compare, worker)
    run = parts["compare_run"].click
    looks = {"progress": "compare_summary", **MODEL}
    return bind_view(run, callback, parts, COMPARE_SETTINGS, names, **looks)
