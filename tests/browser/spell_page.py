"""The Spell tab as a visitor uses it; what it shows is read from what is drawn."""

from playwright.sync_api import Locator, Page, expect

from tests.browser.translate_page import IDLE, MapOnPage

# The texts of the runs as they stand, without the letters that are struck through.
TEXT = """box => [...box.childNodes].map((one) => {
  const copy = one.cloneNode(true);
  copy.querySelectorAll?.("del").forEach((letters) => letters.remove());
  return copy.textContent;
}).join("")"""
# The same of the letters as they were typed.
TYPED = TEXT.replace("del", "ins")


class SpellPage:
    """Waits for the events of the page's opening, so that what follows is the visitor's."""

    def __init__(self, page: Page):
        self.page = page
        self.map = MapOnPage(page, "spell-attention")
        self.words = self.find("output").locator(".corrected-word")
        self.candidates = self.find("candidates").locator("button")
        self.words.first.wait_for(state="attached")
        self.wait_until_idle()

    def wait_until_idle(self) -> None:
        self.page.wait_for_function(IDLE)

    def find(self, name: str) -> Locator:
        return self.page.locator(f"#spell-{name}")

    @property
    def source(self) -> Locator:
        return self.find("input").locator("textarea")

    @property
    def summary(self) -> Locator:
        return self.find("summary").locator(".plain-text")

    @property
    def message(self) -> Locator:
        return self.find("message").locator(".plain-text")

    @property
    def title(self) -> Locator:
        return self.find("candidates").locator(".candidates-title")

    def text(self) -> str:
        """The corrected text."""
        return self.find("output").locator(".corrected-text").evaluate(TEXT)

    def typed(self) -> str:
        """The text as the marks say that it was typed."""
        return self.find("output").locator(".corrected-text").evaluate(TYPED)

    def correct(self, text: str) -> None:
        """Type a text, press the button, and wait for the text to be checked."""
        self.source.fill(text)
        self.find("run").click()
        self.wait_for_typed(text)

    def wait_for_typed(self, text: str) -> None:
        """Wait until the result of a text is shown."""
        self._wait_for(TYPED, text)

    def wait_for_text(self, text: str) -> None:
        """Wait until the corrected text is this one."""
        self._wait_for(TEXT, text)

    def _wait_for(self, read: str, text: str) -> None:
        box = "document.querySelector('#spell-output .corrected-text')"
        self.page.wait_for_function(f"text => ({read})({box}) === text", arg=text)

    def open(self, index: int) -> None:
        """Click a word, and wait for its candidates."""
        self.words.nth(index).click()
        expect(self.words.nth(index)).to_have_attribute("aria-pressed", "true")
        self.wait_until_idle()

    def spellings(self) -> list[str]:
        """The texts of the candidates of the open word, the mark of the typed one left out."""
        texts = "all => all.map((one) => one.firstChild.textContent)"
        return self.find("candidates").locator(".candidates-text").evaluate_all(texts)

    def candidate(self, text: str) -> Locator:
        return self.candidates.nth(self.spellings().index(text))

    def set_threshold(self, value: float) -> None:
        field = self.find("threshold").locator("input[type=number]")
        field.fill(str(value))
        field.press("Enter")

    def choose(self, field: str, option: str) -> None:
        """Choose an option in the list #spell-<field>."""
        self.find(field).locator("input").click()
        self.page.get_by_role("option", name=option, exact=True).click()

    def query(self) -> str:
        """Press Link; return the query string that the address bar got."""
        self.find("link").click()
        expect(self.message).to_contain_text("A link to this view is copied")
        return self.page.evaluate("location.search")
