"""The Translate tab as a visitor uses it; figures are read from what is drawn."""

import pytest
from playwright.sync_api import Frame, Locator, Page

OPENING = "Zwei Männer sitzen auf einer Bank."  # what the page opens with
CLOSE = 2e-4  # weights are rounded to four decimals; another number of threads may round otherwise
READY = ".map-scroll:not([hidden]) .map-plot .main-svg"
# Where a cell is on the screen, after scrolling there.
POINT = """(map, [row, column]) => {
  const body = map.querySelector(".map-body"), scroll = map.querySelector(".map-scroll");
  const z = map.querySelector(".map-plot").data[0].z;
  const at = () => {
    const box = body.getBoundingClientRect();
    return [
      box.x + (column + 0.5) * box.width / z[0].length,
      box.y + (row + 0.5) * box.height / z.length,
    ];
  };
  const room = scroll.getBoundingClientRect();
  scroll.scrollBy({
    left: at()[0] - room.x - room.width * 0.7,
    top: at()[1] - room.y - room.height * 0.6,
    behavior: "instant",
  });
  window.scrollBy({ top: at()[1] - innerHeight / 2, behavior: "instant" });
  return at();
}"""
# The cell that a frame begins at, and how many rows and columns it has; null when it is hidden.
FRAMES = """(map, name) => {
  const z = map.querySelector(".map-plot").data[0].z;
  const body = map.querySelector(".map-body").getBoundingClientRect();
  const [width, height] = [body.width / z[0].length, body.height / z.length];
  return [...map.querySelectorAll(`.map-frame-${name}:not([hidden])`)].map((frame) => {
    const box = frame.getBoundingClientRect();
    return [(box.y - body.y) / height, (box.x - body.x) / width, box.height / height,
      box.width / width].map(Math.round);
  });
}"""
# Gradio writes the seconds of a running event, hidden or not, into every part that it may change;
# but no longer from the first answer on, where an event gives several.
IDLE = "!document.querySelector('[data-testid=status-tracker] .progress-text')"
WORDS = "[...document.querySelectorAll('#{id} .map-{strip} .map-token')].map((one) => one.title)"


def near(rows, within: float = CLOSE) -> list:
    """Compare with a matrix but for the last decimal."""
    return [pytest.approx(list(row), abs=within) for row in rows]


class MapOnPage:
    """One attention map; `strip` is "rows" (the translation) or "columns" (the source)."""

    def __init__(self, page: Page | Frame, element_id: str):
        self.page, self.id = page, element_id
        self.box = page.locator(f"#{element_id}")

    def wait(self) -> "MapOnPage":
        self.page.wait_for_selector(f"#{self.id} {READY}", state="attached")
        return self

    def words(self, strip: str) -> list[str]:
        return self.page.evaluate(WORDS.format(id=self.id, strip=strip))

    def wait_for(self, strip: str, words: list[str]) -> None:
        """Wait until a strip has these words."""
        found = f"JSON.stringify({WORDS.format(id=self.id, strip=strip)})"
        self.page.wait_for_function(
            f"words => {found} === JSON.stringify(words)", arg=[*map(str, words)]
        )

    def wait_for_colour(self, colour: str) -> None:
        """Wait until the largest weight is drawn in this colour."""
        scale = f"document.querySelector('#{self.id} .map-plot').data[0].colorscale"
        self.page.wait_for_function(f"colour => {scale}.at(-1)[1] === colour", arg=colour)

    def plot(self, part: str = "data[0].z"):
        """A part of what plotly was given; the weights as they are coloured by default."""
        return self.box.locator(".map-plot").evaluate(f"plot => plot.{part}")

    def token(self, strip: str, index: int) -> Locator:
        return self.box.locator(f".map-{strip} .map-token").nth(index)

    def tokens(self, strip: str, that: str) -> list[int]:
        """The places of the tokens that match a selector, such as .lit."""
        matches = "(all, that) => all.flatMap((one, n) => (one.matches(that) ? [n] : []))"
        return self.box.locator(f".map-{strip} .map-token").evaluate_all(matches, that)

    def shares(self, strip: str) -> list[float | None]:
        """The weights by which the tokens of a strip are shaded, None where one is not."""
        found = self.box.locator(f".map-{strip} .map-token").evaluate_all(
            "all => all.map((one) => one.dataset.share ?? null)"
        )
        return [None if share is None else float(share) for share in found]

    def figures(self, name: str) -> list[float]:
        """The exact figures beside the rows: "probability" or "bar", the entropy in bits."""
        titles = self.box.locator(f".map-{name}").evaluate_all("all => all.map((one) => one.title)")
        return [float(title.split(" ")[1]) for title in titles]

    def frames(self, name: str) -> list[list[int]]:
        """[row, column, rows, columns] of the frames of that name that are shown."""
        return self.box.evaluate(FRAMES, name)

    def point(self, row: int, column: int) -> list[float]:
        return self.box.evaluate(POINT, [row, column])

    def hover(self, row: int, column: int) -> str:
        """Point at a cell; return what the map says beside the pointer."""
        x, y = self.point(row, column)
        self.page.mouse.move(x - 1, y)
        self.page.mouse.move(x, y)
        self.page.wait_for_selector(f"#{self.id} .map-tip:not([hidden])")
        return self.box.locator(".map-tip").text_content()

    def click(self, row: int, column: int) -> str:
        """Click a cell; return the line below the map."""
        self.page.mouse.click(*self.point(row, column))
        self.page.wait_for_selector(f"#{self.id} .map-line:not(:empty)")
        return self.line

    @property
    def line(self) -> str:
        return self.box.locator(".map-line").inner_text()

    def table(self) -> list[list[str]]:
        """Open the table; return its rows, with their headings."""
        self.box.locator(".map-table summary").click()
        self.page.wait_for_selector(f"#{self.id} .map-table table")
        cells = "all => all.map((row) => [...row.cells].map((cell) => cell.textContent))"
        return self.box.locator(".map-table tr").evaluate_all(cells)


class TranslatePage:
    """Waits for the map to be drawn, so that what is read belongs to the last result."""

    def __init__(self, page: Page | Frame):
        self.page = page
        self.map = MapOnPage(page, "translate-attention").wait()
        self.wait_until_idle()

    def wait_until_idle(self) -> None:
        self.page.wait_for_function(IDLE)

    def find(self, name: str) -> Locator:
        return self.page.locator(f"#translate-{name}")

    @property
    def source(self) -> Locator:
        return self.find("source").locator("textarea")

    @property
    def output(self) -> str:
        return self.find("output").locator("textarea").input_value()

    @property
    def message(self) -> str:
        return self.text("message")

    def text(self, name: str) -> str:
        """What stands in the line #translate-<name>."""
        return self.find(name).locator(".plain-text").inner_text()

    def wait_for_text(self, name: str, part: str) -> None:
        """Wait until the line #translate-<name> has these words."""
        self.find(name).get_by_text(part).first.wait_for()

    def translate(self, text: str, words: list[str] | tuple[str, ...]) -> None:
        """Type a text, press the button, and wait for the map of its words."""
        self.source.fill(text)
        self.find("run").click()
        self.map.wait_for("columns", words)

    def wait_for_output(self, text: str) -> None:
        shown = "document.querySelector('#translate-output textarea').value"
        self.page.wait_for_function(f"text => {shown} === text", arg=text)

    def choose(self, field: str, option: str) -> None:
        """Choose an option, by its beginning, in the list #translate-<field>."""
        self.find(field).locator("input").click()
        self.page.locator("[role=option]").filter(has_text=option).first.click()

    def switch(self, name: str) -> None:
        """Choose one of the segments above the map, by its words."""
        self.page.get_by_label(name, exact=True).check(force=True)

    def rescale(self) -> None:
        """Give each row's largest weight the full colour."""
        self.switch("rescaled by row")
        rows = "document.querySelector('#translate-attention .map-plot').data[0].z"
        self.page.wait_for_function(f"{rows}.every((row) => Math.max(...row) === 1)")

    def open(self, card: str) -> None:
        """Open one of the cards below the map."""
        self.find(card).locator("button.label-wrap").click()

    def open_all(self, reference: str) -> None:
        """Open every card, and fill tree, comparison and reference."""
        for card in ("tree-card", "compare", "reference-card", "file-card"):
            self.open(card)
        self.find("tree").locator(".tree-node").first.wait_for()
        self.find("compare-button").click()
        MapOnPage(self.page, "translate-compare-right").wait()
        self.find("reference").locator("textarea, input").fill(reference)
        self.find("reference-button").click()
        MapOnPage(self.page, "translate-reference-map").wait()

    def marked(self, name: str) -> list[tuple[str, str]]:
        """(tag, text) of the runs in the marked text #translate-<name>."""
        runs = "all => all.map((one) => [one.localName, one.textContent])"
        return [tuple(run) for run in self.find(name).locator(".marked").evaluate_all(runs)]
