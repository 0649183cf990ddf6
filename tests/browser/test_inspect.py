"""Gates and states on the Inspect tab in a browser, by mouse and by keys, over tiny models."""

import csv
import io
import json
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from core.service import Service
from demo.tabs.inspect import EXAMPLES
from tests.browser.conftest import watch
from tests.browser.events import hold, is_event
from tests.browser.inspect_page import InspectPage
from tests.browser.tiny_app import WORDS

HOSTILE = "<img src=x onerror=alert(1)> ${alert(1)} `{{7*7}}` </script> $N$"
# x and y of a cell in the map, which has margins.
CELL = """(body, [token, unit]) => {
  const box = body.querySelector(".gate-row"), all = body.getBoundingClientRect();
  const plot = body.querySelector(".gate-plot"), { z } = plot.data[0];
  const [width, height] = [box.offsetWidth / z[0].length, 380 / z.length];
  return [all.x + 46 + (token + 0.5) * width, all.y + 4 + (unit + 0.5) * height];
}"""
# The ids of the buttons that are clicked, and of each Enter whether it does nothing of its own.
NOTE = """() => {
  window.noted = [];
  document.addEventListener("click", ({ target }) => noted.push(target.id), { capture: true });
  const note = (event) => event.key === "Enter" && noted.push(event.defaultPrevented);
  window.addEventListener("keydown", note);
}"""


@pytest.fixture
def visit(tiny_app: str, context: BrowserContext) -> Iterator[Callable[..., InspectPage]]:
    """Open the tab; afterwards, fail on any error, dialog or request to elsewhere."""
    complaints: list[str] = []
    pages: list[Page] = []

    def open_page(
        query: str = "?tab=inspect", width: int = 1280, scheme: str = "light"
    ) -> InspectPage:
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        pages.append(page)
        watch(page, tiny_app, complaints)
        page.goto(f"{tiny_app}/{query}")
        return InspectPage(page)

    yield open_page
    for page in pages:
        page.close()
    assert complaints == []


def figure(value: float) -> str:
    return f"{value:.3f}".replace("-", "−")


def test_the_tab_opens_with_the_values_of_its_example(visit, tiny: Service) -> None:
    tab = visit()
    found = tiny.inspect(EXAMPLES[0].text, WORDS)
    ((trace, cell),) = found.chosen("layer 1", "cell")
    for drawn, expected in zip(tab.values(), cell.values.T.tolist(), strict=True):
        assert drawn == pytest.approx(expected, abs=1e-3)
    assert tab.number.input_value() == "3"  # its unit for brackets
    tokens = tab.find("unit").locator(".gate-token").all_text_contents()
    assert tuple(tokens) == trace.tokens
    assert tab.pressed() == ["unit 3 · cell"]
    shares = tab.find("saturation").locator("tbody tr")
    expect(shares).to_have_count(2)


def test_hover_reads_a_value_and_a_click_chooses_its_unit(visit, tiny: Service) -> None:
    tab = visit()
    values = tab.values()
    tab.map.scroll_into_view_if_needed()
    tab.page.mouse.move(*tab.map.evaluate(CELL, [2, 9]))
    tip = tab.find("gates").locator(".gate-tip")
    expect(tip).to_have_text(f"networks · unit 9: {figure(values[9][2])}")
    tab.page.mouse.click(*tab.map.evaluate(CELL, [2, 9]))
    expect(tab.number).to_have_value("9")
    expect(tab.line).to_have_text(f"Unit 9, cell, at “networks” {figure(values[9][2])}")
    expect(tab.find("units").locator("[aria-pressed=true]")).to_have_count(0)


def test_keys_choose_units_and_read_tokens(visit) -> None:
    tab = visit()
    values = tab.values()
    tab.map.focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowUp", "PageDown", "ArrowRight", "ArrowRight"):
        tab.page.keyboard.press(key)
    expect(tab.number).to_have_value("14")
    expect(tab.line).to_have_text(f"Unit 14, cell, at “Recurrent” {figure(values[14][1])}")
    tab.page.keyboard.press("End")
    expect(tab.line).to_contain_text("at “.”")
    tab.number.fill("7")
    expect(tab.find("unit").locator(".gate-note")).to_have_text("of 0 to 15")
    tab.find("unit").get_by_role("button", name="Previous unit").press("Enter")
    expect(tab.number).to_have_value("6")


def test_a_found_unit_a_layer_and_a_quantity_are_chosen(visit) -> None:
    tab = visit()
    expect(tab.found).to_have_count(2)
    tab.found.nth(0).focus()
    tab.page.keyboard.press("ArrowDown")
    tab.page.keyboard.press("Enter")
    expect(tab.number).to_have_value("7")
    expect(tab.find("quantity").locator("input")).to_have_value("forget gate")
    expect(tab.find("gates").locator(".gate-high")).to_have_text("1 open")
    assert all(0 <= value <= 1 for row in tab.values() for value in row)
    tab.choose("layer", "layer 2")
    expect(tab.find("units")).to_contain_text("No unit here goes along with: position.")
    tab.choose("quantity", "cell")
    tab.find("link").click()
    expect(tab.message).to_contain_text("copied")
    again = visit("?" + tab.page.url.partition("?")[2])
    expect(again.find("layer").locator("input")).to_have_value("layer 2")
    assert again.values() == tab.values()


def test_a_found_unit_is_shown_again_after_another(visit) -> None:
    tab = visit()
    tab.map.focus()
    tab.page.keyboard.press("ArrowDown")
    expect(tab.number).to_have_value("4")
    expect(tab.find("units").locator("[aria-pressed=true]")).to_have_count(0)
    tab.found.nth(0).click()
    expect(tab.number).to_have_value("3")
    assert tab.pressed() == ["unit 3 · cell"]


def test_an_answer_takes_no_unit_back_that_was_chosen_meanwhile(visit) -> None:
    tab = visit()
    held = hold(tab.page, 2)
    with tab.page.expect_request(is_event):
        tab.run("Der Hund schläft hier.")
    tab.map.focus()
    with tab.page.expect_request(is_event):
        tab.page.keyboard.press("ArrowDown")
    held[0].continue_()
    expect(tab.find("unit").locator(".gate-text")).to_have_text("<s>Der Hund schläft hier.")
    expect(tab.number).to_have_value("4")
    held[1].continue_()
    expect(tab.find("units").locator("[aria-pressed=true]")).to_have_count(0)
    expect(tab.number).to_have_value("4")
    tab.choose("quantity", "hidden")  # the server knows of it
    expect(tab.number).to_have_value("4")


def test_ctrl_enter_that_is_held_runs_once_and_presses_no_button_in_focus(visit) -> None:
    tab = visit()
    tab.page.evaluate(NOTE)
    for button in (tab.found.nth(0), tab.find("link")):
        button.focus()
        tab.page.keyboard.down("Control")
        for _ in range(3):
            tab.page.keyboard.down("Enter")
        tab.page.keyboard.up("Enter")
        tab.page.keyboard.up("Control")
    assert tab.page.evaluate("noted") == 2 * ["inspect-run", True, True, True]


def test_after_an_error_the_last_result_stays(visit) -> None:
    tab = visit()
    values = tab.values()
    tab.run("   ")
    expect(tab.message).to_have_text("The text is blank: type a sentence first.")
    assert tab.values() == values
    tab.run("Der Hund schläft hier.")
    expect(tab.message).to_have_text("")
    expect(tab.find("unit").locator(".gate-text")).to_have_text("<s>Der Hund schläft hier.")


def test_a_translator_shows_its_encoder_and_its_decoder(visit) -> None:
    tab = visit()
    tab.find("examples").locator("button").first.click()
    expect(tab.find("summary")).to_contain_text("6 layers of 8 and 16 units")
    tab.choose("layer", "encoder layer 2, backwards")
    assert len(tab.values()) == 8
    expect(tab.find("units")).to_contain_text("python -m core inspect --units translate-de-en")


def test_hostile_text_stays_text(visit) -> None:
    tab = visit()
    tab.run(HOSTILE)
    expect(tab.find("unit").locator(".gate-text")).to_contain_text("${alert(1)}")
    expect(tab.find("read")).to_contain_text("Read as <unk>: “<”, “img”")
    tab.find("unit").locator("summary").click()
    expect(tab.find("unit").locator("table")).to_contain_text("onerror")


def test_values_are_exported(visit) -> None:
    tab = visit()
    values = tab.values()
    for kind in ("csv", "json"):
        with tab.page.expect_download() as download:
            tab.find("export").get_by_text(kind.upper()).click()
        assert download.value.suggested_filename == f"{WORDS}-layer-1-cell.{kind}"
        content = download.value.path().read_text(encoding="utf-8")
        if kind == "csv":
            head, *rows = csv.reader(io.StringIO(content))
            assert head[:3] == ["token", "unit 0", "unit 1"]
            tokens, table = [row[0] for row in rows], [list(map(float, row[1:])) for row in rows]
        else:
            found = json.loads(content)
            tokens, table = found["tokens"], found["values"]
            assert (found["layer"], found["quantity"], found["unit"]) == ("layer 1", "cell", 3)
        assert tokens[:2] == ["<s>", "Recurrent"]
        for row, column in zip(table, zip(*values, strict=True), strict=True):
            assert row == pytest.approx(column, abs=2e-4)


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1280, "dark")])
def test_nothing_stands_beyond_the_edge(visit, width: int, scheme: str) -> None:
    tab = visit(width=width, scheme=scheme)
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= width
    assert tab.map.evaluate("body => body.parentElement.clientWidth") <= width
    dark = tab.find("gates").locator(".gate-key i").evaluate("bar => bar.style.background")
    assert ("rgb(26, 32, 41)" in dark) == (scheme == "dark")  # the middle is the ground
