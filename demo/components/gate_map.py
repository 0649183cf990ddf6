"""The map of a gate or a state: tokens by units, and the trace of one unit over the text."""

import html
from typing import Any

import gradio as gr

from demo.components.sources import source

# One function body in several files; the last one starts it.
SCRIPTS = (
    "elements.js",
    "gate_map_colour.js",
    "gate_map_figure.js",
    "gate_map_unit.js",
    "gate_map_keys.js",
    "gate_map_export.js",
    "gate_map.js",
)

# Labels come later, as text; what stands here is the same for every value.
TEMPLATE = """<div class="gate-map" hidden>
<div class="gate-head">
  <p class="gate-key"><span class="gate-low"></span><i></i><span class="gate-high"></span></p>
  <span class="gate-exports" id="{export_id}" role="group" aria-label="Download the values as">
    <button type="button" data-kind="csv">CSV</button><button type="button"
      data-kind="json">JSON</button></span>
</div>
<div class="gate-scroll">
  <div class="gate-body" role="application" tabindex="0">
    <div class="gate-plot" aria-hidden="true"></div>
    <div class="gate-labels" aria-hidden="true"></div>
    <div class="gate-row"></div><div class="gate-column" hidden></div>
  </div>
</div>
<div class="gate-tip" role="tooltip" hidden></div>
<div id="{unit_id}" class="gate-unit">
  <div class="gate-turn">
    <button type="button" class="gate-back" aria-label="Previous unit">‹</button>
    <label>unit <input type="number" class="gate-number" min="0" step="1"></label>
    <button type="button" class="gate-on" aria-label="Next unit">›</button>
    <span class="gate-note"></span>
  </div>
  <p class="gate-text" aria-hidden="true"></p>
  <p class="gate-line" role="status" aria-live="polite"></p>
  <details class="gate-table"><summary>The unit’s numbers as a table</summary>
    <div class="gate-table-scroll" role="region" tabindex="0" aria-label="Values of the unit"></div>
  </details>
</div></div>"""


class GateMap(gr.HTML):
    """Draws values of units over tokens; turning to another unit raises `select` with its `unit`,
    how many were `asked` for, and `checkpoint`, `layer` and `quantity` of the map.

    Value, all of it JSON; None shows nothing:
        checkpoint, layer, quantity: what is drawn, in words
        tokens: labels, each with the space before it, if any
        units: how many there are
        values: base64 of 16-bit integers, little-endian, unit after unit for each token
        step: what one of these integers counts
        low, high: ends of the scale; one from below 0 is signed, 0 in its middle
        clipped: whether some values lie beyond these ends, and have their colours
        unit: the one that is shown to begin with
        asked: by the last `select` that this may be an answer to
        notes: {unit: what to say about it}
        name: of the files that a visitor downloads, without their ending

    A page that holds it puts `attention_map.plotly_head()` into its head.
    """

    def __init__(
        self, value: dict[str, Any] | None = None, *, unit_id: str, export_id: str, **kwargs
    ):
        """``unit_id`` and ``export_id`` are the ids of its trace and of its buttons."""
        super().__init__(
            value=value,
            html_template=TEMPLATE.format(
                unit_id=html.escape(unit_id), export_id=html.escape(export_id)
            ),
            css_template=source("gate_map.css"),
            js_on_load=source(*SCRIPTS),
            apply_default_css=False,
            **kwargs,
        )
