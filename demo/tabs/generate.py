"""The Generate tab: a language model writes, and a visitor turns its knobs."""

import time
from collections.abc import AsyncIterator
from functools import partial

import gradio as gr

from core.errors import UserError
from core.pipelines.generation import Generation
from core.service import Service
from demo import api, texts
from demo.desk import Desk
from demo.tabs import (
    generate_compare,
    generate_distribution,
    generate_link,
    generate_score,
    generate_write,
)
from demo.tabs.binding import CHOICE, QUIET, STREAM, Parts, Updates, bind
from demo.tabs.generate_layout import WRITTEN, build_layout
from demo.tabs.generate_settings import AT_FIRST, NAMES, SETTINGS, preset_values
from demo.tabs.generate_show import show_ended, show_text
from demo.work import Worker

KIND = "language-model"
PRESS_CANCEL = "() => { document.getElementById('generate-cancel').click(); }"
EXAMPLES = [  # a beginning and what to say about it; the page opens with the first
    ("We propose", ""),
    ("Recurrent neural networks", ""),
    ("In this paper, we show that attention", ""),
    ("", "no beginning"),
    ("Once upon a time, there was a princess who", "it fails here"),
]


def open_with(service: Service, desk: Desk) -> Updates:
    """Put the first example on the desk, written now, and return what the tab opens with."""
    names = service.checkpoints(KIND)
    if not names:
        return {"message": generate_write.NO_MODEL}
    values = preset_values(AT_FIRST)
    knobs = tuple(values.get(knob.name, knob.value) for knob in SETTINGS.knobs)
    used = SETTINGS.used_by(values["method"], knobs)
    try:
        begun = service.prompt(EXAMPLES[0][0], names[0], method=values["method"], **used)
        list(service.generate(begun))  # the first run after loading is slow, and no visitor's
        desk.generation = timed(service, begun)
        last = service.distribution(desk.generation, desk.index)
        desk.drawn = desk.generation, last.step
    except UserError as error:
        return {"message": str(error)}
    return {
        **show_ended(desk),
        "message": texts.unknown_line(begun),
        "distribution": texts.chart_value(desk.generation, last),
    }


def timed(service: Service, begun: Generation) -> Generation:
    """Return the generation written to its end."""
    started = time.perf_counter()
    steps = list(service.generate(begun))
    return service.ended(begun.written(*steps, seconds=time.perf_counter() - started))


def choose_shown(desk: Desk, shown: str) -> Updates:
    """Show the text pretty or raw; one that is being written changes with its next token."""
    desk.pretty = shown == "pretty"
    return {} if desk.hand else show_text(desk)


def choose_pace(desk: Desk, slow: bool) -> Updates:
    """Show the text as it is written or at reading speed, from the next token on."""
    desk.slow = slow
    return {}


def build(service: Service, page: gr.Blocks) -> None:
    """Place the tab and bind its events."""
    desk, checkpoints = Desk(), service.checkpoints(KIND)
    parts = build_layout(open_with(service, desk), desk, checkpoints, EXAMPLES)
    worker = Worker(service)
    generate_distribution.bind_distribution(parts, worker)
    checkpoint = checkpoints[0] if checkpoints else None
    stoppable = [
        *bind_writing(parts, worker),
        generate_link.bind_link(parts, worker, page, checkpoint),
        generate_compare.bind_compare(parts, worker),
        generate_score.bind_score(parts, worker, checkpoints),
    ]
    bind_stop(parts, stoppable)
    bind(parts["shown"].input, choose_shown, parts, ["desk", "shown"], WRITTEN, **CHOICE)
    bind(parts["pace"].input, choose_pace, parts, ["desk", "pace"], [], **CHOICE)
    api.offer_generate(worker)


def bind_writing(parts: Parts, worker: Worker) -> list[gr.events.Dependency]:
    """Let the buttons write and go on, and the tokens be replaced."""

    async def on_rival(desk: Desk, choice: gr.EventData) -> AsyncIterator[Updates]:
        async for updates in generate_write.put_rival(worker, desk, choice.index, choice.rank):
            yield updates

    bound = [
        bind(listen, callback, parts, ["desk", *inputs], WRITTEN, progress="progress", **STREAM)
        for listen, callback, inputs in [
            (parts["run"].click, partial(generate_write.write, worker), ["prompt", *NAMES]),
            (parts["go_on"].click, partial(generate_write.go_on, worker), ["max_tokens"]),
            (parts["tokens"].replace, on_rival, []),
        ]
    ]
    for written in bound:
        generate_distribution.bind_after(written, parts, worker)
    return bound


def bind_stop(parts: Parts, stoppable: list[gr.events.Dependency]) -> None:
    """Let Stop end what is being written, and take out of the queue what only waits."""
    stopped = bind(parts["stop"].click, generate_write.stop, parts, ["desk"], ["message"])
    # Only afterwards, for an event that is cut off can't show its text as finished; and as a click,
    # because Gradio cancels nothing in a chain of events.
    stopped.then(None, None, None, js=PRESS_CANCEL, **QUIET)
    parts["cancel"].click(None, None, None, cancels=stoppable)
