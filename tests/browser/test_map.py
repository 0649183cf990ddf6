"""The attention map by mouse and by keyboard, read back against what core computed."""

import csv
import io
import json
import math
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from playwright.sync_api import expect

from core.pipelines.results import Hypothesis, Translation, entropy
from tests.browser.events import hold, is_answer, is_event
from tests.browser.translate_page import CLOSE, OPENING, MapOnPage, TranslatePage, near

LONG = " ".join(f"Wort{number}" for number in range(45))


@pytest.fixture(scope="module")
def opening(core) -> Translation:
    return core.translate(OPENING)


def column(weights, index: int):
    return pytest.approx([row[index] for row in weights], abs=CLOSE)


def word_probabilities(hypothesis: Hypothesis):
    """The product over the tokens of each word."""
    sums = [0.0] * len(hypothesis.words)
    for token, log_prob in zip(hypothesis.tokens, hypothesis.log_probs, strict=True):
        if token.word is not None:
            sums[token.word] += log_prob
    return pytest.approx(list(map(math.exp, sums)), abs=CLOSE)


def press(tab: TranslatePage, *keys: str) -> None:
    for key in keys:
        tab.page.keyboard.press(key)


def focus_columns(tab: TranslatePage) -> None:
    """Reach the first source token as a keyboard does: with Tab, from the last export."""
    tab.find("export").locator("[data-kind=json]").focus()
    press(tab, "Tab")


@pytest.mark.parametrize("how", ["mouse", "keyboard"])
def test_a_token_lights_its_row_or_column_and_shades_what_it_attends_to(visit, opening, how):
    tab, weights = visit(), opening.hypotheses[0].word_attention
    if how == "mouse":
        tab.map.token("rows", 2).hover()
    else:
        focus_columns(tab)
        press(tab, "Tab", "ArrowDown", "ArrowDown")
    assert tab.map.tokens("rows", ".lit") == [2]
    assert tab.map.tokens("columns", ".lit") == []
    assert tab.map.shares("columns") == pytest.approx(list(weights[2]), abs=CLOSE)
    assert tab.map.frames("row") == [[2, 0, 1, len(weights[0])]]
    if how == "mouse":
        tab.map.token("columns", 3).hover()
    else:
        press(tab, "Shift+Tab", *["ArrowRight"] * 3)
    assert tab.map.tokens("columns", ".lit") == [3]
    assert tab.map.tokens("rows", ".lit") == []
    assert tab.map.shares("rows") == column(weights, 3)
    assert tab.map.shares("columns") == [None] * len(weights[0])
    assert tab.map.frames("column") == [[0, 3, len(weights), 1]]
    assert tab.map.frames("row") == []


@pytest.mark.parametrize("how", ["mouse", "keyboard"])
def test_a_cell_lights_both_of_its_tokens_and_tells_its_weight(visit, opening, how) -> None:
    tab, weight = visit(), opening.hypotheses[0].word_attention[1][2]
    target, source = opening.hypotheses[0].words[1], opening.source_words[2]
    if how == "mouse":
        assert tab.map.hover(1, 2) == f"{target} ← {source}: {weight:.3f}"
    else:
        focus_columns(tab)
        press(tab, "Tab", "Tab", "ArrowDown", "ArrowRight", "ArrowRight")
        assert tab.map.line == f"“{target}” looks at “{source}” with weight {weight:.2f}"
    assert tab.map.tokens("rows", ".lit") == [1]
    assert tab.map.tokens("columns", ".lit") == [2]
    assert tab.map.frames("cell") == [[1, 2, 1, 1]]


def test_a_click_pins_a_token_until_esc(visit, opening) -> None:
    tab = visit()
    words, weights = opening.hypotheses[0].words, opening.hypotheses[0].word_attention
    tab.map.token("rows", 1).click()
    tab.find("alternatives").get_by_text(f"Instead of “{words[1]}”").wait_for()
    tab.page.mouse.move(1, 1)
    tab.find("units").get_by_label("words", exact=True).focus()  # away from the map
    assert tab.map.tokens("rows", ".pinned[aria-pressed=true]") == [1]
    assert tab.map.shares("columns") == pytest.approx(list(weights[1]), abs=CLOSE)
    assert tab.map.frames("pin") == [[1, 0, 1, len(weights[1])]]
    assert tab.map.line.startswith(f"“{words[1]}” looks at “")
    tab.map.token("columns", 0).click()  # another pin in its place
    assert tab.map.tokens("rows", "[aria-pressed=true]") == []
    assert tab.map.tokens("columns", ".pinned[aria-pressed=true]") == [0]
    press(tab, "Escape")
    assert tab.map.tokens("columns", "[aria-pressed=true]") == []
    assert tab.map.frames("pin") == []
    assert tab.message == ""  # Esc was not the one that stops


def test_enter_pins_a_cell_and_esc_lets_go_before_it_stops(visit, opening) -> None:
    tab = visit()
    words, source = opening.hypotheses[0].words, opening.source_words
    focus_columns(tab)
    press(tab, "Tab", "Tab", "End", "ArrowDown", "ArrowLeft", "Enter")
    column = len(source) - 2
    assert tab.map.frames("pin") == [[1, column, 1, 1]]
    tab.page.get_by_text(f"What if “{words[1]}” had looked at “{source[column]}”").wait_for()
    press(tab, "Home", "ArrowUp")
    assert tab.map.frames("cell") == [[0, 0, 1, 1]]
    assert tab.map.frames("pin") == [[1, column, 1, 1]]
    press(tab, "Space")
    assert tab.map.frames("pin") == [[0, 0, 1, 1]]
    tab.page.get_by_text(f"What if “{words[0]}” had looked at “{source[0]}”").wait_for()
    press(tab, "Escape")
    assert tab.map.frames("pin") == []
    tab.page.wait_for_selector("#translate-force-step:disabled")
    assert tab.message == ""
    tab.wait_until_idle()  # Gradio may lose an event that begins just as the last one ends
    press(tab, "Escape")  # nothing is left to let go
    tab.wait_for_text("message", "Stopped")


@pytest.mark.parametrize("last", ["Enter", "Escape"])
def test_of_several_quick_pins_the_last_one_counts(visit, opening, last: str) -> None:
    tab = visit()
    tab.map.box.locator(".map-body").focus()
    press(tab, "Enter")
    tab.page.get_by_text(f"What if “{opening.hypotheses[0].words[0]}” had").wait_for()
    # Pinned, moved and pinned again before the first is answered.
    press(tab, "ArrowRight", "Enter", "ArrowLeft", "ArrowDown", last)
    words, source = opening.hypotheses[0].words, opening.source_words
    asked = f"What if “{words[1]}” had looked at “{source[0]}” alone?"
    tab.page.get_by_text(asked if last == "Enter" else "What if? Pin a cell").wait_for()
    title = f"Instead of “{words[1]}”" if last == "Enter" else "Alternatives"
    tab.find("alternatives").get_by_text(title, exact=True).wait_for()


def test_of_quick_pins_the_last_counts_also_when_its_request_comes_first(visit, opening) -> None:
    tab = visit()
    words, source = opening.hypotheses[0].words, opening.source_words
    tab.map.box.locator(".map-body").focus()
    held = hold(tab.page, 1)
    with tab.page.expect_request(is_event):
        press(tab, "Enter")
    press(tab, "ArrowDown", "Enter")
    asked = f"What if “{words[1]}” had looked at “{source[0]}” alone?"
    tab.page.get_by_text(asked).wait_for()
    with tab.page.expect_response(is_answer):
        held[0].continue_()
    tab.find("alternatives").get_by_text(f"Instead of “{words[1]}”", exact=True).wait_for()
    tab.wait_until_idle()
    assert tab.page.get_by_text(asked).is_visible()


def test_another_width_leaves_the_keyboard_at_its_cell(visit) -> None:
    tab = visit()
    tab.map.box.locator(".map-body").focus()
    press(tab, "Enter", "ArrowDown")
    tab.page.set_viewport_size({"width": 1000, "height": 900})
    two_frames = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    tab.page.evaluate(two_frames)  # it is drawn again
    press(tab, "Enter")
    assert tab.map.frames("pin") == [[1, 0, 1, 1]]


@pytest.mark.parametrize("width", [1280, 390])
def test_a_second_click_lets_a_cell_go(visit, width: int) -> None:
    tab = visit(width)
    tab.map.click(1, 1)
    assert tab.map.frames("pin") == [[1, 1, 1, 1]]
    tab.page.wait_for_selector("#translate-force-step:enabled")
    tab.page.mouse.click(*tab.map.point(1, 1))
    tab.page.wait_for_selector("#translate-force-step:disabled")
    assert tab.map.frames("pin") == []
    expect(tab.find("alternatives").locator("button")).to_have_count(0)


def test_nothing_moves_while_a_pin_is_answered(visit) -> None:
    tab = visit()
    tab.map.token("rows", 1).scroll_into_view_if_needed()
    tab.page.evaluate(
        """() => {
          const body = document.querySelector("#translate-attention .map-body");
          const look = () => {
            window.places.add(body.getBoundingClientRect().y);
            requestAnimationFrame(look);
          };
          window.places = new Set();
          look();
        }"""
    )
    tab.map.token("rows", 1).click()
    tab.find("alternatives").locator("button").first.wait_for()
    assert len(tab.page.evaluate("[...window.places]")) == 1


def test_the_table_has_the_same_numbers(visit, opening) -> None:
    tab, best = visit(), opening.hypotheses[0]
    head, *rows = tab.map.table()
    assert head == ["target", *opening.source_words, "probability", "entropy, bits"]
    assert [row[0] for row in rows] == list(best.words)
    figures = [[float(cell) for cell in row[1:]] for row in rows]
    assert [row[:-2] for row in figures] == near(best.word_attention)
    assert [row[-2] for row in figures] == word_probabilities(best)
    assert [row[-1] for row in figures] == pytest.approx(
        [entropy(row) for row in best.word_attention], abs=1e-3
    )


def test_words_and_subwords_take_turns(visit, core) -> None:
    text = "Das Unfassbare ward Ereignis."
    tab, whole = visit(), core.translate(text)
    best = whole.hypotheses[0]
    tab.translate(text, whole.source_words)
    assert tab.map.plot() == near(best.word_attention)
    assert tab.map.figures("probability") == word_probabilities(best)
    tab.find("units").get_by_label("words", exact=True).focus()
    press(tab, "Tab", "Space")
    tab.map.wait_for("columns", [token.text for token in whole.source_tokens])
    assert tab.map.words("rows") == [token.text for token in best.tokens]
    assert tab.map.plot() == near(best.attention)
    assert tab.map.figures("probability") == pytest.approx(
        list(map(math.exp, best.log_probs)), abs=CLOSE
    )
    assert tab.map.figures("bar") == pytest.approx(list(map(entropy, best.attention)), abs=1e-3)
    assert all(sum(row) == pytest.approx(1, abs=0.01) for row in tab.map.plot())
    tab.switch("words")
    tab.map.wait_for("columns", whole.source_words)


def test_range_and_colours_change_with_the_pin_kept(visit, opening) -> None:
    tab, weights = visit(), opening.hypotheses[0].word_attention
    last = len(weights) - 1
    tab.map.click(last, 0)
    tab.page.get_by_text("What if “").wait_for()
    tab.rescale()
    rescaled = [[weight / max(row) for weight in row] for row in weights]
    assert tab.map.plot()[:-1] == [pytest.approx(row, abs=1e-3) for row in rescaled[:-1]]
    row = weights[last]
    best = max(range(len(row)), key=row.__getitem__)
    tip = tab.map.hover(last, best)
    assert tip.endswith(f": {row[best]:.3f} (1.000 of the row’s largest)")
    assert tab.map.plot("data[0].colorscale").pop() == [1, "#fee838"]  # cividis
    tab.switch("viridis")
    tab.map.wait_for_colour("#fde725")  # the last of viridis
    assert [tab.map.plot(f"data[0].{end}") for end in ("zmin", "zmax")] == [0, 1]
    assert tab.map.frames("pin") == [[last, 0, 1, 1]]


@pytest.mark.parametrize(("count", "numbers"), [(20, True), (21, False)])
def test_cells_have_numbers_up_to_twenty_by_twenty(visit, core, count: int, numbers: bool) -> None:
    text = " ".join([*["Hund"] * (count - 1), "."])
    tab, whole = visit(), core.translate(text)
    assert len(whole.source_words) == count
    tab.translate(text, whole.source_words)
    fits = max(count, len(whole.hypotheses[0].words)) <= 20
    assert fits is numbers
    assert tab.map.plot("data.length") == (2 if numbers else 1)
    if numbers:
        drawn = dict(zip(*(tab.map.plot(f"data[1].{name}") for name in ("y", "text")), strict=True))
        row = whole.hypotheses[0].word_attention[0]
        assert drawn[0] in [f"{weight:.2f}".removeprefix("0") for weight in row if weight >= 0.005]


@pytest.mark.parametrize("width", [1280, 390])
def test_a_long_sentence_scrolls_inside_and_is_not_cut(visit, width: int) -> None:
    tab, words = visit(width), LONG.split()
    tab.translate(LONG, words)
    inside = """(part) => {
      const box = part.getBoundingClientRect();
      const room = part.closest(".map-scroll").getBoundingClientRect();
      return box.x >= room.x - 1 && box.right <= room.right + 1 && box.bottom <= room.bottom + 1;
    }"""
    scroll = "document.querySelector('#translate-attention .map-scroll')"
    assert tab.page.evaluate(f"{scroll}.scrollWidth > {scroll}.clientWidth")
    last = len(tab.map.words("rows")) - 1
    assert "“Wort44”" in tab.map.click(0, 44)
    assert tab.map.token("columns", 44).evaluate(inside)
    tab.map.token("columns", 44).click()
    assert tab.map.tokens("columns", ".pinned") == [44]
    press(tab, "Home", "Escape")  # and by key, from the other end
    focus_columns(tab)
    press(tab, "Tab", "End", "Tab", "Home", *["ArrowDown"] * (last + 1), "End")
    assert tab.map.frames("cell") == [[last, 44, 1, 1]]
    assert tab.map.box.locator(".map-frame-cell").evaluate(inside)
    assert tab.map.token("columns", 44).evaluate(inside)
    wide, room = tab.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide <= room


@pytest.mark.parametrize("how", ["mouse", "keyboard"])
def test_each_hypothesis_shows_its_own_map_and_probabilities(visit, opening, how: str) -> None:
    tab = visit()
    buttons = tab.find("hypotheses").locator("button")
    for number, hypothesis in [*enumerate(opening.hypotheses)][::-1]:
        score = f"{hypothesis.score:.2f}".replace("-", "−")
        assert buttons.nth(number).inner_text().split("\n") == [hypothesis.text, score]
        if how == "mouse":
            buttons.nth(number).click()
        else:
            buttons.nth(number).press("Enter")
        tab.page.wait_for_selector(
            f"#translate-hypotheses li:nth-child({number + 1}) [aria-pressed=true]"
        )
        tab.map.wait_for("rows", hypothesis.words)
        assert tab.map.plot() == near(hypothesis.word_attention)
        assert tab.map.figures("probability") == word_probabilities(hypothesis)


def export(tab: TranslatePage, kind: str, key: str = "") -> bytes:
    """Press a button for download, with a key if one is named; return what the file holds."""
    button = tab.find("export").locator(f"[data-kind={kind}]")
    with tab.page.expect_download() as download:
        if key:
            button.press(key)
        else:
            button.click()
    assert download.value.suggested_filename == f"attention.{kind}"
    return Path(download.value.path()).read_bytes()


def test_csv_and_json_hold_what_is_on_the_screen(visit, opening) -> None:
    tab, second = visit(), opening.hypotheses[1]
    tab.find("hypotheses").locator("button").nth(1).click()
    tab.map.wait_for("rows", second.words)
    tab.switch("subwords")
    source = [token.text for token in opening.source_tokens]
    target = [token.text for token in second.tokens]
    tab.map.wait_for("rows", target)
    tab.map.click(2, 3)
    head, *rows = csv.reader(io.StringIO(export(tab, "csv").decode("utf-8"), newline=""))
    assert head == ["", *source, "probability", "entropy (bits)"]
    assert [row[0] for row in rows] == target
    probabilities = [math.exp(log_prob) for log_prob in second.log_probs]
    assert [[float(cell) for cell in row[1:-2]] for row in rows] == near(second.attention)
    assert [float(row[-2]) for row in rows] == pytest.approx(probabilities, abs=CLOSE)
    found = json.loads(export(tab, "json", "Enter"))
    assert (found["source"], found["target"]) == (source, target)
    assert found["weights"] == near(second.attention)
    assert found["probabilities"] == pytest.approx(probabilities, abs=CLOSE)
    assert found["pinned"] == {"row": 2, "column": 3}
    assert (found["scale"], found["palette"]) == ("0-1", "cividis")


def test_images_are_large_enough_to_print_and_name_every_word(visit, opening) -> None:
    tab = visit()
    png = export(tab, "png")
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(png[16:20], "big") >= 1890
    tree = ElementTree.fromstring(export(tab, "svg", "Space"))
    texts = ["".join(text.itertext()) for text in tree.iter("{http://www.w3.org/2000/svg}text")]
    for word in (*opening.source_words, *opening.hypotheses[0].words):
        assert word in texts


def test_maps_in_other_cards_light_too(visit, opening) -> None:
    tab = visit()
    tab.open("compare")
    tab.find("compare-button").click()
    left = MapOnPage(tab.page, "translate-compare-left").wait()
    left.token("rows", 0).hover()
    weights = opening.hypotheses[0].word_attention[0]
    assert left.shares("columns") == pytest.approx(list(weights), abs=CLOSE)
    assert tab.map.shares("columns") == [None] * len(weights)
