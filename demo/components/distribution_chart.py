"""The distribution of the next token at one step, before the filters and after them."""

from typing import Any

import gradio as gr

from demo.components.sources import source

# One function body in several files; the last one starts it.
SCRIPTS = (
    "elements.js",
    "token_label.js",
    "distribution_chart_rows.js",
    "distribution_chart_figure.js",
    "distribution_chart_table.js",
    "distribution_chart.js",
)

# Words and figures are written by the script, as text, around the bars that plotly draws.
TEMPLATE = """<div class="distribution-chart">
<p class="note chart-explanation">Choose a token of the text: what its model expected there appears
here, before the filters and after them.</p>
<div class="chart-parts" hidden>
<div class="chart-head">
  <span class="chart-buttons" role="group" aria-label="Step">
    <button type="button" class="chart-back" aria-label="Previous step">‹</button>
    <button type="button" class="chart-on" aria-label="Next step">›</button>
  </span>
  <span class="chart-step" role="status"></span>
</div>
<p class="chart-context"></p>
<p class="chart-legend"><span class="is-before">before the filters</span>
  <span class="is-after">after them</span><span class="is-removed">removed</span></p>
<div class="chart-body" role="application" tabindex="0">
  <div class="chart-band" hidden></div>
  <div class="chart-labels" aria-hidden="true"></div>
  <div class="chart-middle" aria-hidden="true">
    <div class="chart-plot"></div><div class="chart-reasons"></div>
  </div>
  <div class="chart-figures" aria-hidden="true"></div>
</div>
<p class="chart-sums"></p>
<p class="chart-removed"></p>
<details class="chart-table"><summary>The same numbers as a table</summary>
  <div class="chart-table-scroll" role="region" tabindex="0" aria-label="Distribution"></div>
</details>
</div></div>"""


class DistributionChart(gr.HTML):
    """Draws two bars for each token; its buttons and keys raise `step` with another `step`, and how
    many they have `asked` for.

    Value, all of it JSON; None says how to ask for it:
        step, steps: index of the step that is shown, and how many there are
        asked: by the last `step` that this may be an answer to
        before_text: a few words before it
        chosen: index in `rows` of the token that was written there, or None
        rows: [{"text", "before", "after", "removed_by"}], the likeliest tokens: probabilities
            before the filters and after them, and the name of the filter that removed the token, as
            `filters_of` has it, "never" for one that can't be written, None for one that may be
        rest: {"before", "after"} of all other tokens together

    A page that holds it puts `attention_map.plotly_head()` into its head, and declares --accent as
    a colour of six hexadecimal digits.
    """

    def __init__(self, value: dict[str, Any] | None = None, **kwargs):
        super().__init__(
            value=value,
            html_template=TEMPLATE,
            css_template=source("distribution_chart.css"),
            js_on_load=source(*SCRIPTS),
            apply_default_css=False,
            **kwargs,
        )
