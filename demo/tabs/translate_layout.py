"""Where the parts of the Translate tab stand; what they do is in translate.py and beside it."""

from typing import Any

import gradio as gr

from demo.board import Board
from demo.components.alternative_list import AlternativeList
from demo.components.attention_map import AttentionMap
from demo.components.hypothesis_list import HypothesisList
from demo.components.marked_text import MarkedText
from demo.components.plain_text import PlainText
from demo.tabs import translate_cards, translate_settings
from demo.tabs.binding import Parts
from demo.tabs.layout import place_examples, place_run, place_segments
from demo.tabs.translate_settings import build_settings
from demo.views import PALETTES, SCALES, UNITS

NOTE = (
    "A row says where the decoder looked while it wrote that word. Attention is not an "
    "explanation: other weights can give the same word."
)
SETTINGS = list(translate_settings.NAMES)
# The parts that a new translation, or another part of it, may change.
SHOWN = [
    *("output", "message", "summary", "sentence", "attention", "too_large"),
    *("hypotheses", "alternatives", "force_text", "force_step", "force_end", "free"),
    *translate_cards.CLEARED,
]


def build_layout(
    first: dict[str, Any],
    checkpoints: list[str],
    problems: dict[str, str],
    examples: list[tuple[str, str]],
) -> Parts:
    """Place all parts. `first` holds the values that they open with, by name."""
    with gr.Column(elem_classes="card"):
        parts = {**place_texts(examples[0][0], first), **place_bar()}
        parts |= build_settings(checkpoints, "translate")
        parts |= place_lines(first)
        place_examples(examples, parts["source"], parts["run"])
        for name, problem in problems.items():
            PlainText(f"{name} is not offered: {problem}", elem_classes="note")
    with gr.Row(elem_classes="results"):
        parts |= place_map(first)
        with gr.Column(elem_classes="side", min_width=0):
            parts |= place_lists(first)
    parts |= translate_cards.place_cards(checkpoints)
    return parts | {
        "board": gr.State(Board(first.get("view"))),
        # What scripts hand over: the query string of a link, and that of the page's address.
        "link_query": gr.Textbox(visible=False),
        "link_said": gr.Textbox(visible=False),
        "address": gr.Textbox(visible=False),
    }


def place_texts(german: str, first: dict[str, Any]) -> Parts:
    """Place the two texts side by side, and the beginning that the second may be given."""
    with gr.Row(elem_classes="texts"):
        source = gr.Textbox(
            german,
            label="German",
            lines=3,
            placeholder="Type or paste German here",
            elem_id="translate-source",
            html_attributes=gr.InputHTMLAttributes(lang="de"),
        )
        output = gr.Textbox(
            first.get("output", ""),
            label="English",
            lines=3,
            interactive=False,
            elem_id="translate-output",
            html_attributes=gr.InputHTMLAttributes(lang="en"),
        )
    prefix = gr.Textbox(
        label="The English begins with",
        info="Optional. Of one sentence; it is kept to the letter, and the rest is written anew.",
        max_lines=1,
        elem_id="translate-prefix",
        elem_classes="field",
        html_attributes=gr.InputHTMLAttributes(lang="en"),
    )
    return {"source": source, "output": output, "prefix": prefix}


def place_bar() -> Parts:
    """Place the buttons that run and stop, and those that take the result away."""
    with gr.Row(elem_classes="bar"):
        run, stop = place_run("Translate", "translate")
        gr.HTML("", elem_classes="spacer")
        copy = gr.Button("Copy", elem_id="translate-copy", min_width=0)
        link = gr.Button("Link", elem_id="translate-link", min_width=0)
    return {"run": run, "stop": stop, "copy": copy, "link": link}


def place_lines(first: dict[str, Any]) -> Parts:
    """Place what goes on, what went wrong or might have, and the figures of the run."""
    progress = PlainText()  # Gradio writes the place in the queue over it
    message = PlainText(
        first.get("message", ""), status=True, elem_id="translate-message", elem_classes="message"
    )
    summary = PlainText(
        first.get("summary", ""), status=True, elem_id="translate-summary", elem_classes="summary"
    )
    changes = MarkedText(elem_id="translate-changes", elem_classes="cell")
    return {"progress": progress, "message": message, "summary": summary, "changes": changes}


def place_map(first: dict[str, Any]) -> Parts:
    """Place the card of the attention map, with the choices of what it shows."""
    with gr.Column(elem_classes="card map", min_width=0):
        with gr.Row(elem_classes="title"):
            gr.HTML("<h2>Attention</h2>")
            units = place_segments("Units", [(name, name) for name in UNITS], "translate-units")
            scale = place_segments(
                "Range of the colours",
                list(zip(("0–1", "rescaled by row"), SCALES, strict=True)),
                "translate-scale",
            )
            colours = [(name, name) for name in PALETTES]
            palette = place_segments("Colours", colours, "translate-palette")
        several = first.get("sentence", {})
        sentence = gr.Dropdown(
            several.get("choices", []),
            value=several.get("value"),
            visible=several.get("visible", False),
            label="Sentence",
            elem_id="translate-sentence",
            elem_classes="field",
        )
        attention = AttentionMap(
            first.get("attention"), export_id="translate-export", elem_id="translate-attention"
        )
        too_large = PlainText(status=True, elem_id="translate-too-large", elem_classes="cell")
        parts = place_what_if(first)
        gr.HTML(f'<p class="note">{NOTE}</p>')
    return parts | {
        "units": units,
        "scale": scale,
        "palette": palette,
        "sentence": sentence,
        "attention": attention,
        "too_large": too_large,
    }


def place_what_if(first: dict[str, Any]) -> Parts:
    """Place the buttons that force the attention of a pinned cell."""
    with gr.Row(elem_classes="bar what-if"):
        text = PlainText(first.get("force_text", ""), elem_classes="cell")
        step = gr.Button(
            "Force it here",
            size="sm",
            interactive=False,
            min_width=0,
            elem_id="translate-force-step",
        )
        end = gr.Button("From here on", size="sm", interactive=False, elem_id="translate-force-end")
        free = gr.Button(
            "Back to the free translation",
            size="sm",
            interactive=False,
            min_width=0,
            elem_id="translate-free",
        )
    return {"force_text": text, "force_step": step, "force_end": end, "free": free}


def place_lists(first: dict[str, Any]) -> Parts:
    """Place the cards of the hypotheses and of the alternatives."""
    with gr.Column(elem_classes="card", min_width=0):
        gr.HTML("<h2>Hypotheses</h2>")
        hypotheses = HypothesisList(first.get("hypotheses"), elem_id="translate-hypotheses")
    with gr.Column(elem_classes="card", min_width=0):
        alternatives = AlternativeList(elem_id="translate-alternatives")
    return {"hypotheses": hypotheses, "alternatives": alternatives}
