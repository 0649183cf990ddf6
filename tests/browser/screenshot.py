"""Photograph the page.

python tests/browser/screenshot.py           writes docs/screenshot.png, which the README shows
python tests/browser/screenshot.py FOLDER    writes 1280 and 390 px, light and dark, to look at
"""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))  # started as a script, it finds only what stands beside it

from tests.browser.conftest import launch  # noqa: E402
from tests.browser.server import running_app  # noqa: E402
from tests.browser.translate_page import TranslatePage  # noqa: E402


def photograph(browser, address: str, file: Path, width: int, scheme: str) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.goto(address)
    tab = TranslatePage(page)
    tab.click(len(tab.labels("y")) - 2, len(tab.labels("x")) - 2)  # the last word of both
    page.mouse.move(0, 0)
    page.evaluate("window.scrollTo(0, 0)")
    page.wait_for_timeout(300)
    file.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=file, full_page=True)
    page.close()
    print(file)


def main(folder: str | None = None) -> None:
    with running_app() as address, sync_playwright() as playwright:
        browser = launch(playwright)
        if folder is None:
            photograph(browser, address, ROOT / "docs" / "screenshot.png", 1280, "light")
            return
        for width in (1280, 390):
            for scheme in ("light", "dark"):
                file = Path(folder) / f"translate-{width}-{scheme}.png"
                photograph(browser, address, file, width, scheme)


if __name__ == "__main__":
    main(*sys.argv[1:2])
