"""The frame of the page: its tabs, its theme, and what launch() needs for both."""

import os
from pathlib import Path
from typing import Any

import gradio as gr

from core.service import Service
from demo import limits
from demo.components.attention_map import plotly_head
from demo.tabs import translate
from demo.theme import build_theme

HERE = Path(__file__).parent

TABS = [
    ("Translate", translate.build),
]

KEPT = 3600  # seconds that files of visitors, theirs and translated ones, are kept

HEADER = """
<header class="page-header"><h1>SeqLens</h1>
<p>See where a recurrent network looks while it translates.</p></header>
"""


def build_demo(service: Service) -> gr.Blocks:
    """Build the page; each tab opens with a result that `service` computes now."""
    with gr.Blocks(
        title="SeqLens",
        analytics_enabled=False,
        delete_cache=(KEPT, KEPT),
    ) as demo:
        gr.HTML(HEADER)
        with gr.Tabs():
            for name, build in TABS:
                with gr.Tab(name, id=name.lower()):
                    build(service, demo)
    # Gradio adds up all events after each one for its monitoring, which is off here.
    os.environ.setdefault("GRADIO_ANALYTICS_CACHE_FREQUENCY", "1000000")
    demo.queue(max_size=limits.QUEUE_SIZE, default_concurrency_limit=limits.CONCURRENT_EVENTS)
    return demo


def launch_options() -> dict[str, Any]:
    """Return the arguments of launch() that make the page look and behave as it should."""
    return {
        "theme": build_theme(),
        "css_paths": [HERE / "page.css"],
        "js": (HERE / "page.js").read_text(encoding="utf-8"),
        "head": plotly_head(),
        "footer_links": ["api", "settings"],
        "max_threads": limits.MAX_THREADS,
        "max_file_size": 4 * limits.MAX_FILE_BYTES,  # up to here, ours says more
        "state_session_capacity": limits.SESSIONS,
        "run_history": False,  # nothing is stored in the visitor's browser
        "show_error": False,
        "share": False,
        "ssr_mode": False,
        "enable_monitoring": False,
    }
