"""The Translate tab while answers are on their way, and where the focus is after they came."""

import pytest
from playwright.sync_api import expect

from core.pipelines.results import Translation
from tests.browser.events import hold, is_answer, is_event
from tests.browser.translate_page import OPENING, TranslatePage

FOCUS = "document.activeElement"


@pytest.fixture(scope="module")
def opening(core) -> Translation:
    return core.translate(OPENING)


def pin(tab: TranslatePage, row: int, column: int) -> None:
    """Pin a cell, and wait until it is answered."""
    tab.map.click(row, column)
    tab.page.wait_for_selector("#translate-force-step:enabled")


@pytest.mark.parametrize("again", ["translate", "hypothesis"])
def test_a_pin_that_the_page_lets_go_can_be_set_again(visit, again: str) -> None:
    tab = visit()
    for _ in range(2):
        pin(tab, 1, 1)
        if again == "translate":
            tab.find("run").click()
        else:
            tab.find("hypotheses").locator("button").first.click()
        tab.page.wait_for_selector("#translate-force-step:disabled")
        expect(tab.map.box.locator(".map-frame-pin")).to_be_hidden()


def test_the_answer_to_an_earlier_choice_keeps_a_later_pin(visit, opening) -> None:
    tab = visit()
    held = hold(tab.page, 2)
    with tab.page.expect_request(is_event):
        tab.switch("viridis")
    with tab.page.expect_request(is_event):
        tab.map.click(1, 2)
    held[0].continue_()
    tab.map.wait_for_colour("#fde725")
    assert tab.map.frames("pin") == [[1, 2, 1, 1]]
    held[1].continue_()
    words, source = opening.hypotheses[0].words, opening.source_words
    tab.page.get_by_text(f"What if “{words[1]}” had looked at “{source[2]}”").wait_for()
    assert tab.map.frames("pin") == [[1, 2, 1, 1]]


def test_of_two_quick_nodes_the_last_one_is_shown(visit, core) -> None:
    tab, tree = visit(), core.beam_tree(OPENING)
    tab.open("tree-card")
    tab.find("tree").locator(".tree-node").first.wait_for()
    one, other = [n for n, node in enumerate(tree.nodes) if node.status == "pruned"][:2]
    held = hold(tab.page, 2)
    for number in (one, other):
        with tab.page.expect_request(is_event):
            tab.find("tree").locator(f"[data-id='{number}']").click()
    for late in held:
        with tab.page.expect_response(is_answer):  # the server takes them in this order
            late.continue_()
    scored = core.score(OPENING, tree.path(other))
    tab.find("tree-message").get_by_text(f"that of “{scored.text}”").wait_for()
    tab.map.wait_for("rows", scored.words)
    tab.wait_until_idle()
    assert tab.map.words("rows") == list(scored.words)


@pytest.mark.parametrize("button", ["force-step", "force-end"])
def test_a_button_that_switches_off_gives_the_focus_to_the_map(visit, button: str) -> None:
    tab = visit()
    for off in (button, "free"):
        if off == button:
            pin(tab, 1, 1)
        tab.find(off).press("Enter")
        tab.page.wait_for_selector(f"#translate-{off}:disabled")
        tab.page.wait_for_function(f"{FOCUS}.matches('#translate-attention .map-body')")


def test_an_alternative_leaves_the_focus_at_its_list(visit) -> None:
    tab = visit()
    tab.map.token("rows", 2).press("Enter")
    tab.find("alternatives").locator("button").nth(1).press("Enter")
    tab.page.wait_for_function(f"{FOCUS}.matches('#translate-alternatives h2')")
