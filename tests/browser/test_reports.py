"""The Reports tab in a browser: lines, tables, links, and the public function."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from playwright.sync_api import BrowserContext, Page, expect

from core.service import Service
from demo.reports import plots_of
from tests.browser.conftest import watch

ROOT = Path(__file__).resolve().parents[2]
LINES = "plots => plots.map(({ data }) => data.map(({ name, x }) => [name, x.length]))"


@pytest.fixture
def open_reports(app: str, context: BrowserContext) -> Iterator[Callable[..., Page]]:
    """Open the tab; afterwards, fail on any error, dialog or request to elsewhere."""
    complaints: list[str] = []
    pages: list[Page] = []

    def open_page(query: str = "?tab=reports", width: int = 1280, scheme: str = "light") -> Page:
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        pages.append(page)
        watch(page, app, complaints)
        page.goto(f"{app}/{query}")
        expect(page.locator("#reports-table tbody tr").first).to_be_visible()
        return page

    yield open_page
    for page in pages:
        page.close()
    assert complaints == []


def choose(page: Page, title: str) -> None:
    page.locator("#reports-choice input").click()
    page.get_by_role("option", name=title, exact=True).click()


def drawn(page: Page) -> list[list[list]]:
    """The name and the number of points of each line, of each plot."""
    expect(page.locator("#reports-plot .main-svg").first).to_be_visible()
    return page.locator("#reports-plot .report-plot > div").evaluate_all(LINES)


def test_the_tab_opens_with_its_first_report(open_reports, core: Service) -> None:
    page = open_reports()
    first = core.report(next(iter(core.reports())))
    expect(page.locator("#reports-finding")).to_have_text(first["finding"])
    expect(page.locator("#reports-command")).to_have_text(first["command"])
    assert drawn(page) == [
        [[line["name"], len(line["x"])] for line in plot["lines"]] for plot in plots_of(first)
    ]


def test_a_report_is_chosen_and_its_link_opens_it_again(open_reports, core: Service) -> None:
    page = open_reports()
    kinds = core.report("recurrent-kinds")
    choose(page, kinds["title"])
    expect(page.locator("#reports-finding")).to_have_text(kinds["finding"])
    expect(page.locator("#reports-table tbody tr")).to_have_count(len(kinds["rows"]))
    expect(page.locator("#reports-table tbody th").first).to_have_text(kinds["rows"][0]["model"])
    page.locator("#reports-link").click()
    expect(page.locator("#reports-message")).to_contain_text("copied")
    assert "report=recurrent-kinds" in page.url
    again = open_reports("?" + page.url.partition("?")[2])
    expect(again.locator("#reports-finding")).to_have_text(kinds["finding"])
    expect(again.locator("#reports-choice input")).to_have_value(kinds["title"])


def test_a_training_run_stands_beside_the_stored_results(open_reports, core: Service) -> None:
    page = open_reports("?tab=reports&report=training-translate-de-en")
    found = core.report("training-translate-de-en")
    expect(page.locator("#reports-finding")).to_have_text(found["finding"])
    assert [name for name, _ in drawn(page)[0]] == ["training", "validation"]


def test_a_report_without_lines_leaves_none_of_the_last(open_reports, core: Service) -> None:
    page = open_reports("?tab=reports&report=recurrent-kinds")
    finding = core.report("recurrent-kinds")["finding"]
    expect(page.locator("#reports-finding")).to_have_text(finding)
    drawn(page)
    choose(page, core.report("speed")["title"])
    expect(page.locator("#reports-plot .main-svg")).to_have_count(0)


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_nothing_stands_beyond_the_edge(
    open_reports, core: Service, width: int, scheme: str
) -> None:
    page = open_reports("?tab=reports&report=sampling", width, scheme)
    expect(page.locator("#reports-finding")).to_have_text(core.report("sampling")["finding"])
    drawn(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    plot = page.locator("#reports-plot .main-svg").first.bounding_box()
    assert plot is not None and plot["x"] >= 0 and plot["x"] + plot["width"] <= width


def test_a_link_to_no_report_says_so(open_reports) -> None:
    page = open_reports("?tab=reports&report=%3Cimg%20src=x%20onerror=alert(1)%3E")
    expect(page.locator("#reports-message")).to_contain_text("There is no report called '<img")


def test_the_public_function_gives_what_is_stored(app: str, core: Service) -> None:
    client = Client(app, verbose=False)
    assert client.predict(api_name="/report") == core.reports()
    stored = ROOT / "checkpoints" / "reports" / "sampling.json"
    found = client.predict(name="sampling", api_name="/report")
    assert found == json.loads(stored.read_text(encoding="utf-8"))
    for name in ("nope", "../config", 5):
        with pytest.raises(AppError, match=r"no report called|must be a string"):
            client.predict(name=name, api_name="/report")
