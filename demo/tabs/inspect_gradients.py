"""Gradient flow, a card of the Inspect tab: what vanishes on the way back, and how fast."""

from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from typing import Any

import gradio as gr

from core.errors import UserError
from core.service import KINDS, GradientComparison, Service
from demo import gradients, limits, texts
from demo.api_gradients import offer_gradients
from demo.tabs.binding import CHOICE, MODEL, QUIET, Parts, Updates, bind
from demo.tabs.inspect_gradients_layout import EXAMPLES, place_card
from demo.tabs.layout import SAY_STOPPED
from demo.work import in_time

KIND = "language-model"
NO_MODEL = "There is no language model yet: run python -m core train lm-arxiv-word-rnn."
VIEW = ["layer", "plot", "table", "line", "clip_line", "message"]  # what layer and clip change
SHOWN = ["held", "tokens", *VIEW]


def open_with(service: Service, names: list[str]) -> tuple[GradientComparison | None, Updates]:
    """Return the first example, computed now, and what shows it."""
    if not names:
        return None, {"message": NO_MODEL}
    try:
        request = limits.gradient_request(EXAMPLES[0][0], names, None, 1.0)
        scored = service.score_text(request["text"], names[0])
        compared = service.gradient_flow(**request)
    except UserError as error:
        return None, {"message": str(error)}
    strip = gradients.strip_value(compared, texts.score_strip(scored))
    return compared, {"tokens": strip} | show(compared, 1)


def show(compared: GradientComparison, layer: int) -> Updates:
    """Return the updates that show a layer of it, the lowest where one has no such layer."""
    layers = gradients.layers_of(compared)
    layer = layer if layer in layers else 1
    return {
        "layer": gr.update(choices=layers, value=layer, visible=len(layers) > 1),
        "plot": gradients.flow_plots(compared, layer),
        "table": gradients.flow_table(compared, layer),
        "line": gradients.flow_line(compared, layer),
        "clip_line": gradients.clip_line(compared, layer),
        "message": "",
    }


async def run(
    service: Service, offered: list[str], text: str, names: list[str], layer: int, clip: Any
) -> AsyncIterator[Updates]:
    """Follow the gradient from the last token of a text; after an error the last result stays."""
    try:
        names = sorted(names, key=offered.index)  # Gradio gives them as they were clicked
        request = limits.gradient_request(text, names, None, clip)
        yield {"message": "Reading …"}
        first = request["checkpoints"][0]
        scored = await in_time(service.score_text, text=request["text"], checkpoint=first)
        compared = await in_time(service.gradient_flow, **request)
        strip = gradients.strip_value(compared, texts.score_strip(scored))
        yield {"held": compared, "tokens": strip} | show(compared, layer)
    except UserError as error:
        yield {"message": str(error)}


async def choose_token(
    service: Service, held: GradientComparison | None, index: Any, layer: int, clip: Any
) -> Updates:
    """Follow the gradient from another token of the text that is shown."""
    if held is None:
        return {}
    try:
        names = [flow.checkpoint for flow in held.flows]
        request = limits.gradient_request(held.text, names, index, clip)
        compared = await in_time(service.gradient_flow, **request)
        return {"held": compared} | show(compared, layer)
    except UserError as error:
        return {"message": str(error)}


def change_view(held: GradientComparison | None, layer: int, clip: Any) -> Updates:
    """Show another layer, or clip at another norm."""
    if held is None:
        return {}
    try:
        held = replace(held, clip=limits.CLIP.check(clip))
        return {"held": held} | show(held, layer)
    except UserError as error:
        return {"message": str(error)}


def build(service: Service, page: gr.Blocks) -> None:
    """Place the card, bind its events and offer its API."""
    offered = service.checkpoints(KIND)
    chosen = [name for name in KINDS if name in offered] or offered[:1]
    offered = [*chosen, *(name for name in offered if name not in chosen)]
    held, first = open_with(service, chosen)
    parts = place_card(first, offered, chosen) | {"held": gr.State(held)}
    bind_card(parts, service, offered)
    offer_gradients(service)


def bind_card(parts: Parts, service: Service, offered: list[str]) -> None:
    """Let the button, a token, and the sliders change what is shown."""

    async def on_token(held: Any, layer: int, clip: Any, token: gr.EventData) -> Updates:
        return await choose_token(service, held, token.index, layer, clip)

    inputs = ["source", "names", "layer", "clip"]
    running = bind(
        parts["button"].click, partial(run, service, offered), parts, inputs, SHOWN, **MODEL
    )
    message = parts["message"]
    running.then(None, message, message, js=SAY_STOPPED, **QUIET)
    inputs = ["held", "layer", "clip"]
    chosen = {**MODEL, "trigger_mode": "always_last"}
    bind(parts["tokens"].select, on_token, parts, inputs, ["held", *VIEW], **chosen)
    moving = {**CHOICE, "trigger_mode": "always_last"}  # while a slider is dragged
    for name in ("layer", "clip"):
        bind(parts[name].input, change_view, parts, inputs, ["held", *VIEW], **moving)
