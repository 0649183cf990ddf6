"""The Translate tab as a visitor uses it; the figures are read from the drawn plot."""

import html

from playwright.sync_api import Page

PLOT = "document.querySelector('#translate-attention .map-plot')"
# Where a cell is on the screen, after scrolling there.
POINT = """([row, column]) => {
  const plot = document.querySelector("#translate-attention .map-plot");
  const { _size: size, xaxis, yaxis } = plot._fullLayout;
  const at = () => {
    const box = plot.getBoundingClientRect();
    return [box.x + size.l + xaxis.d2p(column), box.y + size.t + yaxis.d2p(row)];
  };
  const scroll = plot.parentElement.getBoundingClientRect();
  plot.parentElement.scrollBy({ left: at()[0] - scroll.x - scroll.width / 2, behavior: "instant" });
  window.scrollBy({ top: at()[1] - innerHeight / 2, behavior: "instant" });
  return at();
}"""


class TranslatePage:
    """Waits for the map to be drawn, so that what is read belongs to the last result."""

    def __init__(self, page: Page):
        self.page = page
        page.wait_for_selector("#translate-attention .nsewdrag", state="attached")

    @property
    def source(self):
        return self.page.locator("#translate-source textarea")

    @property
    def output(self) -> str:
        return self.page.locator("#translate-output textarea").input_value()

    def text(self, name: str) -> str:
        """What stands in the line #translate-<name>."""
        return self.page.locator(f"#translate-{name} .plain-text").inner_text()

    def weights(self) -> list[list[float]]:
        return self.page.evaluate(f"{PLOT}.data[0].z")

    def labels(self, axis: str) -> list[str]:
        """The labels of the map, as text: x has the source, y the translation."""
        return [html.unescape(t) for t in self.page.evaluate(f"{PLOT}.layout.{axis}axis.ticktext")]

    def drawn_labels(self, axis: str) -> list[str]:
        """The labels as the browser has drawn them."""
        return self.page.locator(f"#translate-attention .{axis}tick text").all_text_contents()

    def wait_for_source(self, words: list[str]) -> None:
        """Wait until the map shows these source words."""
        escaped = [html.escape(word, quote=False) for word in words]
        shown = f"words => JSON.stringify({PLOT}.layout.xaxis.ticktext) === JSON.stringify(words)"
        self.page.wait_for_function(shown, arg=escaped)

    def wait_for_target(self, text: str) -> None:
        """Wait until the rows of the map, read without spaces, are this text."""
        escaped = html.escape(text, quote=False)
        self.page.wait_for_function(
            f"text => {PLOT}.layout.yaxis.ticktext.join('') === text", arg=escaped
        )

    def translate(self, text: str, words: list[str]) -> None:
        """Type a text, press the button, and wait for the map of its words."""
        self.source.fill(text)
        self.page.click("#translate-run")
        self.wait_for_source(words)

    def hover(self, row: int, column: int) -> str:
        """Point at a cell; return what the map says about it."""
        self.page.mouse.move(*self.page.evaluate(POINT, [row, column]))
        self.page.wait_for_selector("#translate-attention .hovertext")
        return self.page.locator("#translate-attention .hovertext").text_content()

    def click(self, row: int, column: int) -> str:
        """Click a cell; return the line that Python answers with."""
        self.page.mouse.click(*self.page.evaluate(POINT, [row, column]))
        self.page.wait_for_selector("#translate-cell .plain-text:not(:empty)")
        return self.text("cell")

    def choose(self, field: str, option: str) -> None:
        """Choose an option, by its beginning, in the list #translate-<field>."""
        self.page.click(f"#translate-{field} input")
        self.page.locator("[role=option]").filter(has_text=option).first.click()

    def wait_for_message(self, part: str) -> None:
        self.page.locator("#translate-message").get_by_text(part).wait_for()
