"""Gradient flow, a card of the Inspect tab: what vanishes on the way back, and how fast."""

from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import gradio as gr

from core.errors import UserError
from core.service import KINDS, Service
from demo import gradients, limits, texts
from demo.api_gradients import offer_gradients
from demo.gradients import Trail
from demo.tabs.binding import CHOICE, MODEL, QUIET, Parts, Updates, bind
from demo.tabs.inspect_gradients_layout import EXAMPLES, place_card
from demo.tabs.layout import SAY_STOPPED
from demo.work import in_time

KIND = "language-model"
NO_MODEL = "There is no language model yet: run python -m core train lm-arxiv-word-rnn."
VIEW = ["plot", "table", "line", "clip_line", "message"]  # what a layer and a clip change
OF_TOKEN = ["tokens", *VIEW]
SHOWN = ["layer", *OF_TOKEN]


def open_with(service: Service, trail: Trail, names: list[str]) -> Updates:
    """Follow the gradient of the first example, computed now, and return what shows it."""
    if not names:
        return {"message": NO_MODEL}
    try:
        request = limits.gradient_request(EXAMPLES[0][0], names, None, trail.clip)
        scored = service.score_text(request["text"], names[0])
        trail.take(service.gradient_flow(**request), texts.score_strip(scored))
    except UserError as error:
        return {"message": str(error)}
    return show_text(trail)


def show_text(trail: Trail) -> Updates:
    """Return the updates that show another text, and which layers there are."""
    layers = gradients.layers_of(trail.compared)
    return {
        "tokens": gradients.strip_value(trail),
        "layer": gr.update(choices=layers, value=trail.layer, visible=len(layers) > 1),
        **show(trail),
    }


def show(trail: Trail) -> Updates:
    """Return the updates that show the layer of what is followed, and its clip.

    The list of layers stays: another one may have been chosen from it meanwhile.
    """
    compared, layer = trail.compared, trail.layer
    return {
        "plot": gradients.flow_plots(compared, layer),
        "table": gradients.flow_table(compared, layer),
        "line": gradients.flow_line(compared, layer),
        "clip_line": gradients.clip_line(compared, layer),
        "message": "",
    }


async def run(
    service: Service,
    offered: list[str],
    trail: Trail,
    text: str,
    names: list[str],
    layer: int,
    clip: Any,
) -> AsyncIterator[Updates]:
    """Follow the gradient from the last token of a text; after an error the last result stays."""
    try:
        names = sorted(names, key=offered.index)  # Gradio gives them as they were clicked
        request = limits.gradient_request(text, names, None, clip)
        trail.turn(layer, request["clip"])  # both may move until the models are done
        yield {"message": "Reading …"}
        first = request["checkpoints"][0]
        scored = await in_time(service.score_text, text=request["text"], checkpoint=first)
        compared = await in_time(service.gradient_flow, **request)
    except UserError as error:
        yield {"message": str(error)}
        return
    trail.ask()  # a token of the last text that is still on its way comes too late
    trail.take(compared, texts.score_strip(scored))
    yield show_text(trail)


async def choose_token(service: Service, trail: Trail, index: Any) -> Updates:
    """Follow the gradient from another token of the text that is shown."""
    if trail.compared is None:
        return {}
    wanted = trail.ask()
    try:
        names = [flow.checkpoint for flow in trail.compared.flows]
        request = limits.gradient_request(trail.compared.text, names, index, trail.clip)
        compared = await in_time(service.gradient_flow, **request)
    except UserError as error:
        told = {"message": str(error), "tokens": gradients.strip_value(trail)}
        return told if wanted() else {}
    if not wanted():
        return {}
    trail.take(compared)
    return show(trail)


async def change_view(trail: Trail, layer: int, clip: Any) -> Updates:
    """Show another layer, or clip at another norm."""
    try:
        trail.turn(layer, limits.CLIP.check(clip))
    except UserError as error:
        return {"message": str(error)}
    return show(trail) if trail.compared else {}


def build(service: Service) -> gr.events.Dependency:
    """Place the card, bind its events, offer its API, and return the run that Stop may end."""
    offered = service.checkpoints(KIND)
    chosen = [name for name in KINDS if name in offered] or offered[:1]
    offered = [*chosen, *(name for name in offered if name not in chosen)]
    trail = Trail()
    first = open_with(service, trail, chosen)
    parts = place_card(first, offered, chosen) | {"trail": gr.State(trail)}
    offer_gradients(service)
    return bind_card(parts, service, offered)


def bind_card(parts: Parts, service: Service, offered: list[str]) -> gr.events.Dependency:
    """Let the button, a token, and the sliders change what is shown; return the button's run."""

    async def on_token(trail: Trail, token: gr.EventData) -> Updates:
        if token.asked < trail.pressed:
            return {}  # quick requests may arrive in another order
        trail.pressed = token.asked
        return await choose_token(service, trail, token.index)

    inputs = ["trail", "source", "names", "layer", "clip"]
    callback = partial(run, service, offered)
    last = {"trigger_mode": "always_last"}  # while one is answered, the last that follows counts
    running = bind(
        parts["button"].click, callback, parts, inputs, SHOWN, "progress", **MODEL, **last
    )
    message = parts["message"]
    running.then(None, message, message, js=SAY_STOPPED, **QUIET)
    # Gradio would repeat a deferred click with the token of another one.
    each = {"trigger_mode": "multiple"}
    bind(parts["tokens"].select, on_token, parts, ["trail"], OF_TOKEN, **MODEL, **each)
    for name in ("layer", "clip"):
        inputs = ["trail", "layer", "clip"]
        bind(parts[name].input, change_view, parts, inputs, VIEW, **(CHOICE | last))
    return running
