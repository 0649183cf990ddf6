"""The frame of the page: its tabs, its theme, and what launch() needs for both."""

import os
from pathlib import Path
from typing import Any

import gradio as gr

from core.errors import UserError
from core.service import Service
from demo import limits
from demo.components.attention_map import plotly_head
from demo.query import read_fields
from demo.tabs import generate, inspect, reports, spell, translate
from demo.tabs.binding import QUIET
from demo.theme import build_theme

HERE = Path(__file__).parent

TABS = [
    ("Translate", translate.build),
    ("Generate", generate.build),
    ("Spell", spell.build),
    ("Inspect", inspect.build),
    ("Reports", reports.build),
]

READ_ADDRESS = "() => [window.location.search]"
KEPT = 3600  # seconds that files of visitors, theirs and translated ones, are kept

HEADER = """
<header class="page-header"><h1>SeqLens</h1>
<p>See a recurrent network translate, write and spell.</p></header>
"""


def build_demo(service: Service) -> gr.Blocks:
    """Build the page; each tab opens with a result that `service` computes now."""
    with gr.Blocks(
        title="SeqLens",
        analytics_enabled=False,
        delete_cache=(KEPT, KEPT),
    ) as demo:
        gr.HTML(HEADER)
        address = gr.Textbox(visible=False)
        with gr.Tabs() as tabs:
            for name, build in TABS:
                with gr.Tab(name, id=name.lower()):
                    build(service, demo)
        demo.load(choose_tab, address, tabs, js=READ_ADDRESS, show_progress_on=address, **QUIET)
    # Gradio adds up all events after each one for its monitoring, which is off here.
    os.environ.setdefault("GRADIO_ANALYTICS_CACHE_FREQUENCY", "1000000")
    demo.queue(max_size=limits.QUEUE_SIZE, default_concurrency_limit=limits.CONCURRENT_EVENTS)
    return demo


def choose_tab(query: str) -> dict[str, Any]:
    """Return the update that opens the tab which a link names."""
    try:
        name = read_fields(query or "").get("tab")
    except UserError:
        name = None  # the tabs say what is wrong with it
    return gr.update(selected=name) if name in [tab.lower() for tab, _ in TABS] else gr.skip()


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
