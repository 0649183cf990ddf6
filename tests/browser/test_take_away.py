"""Files, links and the clipboard: what a visitor brings along and takes away."""

import re
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from core.pipelines.results import Translation
from tests.browser.translate_page import OPENING, TranslatePage, near

NO_CLIPBOARD = "Object.defineProperty(Navigator.prototype, 'clipboard', { get: () => undefined })"
LINES = ["Tom lacht.", "", "Ein Hund rennt durch den Schnee.", "<b>${alert(1)}</b> {{x}} Haus"]


@pytest.fixture(scope="module")
def opening(core) -> Translation:
    return core.translate(OPENING)


# Files.


def give(tab: TranslatePage, name: str, content: bytes) -> None:
    """Choose a file, in the card that is open, and wait until it has arrived."""
    tab.find("file").locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "text/plain", "buffer": content}
    )
    # Its name alone is shown sooner, while it is sent.
    tab.find("file").locator(".file-preview").get_by_text(Path(name).stem).wait_for()


def result(tab: TranslatePage) -> tuple[str, list[str]]:
    """Download the result; return its name and its lines."""
    link = tab.find("file-result").locator("a[download]").first
    with tab.page.expect_download() as download:
        link.click()
    text = Path(download.value.path()).read_text(encoding="utf-8")
    assert text.endswith("\n")
    return download.value.suggested_filename, text[:-1].split("\n")


@pytest.mark.parametrize("how", ["mouse", "keyboard"])
def test_a_text_file_is_translated_line_by_line(visit, core, how: str) -> None:
    tab = visit()
    tab.open("file-card")
    tab.choose("method", "greedy")  # the settings above are used
    give(tab, "brief.txt", "\n".join(LINES).encode())
    button = tab.find("file-button")
    button.click() if how == "mouse" else button.press("Enter")
    tab.wait_for_text("file-message", "4 lines are translated.")
    assert tab.text("file-message") == "4 lines are translated."
    assert tab.find("file-progress").inner_text().strip() == "4 of 4 lines"
    name, lines = result(tab)
    assert name == "brief.en.txt"
    assert lines == core.translate_lines(LINES, method="greedy")
    assert tab.output == core.translate(OPENING).text  # the page itself stays


def test_a_table_with_references_gets_corpus_figures(visit, core) -> None:
    rows = [
        ("Tom lacht.", "Tom laughs."),
        ("Ein Hund rennt durch den Schnee.", "A dog is running through snow."),
        ("Das Wasser ist kalt.", "The water is cold."),
    ]
    translations = core.translate_lines([source for source, _ in rows])
    scores = core.compare(translations, [reference for _, reference in rows])
    tab = visit(390)
    tab.open("file-card")
    table = "".join(f"{source}\t{reference}\r\n" for source, reference in rows)
    give(tab, "pairs.tsv", table.encode("utf-8-sig"))
    tab.find("file-button").click()
    tab.wait_for_text("file-message", "3 lines are translated.")
    assert tab.text("file-message") == (
        f"3 lines are translated. BLEU {scores.bleu:.1f} · chrF {scores.chrf:.1f} · "
        f"TER {scores.ter:.1f} · {scores.signature} · {scores.chrf_signature} · "
        f"{scores.ter_signature} · references: 3"
    )
    assert result(tab) == ("pairs.en.txt", translations)


def test_lines_end_where_other_programs_end_them(visit, core) -> None:
    tab, text = visit(), "Tom\u2028lacht.\nDas Wasser\x0cist kalt.\n"
    tab.open("file-card")
    give(tab, "odd.txt", text.encode())
    tab.find("file-button").click()
    tab.wait_for_text("file-message", "lines are translated.")
    assert tab.text("file-message") == "2 lines are translated."
    assert len(result(tab)[1]) == 2


def test_a_file_can_be_stopped_and_keeps_what_is_done(visit, core) -> None:
    tab, count = visit(), 1900
    lines = [f"Der Mann mit Hut {number} sitzt im Haus." for number in range(count)]
    tab.open("file-card")
    give(tab, "long.txt", "\n".join(lines).encode())
    tab.find("file-button").click()
    bar = tab.find("file-progress").locator("progress")
    tab.page.wait_for_function(
        "(() => { const bar = document.querySelector('#translate-file-progress progress');"
        " return bar.value > 0 && bar.value < bar.max; })()"
    )
    assert bar.get_attribute("max") == str(count)
    tab.find("file-stop-button").click()
    tab.wait_for_text("file-message", "Stopped")
    done = tab.find("file-progress").inner_text().strip()
    _, translated = result(tab)
    assert 0 < len(translated) < count
    assert translated[:3] == core.translate_lines(lines[: len(translated)])[:3]
    tab.translate("Tom lacht.", ["Tom", "lacht", "."])  # the page goes on, the file does not
    assert tab.find("file-progress").inner_text().strip() == done


BAD_FILES = [
    ("latin.txt", "Zwei Männer".encode("latin-1"), "The file is not UTF-8 text; "),
    ("blank.txt", b" \n\n", "The file is empty; "),
    ("many.txt", b"Tom lacht.\n" * 2001, "The file has 2,001 lines; the limit is 2,000."),
    ("large.txt", b"Tom lacht. " * 24_000, "The file has 264,000 bytes; the limit is 262,144."),
    ("wide.txt", b"Tom.\n" + b"x" * 2001, "Line 2 has 2,001 characters; the limit is 2,000."),
    ("half.tsv", b"Tom lacht.\tTom laughs.\nTom\n", "Line 2 of the TSV has no tab; "),
]


def test_bad_files_give_one_sentence(visit) -> None:
    tab = visit()
    tab.open("file-card")
    tab.find("file-button").click()
    tab.wait_for_text("file-message", "Choose a file first")
    for name, content, sentence in BAD_FILES:
        give(tab, name, content)
        tab.find("file-button").click()
        tab.wait_for_text("file-message", sentence)
        assert tab.find("file-result").locator("a[download]").count() == 0
        tab.find("file").get_by_label("Remove this file").or_(
            tab.find("file").get_by_label("Clear")
        ).first.click()
        tab.page.wait_for_selector("#translate-file input[type=file]", state="attached")
    give(tab, "good.txt", b"Tom lacht.")
    tab.find("file-button").click()
    tab.wait_for_text("file-message", "1 line is translated.")


# Links.


def query(tab: TranslatePage, key: str = "") -> str:
    """Press Link; return the query string that the address bar got."""
    button = tab.find("link")
    if key:
        button.press(key)
    else:
        button.click()
    tab.wait_for_text("message", "A link to this view is copied")
    return tab.page.evaluate("location.search")


def state(tab: TranslatePage) -> dict:
    """What a visitor sees of a view, but for the times."""
    fields = ("checkpoint", "method", "beam", "length-penalty", "temperature", "seed")
    prefix = tab.find("prefix").locator("input, textarea")
    return {
        "source": tab.source.input_value(),
        "prefix": prefix.input_value(),
        "output": tab.output,
        "summary": re.sub(r"[\d,]+ (ms|tokens/s)", "", tab.text("summary")),
        "settings": [tab.find(name).locator("input").input_value() for name in fields],
        "segments": tab.page.locator(".segments .selected").all_inner_texts(),
        "hypotheses": tab.find("hypotheses").inner_text(),
        "chosen": tab.find("hypotheses").locator("[aria-pressed=true]").all_inner_texts(),
        "map": [tab.map.words("columns"), tab.map.words("rows"), tab.map.plot()],
        "colours": tab.map.plot("data[0].colorscale"),
        "pin": [tab.map.frames("pin"), tab.map.line],
        "what if": tab.page.locator(".what-if .cell").first.inner_text(),
        "can force": tab.find("force-step").is_enabled(),
    }


def wait_for_link(tab: TranslatePage) -> None:
    """Wait until a link with a pinned token is open, or a message says why not."""
    tab.page.wait_for_function(
        """() => {
          const said = document.querySelector("#translate-message .plain-text")?.innerText ?? "";
          const pinned = "#translate-attention .map-rows .map-token.pinned";
          return said ? !said.endsWith("…") : document.querySelector(pinned);
        }"""
    )


def wait_for_state(tab: TranslatePage, expected: dict) -> None:
    """Wait for the text, the map and the pin of a link, then compare everything."""
    tab.wait_for_output(expected["output"])
    for strip, words in zip(("columns", "rows"), expected["map"], strict=False):
        tab.map.wait_for(strip, words)
    line = "document.querySelector('#translate-attention .map-line').innerText"
    tab.page.wait_for_function(f"text => {line} === text", arg=expected["pin"][1])
    found = state(tab)
    assert found.pop("map")[2] == near(expected["map"][2])
    assert found == {name: value for name, value in expected.items() if name != "map"}


@pytest.mark.parametrize("key", ["", "Enter"])
def test_a_link_opens_the_same_view(visit, opening, key: str) -> None:
    tab, second = visit(), opening.hypotheses[1]
    tab.find("hypotheses").locator("button").nth(1).click()
    tab.map.wait_for("rows", second.words)
    tab.switch("subwords")
    tab.map.wait_for("rows", [token.text for token in second.tokens])
    tab.rescale()
    tab.switch("viridis")
    tab.map.wait_for_colour("#fde725")
    tab.map.click(2, 3)
    tab.page.wait_for_selector("#translate-force-step:enabled")
    found = query(tab, key)
    expected = state(tab)
    assert expected["pin"][0] == [[2, 3, 1, 1]]
    assert expected["segments"] == ["subwords", "rescaled by row", "viridis"]
    wait_for_state(visit(390, found), expected)


def test_a_link_carries_settings_beginning_sentence_and_a_pinned_token(visit, core) -> None:
    tab = visit()
    tab.choose("method", "sample")
    tab.find("seed").locator("input:enabled").fill("7")
    tab.find("temperature").locator("input").fill("0.7")
    tab.find("prefix").locator("input, textarea").fill("It’s & that +")
    text = "Wörter & Zeichen: 100 % + #1?"
    whole = core.translate(text, method="sample", seed=7, temperature=0.7, prefix="It’s & that +")
    tab.translate(text, whole.source_words)
    tab.map.token("columns", 1).click()
    tab.wait_until_idle()  # the pin counts, and changes nothing else
    wait_for_state(visit(query=query(tab)), state(tab))
    two = visit()
    two.translate("Das ist gut. Wo ist Tom?", ["Das", "ist", "gut", "."])
    two.choose("sentence", "2. Wo")
    two.map.wait_for("columns", ["Wo", "ist", "Tom", "?"])
    two.map.token("rows", 0).click()
    two.find("alternatives").locator("button").first.wait_for()
    wait_for_state(visit(query=query(two)), state(two))


def test_a_link_with_a_pin_lists_its_alternatives(visit) -> None:
    tab = visit()
    tab.map.token("rows", 1).click()
    tab.find("alternatives").locator("button").first.wait_for()
    listed = tab.find("alternatives").inner_text()
    other = visit(query=query(tab))
    wait_for_link(other)
    other.find("alternatives").locator("button").first.wait_for()
    assert other.find("alternatives").inner_text() == listed


@pytest.mark.parametrize("change", ["alternative", "force", "force in the second sentence"])
def test_a_link_opens_what_a_visitor_changed(visit, core, opening, change: str) -> None:
    tab = visit()
    if change.endswith("sentence"):
        tab.translate(f"Das ist gut. {OPENING}", core.translate("Das ist gut.").source_words)
        tab.choose("sentence", "2. Zwei")
        tab.map.wait_for("columns", opening.source_words)
    tab.map.click(2, 0)
    tab.page.wait_for_selector("#translate-force-step:enabled")
    listed = tab.find("alternatives").locator("button")
    listed.first.wait_for()
    if change == "alternative":
        listed.nth(2).click()
    else:
        tab.find("force-step").click()
    # Not for another text: attention may be forced without changing a token.
    tab.page.wait_for_selector("#translate-free:enabled")
    tab.map.token("rows", 0).click()
    tab.find("alternatives").locator("button").first.wait_for()
    expected = state(tab)
    other = visit(query=query(tab))
    wait_for_link(other)
    assert other.text("message") == ""
    assert other.output == expected["output"]
    assert other.map.plot() == near(expected["map"][2])


def test_a_damaged_link_gives_one_sentence(visit, opening) -> None:
    for fields, sentence in [
        ({"beam": "ninety"}, "The link is damaged: beam is not a number."),
        ({"row": "-1"}, "The link is damaged: row is not a whole number from 0."),
        ({"checkpoint": "<b>../x</b>"}, "There is no checkpoint called '<b>../x</b>'"),
        ({"row": "77"}, "The link names a part that this translation does not have."),
    ]:
        tab = visit(query=f"?{urlencode({'text': 'Tom lacht.'} | fields)}")
        tab.find("message").get_by_text(sentence).wait_for()
        if fields.get("row") == "77":  # the rest of it can be opened
            tab.map.wait_for("columns", ["Tom", "lacht", "."])
        else:
            assert tab.output == opening.text
        assert tab.map.frames("pin") == []
        tab.page.close()


def test_markup_in_a_link_stays_text(visit, core) -> None:
    text = "<img src=x onerror=alert(1)> ${alert(1)} {{value}} %{z}"
    whole = core.translate(text, prefix=text)
    tab = visit(query=f"?{urlencode({'text': text, 'prefix': text, 'row': 0})}")
    tab.map.wait_for("columns", whole.source_words)
    assert (tab.source.input_value(), tab.output) == (text, whole.text)
    tab.page.wait_for_selector("#translate-attention .map-rows .map-token.pinned")
    assert tab.page.locator("img[src='x']").count() == 0


# The clipboard.


@pytest.mark.parametrize(
    ("script", "framed", "key"),
    [("", False, ""), (NO_CLIPBOARD, False, "Enter"), ("", True, ""), (NO_CLIPBOARD, True, "")],
    ids=["plain", "without navigator.clipboard", "in a frame", "in a frame without it"],
)
def test_copy_puts_the_text_on_the_clipboard(visit, script, framed, key) -> None:
    tab = visit(script=script, framed=framed)
    written = tab.output
    if key:
        tab.find("copy").press(key)
    else:
        tab.find("copy").click()
    tab.wait_for_text("message", "The translation is copied.")
    assert tab.page.evaluate("document.activeElement.id") == "translate-copy"
    assert pasted(tab) == written
    if not framed:
        address = query(tab)
        assert pasted(tab).endswith(address)
        assert "text=Zwei+M%C3%A4nner" in address


def pasted(tab: TranslatePage) -> str:
    """Paste into the source, as a visitor would anywhere."""
    tab.source.fill("")
    tab.source.press("Control+V")
    expect(tab.source).not_to_have_value("")
    return tab.source.input_value()


def test_copy_says_when_the_browser_does_not_allow_it(visit) -> None:
    refused = f"{NO_CLIPBOARD}; document.execCommand = () => false;"
    tab = visit(script=refused)
    assert isinstance(tab.page, Page)
    tab.find("copy").click()
    tab.wait_for_text("message", "The browser does not allow copying; select the text.")
