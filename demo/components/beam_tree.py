"""The beam as a tree: every hypothesis that was looked at, and which of them went on."""

from typing import Any

import gradio as gr

from demo.components.sources import source

SCRIPTS = ("beam_layout.js", "beam_tree.js")  # one script, in two files

# The words and figures of a node are written by the script, as text.
TEMPLATE = """
<div class="beam-tree" hidden>
  <p class="tree-legend">
    <span data-status="alive">continued</span>
    <span data-status="pruned">pruned: others were better</span>
    <span data-status="finished">✓ finished, with its score</span>
    <span data-status="unfinished">unfinished when the search stopped</span>
    <span>bold: the best</span>
    <span>thick frame: the chosen</span>
    <span>figure: log-probability so far</span>
  </p>
  <div class="tree-scroll">
    <div class="tree-steps" aria-hidden="true"></div>
    <div class="tree-canvas" role="tree" aria-label="Hypotheses of the beam by step"></div>
  </div>
  <p class="tree-note" role="status"></p>
</div>
"""


class BeamTree(gr.HTML):
    """Draws the hypotheses of a beam search; choosing one raises `select` with its `id`.

    Value: {"nodes": [node], "chosen": id or None, "best": id or None}, a node being {"id",
    "parent", "step", "text", "log_prob", "score", "status", "note"}. The root has no parent and
    step 0, a child the step after its parent's. `text` is that of one token with the space before
    it, `log_prob` is summed up to it; `status` is alive (it was continued), pruned (`note` says by
    what it was beaten), finished or unfinished. None draws nothing.
    """

    def __init__(self, value: dict[str, Any] | None = None, **kwargs):
        super().__init__(
            value=value,
            html_template=TEMPLATE,
            css_template=source("beam_tree.css"),
            js_on_load=source(*SCRIPTS),
            apply_default_css=False,
            **kwargs,
        )
