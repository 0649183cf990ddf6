"""Text with marks: what was removed or added, how sure each word is."""

from pathlib import Path
from typing import Any

import gradio as gr

HERE = Path(__file__).parent


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
            css_template=(HERE / "marked_text.css").read_text(encoding="utf-8"),
            js_on_load=(HERE / "marked_text.js").read_text(encoding="utf-8"),
            apply_default_css=False,
            **kwargs,
        )
