"""The Generate tab in Chromium: from a click to the first token, and characters a second."""

import statistics

from playwright.sync_api import sync_playwright

from core.service import CHECKPOINTS
from tests.benchmarks.report import Figure, percentile
from tests.browser.conftest import launch
from tests.browser.generate_page import GeneratePage
from tests.browser.server import running_app

WRITER = "lm-arxiv-char"
TOKENS = 500
# Presses the button; resolves with the milliseconds to the painted frames of the first token and of
# the last one, and with the characters of all tokens.
CLICK_TO_TEXT = """() => new Promise((resolve) => {
  const box = document.querySelector("#generate-tokens .strip-box");
  const painted = (then) => requestAnimationFrame(() => setTimeout(then));
  const start = performance.now();
  let first = 0, began = false;
  const finish = () => painted(() => resolve({
    first,
    last: performance.now() - start,
    characters: box.querySelector(".strip-tokens").textContent.length,
  }));
  // Not a look at each frame: a browser without a GPU would draw all of them.
  const observer = new MutationObserver(() => {
    const writing = box.classList.contains("writing");
    if (writing && !began) painted(() => { first = performance.now() - start; });
    began ||= writing;
    if (writing || !began) return;
    observer.disconnect();
    finish();
  });
  observer.observe(box, { attributes: true, childList: true, subtree: true });
  document.getElementById("generate-run").click();
})"""


def measure_writing(runs: int = 10) -> list[Figure]:
    """Return the figures of the page, if the character model is there."""
    if not (CHECKPOINTS / WRITER).is_dir():
        return []
    with running_app() as address, sync_playwright() as playwright:
        page = launch(playwright).new_page(viewport={"width": 1280, "height": 900})
        page.goto(address)
        page.get_by_role("tab", name="Generate").click()
        return measure_clicks(GeneratePage(page), runs)


def measure_clicks(tab: GeneratePage, runs: int) -> list[Figure]:
    """Write texts with the character model on an open page."""
    if tab.field("checkpoint").input_value() != WRITER:
        tab.choose("checkpoint", WRITER)
    taken = []
    for seed in range(runs + 1):
        tab.set(seed=seed, max_tokens=TOKENS)
        tab.wait_until_idle()
        taken.append(tab.page.evaluate(CLICK_TO_TEXT))
        tab.wait_until_idle()
    taken = taken[1:]  # the first one warms up
    firsts = [one["first"] for one in taken]
    rates = [1e3 * one["characters"] / one["last"] for one in taken]
    return [
        Figure(f"page: click to first token, {WRITER}, median", statistics.median(firsts), "ms"),
        Figure(
            f"page: click to first token, {WRITER}, 95th percentile",
            percentile(firsts, 0.95),
            "ms",
            "≤ 150",
            f"{runs} clicks in Chromium",
        ),
        Figure(
            f"page: writing on the screen, {WRITER}",
            statistics.median(rates),
            "characters/s",
            "≥ 200",
            f"median of {runs} texts of up to {TOKENS} characters, from click to last token",
        ),
    ]
