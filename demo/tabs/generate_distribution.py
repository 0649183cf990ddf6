"""The bars of one token, and the token that they are of."""

from typing import Any

import gradio as gr

from core.errors import UserError
from core.pipelines.generation import Generation
from demo import texts
from demo.desk import Desk
from demo.tabs.binding import CHOICE, MODEL, Parts, Updates, bind
from demo.tabs.generate_show import show_tokens
from demo.work import Worker


def choose_token(desk: Desk, index: Any, marked: bool) -> Updates:
    """Turn to another token; ``marked`` says that the strip has its mark already."""
    if desk.generation is not None and index in range(len(desk.generation.steps)):
        desk.selected = index
        desk.marked = index if marked else desk.marked
    return {}


async def show_distribution(worker: Worker, desk: Desk) -> Updates:
    """Show the distribution at the token that is selected, or the last one."""
    generation, index = desk.generation, desk.index
    if generation is None or index is None or desk.is_drawn:
        return {}
    try:
        found = await worker.distribution(generation=generation, index=index)
    except UserError as error:
        return {"message": str(error)}
    if desk.index != index or not is_beginning(generation, desk):
        return {}  # meanwhile another one is wanted
    desk.drawn = desk.generation, index
    updates: Updates = {"distribution": texts.chart_value(desk.generation, found, desk.asked)}
    if desk.hand is None and desk.marked != desk.selected:
        updates |= show_tokens(desk)
    return updates


def is_beginning(generation: Generation, desk: Desk) -> bool:
    """Return whether the text on the desk still begins with that one: it may have grown."""
    now = desk.generation
    return now is not None and now.ids[: len(generation.ids)] == generation.ids


def bind_distribution(parts: Parts, worker: Worker) -> None:
    """Let tokens, buttons and keys choose whose distribution is shown."""

    def on_select(desk: Desk, token: gr.EventData) -> Updates:
        if token.asked < desk.pressed:
            return {}  # quick requests may arrive in another order
        desk.pressed = token.asked
        return choose_token(desk, token.index, marked=True)

    def on_step(desk: Desk, wanted: gr.EventData) -> Updates:
        if wanted.asked < desk.asked:
            return {}
        desk.asked = wanted.asked
        return choose_token(desk, wanted.step, marked=False)

    # In two steps: each choice counts, and needs no model; only the last one is drawn.
    for listen, callback in [
        (parts["tokens"].select, on_select),
        (parts["distribution"].step, on_step),
    ]:
        bind_after(bind(listen, callback, parts, ["desk"], [], **CHOICE), parts, worker)


def bind_after(event: gr.events.Dependency, parts: Parts, worker: Worker) -> None:
    """Show the distribution when an event has chosen a token, or written a text."""

    async def on_chosen(desk: Desk) -> Updates:
        return await show_distribution(worker, desk)

    names = ["distribution", "tokens", "message"]
    bind(event.then, on_chosen, parts, ["desk"], names, trigger_mode="always_last", **MODEL)
