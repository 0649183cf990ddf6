"""Where the parts of the Generate tab stand; what they do is in generate.py and beside it."""

from typing import Any

import gradio as gr

from demo.components.distribution_chart import DistributionChart
from demo.components.plain_text import PlainText
from demo.components.token_strip import TokenStrip
from demo.desk import Desk
from demo.share_text import SHOWN
from demo.tabs.binding import Parts
from demo.tabs.generate_compare import place_compare
from demo.tabs.generate_score import place_score
from demo.tabs.generate_settings import place_settings
from demo.tabs.layout import place_examples, place_run, place_segments

# What a text changes as it grows, and what it leaves behind.
WRITTEN = ["tokens", "output", "summary", "message", "shown", "raw_only"]
PACES = [("as it writes", False), ("reading speed", True)]


def build_layout(
    first: dict[str, Any], desk: Desk, checkpoints: list[str], examples: list[tuple[str, str]]
) -> Parts:
    """Place all parts. `first` holds the values that they open with, by name."""
    with gr.Row(elem_classes="results"):
        with gr.Column(elem_classes="main", min_width=0):
            with gr.Column(elem_classes="card"):
                parts = place_prompt(examples, first)
            with gr.Column(elem_classes="card"):
                parts |= place_text(first)
            with gr.Column(elem_classes="card"):
                gr.HTML("<h2>The next token, step by step</h2>")
                chart = DistributionChart(
                    first.get("distribution"), elem_id="generate-distribution"
                )
        with gr.Column(elem_classes="side", min_width=0):
            parts |= place_settings(checkpoints)
    parts |= place_compare() | place_score(checkpoints)
    # What scripts hand over: the query string of a link, that of the address, and a file.
    names = ("link_query", "link_said", "address", "file_name", "file_text")
    handed = {name: gr.Textbox(visible=False) for name in names}
    return parts | handed | {"distribution": chart, "desk": gr.State(desk)}


def place_prompt(examples: list[tuple[str, str]], first: dict[str, Any]) -> Parts:
    """Place the beginning, the buttons that write, and what went wrong or might have."""
    with gr.Row(elem_classes="texts one"):
        prompt = gr.Textbox(
            examples[0][0],
            label="Beginning",
            lines=1,
            max_lines=6,
            placeholder="Type how the text begins, or nothing at all",
            elem_id="generate-prompt",
            html_attributes=gr.InputHTMLAttributes(lang="en"),
        )
    with gr.Row(elem_classes="bar"):
        run, stop = place_run("Write", "generate")
        go_on = gr.Button("Continue", elem_id="generate-continue", min_width=0)
        cancel = gr.Button("Cancel", elem_id="generate-cancel", visible="hidden")
        gr.HTML("", elem_classes="spacer")
        copy = gr.Button("Copy", elem_id="generate-copy", min_width=0)
        link = gr.Button("Link", elem_id="generate-link", min_width=0)
    progress = PlainText()  # Gradio writes the place in the queue over it
    message = PlainText(
        first.get("message", ""), status=True, elem_id="generate-message", elem_classes="message"
    )
    place_examples(examples, prompt, run)
    return {
        "prompt": prompt,
        "run": run,
        "stop": stop,
        "go_on": go_on,
        "cancel": cancel,
        "copy": copy,
        "link": link,
        "progress": progress,
        "message": message,
    }


def place_text(first: dict[str, Any]) -> Parts:
    """Place the text: its tokens with the switches of how they are shown, and as plain text."""
    with gr.Row(elem_classes="title"):
        gr.HTML("<h2>Text</h2>")
        shown = place_segments("Spelling", [(name, name) for name in SHOWN], "generate-pretty")
        pace = place_segments("Pace", PACES, "generate-pace")
        with gr.Row(elem_classes="exports", elem_id="generate-export"):
            save_txt = gr.Button("TXT", size="sm", min_width=0, elem_id="generate-export-text")
            save_json = gr.Button("JSON", size="sm", min_width=0, elem_id="generate-export-json")
    raw_only = PlainText(first.get("raw_only", ""), elem_classes="cell")
    tokens = TokenStrip(first.get("tokens"), elem_id="generate-tokens")
    summary = PlainText(
        first.get("summary", ""), elem_id="generate-summary", elem_classes="summary"
    )
    output = gr.Textbox(
        first.get("output", ""),
        label="The same as running text",
        lines=2,
        max_lines=6,
        interactive=False,
        elem_id="generate-output",
        elem_classes="field",
        html_attributes=gr.InputHTMLAttributes(lang="en"),
    )
    return {
        "shown": shown,
        "pace": pace,
        "save_txt": save_txt,
        "save_json": save_json,
        "raw_only": raw_only,
        "tokens": tokens,
        "summary": summary,
        "output": output,
    }
