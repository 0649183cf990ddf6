"""Where the parts of the Inspect tab stand; what they do is in inspect.py and beside it."""

import gradio as gr

from demo.components.gate_map import GateMap
from demo.components.plain_table import PlainTable
from demo.components.plain_text import PlainText
from demo.components.unit_list import UnitList
from demo.sight import Sight
from demo.tabs.binding import Parts, Updates
from demo.tabs.layout import place_run

VIEW = ["gates", "units", "saturation", "read", "summary", "message"]  # what a choice may change
SHOWN = ["layer", "quantity", *VIEW]  # what a text may
HELP = (
    "Point at the map to read a value; a click or the arrow keys up and down choose a unit, and its"
    " trace over the text is below."
)
SATURATED = (
    "Shares of all units and tokens of the text: shut is below 0.1, open above 0.9 (Karpathy,"
    " Johnson and Fei-Fei 2015, arXiv 1506.02078)."
)


def build_layout(
    first: Updates, sight: Sight, checkpoints: list[str], examples: list[str]
) -> Parts:
    """Place all parts. ``first`` holds the updates that they open with, by name."""
    with gr.Row(elem_classes="results"):
        with gr.Column(elem_classes="main", min_width=0):
            with gr.Column(elem_classes="card"):
                parts = place_input(first, sight, checkpoints, examples)
            with gr.Column(elem_classes="card"):
                parts |= place_map(first)
            with gr.Column(elem_classes="card late"):
                gr.HTML("<h2>How much of each gate is saturated</h2>")
                saturation = PlainTable(
                    first.get("saturation"),
                    label="Saturated shares of the gates",
                    elem_id="inspect-saturation",
                )
                gr.HTML(f'<p class="note">{SATURATED}</p>')
        with (
            gr.Column(elem_classes="side", min_width=0),
            gr.Column(elem_classes="card", min_width=0),
        ):
            units = UnitList(first.get("units"), elem_id="inspect-units")
    # What scripts hand over: the query string of a link, and that of the page's address.
    handed = {key: gr.Textbox(visible=False) for key in ("link_query", "link_said", "address")}
    return parts | handed | {"saturation": saturation, "units": units, "sight": gr.State(sight)}


def place_input(first: Updates, sight: Sight, checkpoints: list[str], examples: list[str]) -> Parts:
    """Place the text, who reads it, the buttons, and what went wrong."""
    with gr.Row(elem_classes="texts one"):
        source = gr.Textbox(
            sight.text or "",
            label="Text",
            lines=2,
            max_lines=8,
            placeholder="Type a text: English for a language model, German for a translator, a"
            " word for a corrector",
            elem_id="inspect-input",
            html_attributes=gr.InputHTMLAttributes(spellcheck=False),
        )
    with gr.Row(elem_classes="bar"):
        run, stop = place_run("Inspect", "inspect")
        gr.HTML("", elem_classes="spacer")
        link = gr.Button("Link", elem_id="inspect-link", min_width=0)
    checkpoint = gr.Dropdown(
        checkpoints,
        value=sight.checkpoint or next(iter(checkpoints), None),
        label="Checkpoint",
        info="The trained model that reads the text.",
        elem_id="inspect-checkpoint",
        elem_classes="field",
    )
    progress = PlainText()  # Gradio writes the place in the queue over it
    message = PlainText(
        first.get("message", ""), status=True, elem_id="inspect-message", elem_classes="message"
    )
    with gr.Row(elem_classes="chips", elem_id="inspect-examples"):
        chips = [gr.Button(label, size="sm", min_width=0) for label in examples]
    return {
        "source": source,
        "run": run,
        "stop": stop,
        "link": link,
        "checkpoint": checkpoint,
        "progress": progress,
        "message": message,
        "chips": chips,
    }


def place_map(first: Updates) -> Parts:
    """Place the choice of a layer and a quantity, their map, and the figures of the run."""
    gr.HTML("<h2>Gates and states</h2>")
    with gr.Row(elem_classes="picks"):
        layer, quantity = (
            gr.Dropdown(
                first.get(name, {}).get("choices", []),
                value=first.get(name, {}).get("value"),
                label=name.capitalize(),
                elem_id=f"inspect-{name}",
                elem_classes="field",
            )
            for name in ("layer", "quantity")
        )
    read = PlainText(first.get("read", ""), elem_id="inspect-read", elem_classes="cell")
    gates = GateMap(
        first.get("gates"),
        unit_id="inspect-unit",
        export_id="inspect-export",
        elem_id="inspect-gates",
    )
    summary = PlainText(
        first.get("summary", ""), status=True, elem_id="inspect-summary", elem_classes="summary"
    )
    gr.HTML(f'<p class="note">{HELP}</p>')
    return {"layer": layer, "quantity": quantity, "read": read, "gates": gates, "summary": summary}
