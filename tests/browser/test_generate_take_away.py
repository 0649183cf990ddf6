"""What a visitor compares, scores and takes away from the Generate tab."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.generate_page import BALANCED, COUNT, GeneratePage, written
from tests.browser.test_translate import assert_no_sideways_scroll
from tests.browser.tiny_app import CHARACTERS, ENDING, WORDS

FIELDS = ("checkpoint", "method", "temperature", "top-k", "top-p", "seed", "max-tokens")


def saved(tab: GeneratePage, kind: str) -> tuple[str, str]:
    """Press an export button; return the name of the file and what it holds."""
    with tab.page.expect_download() as download:
        tab.find(f"export-{kind}").click()
    name = download.value.suggested_filename
    return name, Path(download.value.path()).read_text(encoding="utf-8")


def test_files_hold_the_text_and_every_step(visit_generate, tiny) -> None:
    tab = visit_generate()
    tab.set(max_tokens=30)
    shown = tab.write("The dog")
    assert saved(tab, "text") == ("text.txt", shown + "\n")
    name, content = saved(tab, "json")
    whole = written(tiny, tiny.prompt("The dog", WORDS, 30, **BALANCED)).to_dict()
    found = json.loads(content)
    assert found.pop("seconds") > 0
    assert name == "text.json"
    assert found == json.loads(json.dumps({k: v for k, v in whole.items() if k != "seconds"}))
    tab.wait_for_text("message", "text.json is saved.")


def test_the_text_is_copied(visit_generate) -> None:
    tab = visit_generate()
    shown = tab.output
    tab.find("copy").click()
    tab.wait_for_text("message", "The text is copied.")
    tab.prompt.fill("")
    tab.prompt.press("Control+V")
    expect(tab.prompt).to_have_value(shown)


def opened(visit_generate, query: str, shown: GeneratePage) -> GeneratePage:
    """Open a link to what another page shows, and wait until its text and its bars are there."""
    tab = visit_generate(query=query)
    expect(tab.find("output").locator("textarea")).to_have_value(shown.output)
    tab.wait_for_step(shown.step())
    return tab


def fields(tab: GeneratePage) -> list[str]:
    return [tab.prompt.input_value(), *(tab.field(name).input_value() for name in FIELDS)]


@pytest.mark.parametrize("checkpoint", [WORDS, CHARACTERS, ENDING])
def test_a_link_writes_the_same_text(visit_generate, checkpoint: str) -> None:
    tab = visit_generate()
    tab.choose("checkpoint", checkpoint)
    tab.set(temperature=1.1, top_k=25, seed=12, max_tokens=60)
    shown = tab.write("The dog & a zebra: 100 % + #1?")
    other = opened(visit_generate, tab.query(), tab)
    assert (other.output, fields(other)) == (shown, fields(tab))


def test_a_link_holds_what_was_changed_stopped_and_chosen(visit_generate) -> None:
    tab = visit_generate()
    tab.switch("raw")
    tab.write("The dog")
    for index, nth in [(7, 4), (3, 8)]:
        tab.put_rival(index, nth)
        tab.wait_for_end()
    tab.switch("reading speed")
    tab.put_rival(9, 4)
    tab.page.wait_for_function(f"{COUNT} > 13 && {COUNT} < 100")  # a few more than were kept
    tab.page.keyboard.press("Escape")
    shown = tab.wait_for_end()
    query = tab.query()
    assert f"max_tokens={len(tab.tokens())}" in query
    other = opened(visit_generate, query, tab)
    assert other.output == shown
    assert other.page.get_by_label("raw", exact=True).is_checked()


def test_a_link_of_the_other_tab_opens_there(visit_generate) -> None:
    tab = visit_generate()
    page = tab.page
    page.get_by_role("tab", name="Translate").click()
    page.locator("#translate-source textarea").fill("Der Hund ruft hier.")
    page.keyboard.press("Control+Enter")
    # Not the opening translation, whose answer would take the line about the link away.
    page.locator("#translate-attention .map-token").get_by_text("ruft").first.wait_for()
    tab.wait_until_idle()
    page.locator("#translate-link").click()
    page.get_by_text("A link to this view is copied").wait_for()
    query = page.evaluate("location.search")
    assert "text=Der+Hund" in query
    other = page.context.new_page()
    other.goto(page.url)
    other.locator("#translate-source").wait_for()
    source = "document.querySelector('#translate-source textarea').value"
    other.wait_for_function(f"{source} === 'Der Hund ruft hier.'")
    other.close()


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("?tab=generate&prompt=a&seed=x", "The link is damaged: seed is not a number."),
        ("?tab=generate&prompt=a&checkpoint=%3Cb%3E", "There is no checkpoint called '<b>'"),
        ("?tab=generate&prompt=a&changes=5.4.99999", "The link names a token that is no rival"),
    ],
)
def test_a_damaged_link_gives_one_sentence(visit_generate, query, sentence) -> None:
    tab = visit_generate(query=query)
    tab.wait_for_text("message", sentence)
    assert tab.output.startswith("We propose")


def test_several_methods_stand_side_by_side(visit_generate, tiny) -> None:
    tab = visit_generate(390)
    tab.open("compare")
    tab.find("compare").get_by_label("stochastic-beam", exact=True).wait_for()
    assert tab.find("compare").locator("input:checked").count() == 5
    tab.set(max_tokens=30, seed=4)
    tab.prompt.fill("The dog")
    before = tab.output
    tab.find("compare-button").click()
    tab.find("compare-table").locator("tbody tr").nth(4).wait_for()
    tab.page.wait_for_function(
        "document.querySelector('#generate-compare-message .plain-text').innerText == 'Done.'"
    )
    head, *rows = tab.rows("compare-table")
    assert [name.casefold() for name in head] == [
        *("method", "text", "perplexity", "distinct-1", "distinct-2", "repetition", "tokens", "ms")
    ]
    names = [row[0].split("\n")[0] for row in rows]
    assert names == ["greedy", "beam", "stochastic-beam", "careful", "wild"]
    for row in rows:
        assert row[1].startswith("The dog")
    careful = written(
        tiny,
        tiny.prompt("The dog", WORDS, 30, method="sample", temperature=0.7, top_p=0.8, seed=4),
    )
    figures = tiny.diversity(careful)
    shares = [figures.distinct_1, figures.distinct_2, figures.repetition]
    assert rows[3][1] == careful.pretty
    assert rows[3][2:6] == [f"{careful.perplexity:,.2f}", *(f"{one:.2f}" for one in shares)]
    assert tab.output == before  # the text itself stays
    assert_no_sideways_scroll(tab.page)


def test_a_comparison_can_be_stopped(visit_generate) -> None:
    tab = visit_generate()
    tab.choose("checkpoint", CHARACTERS)
    tab.set(max_tokens=300)
    tab.open("compare")
    for name in ("sample", "beam-sample", "balanced"):
        tab.find("compare").get_by_label(name, exact=True).check()
    tab.find("compare-button").click()
    tab.wait_for_text("compare-message", "Writing with")
    tab.page.keyboard.press("Escape")
    tab.wait_for_text("compare-message", "Stopped.")
    count = len(tab.rows("compare-table"))
    tab.wait_until_idle()
    assert len(tab.rows("compare-table")) == count < 9


def test_a_visitors_text_is_scored_by_every_model(visit_generate, tiny) -> None:
    tab = visit_generate(390)
    tab.open("score")
    tab.find("score-button").click()
    tab.wait_for_text("score-message", "The text is blank")
    mine, above = "The dog sees a zebra.", tab.output
    tab.prompt.fill("Der")  # what would be written anew if the keys pressed the tab's button
    box = tab.find("score-text").locator("textarea")
    box.fill(mine)
    box.press("Control+Enter")
    tab.page.locator("#generate-score-tokens-2 .strip-token").first.wait_for()
    tab.wait_until_idle()
    assert tab.output == above
    rows = tab.rows("score-table")[1:]
    for name, row in zip((WORDS, CHARACTERS, ENDING), rows, strict=True):
        found = tiny.score_text(mine, name)
        assert row[0] == name
        assert row[2] == str(len(found.steps))
        assert float(row[3].replace(",", "")) == pytest.approx(found.perplexity, rel=0.01)
        assert float(row[4]) == pytest.approx(found.bits_per_character, abs=6e-4)
        assert float(row[5]) == pytest.approx(found.comparable_bits_per_character, abs=6e-4)
    assert "zebra" in rows[0][6]
    strip = tab.page.locator("#generate-score-tokens-1 .strip-token")
    assert "".join(strip.all_text_contents()) == mine + "</s>"
    assert_no_sideways_scroll(tab.page)
    tab.choose("score-checkpoint", CHARACTERS)
    tab.find("score-button").click()
    tab.page.locator("#generate-score-tokens-2").wait_for(state="hidden")
    assert [row[0] for row in tab.rows("score-table")[1:]] == [CHARACTERS]
