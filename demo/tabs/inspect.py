"""The Inspect tab: gates and states of any checkpoint, unit by unit, and its gradients."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import gradio as gr

from core.errors import UserError
from core.service import Service
from demo import api
from demo.sight import Sight
from demo.tabs import inspect_bptt, inspect_gradients, inspect_link
from demo.tabs.binding import CHOICE, MODEL, Parts, Updates, bind
from demo.tabs.inspect_layout import SHOWN, VIEW, build_layout
from demo.tabs.inspect_show import NO_MODEL, look, show
from demo.work import Worker, at_work

KINDS = ("language-model", "seq2seq", "spelling")


@dataclass(frozen=True)
class Example:
    """A text, who reads it, and what is visible in it that a unit may go along with."""

    text: str
    checkpoint: str
    feature: str | None = None
    note: str = ""

    @property
    def label(self) -> str:
        return f"{self.text} ({self.note})" if self.note else self.text


EXAMPLES = [  # the page opens with the first
    Example(
        "Recurrent networks (such as the LSTM (a cell with three gates)) count open brackets.",
        "lm-arxiv-word",
        "inside brackets",
    ),
    Example(
        "The model is trained on 40,000 abstracts. It reads them letter by letter.",
        "lm-arxiv-char",
        "letters of the word so far",
        "letters",
    ),
    Example(
        "Ein kleiner Hund schläft auf dem roten Sofa.", "translate-de-en", None, "a translator"
    ),
    Example("definately", "spell-en", None, "a corrector"),
    Example(
        "The first result [see also 1] is known, the second [see also 2] is not.",
        "lm-arxiv-word",
        "inside brackets",
        "it fails here",
    ),
]


def open_with(service: Service, sight: Sight, names: list[str]) -> Updates:
    """Put the first example into view, computed now, and return what the tab opens with."""
    if not names:
        return {"message": NO_MODEL}
    first = EXAMPLES[0]
    name = first.checkpoint if first.checkpoint in names else names[0]
    try:
        found = service.inspect(first.text, name)
        sight.take(found, first.feature)
        return show(found, sight)
    except UserError as error:
        return {"message": str(error)}


async def run(
    worker: Worker,
    sight: Sight,
    text: str,
    checkpoint: str | None,
    feature: str | None = None,
    filled: Updates | None = None,
) -> AsyncIterator[Updates]:
    """Inspect for the page; after an error the last result stays as it is.

    What is filled in shows at once; nothing else does when the visitor asks for another text.
    """
    wanted = sight.ask()
    if filled:
        yield filled
    try:
        async with at_work(look(worker, text, checkpoint)) as (work, slow):
            if slow and wanted():
                yield {"message": "Reading …"}
            found = await work
    except UserError as error:
        if wanted():
            yield {"message": str(error)}
        return
    if wanted():
        stays = sight.take(found, feature)
        # Lists that need no change may hold a choice that waits for its answer.
        yield only(VIEW if stays else SHOWN, show(found, sight) | {"message": ""})


async def run_example(worker: Worker, example: Example, sight: Sight) -> AsyncIterator[Updates]:
    """Fill an example in and inspect it."""
    filled = {"source": example.text, "checkpoint": example.checkpoint}
    steps = run(worker, sight, example.text, example.checkpoint, example.feature, filled)
    async for updates in steps:
        yield updates


async def turn(worker: Worker, sight: Sight, **chosen: Any) -> Updates:
    """Turn to another layer, quantity or unit of the text that is shown."""
    if sight.text is None:
        return {}
    read = sight.text, sight.checkpoint
    try:
        found = await look(worker, *read)
    except UserError as error:
        return {"message": str(error)} if read == (sight.text, sight.checkpoint) else {}
    if read != (sight.text, sight.checkpoint) or not sight.turn(found, **chosen):
        return {}  # meanwhile the visitor may have turned to another text
    return show(found, sight) | {"message": ""}


def choose_unit(sight: Sight, units: dict[str, Any], one: gr.EventData) -> Updates:
    """Turn to a unit that the map shows already."""
    if [one.checkpoint, one.layer, one.quantity] != [sight.checkpoint, sight.layer, sight.quantity]:
        return {}  # of a map that has gone
    if one.asked < sight.asked:
        return {}  # quick requests may arrive in another order
    sight.unit, sight.asked = one.unit, one.asked
    return {"units": {**units, "chosen": [sight.quantity, sight.unit]}}


def only(names: list[str], updates: Updates) -> Updates:
    """Return the updates of these parts."""
    return {name: value for name, value in updates.items() if name in names}


def build(service: Service, page: gr.Blocks) -> None:
    """Place the tab, bind its events and offer its API."""
    names = [name for kind in KINDS for name in service.checkpoints(kind)]
    sight, worker = Sight(), Worker(service)
    examples = [example for example in EXAMPLES if example.checkpoint in names]
    first = open_with(service, sight, names)
    parts = build_layout(first, sight, names, [example.label for example in examples])
    opening = inspect_link.bind_link(parts, worker, page, names)
    running = bind_runs(parts, worker, examples)
    bind_choices(parts, worker)
    api.offer_inspect(worker)
    bind_stop(parts, [*running, opening, inspect_gradients.build(service)])
    inspect_bptt.build(service)


def bind_runs(parts: Parts, worker: Worker, examples: list[Example]) -> list[gr.events.Dependency]:
    """Let the button, a checkpoint and the examples run."""
    options = {"trigger_mode": "always_last", "progress": "progress", **MODEL}
    inputs = ["sight", "source", "checkpoint"]
    running = [
        bind(listen, partial(run, worker), parts, inputs, SHOWN, **options)
        for listen in (parts["run"].click, parts["checkpoint"].input)
    ]
    outputs = [*SHOWN, "source", "checkpoint"]
    for chip, example in zip(parts["chips"], examples, strict=True):
        callback = partial(run_example, worker, example)
        running.append(bind(chip.click, callback, parts, ["sight"], outputs, **options))
    return running


def bind_stop(parts: Parts, running: list[gr.events.Dependency]) -> None:
    """Let Stop end what brings another text; a turn to another layer is only a view of this one."""
    stopped = {"message": "Stopped; the last result is shown."}
    bind(parts["stop"].click, lambda: stopped, parts, [], ["message"], cancels=running)


def bind_choices(parts: Parts, worker: Worker) -> None:
    """Let a visitor turn to another layer, quantity or unit."""

    # No answer sets a list back from which another layer or quantity has been chosen meanwhile: the
    # event that is deferred reads it. All layers of a model have the same quantities.
    found = ["quantity", *VIEW]

    async def on_layer(sight: Sight, layer: str) -> Updates:
        return only(VIEW, await turn(worker, sight, layer=layer))

    async def on_quantity(sight: Sight, quantity: str) -> Updates:
        return only(VIEW, await turn(worker, sight, quantity=quantity))

    async def on_found(sight: Sight, one: gr.EventData) -> Updates:
        return only(found, await turn(worker, sight, quantity=one.quantity, unit=one.unit))

    async def on_unit(sight: Sight, units: dict[str, Any], one: gr.EventData) -> Updates:
        return choose_unit(sight, units, one)

    # Keys may go through a list quicker than it is answered; the last choice counts.
    quick = {**MODEL, "trigger_mode": "always_last"}
    bind(parts["layer"].input, on_layer, parts, ["sight", "layer"], VIEW, **quick)
    bind(parts["quantity"].input, on_quantity, parts, ["sight", "quantity"], VIEW, **quick)
    # Each press, as Gradio repeats a deferred event with the data of another one.
    pressed = {**MODEL, "trigger_mode": "multiple"}
    bind(parts["units"].select, on_found, parts, ["sight"], found, **pressed)
    bind(parts["gates"].select, on_unit, parts, ["sight", "units"], ["units"], **CHOICE)
