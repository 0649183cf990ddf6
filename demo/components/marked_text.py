"""Text with marks: what was removed or added, how sure each word is."""

from typing import Any

import gradio as gr

from demo.components.sources import source


class MarkedText(gr.HTML):
    """Shows segments of text as inline runs, with a space between each two.

    Value: {"label": str, "segments": [{"text", "kind", "title", "shade", "note"}]}, all but `text`
    and `kind` optional: `kind` is "same", "removed" or "added"; `shade` in 0..1 tints the
    background; `note` is a small figure behind the text. None shows nothing and takes no room.
    """

    def __init__(self, value: dict[str, Any] | None = None, **kwargs):
        super().__init__(
            value=value,
            # Like an empty line of PlainText, an empty one takes no room: see page.css.
            html_template='<div class="marked-text plain-text" lang="en"></div>',
            css_template=source("marked_text.css"),
            js_on_load=source("marked_text.js"),
            apply_default_css=False,
            **kwargs,
        )
