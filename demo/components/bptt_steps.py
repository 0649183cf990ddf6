"""Backpropagation through time, a step at a time: formulas with the figures beside them."""

from typing import Any

import gradio as gr

from demo.components.sources import source

TEMPLATE = """<div class="bptt" hidden>
<div class="bptt-control" role="toolbar" aria-label="Steps; arrow keys move">
  <button type="button" class="bptt-back">← a step back</button>
  <span class="bptt-tokens"></span>
  <button type="button" class="bptt-on">a step on →</button>
</div>
<p class="bptt-title" role="status"></p>
<div class="bptt-parts">
  <section>
    <div class="bptt-formulas"></div>
    <div class="bptt-table" role="region" tabindex="0" aria-label="On the way forward"></div>
  </section>
  <section>
    <div class="bptt-formulas"></div>
    <div class="bptt-table" role="region" tabindex="0" aria-label="On the way back"></div>
  </section>
</div>
<h3>What the step adds to the sums</h3>
<div class="bptt-sums"></div>
</div>"""


class BpttSteps(gr.HTML):
    """Shows one step of the derivation at a time, the last token first; arrow keys move.

    Value: what `demo.bptt.steps_value` makes; None shows nothing. The step that is shown stays
    while the tokens are the same.
    """

    def __init__(self, value: dict[str, Any] | None = None, **kwargs):
        super().__init__(
            value=value,
            html_template=TEMPLATE,
            css_template=source("bptt_steps.css"),
            js_on_load=source("bptt_steps.js"),
            apply_default_css=False,
            **kwargs,
        )
