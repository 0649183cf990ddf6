"""The Translate tab: German in, English out, with the attention that produced it."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from functools import partial
from typing import Any

import gradio as gr

from core.errors import UserError
from core.service import Service
from demo import api, limits
from demo.board import Board
from demo.hints import not_german
from demo.spaces_gpu import on_gpu
from demo.tabs import (
    translate_compare,
    translate_file,
    translate_guided,
    translate_link,
    translate_reference,
    translate_tree,
)
from demo.tabs.binding import CHOICE, MODEL, Parts, Updates, bind
from demo.tabs.translate_binding import bind_view
from demo.tabs.translate_layout import SETTINGS, SHOWN, build_layout
from demo.tabs.translate_settings import used_by
from demo.tabs.translate_show import (
    FIGURES,
    draw,
    drawn_by_now,
    new_view,
    show_hypothesis,
    show_sentence,
    show_translation,
)
from demo.views import View
from demo.work import Worker, at_work

NO_TREE = "Stopped; close this card and open it again to draw the tree."
EXAMPLES = [  # a text and what to say about it; the page opens with the first
    ("Zwei Männer sitzen auf einer Bank.", ""),
    ("Guten Morgen! Haben Sie gut geschlafen?", ""),
    ("Ein Hund rennt durch den Schnee.", ""),
    ("Ich hätte es gesagt, wenn du gefragt hättest.", ""),
    ("Das Unfassbare ward Ereignis.", "it fails here"),
]
NO_MODEL = "There is no translator yet: run python -m core train translate-de-en."


def open_with(service: Service) -> Updates:
    """Return what the tab opens with: the first example, translated now."""
    names = service.checkpoints()
    if not names:
        return {"message": NO_MODEL}
    request = {"text": EXAMPLES[0][0], "checkpoint": names[0]}
    try:
        service.translate(**request)  # the first run after loading is slow, and no visitor's
        first = service.translate(**request)
    except UserError as error:
        return {"message": str(error)}
    return show_translation(View(first))


async def translate(
    worker: Worker,
    view: View | None,
    text: str,
    prefix: str,
    checkpoint: str | None,
    method: str,
    *knobs: Any,
) -> AsyncIterator[Updates]:
    """Translate for the page; after an error the text and the last result stay as they are.

    `knobs` are in the order of translate_settings.KNOBS.
    """
    try:
        if checkpoint is None:
            raise UserError(NO_MODEL)
        request = limits.translate_request(
            text, checkpoint, method, **used_by(method, knobs), prefix=prefix
        )
        async with at_work(worker.translate(**request)) as (work, slow):
            if slow:
                yield {"message": "Translating …"}
            translation = await work
    except UserError as error:
        yield {"message": str(error)}
        return
    yield {**show_translation(new_view(view, translation)), "message": not_german(text)}


async def run(worker: Worker, board: Board, *values: Any) -> AsyncIterator[Updates]:
    """Translate, and let nothing that was asked before come after it."""
    wanted = board.ask()
    async with aclosing(translate(worker, board.view, *values)) as steps:
        async for updates in steps:
            if not wanted():  # it was stopped
                return
            yield board.take(drawn_by_now(updates, board.view))


async def stop(board: Board, tree: dict[str, Any] | None = None) -> Updates:
    """Let nothing that is on its way be shown any longer."""
    board.ask()
    stopped = {"message": "Stopped; the last result is shown."}
    return stopped if tree else {**stopped, "tree_message": NO_TREE}


def choose_units(view: View | None, units: str) -> Updates:
    return show_hypothesis(view.choose_units(units)) if view else {}


def choose_scale(view: View | None, scale: str) -> Updates:
    return draw(view.drawn(scale=scale)) if view else {}


def choose_palette(view: View | None, palette: str) -> Updates:
    return draw(view.drawn(palette=palette)) if view else {}


def choose_sentence(view: View | None, sentence: int) -> Updates:
    if view is None or sentence not in range(len(view.sentences)):
        return {}  # of another text, if the click came too late
    return show_sentence(view.choose_sentence(sentence))


def choose_hypothesis(view: View | None, index: int, tree: dict[str, Any] | None = None) -> Updates:
    """Show another hypothesis of the list; no node of the tree is chosen any longer."""
    if view is None or index not in range(len(view.shown.hypotheses)):
        return {}
    updates = {**FIGURES, **show_hypothesis(view.choose_hypothesis(index))}
    if tree:
        updates |= {"tree": {**tree, "chosen": None}, "tree_message": ""}
    return updates


def build(service: Service, page: gr.Blocks) -> None:
    """Place the tab, bind its events and offer its API."""
    parts = build_layout(open_with(service), service.checkpoints(), service.problems(), EXAMPLES)
    worker = Worker(service)
    bind_choices(parts)
    stoppable = [
        bind_run(parts, worker),
        *translate_guided.bind_guided(parts, worker),
        *translate_tree.bind_tree(parts, worker),
        translate_compare.bind_compare(parts, worker),
        translate_reference.bind_reference(parts, worker),
        *translate_link.bind_link(parts, worker, page),
    ]
    said = ["message", "tree_message"]
    bind(parts["stop"].click, stop, parts, ["board", "tree"], said, cancels=stoppable)
    translate_file.bind_file(parts, worker)
    api.offer_translate(on_gpu(service.translate))


def bind_run(parts: Parts, worker: Worker) -> gr.events.Dependency:
    """Let the button run a translation."""
    return bind(
        parts["run"].click,
        partial(run, worker),
        parts,
        ["board", "source", "prefix", *SETTINGS],
        SHOWN,
        trigger_mode="always_last",
        progress="progress",
        **MODEL,
    )


def bind_choices(parts: Parts) -> None:
    """Let clicks change what is shown of the last translation."""

    def on_hypothesis(view: View | None, tree: Any, choice: gr.EventData) -> Updates:
        return choose_hypothesis(view, choice.index, tree)

    for listen, callback, inputs in [
        (parts["units"].input, choose_units, ["units"]),
        (parts["scale"].input, choose_scale, ["scale"]),
        (parts["palette"].input, choose_palette, ["palette"]),
        (parts["sentence"].input, choose_sentence, ["sentence"]),
        (parts["hypotheses"].select, on_hypothesis, ["tree"]),
    ]:
        bind_view(listen, callback, parts, inputs, SHOWN, **CHOICE)
