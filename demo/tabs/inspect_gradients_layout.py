"""Where the parts of the gradient card stand; what they do is in inspect_gradients.py."""

import gradio as gr

from demo.components.open_slider import OpenSlider
from demo.components.plain_table import PlainTable
from demo.components.plain_text import PlainText
from demo.components.report_plot import ReportPlot
from demo.components.token_strip import TokenStrip
from demo.tabs.binding import Parts, Updates
from demo.tabs.layout import place_examples

EXAMPLES = [  # a text and what to say about it; the card opens with the first
    (
        "We present a recurrent neural network that reads a sentence word by word ( its hidden "
        "state is a vector of real numbers ) and predicts the next word of the sentence from all "
        "the words before it .",
        "",
    ),
    ("the the the the the the the the the the the the the the the the the the the the", ""),
    ("Attention is all you need .", "short"),
]
LABEL = "Norms of the gradient by steps back; the table has their figures"
STRIP = "The tokens appear here; the gradient starts from the one that is chosen."
NOTE = (
    "The loss is -log p of the chosen token, given those before it; a token is shaded by how much "
    "it surprised the first model. ∂loss/∂h and ∂loss/∂c are total derivatives, through all later "
    "steps, in float64. The norm that is clipped is that of all weights together, for this one "
    "token; training clips that of a whole batch."
)


def place_card(first: Updates, offered: list[str], chosen: list[str]) -> Parts:
    """Place all parts; ``first`` holds the values that they open with."""
    with gr.Column(elem_id="inspect-gradients", elem_classes="card"):
        gr.HTML("<h2>Gradient flow, step by step back</h2>")
        parts = place_input(first, offered, chosen)
        message = PlainText(
            first.get("message", ""),
            status=True,
            elem_id="inspect-gradients-message",
            elem_classes="message",
        )
        progress = PlainText()
        tokens = TokenStrip(
            first.get("tokens"), explanation=STRIP, elem_id="inspect-gradients-tokens"
        )
        plot = ReportPlot(first.get("plot"), label=LABEL, elem_id="inspect-gradients-plot")
        line, clip_line = (
            PlainText(first.get(name, ""), elem_id=f"inspect-gradients-{key}")
            for name, key in (("line", "line"), ("clip_line", "clip-line"))
        )
        table = PlainTable(
            first.get("table"),
            label="The gradient of each model",
            elem_id="inspect-gradients-table",
        )
        gr.HTML(f'<p class="note">{NOTE}</p>')
    return parts | {
        "message": message,
        "progress": progress,
        "tokens": tokens,
        "plot": plot,
        "line": line,
        "clip_line": clip_line,
        "table": table,
    }


def place_input(first: Updates, offered: list[str], chosen: list[str]) -> Parts:
    """Place the text, the models, and what is shown of them."""
    with gr.Row(elem_classes="texts one"):
        source = gr.Textbox(
            EXAMPLES[0][0],
            label="English",
            lines=2,
            max_lines=6,
            placeholder="Type or paste a text here",
            elem_id="inspect-gradients-text",
            html_attributes=gr.InputHTMLAttributes(lang="en"),
        )
    names = gr.CheckboxGroup(
        offered,
        value=chosen,
        label="Models, on the same text",
        elem_id="inspect-gradients-checkpoints",
        elem_classes="choices",
    )
    with gr.Row(elem_classes="bar end"):
        button = gr.Button(
            "Follow the gradient",
            variant="primary",
            elem_id="inspect-gradients-button",
            min_width=0,
        )
        layers = first.get("layer", {"choices": [1], "visible": False})
        layer = gr.Radio(
            layers["choices"],
            value=1,
            label="Layer",
            visible=layers["visible"],
            elem_id="inspect-gradients-layer",
            elem_classes="choices",
        )
        clip = OpenSlider(
            0.1,
            50,
            value=1,
            step=0.1,
            label="Clip the norm of all weights at",
            buttons=[],
            elem_id="inspect-gradients-clip",
            elem_classes="field slide",
        )
    place_examples(EXAMPLES, source, button, elem_id="inspect-gradients-examples")
    return {"source": source, "names": names, "button": button, "layer": layer, "clip": clip}
