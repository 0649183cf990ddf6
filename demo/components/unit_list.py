"""Units that go along with something visible, each a button."""

from typing import Any

import gradio as gr

from demo.components.sources import source


class UnitList(gr.HTML):
    """Lists units; choosing one raises `select` with its `unit`, `quantity` and `feature`.

    Value: {"title": str, "items": [{"unit", "quantity", "feature", "r", "share"}], "chosen":
    [quantity, unit], "note": str}; ``r`` is a string, ``share`` from 0 to 1 its size. None shows
    nothing.
    """

    def __init__(self, value: dict[str, Any] | None = None, **kwargs):
        super().__init__(
            value=value,
            html_template='<h2 class="units-title"></h2><ol class="choices units"></ol>'
            '<p class="note units-note"></p>',
            css_template=source("choices.css", "unit_list.css"),
            js_on_load=source("unit_list.js"),
            apply_default_css=False,
            **kwargs,
        )
