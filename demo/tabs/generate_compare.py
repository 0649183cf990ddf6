"""Side by side: the same beginning and seed under several ways of choosing."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from functools import partial
from typing import Any

import gradio as gr

from core.errors import UserError
from core.pipelines.generation import Generation
from demo import limits, texts
from demo.components.plain_table import PlainTable
from demo.components.plain_text import PlainText
from demo.desk import Desk
from demo.tabs.binding import QUIET, Parts, Updates, bind
from demo.tabs.generate_settings import METHODS, NAMES, PRESETS, SETTINGS, preset_values
from demo.tabs.generate_write import NO_MODEL
from demo.tabs.layout import DONE, SAY_STOPPED
from demo.work import Worker, in_time

# A method has the knobs as they are set, a preset its own.
WAYS = [*METHODS, *(name for name in PRESETS if name not in METHODS)]
AT_FIRST = ["greedy", "careful", "wild", "beam", "stochastic-beam"]
COMPARE = {
    "concurrency_id": "compare",
    "concurrency_limit": limits.CONCURRENT_RUNS,
    "progress": "compare_message",
}
NOTE = (
    "All write from the beginning and with the seed and the number of tokens above, 300 at most; "
    "a method with the knobs as they are set, a preset with its own. Perplexity is what the model "
    "gives to the text, whatever was drawn from. Distinct-1 and distinct-2 are the share of "
    "different words and of different pairs of words; repetition is the share of runs of four "
    "words that stood in the text before. The beginning does not count."
)


async def compare(
    worker: Worker,
    desk: Desk,
    ways: list[str],
    prompt: str,
    checkpoint: str | None,
    _method: str,
    *knobs: Any,
) -> AsyncIterator[Updates]:
    """Write the same text in several ways; each row appears when it is written."""
    rows: list[tuple] = []
    try:
        if checkpoint is None:
            raise UserError(NO_MODEL)
        if not ways:
            raise UserError("Choose one method or more.")
        # Gradio gives them as they were clicked, or as often as a program names them.
        for way in sorted(set(ways), key=[*WAYS, *ways].index):
            yield {"compare_message": f"Writing with {way} …"}
            request = limits.generate_request(prompt, checkpoint, **settings_of(way, knobs))
            begun = await in_time(worker.service.prompt, **request)
            written = await finish(worker, begun)
            figures = worker.service.diversity(written)
            rows.append((way, written, figures, desk.pretty))
            yield {"compare_table": texts.compare_table(rows)}
    except UserError as error:
        yield {"compare_message": str(error)}
        return
    yield {"compare_message": DONE}


def settings_of(way: str, knobs: tuple[Any, ...]) -> dict[str, Any]:
    """Return the method of one way and the values that it uses."""
    values = dict(zip([knob.name for knob in SETTINGS.knobs], knobs, strict=True))
    preset = preset_values(way) if way in PRESETS and way not in METHODS else {"method": way}
    method = preset.pop("method")
    values |= preset
    tokens, most = values["max_tokens"], limits.BEAM_TOKENS.high
    if isinstance(tokens, int | float) and tokens > most:  # NaN is not, and the limits say so
        values["max_tokens"] = most
    return {"method": method} | SETTINGS.used_by(method, tuple(values.values()))


async def finish(worker: Worker, begun: Generation) -> Generation:
    """Return the generation written to its end."""
    found = [begun]
    async with aclosing(worker.generate(begun)) as grown:
        async for written in grown:
            found = [written]
    return found[0]


def place_compare() -> Parts:
    """Place the card, closed."""
    with gr.Accordion(
        "The same beginning, several methods",
        open=False,
        elem_id="generate-compare",
        elem_classes="card",
    ):
        ways = gr.CheckboxGroup(
            WAYS,
            value=AT_FIRST,
            label="Methods and presets",
            elem_id="generate-compare-methods",
            elem_classes="choices",
        )
        with gr.Row(elem_classes="bar"):
            run = gr.Button("Compare", elem_id="generate-compare-button", min_width=0)
        message = PlainText(status=True, elem_id="generate-compare-message", elem_classes="message")
        table = PlainTable(label="The texts and their figures", elem_id="generate-compare-table")
        gr.HTML(f'<p class="note">{NOTE}</p>')
    return {
        "compare_ways": ways,
        "compare_run": run,
        "compare_message": message,
        "compare_table": table,
    }


def bind_compare(parts: Parts, worker: Worker) -> gr.events.Dependency:
    """Let the button compare."""

    inputs = ["desk", "compare_ways", "prompt", *NAMES]
    names = ["compare_message", "compare_table"]
    callback = partial(compare, worker)
    comparing = bind(parts["compare_run"].click, callback, parts, inputs, names, **COMPARE)
    message = parts["compare_message"]
    comparing.then(None, message, message, js=SAY_STOPPED, **QUIET)
    return comparing
