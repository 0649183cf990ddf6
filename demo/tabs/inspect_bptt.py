"""Backpropagation through time by hand, a card of the Inspect tab: each step with its formulas."""

from functools import partial
from typing import Any

import gradio as gr

from core.errors import UserError
from core.service import MOST_TOKENS, SLIPS, Service
from demo import bptt, limits
from demo.api_gradients import offer_bptt
from demo.components.bptt_steps import BpttSteps
from demo.components.plain_table import PlainTable
from demo.components.plain_text import PlainText
from demo.tabs.binding import CHOICE, Parts, Updates, bind
from demo.tabs.layout import place_segments

EXAMPLE = "the cat sat on the mat"
HIDDEN, SEED = 4, 0
NOTE = (
    f"A network of {HIDDEN} hidden units with random weights (seed {SEED}) reads one token a step "
    "and should say the next one; L is the sum of -log ŷ of what follows, in nats. Nothing is "
    "trained here: what counts is that two ways to its gradient agree. W and Wᵀ have the same "
    "shape, so that nothing but a comparison like this finds that slip."
)
SHOWN = ["steps", "summary", "gradients", "slips", "message"]


def derive(service: Service, text: Any, units: Any, slip: Any) -> Updates:
    """Return the updates that show the derivation; after an error the last one stays."""
    try:
        found = service.bptt(**limits.bptt_request(text, units, HIDDEN, SEED, slip))
    except UserError as error:
        return {"message": str(error)}
    return {
        "steps": bptt.steps_value(found),
        "summary": bptt.summary_line(found),
        "gradients": bptt.gradient_table(found),
        "slips": bptt.slip_table(found),
        "message": "",
    }


def build(service: Service) -> None:
    """Place the card, bind its events and offer its API."""
    parts = place_card(derive(service, EXAMPLE, "word", "none"))
    inputs = ["source", "units", "slip"]
    for listen in (
        parts["button"].click,
        parts["units"].input,
        parts["slip"].input,
    ):
        bind(listen, partial(derive, service), parts, inputs, SHOWN, **CHOICE)
    offer_bptt(service)


def place_card(first: Updates) -> Parts:
    """Place all parts; ``first`` holds the values that they open with."""
    with gr.Column(elem_id="inspect-bptt", elem_classes="card"):
        gr.HTML("<h2>Backpropagation through time, by hand</h2>")
        parts = place_input()
        message = PlainText(
            first["message"], status=True, elem_id="inspect-bptt-message", elem_classes="message"
        )
        steps = BpttSteps(first["steps"], elem_id="inspect-bptt-steps")
        summary = PlainText(
            first["summary"], status=True, elem_id="inspect-bptt-summary", elem_classes="summary"
        )
        gradients = PlainTable(
            first["gradients"],
            label="The gradients by hand and by autograd",
            elem_id="inspect-bptt-table",
        )
        gr.HTML("<h2>What each slip does to the largest difference</h2>")
        slips = PlainTable(
            first["slips"],
            label="The largest difference of each gradient under each slip",
            elem_id="inspect-bptt-slips",
        )
        gr.HTML(f'<p class="note">{NOTE}</p>')
    return parts | {
        "message": message,
        "progress": message,
        "steps": steps,
        "summary": summary,
        "gradients": gradients,
        "slips": slips,
    }


def place_input() -> Parts:
    """Place the text and what is done with it."""
    with gr.Row(elem_classes="bar end"):
        source = gr.Textbox(
            EXAMPLE,
            label=f"Text of up to {MOST_TOKENS} words or letters",
            lines=1,
            max_lines=1,
            elem_id="inspect-bptt-text",
            elem_classes="field",
            html_attributes=gr.InputHTMLAttributes(lang="en"),
        )
        units = place_segments(
            "Tokens", [("words", "word"), ("letters", "character")], "inspect-bptt-units"
        )
        button = gr.Button("Derive", variant="primary", elem_id="inspect-bptt-button", min_width=0)
        slip = gr.Dropdown(
            [(text, name) for name, text in SLIPS.items()],
            value="none",
            label="A slip in the derivation",
            elem_id="inspect-bptt-slip",
            elem_classes="field",
        )
    return {"source": source, "units": units, "button": button, "slip": slip}
