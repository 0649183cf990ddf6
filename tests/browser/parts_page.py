"""The parts of the Generate tab on a page of their own, as a visitor uses them.

python -m tests.browser.parts_page PORT    opens that page
"""

import json
import sys
import time

import gradio as gr
from playwright.sync_api import Locator, Page

from demo.components.attention_map import plotly_head
from demo.components.distribution_chart import DistributionChart
from demo.components.token_strip import TokenStrip
from demo.theme import build_theme
from tests.browser.server import ROOT

TOKENS = [
    [" a", 0.62],
    [" novel", 0.25],
    [" recurrent", 0.02],
    [" architecture", 0.125],
    [" that", 0.9],
    [" learns", 0.14],
    [".", 1.0],
]
RIVALS = [" is", " learns", " can", " uses", " has", " the", " models", " does", " may", " was"]
LEARNS = [[text, p] for text, p in zip(RIVALS, [0.22, 0.14, *[0.05] * 8], strict=True)]
TEXT = {
    "prompt": "We propose",
    "tokens": TOKENS,
    "alternatives": [LEARNS if text == " learns" else [[text, p]] for text, p in TOKENS],
    "mode": "probability",
    "pretty": None,
    "writing": False,
    "note": "",
    "selected": None,
}
CHART = {
    "step": 5,
    "steps": 7,
    "before_text": "… novel recurrent architecture that",
    "chosen": 1,
    "rows": [
        {"text": " is", "before": 0.22, "after": 0.5, "removed_by": None},
        {"text": " learns", "before": 0.14, "after": 0.3, "removed_by": None},
        {"text": "<unk>", "before": 0.12, "after": 0.0, "removed_by": "never"},
        {"text": " can", "before": 0.1, "after": 0.2, "removed_by": None},
        {"text": " models", "before": 0.07, "after": 0.0, "removed_by": "top_p"},
        {"text": " the", "before": 0.05, "after": 0.0, "removed_by": "top_k"},
        {"text": " has", "before": 0.04, "after": 0.0, "removed_by": "top_k"},
    ],
    "rest": {"before": 0.26, "after": 0.0},
}
WRITTEN = 1200  # tokens, of the test that writes
BATCH, PAUSE = 42, 1 / 12  # 500 tokens a second


def build() -> gr.Blocks:
    """Both components; `#value` and a button set either, `#events` has what they raised."""

    def write():
        tokens = []
        for number in range(WRITTEN):
            tokens.append([f" word{number}" if number % 7 else ",", (number % 100) / 100])
            if number % BATCH == BATCH - 1:
                yield TEXT | {"tokens": tokens, "alternatives": None, "writing": True}
                time.sleep(PAUSE)
        yield TEXT | {"tokens": tokens, "alternatives": [LEARNS] * WRITTEN, "note": "Done."}

    def put(value: str, done: int) -> tuple[dict | None, int]:
        return json.loads(value), done + 1

    def record(events: str, what: dict) -> str:
        return "\n".join(filter(None, [events, json.dumps(what)]))

    def on_select(events: str, event: gr.EventData) -> str:
        return record(events, {"select": event.index})

    def on_replace(events: str, event: gr.EventData) -> str:
        return record(events, {"replace": [event.index, event.rank]})

    def on_step(events: str, chart: dict, event: gr.EventData) -> tuple[str, dict]:
        return record(events, {"step": event.step}), chart | {"step": event.step}

    with gr.Blocks() as demo:
        with gr.Column(elem_classes="card"):
            strip = TokenStrip(TEXT, elem_id="strip")
        with gr.Column(elem_classes="card"):
            chart = DistributionChart(CHART, elem_id="chart")
        value, done = gr.Textbox("null", elem_id="value"), gr.Number(0, elem_id="done")
        events = gr.Textbox(elem_id="events", lines=2)
        for part, name in ((strip, "strip"), (chart, "chart")):
            gr.Button(name, elem_id=f"set-{name}").click(put, [value, done], [part, done])
        gr.Button("write", elem_id="write").click(write, None, strip, show_progress="hidden")
        strip.select(on_select, events, events)
        strip.replace(on_replace, events, events)
        chart.step(on_step, [events, chart], [events, chart], trigger_mode="always_last")
    return demo


def main(port: str) -> None:
    css = ROOT / "demo" / "page.css"
    options = {"theme": build_theme(), "css_paths": [css], "head": plotly_head()}
    build().launch(server_port=int(port), quiet=True, run_history=False, ssr_mode=False, **options)


class Parts:
    """The page as a visitor uses it."""

    def __init__(self, page: Page):
        self.page = page
        self.tip = page.locator("#strip .strip-tip")
        self.chart = page.locator("#chart .chart-body")
        page.wait_for_selector("#chart .chart-plot .main-svg", state="attached")
        page.wait_for_selector("#strip .strip-token", state="attached")

    def put(self, name: str, value: dict | None) -> None:
        self.page.locator("#value textarea").fill(json.dumps(value))
        done = "document.querySelector('#done input').value"
        before = self.page.evaluate(done)
        self.page.locator(f"#set-{name}").click()
        self.page.wait_for_function(f"before => {done} !== before", arg=before)

    def token(self, index: int) -> Locator:
        return self.page.locator("#strip .strip-token").nth(index)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def focused(self) -> str:
        return self.page.evaluate("document.activeElement.textContent")

    def wait_for_events(self, *events: dict) -> None:
        """Wait until exactly these were raised."""
        shown = "document.querySelector('#events textarea').value"
        text = "\n".join(map(json.dumps, events))
        self.page.wait_for_function(f"text => {shown} === text", arg=text)

    def wait_for_tokens(self, count: int) -> None:
        tokens = "document.querySelectorAll('#strip .strip-token').length"
        first = "document.querySelector('#strip .strip-token').textContent"
        self.page.wait_for_function(f"{first} === ',' && {tokens} >= {count}")

    def wait_for_step(self, number: int) -> None:
        self.page.locator("#chart .chart-step").get_by_text(f"Step {number} of").wait_for()

    def index(self) -> int:
        """Of the token that has the focus."""
        return self.page.evaluate("document.activeElement.index")

    def below(self) -> float:
        """How much of the text is below what the box shows, in px."""
        below = "box => box.scrollHeight - box.scrollTop - box.clientHeight"
        return self.page.locator("#strip .strip-box").evaluate(below)

    def text(self, selector: str) -> str:
        return self.page.locator(selector).text_content()

    def bars(self, name: str) -> list[float]:
        trace = {"before": 0, "after": 1}[name]
        return self.page.evaluate(f"document.querySelector('.chart-plot').data[{trace}].x")


if __name__ == "__main__":
    main(sys.argv[1])
