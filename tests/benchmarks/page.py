"""The Translate tab in Chromium: from a click to a drawn map, a hover, and what is sent."""

import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlencode

import torch
from playwright.sync_api import Page, sync_playwright

from core.service import Service
from demo import limits
from tests.benchmarks.report import Figure, percentile
from tests.browser.conftest import launch
from tests.browser.server import running_app

SENTENCES = (  # of 15 words
    "Ein kleiner Hund läuft am frühen Morgen mit seinem roten Ball durch den leeren Park.",
    "Zwei alte Männer sitzen heute Abend mit ihren Frauen auf einer Bank vor dem Haus.",
)
MAP = "#translate-attention"
READY = f"{MAP} .map-scroll:not([hidden]) .map-plot .main-svg"
# Presses the button; resolves with the milliseconds to the frame in which the new map is painted.
CLICK_TO_MAP = """(first) => new Promise((resolve) => {
  const start = performance.now();
  const plot = document.querySelector("#translate-attention .map-plot");
  const before = plot.data[0].z;
  document.getElementById("translate-run").click();
  const look = () => {
    const word = document.querySelector("#translate-attention .map-columns .map-word");
    if (plot.data[0].z !== before && word?.textContent === first) {
      requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - start)));
    } else requestAnimationFrame(look);
  };
  look();
})"""
# Moves over cells of the map; resolves with the milliseconds to the painted frame of each.
HOVER = """async (count) => {
  const body = document.querySelector("#translate-attention .map-body");
  const tip = document.querySelector("#translate-attention .map-tip");
  const box = body.getBoundingClientRect();
  const taken = [];
  for (let index = 1; index <= count; index += 1) {
    const place = { clientX: box.x + (box.width * index) / (count + 1),
                    clientY: box.y + (box.height * index) / (count + 1), bubbles: true };
    const start = performance.now();
    body.dispatchEvent(new PointerEvent("pointermove", place));
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    taken.push(performance.now() - start);
    if (tip.hidden || !tip.textContent) throw new Error("the hover gave no answer");
  }
  return taken;
}"""


def measure_page(runs: int = 20) -> list[Figure]:
    """Return the figures of the page, with the model's share of a click measured beside them."""
    with running_app() as address, sync_playwright() as playwright:
        page = launch(playwright).new_page(viewport={"width": 1280, "height": 900})
        page.goto(address)
        page.wait_for_selector(READY)
        clicks, sent = _clicks(page, runs)
        hovers = _hovers(page, address)
    return [
        Figure("page: click to drawn map, 15 words, median", statistics.median(clicks), "ms"),
        Figure(
            "page: click to drawn map, 15 words, 95th percentile",
            percentile(clicks, 0.95),
            "ms",
            "≤ 400",
            f"{runs} clicks in Chromium",
        ),
        Figure("page: of which the model", _model(), "ms", "≤ 100", "median of 20, beam 5"),
        Figure(
            "page: hover in a 60 × 60 map, 95th percentile",
            percentile(hovers, 0.95),
            "ms",
            "≤ 50",
            f"event to painted frame, {len(hovers)} cells",
        ),
        Figure("page: answer for 15 words", max(sent) / 1e3, "kB", "< 100", "the largest sent"),
    ]


def _clicks(page: Page, runs: int) -> tuple[list[float], list[int]]:
    """Return the milliseconds of each click, and the bytes that the page was sent for it."""
    taken, sent = [], []
    for run in range(runs + 1):
        text = SENTENCES[run % 2]
        page.fill("#translate-source textarea", text)
        with _bytes_received(page) as received:
            taken.append(page.evaluate(CLICK_TO_MAP, text.split()[0]))
            page.wait_for_timeout(300)  # the rest of the answer, if any
        sent.append(sum(received))
    return taken[1:], sent[1:]  # the first one warms up


@contextmanager
def _bytes_received(page: Page) -> Iterator[list[int]]:
    """Collect the sizes, before compression, of all that arrives meanwhile."""
    sizes: list[int] = []
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.dataReceived", lambda event: sizes.append(event["dataLength"]))
    yield sizes
    session.detach()


def _hovers(page: Page, address: str) -> list[float]:
    # A beginning of sixty words makes sixty rows, whatever the model would write.
    words = [f"w{number}" for number in range(60)]
    query = urlencode({"text": " ".join(words), "prefix": " ".join(words)})
    page.goto(f"{address}/?{query}")
    page.wait_for_function(
        f"""() => {{
          const data = document.querySelector("{MAP} .map-plot")?.data;
          return data && data[0].z.length >= 60 && data[0].z[0].length >= 60;
        }}"""
    )
    return page.evaluate(HOVER, 60)


def _model() -> float:
    """Return the median milliseconds of the model for the same sentences."""
    threads = torch.get_num_threads()
    try:
        service = Service(threads=limits.THREADS)  # as the page; it holds for the whole process
        taken = [1e3 * service.translate(SENTENCES[run % 2]).seconds for run in range(22)]
    finally:
        torch.set_num_threads(threads)
    return statistics.median(taken[2:])  # the first ones warm up
