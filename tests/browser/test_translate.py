"""The Translate tab in a real browser, with the shipped checkpoint."""

import pytest

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
    assert tab.labels("x") == ["Zwei", "Männer", "sitzen", "auf", "einer", "Bank", "."]
    assert len(tab.weights()) == len(tab.labels("y")) > 0
    assert tab.page.locator("#translate-hypotheses li").count() == 5
    assert "not an explanation" in tab.page.inner_text("body")
    assert_no_sideways_scroll(tab.page)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_sentence_is_translated_by_button(visit, width: int) -> None:
    tab = visit(width)
    tab.translate("Ein Kind spielt im Garten.", ["Ein", "Kind", "spielt", "im", "Garten", "."])
    assert tab.output
    assert tab.drawn_labels("x") == tab.labels("x")
    assert tab.drawn_labels("y") == tab.labels("y")
    assert_no_sideways_scroll(tab.page)


def test_the_keyboard_runs_and_stops(visit) -> None:
    tab = visit()
    tab.source.fill("Die Katze schläft.")
    tab.source.press("Control+Enter")
    tab.wait_for_source(["Die", "Katze", "schläft", "."])
    tab.source.press("Escape")
    tab.wait_for_message("Stopped")


@pytest.mark.parametrize("width", WIDTHS)
def test_a_cell_tells_its_weight_and_a_click_reaches_python(visit, width: int) -> None:
    tab = visit(width)
    row, column = 1, 3
    weight = tab.weights()[row][column]
    source, target = tab.labels("x")[column], tab.labels("y")[row]
    assert tab.hover(row, column) == f"{target} ← {source}: {weight:.3f}"
    assert tab.click(row, column) == f"“{target}” looks at “{source}” with weight {weight:.2f}"


def test_subwords_show_the_end_and_rows_that_add_to_one(visit) -> None:
    tab = visit()
    words = tab.labels("x")
    tab.page.get_by_label("subwords", exact=True).check(force=True)
    end = tab.page.locator("#translate-attention .xtick text", has_text="</s>")
    end.wait_for(state="attached")
    assert tab.labels("x")[-1] == "</s>"
    assert len(tab.labels("x")) > len(words)
    for row in tab.weights():
        assert sum(row) == pytest.approx(1, abs=0.01)
    tab.page.get_by_label("words", exact=True).check(force=True)
    tab.wait_for_source(words)


def test_each_hypothesis_shows_its_own_map(visit) -> None:
    tab = visit()
    second = tab.page.locator("#translate-hypotheses button").nth(1)
    text = second.locator("span").inner_text()
    second.click()
    tab.wait_for_target("".join(text.split()))
    assert second.get_attribute("aria-pressed") == "true"


def test_each_sentence_shows_its_own_map(visit) -> None:
    tab = visit()
    tab.translate("Das ist gut. Wo ist Tom?", ["Das", "ist", "gut", "."])
    assert tab.page.locator("#translate-sentence").is_visible()
    tab.choose("sentence", "2. Wo")
    tab.wait_for_source(["Wo", "ist", "Tom", "?"])


def test_markup_stays_text_everywhere(visit) -> None:
    tab = visit()
    tab.source.fill(HOSTILE)
    tab.page.click("#translate-run")
    tab.page.wait_for_function(
        "document.querySelector('#translate-attention').textContent.includes('onerror')"
    )
    assert tab.drawn_labels("x") == tab.labels("x")
    assert "".join(tab.labels("x")) == HOSTILE.replace(" ", "")
    assert tab.labels("x").count("Haus") == 2
    column = next(n for n, word in enumerate(tab.labels("x")) if "<" in word)
    word = tab.labels("x")[column]
    assert tab.hover(0, column).split(": ")[0] == f"{tab.labels('y')[0]} ← {word}"
    assert f"“{word}”" in tab.click(0, column)
    assert tab.page.locator("#translate-attention img, .hypotheses img").count() == 0


def test_an_error_is_one_sentence_and_the_page_goes_on(visit) -> None:
    tab = visit()
    before = tab.output, tab.text("summary"), tab.weights()
    tab.source.fill("   ")
    tab.page.click("#translate-run")
    tab.wait_for_message("blank")
    tab.source.fill("x" * 3000)
    tab.page.click("#translate-run")
    tab.wait_for_message("3,000 characters; the limit is 2,000")
    assert tab.source.input_value() == "x" * 3000
    assert (tab.output, tab.text("summary"), tab.weights()) == before
    tab.translate("Tom lacht.", ["Tom", "lacht", "."])
    assert tab.text("message") == ""


def test_unusual_text_is_answered_too(visit) -> None:
    tab = visit()
    for text, word in [
        ("مرحبا بالعالم", "مرحبا"),
        ("🙂🙂", "🙂"),
        ("a\u0007 b", "b"),
        ("x" * 2000, ""),
    ]:
        tab.source.fill(text)
        summary = tab.text("summary")
        tab.page.click("#translate-run")
        tab.page.wait_for_function(
            "old => document.querySelector('#translate-summary .plain-text').innerText !== old",
            arg=summary,
        )
        assert word in "".join(tab.labels("x"))
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
    tab.wait_for_source([*words, "."])
    assert tab.source.input_value() == " ".join(words) + "."


def test_two_visitors_do_not_disturb_each_other(visit) -> None:
    one, two = visit(), visit(390)
    one.source.fill("Das Wasser ist kalt.")
    two.source.fill("Der Zug kommt heute.")
    one.page.click("#translate-run")
    two.page.click("#translate-run")
    one.wait_for_source(["Das", "Wasser", "ist", "kalt", "."])
    two.wait_for_source(["Der", "Zug", "kommt", "heute", "."])
    assert "“Wasser”" in one.click(0, 1)
    assert "“Zug”" in two.click(0, 1)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_long_sentence_scrolls_inside_its_map(visit, width: int) -> None:
    tab = visit(width)
    words = [f"Wort{number}" for number in range(45)]
    tab.translate(" ".join(words), words)
    scroll = "document.querySelector('#translate-attention .map-scroll')"
    assert tab.page.evaluate(f"{scroll}.scrollWidth > {scroll}.clientWidth")
    assert_no_sideways_scroll(tab.page)
    assert "“Wort44”" in tab.click(0, 44)


def test_labels_are_readable_in_the_dark(visit) -> None:
    tab = visit(query="?__theme=dark")
    label = tab.page.locator("#translate-attention .xtick text").first
    assert label.evaluate("node => getComputedStyle(node).fill") == "rgb(230, 234, 240)"
