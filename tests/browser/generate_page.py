"""The Generate tab as a visitor uses it; figures are read from what is drawn."""

from playwright.sync_api import Locator, Page, expect

from core.pipelines.generation import Generation
from core.service import Service
from tests.browser.translate_page import IDLE

BALANCED = {"method": "sample", "temperature": 0.8, "top_k": 40, "top_p": 0.9}
READY = "#generate-distribution .chart-plot .main-svg"
TEXT = "document.querySelector('#generate-output textarea').value"
NOTE = "document.querySelector('#generate-tokens .strip-note').textContent"
COUNT = "document.querySelectorAll('#generate-tokens .strip-token').length"
DRAWN = "document.querySelector('#generate-distribution .chart-step').textContent"


def written(core: Service, begun: Generation) -> Generation:
    """The text written to its end, without a page."""
    return core.ended(begun.written(*core.generate(begun)))


def text(core: Service, prompt: str, checkpoint: str, tokens: int, **options) -> str:
    """What the page should show in the end."""
    return written(core, core.prompt(prompt, checkpoint, tokens, **BALANCED | options)).pretty


class GeneratePage:
    """Waits for the events of the page's opening, so that what follows is the visitor's."""

    def __init__(self, page: Page):
        self.page = page
        page.wait_for_selector(READY, state="attached")
        self.wait_until_idle()

    def wait_until_idle(self) -> None:
        self.page.wait_for_function(IDLE)

    def find(self, name: str) -> Locator:
        return self.page.locator(f"#generate-{name}")

    @property
    def prompt(self) -> Locator:
        return self.find("prompt").locator("textarea")

    @property
    def output(self) -> str:
        return self.page.evaluate(TEXT)

    @property
    def note(self) -> str:
        return self.page.evaluate(NOTE)

    def text(self, name: str) -> str:
        """What stands in the line #generate-<name>."""
        return self.find(name).locator(".plain-text").inner_text()

    def wait_for_text(self, name: str, part: str) -> None:
        self.find(name).get_by_text(part).first.wait_for()

    def field(self, name: str) -> Locator:
        return self.find(name).locator("input").first

    def set(self, **values: str | float) -> None:
        """Type numbers into fields, max_tokens for #generate-max-tokens."""
        for name, value in values.items():
            self.field(name.replace("_", "-")).fill(str(value))

    def wait_for_values(self, **values: str) -> None:
        """Wait until the fields show these, top_k that of #generate-top-k."""
        for name, value in values.items():
            expect(self.field(name.replace("_", "-"))).to_have_value(value)

    def choose(self, field: str, option: str) -> None:
        """Choose an option in the list #generate-<field>."""
        self.field(field).click()
        self.page.get_by_role("option", name=option, exact=True).click()

    def switch(self, name: str) -> None:
        """Choose one of the segments above the text, or a preset; wait until it counts."""
        self.page.get_by_label(name, exact=True).check(force=True)
        self.wait_until_idle()

    def write(self, prompt: str | None = None) -> str:
        """Write to the end; return the text."""
        if prompt is not None:
            self.prompt.fill(prompt)
        self.start("run")
        return self.wait_for_end()

    def expect_new(self) -> None:
        """Let `wait_for_end` wait for another text than that which is shown."""
        self.page.evaluate(f"() => {{ {NOTE} = '…'; }}")

    def start(self, button: str) -> None:
        """Press a button that writes."""
        self.expect_new()
        self.find(button).click()

    def wait_for_end(self) -> str:
        """Wait until a text is written and its last token's distribution is drawn."""
        ended = f"!['', '…'].includes({NOTE}) && {DRAWN}.endsWith(' of ' + {COUNT})"
        self.page.wait_for_function(ended)
        self.wait_until_idle()
        return self.output

    def tokens(self) -> list[str]:
        """The tokens of the strip, the spaces before them left out."""
        return self.page.locator("#generate-tokens .strip-token").all_text_contents()

    def token(self, index: int) -> Locator:
        return self.page.locator("#generate-tokens .strip-token").nth(index)

    def put_rival(self, index: int, nth: int) -> None:
        """Put another token in the place of one: the nth of its list that is not there already."""
        self.token(index).click()
        self.wait_for_step(f"Step {index + 1} of {len(self.tokens())}")
        self.expect_new()
        self.page.locator("#generate-tokens .strip-tip button:not(.written)").nth(nth).click()

    def step(self) -> str:
        return self.page.evaluate(DRAWN)

    def wait_for_step(self, words: str) -> None:
        self.page.wait_for_function(f"words => {DRAWN} === words", arg=words)

    def bars(self, name: str) -> list[float]:
        trace = {"before": 0, "after": 1}[name]
        plot = "document.querySelector('#generate-distribution .chart-plot')"
        return self.page.evaluate(f"{plot}.data[{trace}].x")

    def open(self, card: str) -> None:
        self.find(card).locator("button.label-wrap").click()

    def open_all(self, mine: str) -> None:
        """Open the cards below, compare methods, and score a text."""
        for card in ("compare", "score"):
            self.open(card)
        self.find("compare-button").click()
        self.find("compare-table").locator("tbody tr").nth(4).wait_for()
        self.find("score-text").locator("textarea").fill(mine)
        self.find("score-button").click()
        self.find("score-table").locator("tbody tr").first.wait_for()
        self.wait_until_idle()

    def rows(self, name: str) -> list[list[str]]:
        """The rows of the table #generate-<name>, head included."""
        cells = "all => all.map((row) => [...row.cells].map((cell) => cell.innerText))"
        return self.find(name).locator("tr").evaluate_all(cells)

    def query(self) -> str:
        """Press Link; return the query string that the address bar got."""
        self.find("link").click()
        self.wait_for_text("message", "A link to this view is copied")
        return self.page.evaluate("location.search")
