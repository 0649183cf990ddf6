"""The ways in which the model would write a word, each a button with its probability."""

from typing import Any

import gradio as gr

from demo.components.sources import source


class CandidateList(gr.HTML):
    """Lists spellings of a word; choosing one raises `select` with the `word` and its `text`.

    Esc raises `blur`: the focus should go back to where the word stands.

    Value: {"word": index, "typed": str, "written": str, "why": str, "items": [{"text",
    "probability", "nats"}], "focus": bool}; ``nats`` is a string, and ``focus`` moves the
    keyboard's focus to what is written. None says how to ask for it.
    """

    def __init__(self, value: dict[str, Any] | None = None, **kwargs):
        super().__init__(
            value=value,
            html_template='<h2 class="candidates-title"></h2><ol class="choices candidates"></ol>'
            '<p class="note candidates-note"></p>',
            css_template=source("choices.css", "candidate_list.css"),
            js_on_load=source("elements.js", "token_label.js", "candidate_list.js"),
            apply_default_css=False,
            **kwargs,
        )
