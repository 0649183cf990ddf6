"""The Generate tab in a real browser, over random models small enough to wait for."""

import math
import re

import pytest
from playwright.sync_api import expect

from tests.browser.events import hold, is_event
from tests.browser.generate_page import BALANCED, DRAWN, TEXT, GeneratePage, text, written
from tests.browser.test_translate import HOSTILE, WIDTHS, assert_no_sideways_scroll
from tests.browser.tiny_app import CHARACTERS, ENDING, WORDS


def test_the_tab_is_full_when_one_turns_to_it(visit_generate) -> None:
    tab = visit_generate()
    for name in ("Translate", "Generate"):
        tab.page.get_by_role("tab", name=name).click()
    page = tab.page.context.new_page()
    page.goto(tab.page.url.split("?")[0])
    page.get_by_role("tab", name="Generate").click()
    for other in (tab, GeneratePage(page)):
        other.wait_for_step("Step 100 of 100")
        assert len(other.tokens()) == 100
        box = other.find("distribution").locator(".chart-plot .main-svg").first.bounding_box()
        assert box["width"] > 200
        assert box["height"] > 400
    page.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_the_first_paint_is_full(visit_generate, tiny, width: int) -> None:
    tab = visit_generate(width)
    assert tab.prompt.input_value() == "We propose"
    assert tab.field("max-tokens").input_value() == "100"  # to write it again gives the same text
    assert tab.output == text(tiny, "We propose", WORDS, 100)
    assert len(tab.tokens()) == 100
    assert tab.step() == "Step 100 of 100"
    assert re.fullmatch(
        rf"{WORDS} · sample · temperature 0\.8 · top-k 40 · top-p 0\.9 · seed 0 · 100 tokens · "
        r"[\d,]+ ms · [\d,]+ tokens/s · perplexity [\d.,]+",
        tab.text("summary"),
    )
    assert_no_sideways_scroll(tab.page)
    for card in ("compare", "score"):
        tab.open(card)
    assert_no_sideways_scroll(tab.page)


def test_a_text_is_written_by_button_and_by_key(visit_generate, tiny) -> None:
    tab = visit_generate()
    tab.set(max_tokens=200, seed=7)
    assert tab.write("The dog sees") == text(tiny, "The dog sees", WORDS, 200, seed=7)
    assert tab.note == "Not ended: as many tokens as were asked for."
    tab.choose("checkpoint", CHARACTERS)
    tab.set(seed=8)
    tab.expect_new()
    tab.prompt.press("Control+Enter")
    assert tab.wait_for_end() == text(tiny, "The dog sees", CHARACTERS, 200, seed=8)


def test_without_a_beginning_the_model_begins(visit_generate, tiny) -> None:
    tab = visit_generate()
    tab.choose("checkpoint", ENDING)
    tab.set(max_tokens=1000)
    assert tab.write("") == text(tiny, "", ENDING, 1000)
    assert tab.note == "The model has ended its text."
    assert tab.tokens()[-1] == "</s>"
    tab.start("continue")
    tab.wait_for_text("message", "The model has ended its text: put another token")


def test_a_text_grows_at_reading_speed_and_can_be_hurried(visit_generate, tiny) -> None:
    tab = visit_generate()
    tab.switch("reading speed")
    tab.prompt.fill("The dog")
    tab.start("run")
    for least in (4, 7):  # of a hundred, five a second
        count = f"{TEXT}.split(' ').length"
        grown = f"{TEXT}.startsWith('The dog') && {count} >= {least} && {count} < 50"
        tab.page.wait_for_function(grown)
    assert tab.note == ""
    assert tab.find("continue").is_enabled()
    tab.page.get_by_label("as it writes", exact=True).click(force=True)
    assert tab.wait_for_end() == text(tiny, "The dog", WORDS, 100)


@pytest.mark.parametrize("how", ["button", "key"])
def test_stop_keeps_what_was_written_and_continue_goes_on(visit_generate, tiny, how) -> None:
    tab = visit_generate()
    tab.choose("checkpoint", CHARACTERS)
    tab.set(max_tokens=150, seed=3)
    tab.switch("reading speed")
    tab.prompt.fill("The dog")
    tab.start("run")
    tab.page.wait_for_function(f"{TEXT}.startsWith('The dog') && {TEXT}.length > 20")
    tab.find("stop").click() if how == "button" else tab.page.keyboard.press("Escape")
    begun = tab.wait_for_end()
    tab.wait_for_text("message", "Stopped; what was written stays.")
    assert tab.note == "Not ended: it was stopped."
    whole = written(tiny, tiny.prompt("The dog", CHARACTERS, 150, **BALANCED, seed=3))
    count = len(begun) - len("The dog")
    assert begun == whole.text[: len(begun)]
    mean = sum(step.log_prob for step in whole.steps[:count]) / count
    assert tab.text("summary").endswith(f" · perplexity {math.exp(-mean):,.2f}")
    assert tab.step() == f"Step {count} of {count}"
    tab.token(3).click()
    expect(tab.find("tokens").locator(".strip-tip button")).to_have_count(10)
    tab.switch("as it writes")
    tab.start("continue")
    assert tab.wait_for_end() == whole.text
    tab.start("continue")  # it is full: so many more
    longer = text(tiny, "The dog", CHARACTERS, 300, seed=3)
    assert tab.wait_for_end() == longer


def test_a_new_text_takes_the_place_of_one_that_is_being_written(visit_generate, tiny) -> None:
    tab = visit_generate()
    tab.switch("reading speed")
    tab.prompt.fill("The dog")
    tab.start("run")
    tab.page.wait_for_function(f"{TEXT}.startsWith('The dog ')")
    tab.prompt.fill("A tree")
    tab.start("run")
    tab.page.wait_for_function(f"{TEXT}.startsWith('A tree')")
    tab.page.get_by_label("as it writes", exact=True).click(force=True)
    assert tab.wait_for_end() == text(tiny, "A tree", WORDS, 100)


def test_a_token_is_replaced_and_the_rest_written_anew(visit_generate, tiny) -> None:
    tab = visit_generate()
    tab.write("The dog")
    tab.put_rival(4, 7)
    shown = tab.wait_for_end()
    whole = written(tiny, tiny.prompt("The dog", WORDS, 100, **BALANCED))
    step = whole.steps[4]
    others = [rank for rank, other in enumerate(step.alternatives) if other.id != step.id]
    begun = whole.with_rival(4, others[7])
    assert shown == written(tiny, begun).pretty
    tab.wait_for_step("Step 5 of 100")
    assert tab.page.locator("#generate-tokens .selected").evaluate("one => one.index") == 4
    assert "100 tokens" in tab.text("summary")


def test_the_distribution_follows_clicks_and_keys(visit_generate, tiny) -> None:
    tab = visit_generate()
    whole = written(tiny, tiny.prompt("We propose", WORDS, 100, **BALANCED))
    tab.token(2).click()
    tab.wait_for_step("Step 3 of 100")
    for key, step in [("ArrowRight", 4), ("ArrowLeft", 3), ("End", 100), ("Home", 1)]:
        tab.find("distribution").locator(".chart-body").press(key)
        tab.wait_for_step(f"Step {step} of 100")
    for _ in range(5):  # quicker than the answers
        tab.page.keyboard.press("ArrowRight")
    tab.wait_for_step("Step 6 of 100")
    tab.wait_until_idle()
    assert tab.page.locator("#generate-tokens .selected").evaluate("one => one.index") == 5
    found = tiny.distribution(whole, 5)
    for name in ("before", "after"):
        bars = [getattr(one, name) for one in found.candidates]
        assert tab.bars(name)[:-1] == pytest.approx(bars, abs=1e-6)
        assert sum(tab.bars(name)) == pytest.approx(1, abs=1e-6)
    removed = {one.removed_by for one in found.candidates} - {None}
    assert "top_p" in removed
    assert "removed by top-p" in tab.find("distribution").inner_text()
    tab.page.get_by_label("Next step").click()
    tab.wait_for_step("Step 7 of 100")


def test_the_answer_to_an_earlier_key_does_not_take_a_visitor_back(visit_generate) -> None:
    tab = visit_generate()
    tab.token(0).click()
    tab.wait_for_step("Step 1 of 100")
    held = hold(tab.page, 3)
    tab.find("distribution").locator(".chart-body").focus()
    for _ in range(3):
        with tab.page.expect_request(is_event):
            tab.page.keyboard.press("ArrowRight")
    held[0].continue_()
    tab.wait_for_step("Step 2 of 100")
    tab.page.keyboard.press("ArrowRight")
    tab.wait_for_step("Step 5 of 100")
    for late in held[1:]:
        late.continue_()


def test_the_mark_goes_with_the_bars_after_a_token_was_clicked(visit_generate) -> None:
    tab = visit_generate()
    marked = tab.page.locator("#generate-tokens .selected")
    bars = tab.find("distribution").locator(".chart-body")
    bars.press("Home")
    tab.wait_for_step("Step 1 of 100")
    expect(marked).to_have_count(1)
    tab.token(1).click()
    tab.wait_for_step("Step 2 of 100")
    bars.press("ArrowLeft")
    tab.wait_for_step("Step 1 of 100")
    expect(tab.token(0)).to_have_class(re.compile("selected"))
    tab.token(4).click()
    tab.wait_for_step("Step 5 of 100")
    tab.start("continue")
    tab.wait_for_end()
    assert tab.step() == f"Step {len(tab.tokens())} of {len(tab.tokens())}"
    expect(marked).to_have_count(0)


def test_the_answer_to_an_earlier_key_takes_no_mark_from_a_clicked_token(visit_generate) -> None:
    tab = visit_generate()
    bars = tab.find("distribution").locator(".chart-body")
    bars.press("Home")
    tab.wait_for_step("Step 1 of 100")
    held = hold(tab.page, 2)
    with tab.page.expect_request(is_event):
        bars.press("ArrowRight")
    with tab.page.expect_request(is_event):
        tab.token(4).click()
    held[0].continue_()
    tab.wait_for_step("Step 2 of 100")
    expect(tab.token(4)).to_have_class(re.compile("selected"))
    held[1].continue_()
    tab.wait_for_step("Step 5 of 100")
    expect(tab.token(4)).to_have_class(re.compile("selected"))


def test_the_distribution_of_a_growing_text_can_be_looked_at(visit_generate) -> None:
    tab = visit_generate()
    tab.switch("reading speed")
    tab.prompt.fill("The dog")
    tab.start("run")
    tab.page.wait_for_function(f"{TEXT}.startsWith('The dog') && {TEXT}.split(' ').length > 4")
    tab.token(1).click()
    tab.page.wait_for_function(f"{DRAWN}.startsWith('Step 2 of ')")
    tab.page.keyboard.press("Escape")
    tab.wait_for_end()
    assert tab.step().startswith("Step 2 of ")


def test_a_knob_that_the_method_ignores_is_off_and_says_why(visit_generate) -> None:
    tab = visit_generate()
    assert tab.field("beam").is_disabled()
    tab.find("beam").get_by_text("Off: sample keeps one text").wait_for()
    tab.choose("method", "greedy")
    for name in ("temperature", "top-k", "typical", "no-repeat", "seed"):
        tab.find(name).get_by_text("Off: greedy draws nothing at random.").wait_for()
        expect(tab.find(name).locator("input:enabled")).to_have_count(0)
    expect(tab.find("die")).to_be_disabled()
    assert tab.field("max-tokens").is_enabled()
    tab.choose("method", "beam")
    tab.find("beam").get_by_text("Texts kept at each step").wait_for()
    assert tab.write("The dog").startswith("The dog")
    assert " · beam · beam 5 · seed – · 100 tokens · " in tab.text("summary")


def test_presets_set_the_method_and_its_filters(visit_generate) -> None:
    tab = visit_generate()
    chosen = tab.find("preset").locator("label.selected")
    assert chosen.all_inner_texts() == ["balanced"]
    tab.switch("wild")
    tab.wait_for_values(temperature="1.3", top_k="0")
    tab.switch("greedy")
    tab.wait_for_values(method="greedy")
    expect(tab.field("temperature")).to_be_disabled()
    tab.switch("careful")
    tab.wait_for_values(method="sample", temperature="0.7", top_p="0.8")
    tab.field("top-k").fill("5")
    expect(chosen).to_have_count(0)


def test_of_presets_that_follow_quickly_the_last_one_counts(visit_generate) -> None:
    tab = visit_generate()
    held = hold(tab.page, 1)
    with tab.page.expect_request(is_event):
        tab.page.get_by_label("careful", exact=True).check(force=True)
    tab.page.get_by_label("wild", exact=True).check(force=True)  # the first has no answer yet
    held[0].continue_()
    tab.wait_for_values(temperature="1.3", top_p="1")
    assert tab.find("preset").locator("label.selected").all_inner_texts() == ["wild"]


def test_the_die_rolls_another_seed_and_a_seed_repeats(visit_generate, tiny) -> None:
    tab = visit_generate()
    tab.find("die").click()
    tab.page.wait_for_function("document.querySelector('#generate-seed input').value !== '0'")
    seed = int(tab.field("seed").input_value())
    assert 0 < seed < 1_000_000
    assert tab.write("The dog") == text(tiny, "The dog", WORDS, 100, seed=seed)


def test_two_visitors_with_one_seed_get_one_text(visit_generate, tiny) -> None:
    tabs = visit_generate(), visit_generate(390)
    for tab in tabs:
        tab.choose("checkpoint", CHARACTERS)
        tab.set(max_tokens=1000, seed=5)
        tab.prompt.fill("The fish")
    for tab in tabs:
        tab.start("run")
    expected = text(tiny, "The fish", CHARACTERS, 1000, seed=5)
    assert [tab.wait_for_end() for tab in tabs] == [expected, expected]


BAD = [
    ("top-k", -1, "top_k must be a whole number from 0 to 100,000; it is -1."),
    ("top-k", 1.5, "top_k must be a whole number from 0 to 100,000; it is 1.5."),
    ("top-k", "", "top_k must be a whole number from 0 to 100,000; it is empty."),
    ("no-repeat", 21, "no_repeat_ngram must be a whole number from 0 to 20"),
    ("seed", 2**31, "seed must be a whole number"),
    ("max-tokens", 0, "max_tokens must be a whole number from 1 to 1,000; it is 0."),
    ("max-tokens", 1001, "max_tokens must be a whole number from 1 to 1,000; it is 1001."),
]


def test_an_error_is_one_sentence_and_keeps_the_text(visit_generate) -> None:
    tab = visit_generate()
    before = tab.output, tab.text("summary"), tab.step()
    for name, value, sentence in BAD:
        was = tab.field(name).input_value()
        tab.field(name).fill(str(value))
        tab.find("run").click()
        tab.wait_for_text("message", sentence)
        tab.field(name).fill(was)
    tab.prompt.fill("x" * 2001)
    tab.prompt.press("Control+Enter")  # the box grows, and the button moves under the pointer
    tab.wait_for_text("message", "The prompt has 2,001 characters; the limit is 2,000.")
    tab.prompt.fill("The dog")
    tab.set(temperature=9)
    tab.prompt.press("Control+Enter")
    tab.wait_until_idle()
    assert (tab.output, tab.text("summary"), tab.step()) == before or "temperature 2 " in tab.text(
        "summary"
    )


def test_what_the_model_does_not_know_is_named(visit_generate) -> None:
    tab = visit_generate()
    tab.write("The zebra sees <unk> the dog")
    message = tab.text("message")
    assert message.startswith(f"{WORDS} does not know these words of the beginning")
    assert "“zebra”" in message
    assert "“dog”" not in message


def test_pretty_is_a_switch_for_words(visit_generate, tiny) -> None:
    tab = visit_generate()
    whole = written(tiny, tiny.prompt("The dog , too", WORDS, 100, **BALANCED))
    assert tab.write("The dog , too") == whole.pretty
    assert "".join(tab.tokens()).lower() == "".join(step.text for step in whole.steps).replace(
        " ", ""
    )
    tab.switch("raw")
    expect(tab.find("output").locator("textarea")).to_have_value(whole.text)
    tab.choose("checkpoint", CHARACTERS)
    tab.write()
    tab.page.get_by_text("Pretty is for models that write words").wait_for()
    expect(tab.find("pretty").locator("input:enabled")).to_have_count(0)


def test_markup_stays_text_everywhere(visit_generate, tiny) -> None:
    tab = visit_generate()
    tab.choose("checkpoint", CHARACTERS)
    tab.switch("raw")
    shown = tab.write(HOSTILE)
    assert shown.startswith(HOSTILE)
    tab.token(0).click()
    tab.wait_for_step("Step 1 of 100")
    tab.open("score")
    tab.find("score-text").locator("textarea").fill(HOSTILE)
    tab.find("score-button").click()
    tab.find("score-table").locator("td").first.wait_for()
    tab.open("compare")
    tab.find("compare-button").click()
    tab.find("compare-table").locator("td.wide").first.wait_for()
    tab.wait_until_idle()
    assert HOSTILE in tab.rows("compare-table")[1][1]
    assert tab.page.locator("img[src='x'], .token-strip b:not(.strip-tip b), td b").count() == 0


def test_an_example_is_filled_in_and_written(visit_generate) -> None:
    tab = visit_generate()
    chip = tab.page.locator(".chips button:visible").filter(has_text="it fails here")
    tab.expect_new()
    chip.click()
    assert tab.wait_for_end().startswith("Once upon a time")
    assert tab.prompt.input_value() == chip.inner_text().removesuffix(" (it fails here)")
