"""The Inspect tab's first card as a visitor uses it; what it shows is read from what is drawn."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.translate_page import IDLE

VALUES = "plot => plot.data[0].z"  # a row for each unit


class InspectPage:
    """Waits until the map is drawn and nothing runs."""

    def __init__(self, page: Page):
        self.page = page
        self.map = self.find("gates").locator(".gate-body")
        self.line = self.find("unit").locator(".gate-line")
        self.number = self.find("unit").locator(".gate-number")
        self.found = self.find("units").locator("button")
        self.message = self.find("message").locator(".plain-text")
        self.find("gates").locator(".heatmaplayer image").wait_for()
        self.wait_until_idle()

    def wait_until_idle(self) -> None:
        self.page.wait_for_function(IDLE)

    def find(self, name: str) -> Locator:
        return self.page.locator(f"#inspect-{name}")

    def values(self) -> list[list[float]]:
        return self.find("gates").locator(".gate-plot").evaluate(VALUES)

    def choose(self, name: str, option: str) -> None:
        self.find(name).locator("input").click()
        self.page.get_by_role("option", name=option, exact=True).click()
        expect(self.map).to_have_attribute("aria-label", re.compile(re.escape(option)))

    def run(self, text: str) -> None:
        self.find("input").locator("textarea").fill(text)
        self.page.keyboard.press("Control+Enter")

    def pressed(self) -> list[str]:
        return self.find("units").locator("[aria-pressed=true] small").all_inner_texts()
