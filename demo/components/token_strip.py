"""A text as its tokens, each shaded by how likely its model found it; it grows while one writes."""

import html
import json
from typing import Any

import gradio as gr

from demo.components.sources import source

# One function body in several files; the last one starts it.
SCRIPTS = (
    "elements.js",
    "token_label.js",
    "token_strip_text.js",
    "token_strip_tip.js",
    "token_strip_keys.js",
    "token_strip.js",
)

# Gradio sets `css_template` anew at each value, and then every token is styled again, twelve times
# a second: a style sheet in the template stays.
TEMPLATE = """<style>{style}</style>
<div class="token-strip">
<p class="note strip-explanation">{explanation}</p>
<p class="strip-copy" lang="en"></p>
<div class="strip-box" lang="en" hidden>
  <span class="strip-prompt" aria-hidden="true"></span><span class="strip-tokens" role="toolbar"
    aria-label="Tokens; arrow keys move, Enter opens a token’s rivals"></span>
</div>
<div class="strip-foot" hidden>
  <p class="strip-legend"><span class="strip-measure"></span>
    <span class="strip-low"></span><i></i><span class="strip-high"></span></p>
  <p class="strip-given">grey: the beginning</p>
  <p class="strip-note" role="status"></p>
</div>
<div class="strip-tip" tabindex="-1" hidden>
  <p class="strip-name"></p><p class="strip-figures"></p>
  <ol class="strip-rivals"></ol><p class="strip-hint"></p>
</div></div>"""

EXPLANATION = (
    "The text appears here token by token; "
    "the less its model expected a token, the more it is shaded."
)


class TokenStrip(gr.HTML):
    """Shows tokens; pressing one raises `select` with its `index`, and how many were `asked` for;
    choosing another in its place `replace` with `index` and `rank`, that token's place in
    `alternatives[index]`.

    Value, all of it JSON; None shows the explanation:
        prompt: the text before, not shaded
        tokens: [[text, probability]]; the text has the space before it, where there is one. A
            probability may be None: not shaded
        mode: "probability", or "surprisal" to shade by -log2 of it; may be absent
        pretty: what to show in place of each token's text; may be absent
        alternatives: of each token, [[text, probability]], the likeliest first; may be absent, and
            while the text is being written should be
        replaceable: False where alternatives are to be looked at only; may be absent
        writing: whether more tokens will follow; may be absent
        selected: index of the token that is marked; may be absent
        asked: by the last `select` that this may be an answer to; may be absent
        note: a line below; may be absent

    As the input of an event it arrives packed, see `postprocess`.
    """

    def __init__(
        self, value: dict[str, Any] | None = None, *, explanation: str = EXPLANATION, **kwargs
    ):
        # Gradio puts every argument into the page's configuration, and takes what is missing for an
        # event of that name: its listener holds the whole page, copied at each request.
        self.explanation = explanation
        super().__init__(
            value=value,
            html_template=TEMPLATE.format(
                style=source("token_strip.css"), explanation=html.escape(explanation)
            ),
            js_on_load=source(*SCRIPTS),
            apply_default_css=False,
            **kwargs,
        )

    def postprocess(self, value: dict[str, Any] | None) -> dict[str, Any] | None:
        """Pack the lists of a value into strings, a line for each token.

        Gradio reads every value several times over and sends what is new: with 2,000 tokens lists
        cost the browser a second, where strings cost nothing, and a longer string is sent as its
        new end.
        """
        if value is None:
            return None
        tokens = [f"{_figure(probability)} {text}" for text, probability in value["tokens"]]
        pretty, alternatives = value.get("pretty"), value.get("alternatives")
        return {
            **value,
            "tokens": _lines(tokens),
            "pretty": None if pretty is None else _lines(pretty),
            "alternatives": None if alternatives is None else _lines(map(json.dumps, alternatives)),
        }


def _figure(probability: float | None) -> str:
    return "NaN" if probability is None else f"{probability:.6g}"


def _lines(texts) -> str:
    return "\n".join(text.replace("\n", "⏎") for text in texts)
