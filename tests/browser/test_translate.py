"""The Translate tab in a real browser, with the shipped checkpoint."""

import pytest
from playwright.sync_api import expect

WIDTHS = [1280, 390]
HOSTILE = "<img src=x onerror=alert(1)> ${alert(1)} {{value}} `a` <b>b</b> %{z} &lt; Haus Haus"


def assert_no_sideways_scroll(page) -> None:
    wide, room = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide <= room


@pytest.mark.parametrize("width", WIDTHS)
def test_the_first_paint_is_full(visit, width: int) -> None:
    tab = visit(width)
    assert tab.source.input_value() == "Zwei Männer sitzen auf einer Bank."
    assert tab.output
    assert tab.text("summary").startswith("translate-de-en · beam 5 · length penalty 1 · seed – · ")
    assert tab.map.words("columns") == ["Zwei", "Männer", "sitzen", "auf", "einer", "Bank", "."]
    assert len(tab.map.plot()) == len(tab.map.words("rows")) > 0
    assert tab.page.locator("#translate-hypotheses li").count() == 5
    assert "not an explanation" in tab.page.inner_text("body")
    assert_no_sideways_scroll(tab.page)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_sentence_is_translated_by_button(visit, core, width: int) -> None:
    tab = visit(width)
    tab.translate("Ein Kind spielt im Garten.", ["Ein", "Kind", "spielt", "im", "Garten", "."])
    assert tab.output == core.translate("Ein Kind spielt im Garten.").text
    assert_no_sideways_scroll(tab.page)


def test_the_keyboard_runs_and_stops(visit) -> None:
    tab = visit()
    tab.source.fill("Die Katze schläft.")
    tab.source.press("Control+Enter")
    tab.map.wait_for("columns", ["Die", "Katze", "schläft", "."])
    tab.source.press("Escape")
    tab.wait_for_text("message", "Stopped")


def test_each_sentence_shows_its_own_map(visit) -> None:
    tab = visit()
    tab.translate("Das ist gut. Wo ist Tom?", ["Das", "ist", "gut", "."])
    expect(tab.find("sentence")).to_be_visible()
    tab.choose("sentence", "2. Wo")
    tab.map.wait_for("columns", ["Wo", "ist", "Tom", "?"])


def test_markup_stays_text_everywhere(visit, core) -> None:
    tab, whole = visit(), core.translate(HOSTILE)
    tab.translate(HOSTILE, whole.source_words)
    words = tab.map.words("columns")
    assert "".join(words) == HOSTILE.replace(" ", "")
    assert words.count("Haus") == 2
    assert tab.map.box.locator(".map-columns .map-word").all_text_contents() == words
    column = next(n for n, word in enumerate(words) if "<" in word)
    tip = tab.map.hover(0, column)
    assert tip.split(": ")[0] == f"{tab.map.words('rows')[0]} ← {words[column]}"
    assert f"“{words[column]}”" in tab.map.click(0, column)
    tab.page.get_by_text(f"had looked at “{words[column]}” alone?").wait_for()
    assert tab.page.locator("img[src='x'], .attention-map b, .hypotheses b").count() == 0


def test_an_error_is_one_sentence_and_the_page_goes_on(visit) -> None:
    tab = visit()
    before = tab.output, tab.text("summary"), tab.map.plot()
    tab.source.fill("   ")
    tab.page.click("#translate-run")
    tab.wait_for_text("message", "blank")
    tab.source.fill("x" * 3000)
    tab.page.click("#translate-run")
    tab.wait_for_text("message", "3,000 characters; the limit is 2,000")
    assert tab.source.input_value() == "x" * 3000
    assert (tab.output, tab.text("summary"), tab.map.plot()) == before
    tab.translate("Tom lacht.", ["Tom", "lacht", "."])
    assert tab.message == ""


def test_a_text_of_too_many_pieces_is_refused(visit) -> None:
    tab = visit()
    before = tab.output
    tab.source.fill("x" * 2000)
    tab.page.click("#translate-run")
    tab.wait_for_text("message", "attention weights; the limit is 1,000,000")
    assert tab.output == before


def test_unusual_text_is_answered_too(visit) -> None:
    tab = visit()
    for text, word in [
        ("مرحبا بالعالم", "مرحبا"),
        ("🙂🙂", "🙂"),
        ("a\u0007 b", "b"),
        ("x" * 300, ""),
    ]:
        tab.source.fill(text)
        summary = tab.text("summary")
        tab.page.click("#translate-run")
        tab.page.wait_for_function(
            "old => document.querySelector('#translate-summary .plain-text').innerText !== old",
            arg=summary,
        )
        assert word in "".join(tab.map.words("columns"))
        assert_no_sideways_scroll(tab.page)


def test_a_knob_that_the_method_ignores_is_off(visit) -> None:
    tab = visit()
    beam, seed = (tab.page.locator(f"#translate-{name}") for name in ("beam", "seed"))
    assert beam.locator("input").is_enabled()
    assert seed.locator("input").is_disabled()
    tab.choose("method", "sample")
    beam.get_by_text("Off: sample").wait_for()
    assert beam.locator("input").is_disabled()
    seed.locator("input").fill("7")
    tab.page.click("#translate-run")
    tab.page.locator("#translate-summary").get_by_text("sample · temperature 1 · seed 7").wait_for()
    assert tab.page.locator("#translate-hypotheses li").count() == 1


def test_an_example_is_filled_in_and_translated(visit) -> None:
    tab = visit()
    chip = tab.page.locator(".chips button").nth(2)
    words = chip.inner_text().strip(" .").split()
    chip.click()
    tab.map.wait_for("columns", [*words, "."])
    assert tab.source.input_value() == " ".join(words) + "."


def test_two_visitors_do_not_disturb_each_other(visit, core) -> None:
    one, two = visit(), visit(390)
    one.source.fill("Das Wasser ist kalt.")
    two.source.fill("Der Zug kommt heute.")
    one.page.click("#translate-run")
    two.page.click("#translate-run")
    one.map.wait_for("columns", ["Das", "Wasser", "ist", "kalt", "."])
    two.map.wait_for("columns", ["Der", "Zug", "kommt", "heute", "."])
    assert "“Wasser”" in one.map.click(0, 1)
    assert "“Zug”" in two.map.click(0, 1)
    for tab, word in ((one, "Wasser"), (two, "Zug")):
        tab.page.get_by_text(f"had looked at “{word}” alone?").wait_for()
        tab.open("tree-card")
    for tab, text in ((one, "Das Wasser ist kalt."), (two, "Der Zug kommt heute.")):
        tab.find("tree").locator(".tree-node").first.wait_for()
        assert tab.output == core.translate(text).text
        nodes = core.beam_tree(text).nodes
        assert tab.find("tree").locator(".tree-node").count() == len(nodes)
