"""The likeliest tokens at one place, each a button with its probability as a bar."""

from typing import Any

import gradio as gr

from demo.components.sources import source


class AlternativeList(gr.HTML):
    """Lists tokens that could stand at a place; choosing one raises `select` with its `index`.

    Value: {"title": str, "step": int, "written": id, "items": [{"id", "text", "probability"}]};
    None says how to ask for it.
    """

    def __init__(self, value: dict[str, Any] | None = None, **kwargs):
        super().__init__(
            value=value,
            html_template='<h2 class="alternatives-title"></h2><ol class="alternatives"></ol>'
            '<p class="note alternatives-note"></p>',
            css_template=source("alternative_list.css"),
            js_on_load=source("elements.js", "token_label.js", "alternative_list.js"),
            apply_default_css=False,
            **kwargs,
        )
