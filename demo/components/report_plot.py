"""Lines of a report, drawn by plotly: one plot for each pair of axes."""

import html
from typing import Any

import gradio as gr

from demo.components.sources import source

TEMPLATE = """
<div class="report-plot" role="img" aria-label="{label}"></div>
<details class="report-points" hidden><summary>The same numbers as a table</summary>
  <div class="report-points-scroll" role="region" tabindex="0" aria-label="Points"></div>
</details>
"""
LABEL = "The lines of the report; the table below has their points"


class ReportPlot(gr.HTML):
    """Draws the lines of a report, which differ by dash and mark, not by colour alone.

    A table that can be opened has their points.

    Value: [{"x_label", "y_label", "lines": [{"name", "x", "y"}]}], a plot each; a line of one point
    is a mark, and x may be texts. None or [] shows nothing. What may be absent: "y_log" of a plot,
    for a logarithmic axis; of a line "texts", what hovering a point says of it, and "like", the
    index of another line of which it is a variant, drawn thinner and left out of the legend.

    A page that holds it puts `attention_map.plotly_head()` into its head.
    """

    def __init__(self, value: list[dict[str, Any]] | None = None, *, label: str = LABEL, **kwargs):
        super().__init__(
            value=value,
            html_template=TEMPLATE.format(label=html.escape(label)),
            css_template=source("report_plot.css"),
            js_on_load=source("report_plot.js"),
            apply_default_css=False,
            **kwargs,
        )
