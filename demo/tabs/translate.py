"""The Translate tab: German in, English out, with the attention that produced it."""

import asyncio
import functools
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import gradio as gr

from core.errors import UserError
from core.service import Service
from demo import api, limits, views
from demo.hints import not_german
from demo.spaces_gpu import on_gpu
from demo.tabs.translate_layout import Parts, build_layout
from demo.tabs.translate_settings import used_by
from demo.views import View
from demo.work import in_time

EXAMPLES = [  # a text and what to say about it; the page opens with the first
    ("Zwei Männer sitzen auf einer Bank.", ""),
    ("Guten Morgen! Haben Sie gut geschlafen?", ""),
    ("Ein Hund rennt durch den Schnee.", ""),
    ("Ich hätte es gesagt, wenn du gefragt hättest.", ""),
    ("Das Unfassbare ward Ereignis.", "it fails here"),
]
SLOW = 0.3  # seconds until the page says that it is at work; sooner would only blink

# What a callback changes: values or gr.update(...) by the names of Parts; the rest stays.
Updates = dict[str, Any]


def open_with(service: Service) -> Updates:
    """Return what the tab opens with: the first example, translated now."""
    names = service.checkpoints()
    if not names:
        return {"message": "There is no checkpoint yet: run python -m core train translate-de-en."}
    request = {"text": EXAMPLES[0][0], "checkpoint": names[0]}
    try:
        service.translate(**request)  # the first run after loading is slow, and no visitor's
        first = service.translate(**request)
    except UserError as error:
        return {"message": str(error)}
    return show_translation(View(first))


async def translate(
    model: Callable, view: View | None, text: str, checkpoint: str, method: str, *knobs: Any
) -> AsyncIterator[Updates]:
    """Translate for the page; after an error the text and the last result stay as they are.

    `model` is Service.translate; `knobs` are in the order of translate_settings.KNOBS.
    """
    try:
        request = limits.translate_request(text, checkpoint, method, **used_by(method, knobs))
        work = asyncio.ensure_future(in_time(model, **request))
        try:
            if not (await asyncio.wait({work}, timeout=SLOW))[0]:
                yield {"message": "Translating …"}
            translation = await work
        finally:
            work.cancel()  # a visitor who stops this waits for it no longer
    except UserError as error:
        yield {"message": str(error)}
        return
    yield {
        **show_translation(View(translation, units=view.units if view else "words")),
        "message": not_german(text),
    }


def choose_units(view: View | None, units: str) -> Updates:
    return show_part(replace(view, units=units)) if view else {}


def choose_sentence(view: View | None, sentence: int) -> Updates:
    return show_part(view.choose_sentence(sentence)) if view else {}


def choose_hypothesis(view: View | None, choice: gr.EventData) -> Updates:
    return show_part(replace(view, hypothesis=choice.index)) if view else {}


def describe_cell(view: View | None, cell: gr.EventData) -> Updates:
    return {"cell": views.cell_line(view, cell.row, cell.column)} if view else {}


def show_translation(view: View) -> Updates:
    """Return the updates that show a new translation."""
    choices = views.sentence_choices(view)
    return {
        "output": view.translation.text,
        "summary": views.summary_line(view.translation),
        "sentence": {"choices": choices, "value": 0, "visible": len(choices) > 1},
        **show_part(view),
    }


def show_part(view: View) -> Updates:
    """Return the updates that show another part of the same translation."""
    return {
        "view": view,
        "hypotheses": views.list_value(view),
        "attention": views.map_value(view),
        "cell": views.size_line(view),
    }


def build(service: Service) -> None:
    """Place the tab, bind its events and offer its API."""
    parts = build_layout(open_with(service), service.checkpoints(), service.problems(), EXAMPLES)
    model = on_gpu(service.translate)
    bind_run(parts, model)
    bind_choices(parts)
    api.offer_translate(model)


def bind_run(parts: Parts, model: Callable) -> None:
    """Let the buttons run and stop a translation."""

    async def on_run(*values):
        async for updates in translate(model, *values):
            yield by_component(parts, updates)

    running = parts.run.click(
        on_run,
        [parts.view, parts.source, *parts.settings.inputs],
        parts.results,
        concurrency_id=limits.CONCURRENCY_ID,
        concurrency_limit=limits.CONCURRENT_RUNS,
        trigger_mode="always_last",
        show_progress="minimal",
        show_progress_on=parts.progress,
        api_visibility="private",
    )
    parts.stop.click(
        lambda: "Stopped; the last result is shown.",
        None,
        parts.message,
        cancels=running,
        show_progress="hidden",
        api_visibility="private",
    )


def bind_choices(parts: Parts) -> None:
    """Let clicks change what is shown of the last translation."""
    for listen, callback, inputs in [
        (parts.units.input, choose_units, [parts.view, parts.units]),
        (parts.sentence.input, choose_sentence, [parts.view, parts.sentence]),
        (parts.hypotheses.select, choose_hypothesis, [parts.view]),
        (parts.attention.select, describe_cell, [parts.view]),
    ]:
        # wraps keeps the signature, in which Gradio looks for gr.EventData.
        @functools.wraps(callback)
        def on_choice(*values, callback=callback):
            return by_component(parts, callback(*values))

        listen(on_choice, inputs, parts.results, show_progress="hidden", api_visibility="private")


def by_component(parts: Parts, updates: Updates) -> dict[gr.components.Component, Any]:
    """Return updates as Gradio takes them, with components for names."""
    return {
        getattr(parts, name): gr.update(**value) if name == "sentence" else value
        for name, value in updates.items()
    }
