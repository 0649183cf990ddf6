"""Photograph the page.

python tests/browser/screenshot.py           writes docs/screenshot.png, which the README shows
python tests/browser/screenshot.py FOLDER    writes 1280 and 390 px, light and dark, as it opens
                                             and with tree, comparison and reference, to look at
"""

import sys
from itertools import product
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))  # started as a script, it finds only what stands beside it

from tests.browser.conftest import launch  # noqa: E402
from tests.browser.server import running_app  # noqa: E402
from tests.browser.translate_page import TranslatePage  # noqa: E402


def photograph(browser, address: str, file: Path, width: int, scheme: str, full: bool) -> None:
    """Write the page as it opens with its last word pinned, or with the cards below filled."""
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.goto(address)
    tab = TranslatePage(page)
    if full:
        tab.open_all("Two guys are sitting on a wooden bench.")
    tab.map.token("rows", len(tab.map.words("rows")) - 2).click()  # the full stop is behind it
    tab.find("alternatives").locator("button").first.wait_for()
    page.mouse.move(0, 0)
    page.evaluate("window.scrollTo(0, 0)")
    tab.wait_until_idle()
    file.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=file, full_page=True)
    page.close()
    print(file)


def main(folder: str | None = None) -> None:
    with running_app() as address, sync_playwright() as playwright:
        browser = launch(playwright)
        if folder is None:
            file = ROOT / "docs" / "screenshot.png"
            photograph(browser, address, file, 1280, "light", full=False)
            return
        for width, scheme, full in product((1280, 390), ("light", "dark"), (False, True)):
            name = f"translate-{width}-{scheme}{'-open' if full else ''}.png"
            photograph(browser, address, Path(folder) / name, width, scheme, full)


if __name__ == "__main__":
    main(*sys.argv[1:2])
