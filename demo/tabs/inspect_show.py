"""Inspect a text for the page, and say which parts of the tab show what of it."""

from typing import Any

import gradio as gr

from core.errors import UserError
from core.service import Inspection
from demo import gates, limits
from demo.sight import Sight
from demo.tabs.binding import Updates
from demo.work import Worker

NO_MODEL = "There is no checkpoint yet: run python -m core train lm-arxiv-word."


async def look(worker: Worker, text: Any, checkpoint: Any) -> Inspection:
    """Return the inspection of a text.

    Raises:
        UserError: the request is not allowed, or what is found is too much to draw.
    """
    if checkpoint is None:
        raise UserError(NO_MODEL)
    found = await worker.inspect(**limits.inspect_request(text, checkpoint))
    for trace in found.layers:
        values = len(trace.tokens) * trace.units
        if values > limits.MAP_VALUES:
            raise UserError(
                f"The map would have {values:,} values, {len(trace.tokens):,} tokens by"
                f" {trace.units:,} units; the limit is {limits.MAP_VALUES:,}. Take a shorter text."
            )
    return found


def show(found: Inspection, sight: Sight) -> Updates:
    """Return the updates that show the chosen layer, quantity and unit."""
    trace, _ = sight.shown(found)
    layers = [one.name for one in found.layers]
    quantities = [one.name for one in trace.quantities]
    return {
        "layer": gr.update(choices=layers, value=sight.layer),
        "quantity": gr.update(choices=quantities, value=sight.quantity),
        "gates": gates.map_value(found, sight),
        "units": gates.list_value(found, sight),
        "saturation": gates.saturation_table(found),
        "read": gates.read_line(found),
        "summary": gates.summary_line(found),
    }
