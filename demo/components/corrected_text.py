"""A corrected text: each changed word shows its letters that changed, and every word opens."""

from typing import Any

import gradio as gr

from demo.components.sources import source

TEMPLATE = """<div class="corrected">
<p class="corrected-text" lang="en" role="group" aria-label="Corrected text"></p>
<p class="corrected-legend" hidden><span><ins>added</ins></span> <span><del>left out</del></span>
<span class="corrected-own">your choice</span>
<span>A click or Enter opens a word; Tab goes to the next changed one, the arrow keys to any.</span>
</p></div>"""


class CorrectedText(gr.HTML):
    """Shows a text with its words; opening one raises `select` with its `index`, `key`, and how
    many were `asked` for.

    ``key`` says whether it was opened by the keyboard. Enter on a word that is open raises `focus`:
    the focus should go to what it opened.

    Value, all of it JSON; None shows nothing:
        runs: what stands between words as strings, and words as {"text", "letters", "chosen",
            "said"}: of a changed word, ``letters`` are [[before, after]], one of the two empty
            where letters were added or left out; ``chosen`` marks a visitor's own choice; ``said``
            is its name for screen readers
        opened: index of the word, among words, that is marked; None for none
        asked: by the last `select` that this may be an answer to
    """

    def __init__(self, value: dict[str, Any] | None = None, **kwargs):
        super().__init__(
            value=value,
            html_template=TEMPLATE,
            css_template=source("corrected_text.css"),
            js_on_load=source("elements.js", "corrected_text.js"),
            apply_default_css=False,
            **kwargs,
        )
