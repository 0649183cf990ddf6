"""The n-best list: a button for each hypothesis, with its score."""

from typing import Any

import gradio as gr

from demo.components.sources import source


class HypothesisList(gr.HTML):
    """Lists hypotheses; choosing one raises `select` with its `index`.

    Value: {"items": [{"text", "score"}], "chosen": index or None}; both are strings.
    """

    def __init__(self, value: dict[str, Any] | None = None, **kwargs):
        super().__init__(
            value=value,
            html_template='<ol class="hypotheses"></ol>',
            css_template=source("hypothesis_list.css"),
            js_on_load=source("hypothesis_list.js"),
            apply_default_css=False,
            **kwargs,
        )
