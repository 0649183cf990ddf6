"""Gradient flow and backpropagation by hand in a browser, by mouse and by keys."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from core.service import KINDS, Service
from demo.tabs.inspect_gradients_layout import EXAMPLES
from tests.browser.conftest import watch

LINES = "plot => plot.data.map(({ name, y, line }) => [name, y.length, y[0], line.width])"
HOSTILE = "<img src=x onerror=alert(1)> ${alert(1)} `{{7*7}}` $N$ foo_bar"


@pytest.fixture
def open_inspect(app: str, context: BrowserContext) -> Iterator[Callable[..., Page]]:
    """Open the tab; afterwards, fail on any error, dialog or request to elsewhere."""
    complaints: list[str] = []
    pages: list[Page] = []

    def open_page(width: int = 1280, scheme: str = "light") -> Page:
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        pages.append(page)
        watch(page, app, complaints)
        page.goto(f"{app}/?tab=inspect")
        expect(page.locator("#inspect-gradients-plot .main-svg").first).to_be_visible()
        return page

    yield open_page
    for page in pages:
        page.close()
    assert complaints == []


def lines(page: Page) -> list[list]:
    """Of each line its name, the number of its points, the first of them, and how pale it is."""
    return page.locator("#inspect-gradients-plot .report-plot > div").evaluate(LINES)


def wait_for_points(page: Page, count: int) -> None:
    """Wait until the lines have so many points: one a step back, and the last step."""
    plot = "document.querySelector('#inspect-gradients-plot .report-plot > div').data[0].y.length"
    page.wait_for_function(f"{plot} === {count}")


def strip_token(page: Page, index: int):
    return page.locator("#inspect-gradients-tokens .strip-token").nth(index)


def test_the_gradient_of_a_chosen_token_is_followed(open_inspect, core: Service) -> None:
    page = open_inspect()
    flows = core.gradient_flow(EXAMPLES[0][0]).flows
    expected = [[f"{f.checkpoint} {one.state}", one.norms[0]] for f in flows for one in f.states]
    drawn = [[name, first] for name, _, first, width in lines(page) if width > 1]
    assert [name for name, _ in drawn] == [name for name, _ in expected]
    assert [first for _, first in drawn] == pytest.approx([first for _, first in expected])
    strip_token(page, 10).click()
    wait_for_points(page, 11)
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    wait_for_points(page, 10)
    again = core.gradient_flow(EXAMPLES[0][0], token=9).flows[0]
    assert lines(page)[0][2] == pytest.approx(again.states[0].norms[0])
    heads = page.locator("#inspect-gradients-table tbody th")
    expect(heads).to_have_count(4)
    expect(heads.first).to_contain_text(KINDS[0])
    clip_and_unclip(page)


def test_the_mark_is_on_the_token_whose_gradient_is_shown(open_inspect) -> None:
    page = open_inspect()
    marked = page.locator("#inspect-gradients-tokens .strip-token.selected")
    first = marked.evaluate("one => one.index")
    strip_token(page, 10).click()
    wait_for_points(page, 11)
    page.locator("#inspect-gradients-button").click()
    wait_for_points(page, first + 1)
    expect(strip_token(page, first)).to_have_class(re.compile("selected"))


def clip_and_unclip(page: Page) -> None:
    """Clipping at 1 is set at first; at 50 no curve is cut any longer, and -1 is refused."""
    assert len([line for line in lines(page) if line[3] == 1]) == 4
    clip = page.locator("#inspect-gradients-clip input[type=number]")
    clip.fill("50")
    clip.press("Enter")
    said = page.locator("#inspect-gradients-clip-line")
    expect(said).to_contain_text("Clipping at 50 changes nothing")
    assert len(lines(page)) == 4
    clip.fill("-1")
    clip.press("Enter")
    expect(page.locator("#inspect-gradients-message")).to_contain_text("clip must be a number")
    expect(said).to_contain_text("changes nothing")


def test_a_text_of_a_visitor_is_text(open_inspect) -> None:
    page = open_inspect()
    page.locator("#inspect-gradients-text textarea").fill(HOSTILE)
    page.locator("#inspect-gradients-button").click()
    expect(page.locator("#inspect-gradients-tokens .strip-tokens")).to_contain_text("onerror")
    plot = page.locator("#inspect-gradients-plot .main-svg").first
    plot.hover(position={"x": 300, "y": 150})
    page.locator("#inspect-bptt-text input, #inspect-bptt-text textarea").fill(HOSTILE)
    page.locator("#inspect-bptt-button").click()
    tokens = page.locator("#inspect-bptt-steps .bptt-tokens button")
    expect(tokens).to_have_text(HOSTILE.split())
    expect(page.locator("#inspect-bptt-steps .bptt-title")).to_contain_text("reads “foo_bar”")
    columns = page.locator("#inspect-bptt-steps .bptt-sums th[scope=col]").all_text_contents()
    assert columns.count("foo_bar") == 2  # of the sums of c and U; no formula with a low b
    expect(page.locator("#inspect-bptt-steps .bptt-table th sub").first).to_have_text("t")


def test_a_token_that_looks_like_markup_is_named_in_full(open_inspect) -> None:
    page = open_inspect()
    strip_token(page, -1).click()  # </s>, which plotly would take for the end of a style
    title = page.locator("#inspect-gradients-plot .xtitle")
    expect(title).to_have_text("steps back from “</s>”")


def test_the_derivation_is_walked_back_by_mouse_and_keys(open_inspect) -> None:
    page = open_inspect()
    steps = page.locator("#inspect-bptt-steps")
    title, chosen = steps.locator(".bptt-title"), steps.locator(".bptt-tokens [aria-pressed=true]")
    expect(title).to_contain_text("t = 6 of 6: reads “mat”")
    chosen.focus()
    page.keyboard.press("ArrowLeft")
    expect(title).to_contain_text("t = 5 of 6: reads “the”, “mat” follows")
    expect(chosen).to_be_focused()
    steps.locator(".bptt-back").click()
    expect(title).to_contain_text("t = 4 of 6: reads “on”")
    page.keyboard.press("Home")
    expect(title).to_contain_text("t = 1 of 6")
    expect(steps.locator(".bptt-back")).to_be_disabled()
    steps.locator(".bptt-tokens button").nth(2).click()
    expect(title).to_contain_text("t = 3 of 6: reads “sat”")
    page.locator("#inspect-bptt-slip input").click()
    page.get_by_role("option", name="W for Wᵀ", exact=True).click()
    expect(steps.locator(".slipped")).to_contain_text("W diag(1 − h²t+1)")
    expect(title).to_contain_text("t = 3 of 6")  # the step stays
    expect(page.locator("#inspect-bptt-summary")).to_contain_text("wrong: U, W, b")
    last = page.locator("#inspect-bptt-table tbody tr td:last-child")
    assert [text.endswith("✗") for text in last.all_text_contents()] == [1, 1, 0, 1, 0]
    type_letters(page)


def type_letters(page: Page) -> None:
    """Letters are tokens as well; of a text that is too long the last derivation stays."""
    box = page.locator("#inspect-bptt-text input, #inspect-bptt-text textarea")
    box.fill("ab a")
    page.locator("#inspect-bptt-units").get_by_text("letters").click()
    tokens = page.locator("#inspect-bptt-steps .bptt-tokens button")
    expect(tokens).to_have_text(["a", "b", "␣", "a"])
    box.fill("abcdefghijk")
    box.press("Enter")
    expect(page.locator("#inspect-bptt-message")).to_contain_text("the limit is 10")
    expect(tokens).to_have_count(4)


def test_nothing_stands_beyond_the_edge(open_inspect) -> None:
    page = open_inspect(390, "dark")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for name in ("gradients", "bptt"):
        card = page.locator(f"#inspect-{name}").bounding_box()
        assert card is not None and card["x"] >= 0 and card["x"] + card["width"] <= 390
