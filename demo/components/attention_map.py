"""The attention map: a plotly heatmap between two strips of tokens that light each other."""

import html
from pathlib import Path
from typing import Any

import gradio as gr
import plotly

from demo.components.sources import source

PLOTLY_JS = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"

# One function body in several files; the last one starts it.
SCRIPTS = (
    "elements.js",
    "attention_map_figure.js",
    "attention_map_tokens.js",
    "attention_map_light.js",
    "attention_map_pin.js",
    "attention_map_table.js",
    "attention_map_export.js",
    "attention_map.js",
)

# Labels come later, as text; what stands here is the same for every value.
TEMPLATE = """<div class="attention-map">{exports}
<div class="map-scroll" hidden><div class="map-canvas">
  <div class="map-head">
    <div class="map-corner"></div>
    <div class="map-columns" role="toolbar" aria-label="Source tokens" lang="{lang}"></div>
    <span class="map-measure">entropy, bits</span>
  </div>
  <div class="map-main">
    <div class="map-rows" role="toolbar" aria-label="Target tokens" aria-orientation="vertical">
    </div>
    <div class="map-body" role="application" tabindex="0">
      <div class="map-plot" aria-hidden="true"></div><div class="map-overlay"></div>
    </div>
    <div class="map-entropy"></div>
  </div>
</div></div>
<div class="map-tip" role="tooltip" hidden></div>
<p class="map-line" role="status" aria-live="polite" hidden></p>
<details class="map-table" hidden><summary>The same numbers as a table</summary>
  <div class="map-table-scroll" role="region" tabindex="0" aria-label="Attention weights"></div>
</details></div>"""


class AttentionMap(gr.HTML):
    """Draws attention weights; each change of the pin raises `select` with its `row` and `column`,
    and how many changes have been `asked` for.

    A pinned target token has no column, a pinned source token no row, a pinned cell has both, and
    both are None when the pin is let go.

    Value, all of it JSON; None draws nothing:
        source, target: labels
        weights: a row for each target token
        probabilities: of each target token; may be absent
        entropy: of each row, in bits; may be absent
        forced: [[row, [columns]]], where the visitor's attention stands in; may be absent
        scale: "0-1", or "row" to give each row's largest weight the full colour
        palette: "cividis" or "viridis"
        pinned: {"row", "column"} to begin with; may be absent
        asked: by the last `select` that this may be an answer to; where it is absent, any
        name: of the files that a visitor downloads, without their ending

    A page that holds it puts `plotly_head()` into its head.
    """

    def __init__(
        self,
        value: dict[str, Any] | None = None,
        *,
        export_id: str | None = None,
        source_lang: str = "de",
        **kwargs,
    ):
        """Place a map; with `export_id`, the id of their row, it has buttons for download."""
        super().__init__(
            value=value,
            html_template=TEMPLATE.format(exports=_export_buttons(export_id), lang=source_lang),
            css_template=source("attention_map.css"),
            js_on_load=source(*SCRIPTS),
            apply_default_css=False,
            **kwargs,
        )


def plotly_head() -> str:
    """Return the script tag that serves plotly.js from the installed plotly package."""
    gr.set_static_paths([PLOTLY_JS])
    # Async: the page is painted while the script (5 MB) is read; the map waits for it.
    return f'<script id="plotly-js" src="gradio_api/file={PLOTLY_JS.as_posix()}" async></script>'


def _export_buttons(element_id: str | None) -> str:
    if element_id is None:
        return ""
    buttons = "".join(
        f'<button type="button" class="map-export" data-kind="{kind}">{kind.upper()}</button>'
        for kind in ("png", "svg", "csv", "json")
    )
    group = 'class="map-exports" role="group" aria-label="Download the map as" hidden'
    return f'<div id="{html.escape(element_id)}" {group}>{buttons}</div>'
