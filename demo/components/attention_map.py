"""The attention map: a plotly heatmap that keeps its container and hands clicks to Python."""

from pathlib import Path
from typing import Any

import gradio as gr
import plotly

HERE = Path(__file__).parent
PLOTLY_JS = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"

# A region that takes the focus can be scrolled by keyboard.
TEMPLATE = '<div class="map-scroll" role="region" tabindex="0"><div class="map-plot"></div></div>'


class AttentionMap(gr.HTML):
    """Draws attention weights; a click on a cell raises `select` with its `row` and `column`.

    Value: {"source": [str], "target": [str], "weights": [[float]]}, a row for each target token;
    None draws nothing. A page that holds it puts `plotly_head()` into its head.
    """

    def __init__(self, value: dict[str, Any] | None = None, **kwargs):
        super().__init__(
            value=value,
            html_template=TEMPLATE,
            css_template=(HERE / "attention_map.css").read_text(encoding="utf-8"),
            js_on_load=(HERE / "attention_map.js").read_text(encoding="utf-8"),
            apply_default_css=False,
            **kwargs,
        )


def plotly_head() -> str:
    """Return the script tag that serves plotly.js from the installed plotly package."""
    gr.set_static_paths([PLOTLY_JS])
    # Async: the page is painted while the script (5 MB) is read; the map waits for it.
    return f'<script id="plotly-js" src="gradio_api/file={PLOTLY_JS.as_posix()}" async></script>'
