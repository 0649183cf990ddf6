"""Photograph the page.

python tests/browser/screenshot.py           writes what the README shows into docs/
python tests/browser/screenshot.py FOLDER    writes all tabs at 1280 and 390 px, light and dark, as
                                             they open and with their cards filled, to look at
"""

import sys
from itertools import product
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))  # started as a script, it finds only what stands beside it

from tests.browser.conftest import launch  # noqa: E402
from tests.browser.generate_page import GeneratePage  # noqa: E402
from tests.browser.inspect_page import InspectPage  # noqa: E402
from tests.browser.server import running_app  # noqa: E402
from tests.browser.spell_page import SpellPage  # noqa: E402
from tests.browser.translate_page import TranslatePage  # noqa: E402

MISSPELT = (
    "I definately recieved teh new adress from the goverment, wich is beautifull, and I beleive"
    " that tommorow we will seperate the accomodation."
)


def open_translate(page, address: str, full: bool) -> TranslatePage:
    """Open the tab with its last word pinned, or with the cards below filled."""
    page.goto(address)
    tab = TranslatePage(page)
    if full:
        tab.open_all("Two guys are sitting on a wooden bench.")
    tab.map.token("rows", len(tab.map.words("rows")) - 2).click()  # the full stop is behind it
    tab.find("alternatives").locator("button").first.wait_for()
    return tab


def open_generate(page, address: str, full: bool) -> GeneratePage:
    """Open the tab with a token selected, or with the cards below filled."""
    page.goto(f"{address}/?tab=generate")
    tab = GeneratePage(page)
    tab.token(5).click()
    tab.wait_for_step(f"Step 6 of {len(tab.tokens())}")
    page.keyboard.press("Escape")
    if full:
        tab.open_all("Attention is all you need, says the paper of a transformer.")
    return tab


def open_spell(page, address: str, full: bool) -> SpellPage:
    """Open the tab with a word of a text open, or with a choice and a cell of its map pinned."""
    page.goto(f"{address}/?tab=spell")
    tab = SpellPage(page)
    tab.correct(MISSPELT)
    tab.open(1)
    tab.map.wait()
    if full:
        tab.open(2)
        tab.candidates.nth(1).click()
        tab.open(1)
        tab.map.click(1, 1)
    return tab


def open_inspect(page, address: str, full: bool) -> InspectPage:
    """Open the tab as it is, or with the map of a gate."""
    page.goto(f"{address}/?tab=inspect")
    tab = InspectPage(page)
    if full:
        tab.choose("quantity", "forget gate")
    return tab


TABS = {
    "translate": open_translate,
    "generate": open_generate,
    "spell": open_spell,
    "inspect": open_inspect,
}
SHOWN = {"inspect": 1_600}  # pixels from the top, where the README does not show a whole page


def photograph(browser, address: str, file: Path, width: int, scheme: str, full: bool) -> None:
    """Write a picture of the tab that the name of the file begins with."""
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    tab = TABS[file.stem.split("-")[0]](page, address, full)
    page.mouse.move(0, 0)
    page.evaluate("window.scrollTo(0, 0)")
    tab.wait_until_idle()
    file.parent.mkdir(parents=True, exist_ok=True)
    shown = SHOWN.get(file.stem)
    clip = {"x": 0, "y": 0, "width": width, "height": shown} if shown else None
    page.screenshot(path=file, full_page=True, clip=clip)
    page.close()
    print(file)


def main(folder: str | None = None) -> None:
    with running_app() as address, sync_playwright() as playwright:
        browser = launch(playwright)
        if folder is None:
            for tab in TABS:
                photograph(browser, address, ROOT / "docs" / f"{tab}.png", 1280, "light", False)
            return
        for tab, width, scheme, full in product(
            TABS, (1280, 390), ("light", "dark"), (False, True)
        ):
            name = f"{tab}-{width}-{scheme}{'-open' if full else ''}.png"
            photograph(browser, address, Path(folder) / name, width, scheme, full)


if __name__ == "__main__":
    main(*sys.argv[1:2])
