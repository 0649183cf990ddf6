"""Where the parts of the Spell tab stand; what they do is in spell.py and beside it."""

from typing import Any

import gradio as gr

from demo.components.attention_map import AttentionMap
from demo.components.candidate_list import CandidateList
from demo.components.corrected_text import CorrectedText
from demo.components.open_slider import OpenSlider
from demo.components.plain_text import PlainText
from demo.proof import Proof
from demo.tabs.binding import Parts
from demo.tabs.layout import place_examples, place_run

# What a text, a choice or a threshold may change.
SHOWN = ["output", "summary", "undo", "candidates", "attention", "map_line", "figures", "message"]
WORD = ["candidates", "attention", "map_line"]  # what turning to another word does
MOST = 10.0  # nats: the end of the slider; more can be asked for by a link
NOTE = (
    "A row says where the decoder looked while it wrote that letter. Attention is not an "
    "explanation: other weights can give the same letter."
)


def build_layout(
    first: dict[str, Any], proof: Proof, checkpoints: list[str], examples: list[tuple[str, str]]
) -> Parts:
    """Place all parts. `first` holds the values that they open with, by name."""
    with gr.Row(elem_classes="results"):
        with gr.Column(elem_classes="main", min_width=0):
            with gr.Column(elem_classes="card"):
                parts = place_input(examples, first)
            with gr.Column(elem_classes="card"):
                parts |= place_output(first)
            with gr.Column(elem_classes="card late"):
                parts |= place_map(first)
        with gr.Column(elem_classes="side", min_width=0):
            with gr.Column(elem_classes="card", min_width=0):
                candidates = CandidateList(first.get("candidates"), elem_id="spell-candidates")
            with gr.Column(elem_classes="card knobs", min_width=0):
                parts |= place_settings(first, proof, checkpoints)
    # What scripts hand over: the query string of a link, and that of the page's address.
    names = ("link_query", "link_said", "address")
    handed = {name: gr.Textbox(visible=False) for name in names}
    return parts | handed | {"candidates": candidates, "proof": gr.State(proof)}


def place_input(examples: list[tuple[str, str]], first: dict[str, Any]) -> Parts:
    """Place the text, the buttons that run and take away, and what went wrong."""
    with gr.Row(elem_classes="texts one"):
        source = gr.Textbox(
            examples[0][0],
            label="English",
            lines=2,
            max_lines=12,
            placeholder="Type or paste a word or a text here",
            elem_id="spell-input",
            html_attributes=gr.InputHTMLAttributes(lang="en", spellcheck=False),
        )
    with gr.Row(elem_classes="bar"):
        run, stop = place_run("Correct", "spell")
        gr.HTML("", elem_classes="spacer")
        copy = gr.Button("Copy", elem_id="spell-copy", min_width=0)
        link = gr.Button("Link", elem_id="spell-link", min_width=0)
    progress = PlainText()  # Gradio writes the place in the queue over it
    message = PlainText(
        first.get("message", ""), status=True, elem_id="spell-message", elem_classes="message"
    )
    place_examples(examples, source, run, elem_id="spell-examples")
    return {
        "source": source,
        "run": run,
        "stop": stop,
        "copy": copy,
        "link": link,
        "progress": progress,
        "message": message,
    }


def place_output(first: dict[str, Any]) -> Parts:
    """Place the corrected text, the button that takes a choice back, and the figures of the run."""
    with gr.Row(elem_classes="title"):
        gr.HTML("<h2>Corrected</h2>")
        with gr.Row(elem_classes="exports"):
            undo = gr.Button(
                "Undo", size="sm", interactive=False, min_width=0, elem_id="spell-undo"
            )
    output = CorrectedText(first.get("output"), elem_id="spell-output")
    summary = PlainText(
        first.get("summary", ""), status=True, elem_id="spell-summary", elem_classes="summary"
    )
    return {"undo": undo, "output": output, "summary": summary}


def place_map(first: dict[str, Any]) -> Parts:
    """Place the attention map of the open word."""
    gr.HTML("<h2>Attention, letter by letter</h2>")
    line = PlainText(first.get("map_line", ""), elem_classes="cell")
    attention = AttentionMap(
        first.get("attention"),
        export_id="spell-export",
        source_lang="en",
        elem_id="spell-attention",
    )
    gr.HTML(f'<p class="note">{NOTE}</p>')
    return {"map_line": line, "attention": attention}


def place_settings(first: dict[str, Any], proof: Proof, checkpoints: list[str]) -> Parts:
    """Place the threshold with what was measured at it, and the choice of a model, if there is."""
    gr.HTML("<h2>How sure it must be</h2>")
    checkpoint = gr.Dropdown(
        checkpoints,
        value=checkpoints[0] if checkpoints else None,
        label="Checkpoint",
        info="The trained model.",
        visible=len(checkpoints) > 1,
        elem_id="spell-checkpoint",
        elem_classes="field wide",
    )
    threshold = OpenSlider(
        0,
        MOST,
        value=proof.threshold,
        step=0.1,
        label="Threshold, nats",
        info="A word is changed where the model is surer of another by more than this. 1 nat is "
        "2.7 times as likely; doubt in the word as typed counts half. What you chose stays.",
        buttons=[],
        elem_id="spell-threshold",
        elem_classes="field slide",
    )
    figures = PlainText(first.get("figures", ""), elem_id="spell-figures", elem_classes="note")
    return {"threshold": threshold, "figures": figures, "checkpoint": checkpoint}
