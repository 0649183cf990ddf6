"""The n-best list: a button for each hypothesis, with its score."""

from pathlib import Path
from typing import Any

import gradio as gr

HERE = Path(__file__).parent


class HypothesisList(gr.HTML):
    """Lists hypotheses; choosing one raises `select` with its `index`.

    Value: {"items": [{"text", "score"}], "chosen": index or None}; both are strings.
    """

    def __init__(self, value: dict[str, Any] | None = None, **kwargs):
        super().__init__(
            value=value,
            html_template='<ol class="hypotheses"></ol>',
            css_template=(HERE / "hypothesis_list.css").read_text(encoding="utf-8"),
            js_on_load=(HERE / "hypothesis_list.js").read_text(encoding="utf-8"),
            apply_default_css=False,
            **kwargs,
        )
