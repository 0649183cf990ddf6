"""A small table of texts and figures; on a phone each of its rows becomes a list."""

import html
from typing import Any

import gradio as gr

from demo.components.sources import source

TEMPLATE = """<div class="plain-table" role="region" aria-label="{label}" tabindex="0" hidden>
<table><thead></thead><tbody></tbody></table></div>"""


class PlainTable(gr.HTML):
    """Shows rows of strings as they are; the first cell of each is its heading.

    Value: {"head": [str], "rows": [[str]], "wide": index of a column of running text}; ``wide`` may
    be absent. Of a heading that has two lines the second is smaller. None shows nothing.
    """

    def __init__(self, value: dict[str, Any] | None = None, *, label: str, **kwargs):
        super().__init__(
            value=value,
            html_template=TEMPLATE.format(label=html.escape(label)),
            css_template=source("plain_table.css"),
            js_on_load=source("plain_table.js"),
            apply_default_css=False,
            **kwargs,
        )
