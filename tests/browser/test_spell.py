"""The Spell tab in a real browser, with the shipped checkpoint or over random ones.

A checkpoint may be trained anew, so each test asks the same checkpoint what the page should show.
"""

import re

import pytest
from playwright.sync_api import expect

from core.pipelines.spelling_results import CheckedWord, Correction
from core.service import THRESHOLD, Service
from tests.browser.events import hold, is_event
from tests.browser.spell_page import SpellPage
from tests.browser.test_translate import HOSTILE, WIDTHS, assert_no_sideways_scroll
from tests.browser.tiny_app import OTHER_SPELLER, SPELLER
from tests.calls import result

OPENING = "I definately recieved teh new adress."  # what the page opens with
TEXT = (
    "Tomorow the goverment will seperate wich docter is realy neccessary, and untill then "
    "recomend a wierd begining: beautifull diffrent calender, tommorow and the day after."
)


def changed(found: Correction, threshold: float = THRESHOLD) -> list[int]:
    """The words that the model is sure enough of."""
    return [n for n, word in enumerate(found.words) if word.corrected(threshold) != word.text]


def spellings(word: CheckedWord) -> list[str]:
    """What the list of candidates of a word should hold."""
    texts = [one.text for one in word.candidates]
    return texts if word.text in texts else [*texts, word.text]


def written(found: Correction, *choices: tuple[int, str], threshold: float = THRESHOLD) -> str:
    """The text with the choices of a visitor."""
    chosen, text = dict(choices), found.source
    for index, word in reversed([*enumerate(found.words)]):
        spelling = chosen.get(index, word.corrected(threshold))
        text = text[: word.start] + spelling + text[word.end :]
    return text


def marked(tab: SpellPage) -> list[int]:
    """The words that are marked as changed."""
    places = "all => all.flatMap((one, n) => (one.classList.contains('changed') ? [n] : []))"
    return tab.words.evaluate_all(places)


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_the_first_paint_is_full(visit_spell, core: Service, width: int, scheme: str) -> None:
    tab, found = visit_spell(width, scheme=scheme), core.correct(OPENING)
    assert tab.source.input_value() == OPENING
    assert (tab.typed(), tab.text()) == (OPENING, found.text)
    assert marked(tab) == changed(found)
    expect(tab.summary).to_have_text(
        re.compile(
            rf"spell-en · threshold {THRESHOLD:g} · {len(found.words)} words checked · "
            rf"{len(changed(found))} changed · [\d,]+ ms · [\d,]+ words/s"
        )
    )
    opened = found.words[(changed(found) or [0])[0]]
    expect(tab.title).to_have_text(f"For “{opened.text}”")
    assert tab.spellings() == spellings(opened)
    tab.map.wait()
    assert tab.map.words("columns") == [*opened.text, "</s>"]
    assert "not an explanation" in tab.page.inner_text("body")
    assert tab.find("checkpoint").is_hidden()  # there is one
    assert tab.find("undo").is_disabled()
    assert_no_sideways_scroll(tab.page)
    dark = tab.page.locator("body").evaluate("body => body.classList.contains('dark')")
    assert dark == (scheme == "dark")


def test_the_tab_is_full_when_one_turns_to_it(visit_spell) -> None:
    tab = visit_spell(query="")
    tab.map.wait()
    expect(tab.words.first).to_be_visible()
    assert tab.find("attention").locator(".map-plot").bounding_box()["width"] > 100
    assert tab.typed() == OPENING


def test_each_change_shows_its_letters_and_says_them(visit_spell, core: Service) -> None:
    tab, found = visit_spell(), core.correct(TEXT)
    tab.correct(TEXT)
    tab.wait_for_text(found.text)
    assert marked(tab) == changed(found)
    assert changed(found), "the checkpoint corrects nothing here"
    for index in changed(found):
        word, node = found.words[index], tab.words.nth(index)
        name = node.get_attribute("aria-label")
        assert name.startswith(f"{word.corrected(THRESHOLD)}, typed {word.text}: ")
        assert node.locator("ins, del").count() > 0
        for mark, verb in (("ins", "underline"), ("del", "line-through")):
            for letters in node.locator(mark).all():
                style = letters.evaluate("one => getComputedStyle(one).textDecorationLine")
                assert style == verb


@pytest.mark.parametrize("width", WIDTHS)
def test_a_candidate_is_chosen_and_taken_back_by_mouse(visit_spell, core, width: int) -> None:
    tab, found = visit_spell(width), core.correct(TEXT)
    tab.correct(TEXT)
    first, second = changed(found)[0], len(found.words) - 1
    tab.open(first)
    expect(tab.title).to_have_text(f"For “{found.words[first].text}”")
    assert tab.spellings() == spellings(found.words[first])
    other = found.words[first].candidates[2].text
    tab.candidate(other).click()
    tab.wait_for_text(written(found, (first, other)))
    expect(tab.candidate(other)).to_have_attribute("aria-pressed", "true")
    tab.map.wait_for("rows", [*other, "</s>"])
    tab.open(second)
    typed, another = found.words[second].text, spellings(found.words[second])[-1]
    tab.candidate(another).click()
    both = written(found, (first, other), (second, another))
    tab.wait_for_text(both)
    tab.candidate(typed).click()
    tab.wait_for_text(written(found, (first, other), (second, typed)))
    expect(tab.summary).to_contain_text("2 chosen by you")
    tab.find("undo").click()
    tab.wait_for_text(both)
    tab.find("undo").click()
    tab.wait_for_text(written(found, (first, other)))
    tab.find("undo").click()
    tab.wait_for_text(found.text)
    expect(tab.title).to_have_text(f"For “{found.words[first].text}”")
    expect(tab.find("undo")).to_be_disabled()
    assert_no_sideways_scroll(tab.page)


def test_a_word_is_kept_as_it_was_typed(visit_spell, core) -> None:
    tab, found = visit_spell(), core.correct(TEXT)
    tab.correct(TEXT)
    index = changed(found)[0]
    word = found.words[index]
    tab.open(index)
    expect(tab.find("candidates").get_by_text("as typed", exact=True)).to_have_count(1)
    tab.candidate(word.text).click()
    tab.wait_for_text(written(found, (index, word.text)))
    expect(tab.words.nth(index)).to_have_accessible_name(f"{word.text}, as typed; your choice")
    tab.set_threshold(0)
    expect(tab.summary).to_contain_text("threshold 0 · ")
    tab.wait_for_text(written(found, (index, word.text), threshold=0))


def test_the_mark_is_on_the_word_whose_candidates_are_shown(visit_spell, core) -> None:
    tab, found = visit_spell(), core.correct(OPENING)
    first, second = changed(found)[:2]
    tab.open(second)
    tab.find("run").click()
    expect(tab.title).to_have_text(f"For “{found.words[first].text}”")
    expect(tab.words.nth(first)).to_have_attribute("aria-pressed", "true")
    tab.open(second)
    expect(tab.title).to_have_text(f"For “{found.words[second].text}”")


def test_the_answer_to_a_choice_takes_no_mark_from_a_word_opened_since(visit_spell, core) -> None:
    tab, found = visit_spell(), core.correct(OPENING)
    first, second = changed(found)[:2]
    other = found.words[first].candidates[1].text
    held = hold(tab.page, 2)
    with tab.page.expect_request(is_event):
        tab.candidate(other).click()
    with tab.page.expect_request(is_event):
        tab.words.nth(second).click()
    held[0].continue_()
    tab.wait_for_text(written(found, (first, other)))
    expect(tab.words.nth(second)).to_have_attribute("aria-pressed", "true")
    held[1].continue_()
    expect(tab.title).to_have_text(f"For “{found.words[second].text}”")
    expect(tab.words.nth(second)).to_have_attribute("aria-pressed", "true")
    tab.open(first)
    expect(tab.title).to_have_text(f"For “{found.words[first].text}”")


def test_all_of_it_goes_by_keyboard(visit_spell, core) -> None:
    tab, found = visit_spell(), core.correct(TEXT)
    press = tab.page.keyboard.press
    tab.source.fill(TEXT)
    tab.source.press("Control+Enter")
    tab.wait_for_text(found.text)
    tab.wait_until_idle()
    first, second = changed(found)[:2]
    tab.words.nth(first).focus()
    press("Tab")
    expect(tab.words.nth(second)).to_be_focused()
    press("Shift+Tab")
    press("ArrowRight")
    expect(tab.words.nth(first + 1)).to_be_focused()
    press("End")
    expect(tab.words.last).to_be_focused()
    press("ArrowUp")
    expect(tab.words.last).not_to_be_focused()
    press("Home")
    expect(tab.words.first).to_be_focused()
    for _ in range(second):
        press("ArrowRight")
    press("Enter")
    expect(tab.title).to_have_text(f"For “{found.words[second].text}”")
    expect(tab.candidate(found.words[second].corrected(THRESHOLD))).to_be_focused()
    outline = "one => getComputedStyle(one).outlineStyle"
    assert tab.page.locator(":focus").evaluate(outline) == "solid"
    press("Home")
    press("ArrowDown")
    press("Enter")
    other = found.words[second].candidates[1].text
    tab.wait_for_text(written(found, (second, other)))
    expect(tab.candidate(other)).to_be_focused()
    press("Escape")
    expect(tab.words.nth(second)).to_be_focused()
    assert tab.page.locator(":focus").evaluate(outline) == "solid"
    press("Enter")  # it is open already
    expect(tab.candidate(other)).to_be_focused()
    tab.find("undo").focus()
    press("Enter")
    tab.wait_for_text(found.text)
    expect(tab.words.nth(second)).to_be_focused()  # the button has been switched off


def test_the_threshold_moves_without_a_run_and_keeps_choices(visit_spell, core) -> None:
    tab, found = visit_spell(), core.correct(TEXT)
    tab.correct(TEXT)
    chosen = len(found.words) - 1
    other = next(one for one in spellings(found.words[chosen]) if one != found.words[chosen].text)
    tab.open(chosen)
    tab.candidate(other).click()
    tab.wait_for_text(written(found, (chosen, other)))
    sizes = set()
    for threshold in (0, 2.5, 5, 10):
        tab.set_threshold(threshold)
        expect(tab.summary).to_contain_text(f"threshold {threshold} · ")
        tab.wait_for_text(written(found, (chosen, other), threshold=threshold))
        sizes.add(len(changed(found, threshold)))
    assert len(sizes) > 1, "no word of the text is between the thresholds"
    slider = tab.find("threshold").locator("input[type=range]")
    slider.press("Home")
    expect(tab.summary).to_contain_text("threshold 0 · ")
    for _ in range(7):
        slider.press("ArrowRight")
    expect(tab.summary).to_contain_text("threshold 0.7 · ")
    tab.wait_for_text(written(found, (chosen, other), threshold=0.7))


def test_a_threshold_that_is_none_is_told(visit_spell) -> None:
    tab = visit_spell()
    before = tab.text()
    field = tab.find("threshold").locator("input[type=number]")
    for threshold in ("", "-1", "1000"):
        field.fill(threshold)
        expect(tab.message).to_contain_text("threshold must be a number from 0 to 100")
        assert tab.text() == before
        assert f"threshold {THRESHOLD:g} · " in tab.summary.inner_text()
        field.fill(f"{THRESHOLD:g}")
        expect(tab.message).to_have_text("")


def test_what_was_measured_at_the_threshold_is_said_of_the_shipped_corrector_alone(
    visit_spell, tiny: Service
) -> None:
    tab = visit_spell(tiny=True)
    figures = tab.find("figures").locator(".plain-text")
    expect(figures).to_have_text(
        "On validation data, threshold 1: 75.0 % of the changes are right (precision), 50.0 % of"
        " the misspelt words are put right (recall), and 87.5 % of the right words stay."
    )
    tab.choose("checkpoint", OTHER_SPELLER)
    tab.correct("One more text")
    tab.wait_for_text(tiny.correct("One more text", OTHER_SPELLER).text)
    expect(tab.summary).to_contain_text(OTHER_SPELLER)
    expect(figures).to_be_empty()


def test_the_map_is_that_of_the_open_word_as_it_is_written(visit_spell, tiny: Service) -> None:
    tab, found = visit_spell(tiny=True), tiny.correct("teh kat", SPELLER)
    tab.correct("teh kat")
    word = found.words[1]
    tab.open(1)
    one = next(one for one in word.candidates[1:] if one.text)
    tab.candidate(one.text).click()
    tab.map.wait_for("rows", [*one.text, "</s>"][: len(one.attention)])  # noise has no end
    assert tab.map.words("columns") == ["k", "a", "t", "</s>"]
    weights = [[round(weight, 4) for weight in row] for row in one.attention]
    assert tab.map.plot() == [pytest.approx(row, abs=2e-4) for row in weights]
    assert f"“{one.text[0]}” looks at “k” with weight" in tab.map.click(0, 0)
    tab.candidate("kat").click()  # the model has not written it
    expect(tab.find("attention").locator(".map-scroll")).to_be_hidden()
    expect(tab.page.get_by_text("The model has not written “kat” among its five")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_markup_stays_text_everywhere(visit_spell, tiny: Service, scheme: str) -> None:
    text = f"{HOSTILE} {{{{x}}}} <i>teh</i> `${{alert(2)}}`"
    tab, found = visit_spell(tiny=True, scheme=scheme), tiny.correct(text, SPELLER)
    tab.correct(text)
    tab.wait_for_text(found.text)
    assert tab.words.count() == len(found.words) > 0
    for index in range(len(found.words)):
        tab.open(index)
        expect(tab.title).to_have_text(f"For “{found.words[index].text}”")
    assert tab.page.locator("img[src='x'], .corrected-text i, .corrected-text b").count() == 0


UNCHECKED = ["x" * 200, "слово ελληνικά 語", "🎉🎉", "3.14 http://teh.cat/ teh@dog.org"]


def test_what_is_no_word_stays_and_is_told(visit_spell) -> None:
    tab = visit_spell(390)
    for text in UNCHECKED:
        tab.source.fill(text)
        tab.find("run").click()
        tab.wait_for_text(text)
        expect(tab.message).to_contain_text("Nothing here can be checked")
        expect(tab.summary).to_contain_text("0 words checked · 0 changed")
        expect(tab.title).to_have_text("Candidates")
        expect(tab.find("attention").locator(".map-scroll")).to_be_hidden()
        assert_no_sideways_scroll(tab.page)


def test_what_can_not_be_corrected_is_one_sentence_and_loses_nothing(visit_spell) -> None:
    tab = visit_spell()
    before = tab.text(), tab.summary.inner_text()
    for text, sentence in [
        ("  ", "The text is blank"),
        ("a " * 1000 + "b", "The text has 2,001 characters; the limit is 2,000."),
    ]:
        tab.source.fill(text)
        tab.find("run").click()
        expect(tab.message).to_contain_text(sentence)
        assert tab.source.input_value() == text
    assert (tab.text(), tab.summary.inner_text()) == before
    tab.source.press("Escape")
    expect(tab.message).to_contain_text("Stopped; the last result is shown.")


def test_a_text_of_2000_characters_is_corrected_to_the_letter(visit_spell, core) -> None:
    text = ("teh, “wierd” (docter)\n  –  NASA 3.5 http://a.b/teh!? " * 50)[:2000]
    tab, found = visit_spell(390), core.correct(text)
    tab.correct(text)
    tab.wait_for_text(found.text)
    assert tab.words.count() == len(found.words)
    assert_no_sideways_scroll(tab.page)


def test_an_example_is_filled_in_and_corrected(visit_spell) -> None:
    tab = visit_spell()
    chip = tab.find("examples").locator("button").filter(has_text="it fails here")
    text = chip.inner_text().removesuffix(" (it fails here)")
    chip.click()
    tab.wait_for_typed(text)
    assert tab.source.input_value() == text


def test_the_corrected_text_is_copied(visit_spell, core) -> None:
    tab, found = visit_spell(), core.correct(TEXT)
    tab.correct(TEXT)
    index = changed(found)[0]
    tab.open(index)
    tab.candidate(found.words[index].text).click()
    copied = written(found, (index, found.words[index].text))
    tab.wait_for_text(copied)
    tab.find("copy").click()
    expect(tab.message).to_have_text("The corrected text is copied.")
    tab.source.fill("")
    tab.source.press("Control+V")
    expect(tab.source).to_have_value(copied)


def test_a_link_opens_the_same_view(visit_spell, core) -> None:
    tab, found = visit_spell(), core.correct(TEXT)
    tab.correct(TEXT)
    index = changed(found)[0]
    tab.open(index)
    tab.candidate(found.words[index].text).click()
    tab.set_threshold(2.5)
    shown = written(found, (index, found.words[index].text), threshold=2.5)
    tab.wait_for_text(shown)
    other = visit_spell(query=tab.query())
    other.wait_for_text(shown)
    expect(other.title).to_have_text(f"For “{found.words[index].text}”")
    expect(other.source).to_have_value(TEXT)
    expect(other.find("threshold").locator("input[type=number]")).to_have_value("2.5")
    other.find("undo").click()
    other.wait_for_text(written(found, threshold=2.5))


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("?tab=spell&text=teh&threshold=x", "The link is damaged: threshold is not a number."),
        ("?tab=spell&text=teh&checkpoint=%3Cb%3E", "There is no checkpoint called '<b>'"),
        ("?tab=spell&text=teh&choices=0.%3Cb%3E", "The link names a part that this text does not"),
    ],
)
def test_a_damaged_link_gives_one_sentence(visit_spell, query: str, sentence: str) -> None:
    expect(visit_spell(query=query).message).to_contain_text(sentence)


def test_two_visitors_do_not_disturb_each_other(visit_spell, core) -> None:
    tabs, texts = (visit_spell(), visit_spell(390)), ("teh wierd docter", "wich calender")
    for tab, text in zip(tabs, texts, strict=True):
        tab.source.fill(text)
    for tab in tabs:
        tab.find("run").click()
    results = [core.correct(text) for text in texts]
    for tab, found in zip(tabs, results, strict=True):
        tab.wait_for_text(found.text)
    tabs[0].open(0)
    tabs[0].candidate("teh").click()
    tabs[0].wait_for_text(written(results[0], (0, "teh")))
    tabs[1].set_threshold(10)
    tabs[1].wait_for_text(written(results[1], threshold=10))
    assert tabs[0].text() == written(results[0], (0, "teh"))


def test_the_public_function_gives_what_the_page_shows(visit_spell, app: str, core) -> None:
    tab = visit_spell()
    tab.correct(TEXT)
    tab.wait_for_text(core.correct(TEXT).text)
    answer = result(app, "correct", text=TEXT)
    assert answer["text"] == tab.text()
    assert len(answer["words"]) == tab.words.count()
    first = changed(core.correct(TEXT))[0]
    tab.open(first)
    texts = [one["text"] for one in answer["words"][first]["candidates"]]
    assert texts == tab.spellings()[: len(texts)]
