"""Where the parts of the Translate tab stand; what they do is in translate.py."""

import json
from dataclasses import dataclass
from typing import Any

import gradio as gr

from demo.components.attention_map import AttentionMap
from demo.components.hypothesis_list import HypothesisList
from demo.components.plain_text import PlainText
from demo.tabs.translate_settings import Settings, build_settings

NOTE = (
    "A row says where the decoder looked while it wrote that word. Attention is not an "
    "explanation: other weights can give the same word."
)


@dataclass(frozen=True)
class Parts:
    """The components that events read or write."""

    view: gr.State
    source: gr.Textbox
    output: gr.Textbox
    run: gr.Button
    stop: gr.Button
    settings: Settings
    progress: PlainText  # Gradio writes the place in the queue over it
    message: PlainText
    summary: PlainText
    units: gr.Radio
    sentence: gr.Dropdown
    attention: AttentionMap
    cell: PlainText
    hypotheses: HypothesisList

    @property
    def results(self) -> list[gr.components.Component]:
        """The parts that a result is written to."""
        names = "view output message summary sentence attention cell hypotheses"
        return [getattr(self, name) for name in names.split()]


def build_layout(
    first: dict[str, Any],
    checkpoints: list[str],
    problems: dict[str, str],
    examples: list[tuple[str, str]],
) -> Parts:
    """Place all parts. `first` holds the values that they open with, by name."""
    with gr.Column(elem_classes="card"):
        texts = place_texts(examples[0][0], first)
        bar = place_bar()
        settings = build_settings(checkpoints)
        lines = place_lines(first)
        place_examples(examples, texts["source"], bar["run"])
        for name, problem in problems.items():
            PlainText(f"{name} is not offered: {problem}", elem_classes="note")
    with gr.Row(elem_classes="results"):
        attention = place_map(first)
        with gr.Column(elem_classes="card side", min_width=0):
            gr.HTML("<h2>Hypotheses</h2>")
            hypotheses = HypothesisList(first.get("hypotheses"), elem_id="translate-hypotheses")
    view = gr.State(first.get("view"))
    return Parts(
        view=view, settings=settings, hypotheses=hypotheses, **texts, **bar, **lines, **attention
    )


def place_texts(german: str, first: dict[str, Any]) -> dict[str, Any]:
    """Place the two texts side by side."""
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
    return {"source": source, "output": output}


def place_bar() -> dict[str, Any]:
    """Place the buttons that run and stop."""
    with gr.Row(elem_classes="bar"):
        run = gr.Button("Translate", variant="primary", elem_id="translate-run", min_width=0)
        gr.HTML("<kbd>Ctrl</kbd> <kbd>Enter</kbd>", elem_classes="keys")
        stop = gr.Button("Stop", elem_id="translate-stop", min_width=0)
        gr.HTML("<kbd>Esc</kbd>", elem_classes="keys")
    return {"run": run, "stop": stop}


def place_lines(first: dict[str, Any]) -> dict[str, Any]:
    """Place what goes on, what went wrong or might have, and the figures of the run."""
    progress = PlainText(elem_classes="progress")
    message = PlainText(
        first.get("message", ""), status=True, elem_id="translate-message", elem_classes="message"
    )
    summary = PlainText(
        first.get("summary", ""), elem_id="translate-summary", elem_classes="summary"
    )
    return {"progress": progress, "message": message, "summary": summary}


def place_examples(examples: list[tuple[str, str]], source: gr.Textbox, run: gr.Button) -> None:
    """Place a chip for each example; a click fills it in and presses the button that runs."""
    press = f"() => {{ document.getElementById({json.dumps(run.elem_id)}).click(); }}"
    with gr.Row(elem_classes="chips"):
        for text, note in examples:
            chip = gr.Button(f"{text} ({note})" if note else text, size="sm", min_width=0)
            filled = chip.click(None, None, source, js=f"() => {json.dumps(text)}")
            filled.then(None, None, None, js=press)


def place_map(first: dict[str, Any]) -> dict[str, Any]:
    """Place the card of the attention map, with the choices of what it shows."""
    with gr.Column(elem_classes="card map", min_width=0):
        with gr.Row(elem_classes="title"):
            gr.HTML("<h2>Attention</h2>")
            units = gr.Radio(
                ["words", "subwords"],
                value="words",
                label="Units",
                show_label=False,
                container=False,
                elem_id="translate-units",
                elem_classes="segments",
            )
            gr.HTML('<span class="scale">0 <i></i> 1</span>')
        sentence = gr.Dropdown(
            **first.get("sentence", {"visible": False}),
            label="Sentence",
            elem_id="translate-sentence",
            elem_classes="field",
        )
        attention = AttentionMap(first.get("attention"), elem_id="translate-attention")
        cell = PlainText(status=True, elem_id="translate-cell", elem_classes="cell")
        gr.HTML(f'<p class="note">{NOTE}</p>')
    return {"units": units, "sentence": sentence, "attention": attention, "cell": cell}
