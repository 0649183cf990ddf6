"""The token strip and the chart of the next token."""

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.conftest import watch
from tests.browser.parts_page import BATCH, CHART, LEARNS, TEXT, TOKENS, WRITTEN, Parts
from tests.browser.server import PATIENCE, ROOT, free_port, wait_for

HOSTILE = ["${alert(1)}", "`", "<img src=x onerror=alert(1)>", "{{value}}", "\\", "</style><b>"]
# The contrast of each element with the ground that it stands on, by WCAG 2; plain colours alone.
CONTRASTS = """(all) => {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const grounds = (node) => (node ? [...grounds(node.parentElement), getComputedStyle(node)] : []);
  const luminance = (colours) => {
    pen.clearRect(0, 0, 1, 1);
    for (const colour of colours) {
      pen.fillStyle = colour;
      pen.fillRect(0, 0, 1, 1);
    }
    const linear = [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3).map((byte) =>
      byte / 255 <= 0.04045 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4);
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  };
  return all.map((one) => {
    const ground = grounds(one).map((style) => style.backgroundColor);
    const two = [luminance(ground), luminance([...ground, getComputedStyle(one).color])];
    return (Math.max(...two) + 0.05) / (Math.min(...two) + 0.05);
  });
}"""


@pytest.fixture(scope="module")
def app() -> Iterator[str]:
    """The page with both components, in place of the real one."""
    port = free_port()
    with tempfile.TemporaryFile("w+") as log:
        command = [sys.executable, "-m", "tests.browser.parts_page", str(port)]
        process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
        try:
            wait_for(f"http://127.0.0.1:{port}", process, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(PATIENCE)


@pytest.fixture
def visit(app: str, context: BrowserContext) -> Iterator[Callable[..., Parts]]:
    """Open the page; afterwards, fail on any error, dialog or request to elsewhere."""
    complaints: list[str] = []
    pages: list[Page] = []

    def open_page(width: int = 1280, theme: str = "light", has_touch: bool = False) -> Parts:
        own = context.browser.new_context(has_touch=True) if has_touch else context
        pages.append(page := own.new_page())
        page.set_viewport_size({"width": width, "height": 900})
        watch(page, app, complaints)
        page.goto(f"{app}/?__theme={theme}")
        return Parts(page)

    yield open_page
    for page in pages:
        page.close()
    assert complaints == []


def test_new_tokens_are_added_and_what_is_there_stays(visit) -> None:
    parts = visit()
    parts.page.locator("#write").click()
    parts.wait_for_tokens(BATCH)
    parts.page.evaluate("""() => {
      const words = document.querySelector("#strip .strip-tokens");
      words.firstElementChild.mine = true;
      window.changes = [];
      new MutationObserver((all) => window.changes.push(...all)).observe(words,
        { childList: true, subtree: true, characterData: true });
    }""")
    parts.page.locator("#strip .strip-note").get_by_text("Done.").wait_for()
    parts.wait_for_tokens(WRITTEN)
    assert parts.page.evaluate("document.querySelector('#strip .strip-token').mine") is True
    changes = parts.page.evaluate(
        "changes.map(({ type, addedNodes, removedNodes, nextSibling }) =>"
        " [type, addedNodes.length % 2, removedNodes.length, nextSibling])"
    )
    assert changes  # each of them: pairs of a gap and a token, added at the end
    assert all(change == ["childList", 0, 0, None] for change in changes)


def scroll(parts: Parts, how: str) -> None:
    """Scroll the text, and say so at once: a browser does at its next frame, after more text."""
    heard = f"box => {{ {how}; box.dispatchEvent(new Event('scroll')); }}"
    parts.page.locator("#strip .strip-box").evaluate(heard)


def test_the_end_is_kept_in_view_unless_the_visitor_scrolled_up(visit) -> None:
    parts = visit(390)
    parts.page.locator("#write").click()
    parts.wait_for_tokens(15 * BATCH)
    assert parts.below() < 8
    scroll(parts, "box.scrollBy(0, -60)")
    parts.wait_for_tokens(18 * BATCH)
    assert parts.below() > 60
    scroll(parts, "box.scrollTo(0, box.scrollHeight)")
    parts.page.locator("#strip .strip-note").get_by_text("Done.").wait_for()
    assert parts.below() < 8


def test_screen_readers_find_the_text_when_it_is_finished_and_one_button(visit) -> None:
    parts = visit()
    tokens = parts.page.locator("#strip .strip-token")
    assert (
        parts.text("#strip .strip-copy") == "We propose a novel recurrent architecture that learns."
    )
    hidden = tokens.evaluate_all("all => all.map((one) => one.ariaHidden)")
    assert hidden == [None, *["true"] * (len(TOKENS) - 1)]
    first = parts.page.locator("#strip [role=button]")
    label = "“a”, probability 0.620, 0.69 bits, token 1 of 7"
    assert first.get_attribute("aria-label") == label
    parts.put("strip", TEXT | {"writing": True, "alternatives": None})
    assert parts.text("#strip .strip-copy") == ""


@pytest.mark.parametrize("how", ["mouse", "keyboard"])
def test_a_token_tells_its_figures_and_its_rivals(visit, how) -> None:
    parts = visit()
    if how == "mouse":
        parts.token(5).hover()
    else:
        parts.press("Tab", *["ArrowRight"] * 5)
        assert parts.focused() == "learns"
    assert parts.text("#strip .strip-name") == "␣learns"
    assert parts.text("#strip .strip-figures") == "probability 0.140 · 2.84 bits"
    rivals = parts.tip.locator(".strip-rival")
    assert rivals.evaluate_all("all => all.map((one) => one.textContent)") == [
        f"␣{text.strip()}{p:.3f}" for text, p in LEARNS
    ]
    widths = rivals.locator("i").evaluate_all("all => all.map((one) => one.clientWidth)")
    assert widths[1] / widths[0] == pytest.approx(0.14 / 0.22, abs=0.02)
    if how == "mouse":
        parts.page.locator("#events").hover()
    else:
        parts.press("Tab")
    parts.tip.wait_for(state="hidden")


def test_the_text_is_one_stop_of_the_tab_key_and_keys_move_in_it(visit) -> None:
    parts = visit(390)  # two lines
    parts.press("Tab")
    assert parts.focused() == "a"
    parts.press("End")
    assert parts.focused() == "."
    parts.press("ArrowLeft", "ArrowLeft", "ArrowUp")
    top, above = (parts.token(n).bounding_box()["y"] for n in (4, parts.index()))
    assert above < top
    parts.press("ArrowDown")
    assert parts.token(parts.index()).bounding_box()["y"] == top
    parts.press("Home")
    assert parts.focused() == "a"
    parts.press("Tab")
    label = parts.page.evaluate("document.activeElement.ariaLabel")
    assert label == "Previous step"
    parts.press("Shift+Tab")
    assert parts.focused() == "a"


def test_a_rival_is_chosen_by_keys(visit) -> None:
    parts = visit()
    parts.press("Tab", "End", "ArrowLeft", "Enter")
    assert parts.focused() == "␣is0.220"
    parts.wait_for_events(*(events := [{"select": 5}]))
    parts.page.evaluate("document.addEventListener('keydown', (e) => { window.last = e.key; })")
    parts.press("Escape")
    assert parts.focused() == "learns"
    assert parts.page.evaluate("window.last") is None  # Stop, the page's Esc, is not meant
    parts.press("Enter", "ArrowDown", "Enter")  # what stands there already
    assert parts.focused() == "learns"
    parts.wait_for_events(*(events := [*events, {"select": 5}]))
    parts.press("Enter")
    parts.wait_for_events(*(events := [*events, {"select": 5}]))
    parts.press("End", "ArrowUp", "Enter")
    parts.wait_for_events(*events, {"replace": [5, 8]})
    assert parts.focused() == "learns"
    assert parts.token(5).get_attribute("class").split()[-1] == "selected"


@pytest.mark.parametrize("how", ["click", "tap"])
def test_a_rival_is_chosen_by_the_pointer(visit, how) -> None:
    parts = visit(390, has_touch=how == "tap")
    getattr(parts.token(5), how)()
    parts.wait_for_events({"select": 5})
    getattr(parts.tip.get_by_role("button").nth(3), how)()
    parts.wait_for_events({"select": 5}, {"replace": [5, 3]})
    assert not parts.tip.is_visible()


def test_rivals_can_be_looked_at_alone(visit) -> None:
    parts = visit()
    parts.put("strip", TEXT | {"replaceable": False})
    parts.token(5).click()
    parts.wait_for_events({"select": 5})
    assert parts.tip.locator(".strip-rival").count() == len(LEARNS)
    assert parts.tip.locator("button").count() == 0


def test_the_selected_token_is_marked_until_the_text_changes(visit) -> None:
    parts = visit()
    selected = parts.page.locator("#strip .selected")
    parts.put("strip", TEXT | {"selected": 3})
    assert selected.all_text_contents() == ["architecture"]
    parts.token(0).click()
    parts.put("strip", TEXT | {"selected": 3, "note": "as before"})
    assert selected.all_text_contents() == ["a"]
    parts.put("strip", TEXT | {"selected": None, "tokens": TOKENS[2:], "alternatives": None})
    assert selected.count() == 0


def test_another_way_to_show_the_tokens_keeps_them(visit) -> None:
    parts = visit()
    parts.token(5).evaluate("token => { token.mine = true; }")
    parts.put("strip", TEXT | {"pretty": [*(text for text, _ in TOKENS[:5]), " LEARNS", ""]})
    assert parts.text("#strip .strip-copy").endswith("that LEARNS")
    assert parts.token(5).evaluate("token => [token.mine, token.textContent]") == [True, "LEARNS"]
    parts.page.locator("#strip [role=button]").focus()
    parts.press("End")
    assert parts.focused() == "LEARNS"  # the last one that is to be seen


def test_one_scale_shades_by_probability_or_by_surprisal(visit) -> None:
    parts = visit()
    shares = "all => all.map((one) => Number(one.style.getPropertyValue('--share')))"
    tokens = parts.page.locator("#strip .strip-token")
    found = tokens.evaluate_all(shares)
    assert found == pytest.approx([1 - probability for _, probability in TOKENS], abs=1e-3)
    parts.put("strip", TEXT | {"mode": "surprisal", "tokens": [*TOKENS[:6], [".", None]]})
    found = tokens.evaluate_all(shares)
    assert found[3] == pytest.approx(3 / 12, abs=1e-3)  # of 1 in 8
    assert found[6] == 0
    assert "12 bits" in parts.page.locator("#strip .strip-legend").inner_text()


def test_letters_stand_as_in_running_text(visit) -> None:
    parts = visit()
    text = "The quick brown network writes one letter at a time. " * 6  # no ligatures
    parts.put("strip", TEXT | {"prompt": "", "tokens": [[one, 0.5] for one in text]})
    places = parts.page.locator("#strip .strip-tokens").evaluate("""(words) => {
      const place = (node, at) => {
        const range = document.createRange();
        range.setStart(node, at);
        range.setEnd(node, at + 1);
        const { left, bottom } = range.getBoundingClientRect();
        return [left, bottom];
      };
      const each = [...words.children].map((token) => place(token.firstChild, 0));
      words.textContent = words.textContent;
      return [each, each.map((_, at) => place(words.firstChild, at))];
    }""")
    for place, plain in zip(*places, strict=True):
        assert place == pytest.approx(plain, abs=2)


def test_text_is_never_markup(visit) -> None:
    parts = visit()
    tokens = [[f" {text}", 0.5] for text in HOSTILE]
    all_hostile = "".join(text for text, _ in tokens)
    parts.put(
        "strip",
        TEXT
        | {"prompt": all_hostile, "tokens": [*tokens, ["a\nb", 0.1]], "note": all_hostile}
        | {"alternatives": [tokens] * len(tokens) + [[]]},
    )
    assert parts.text("#strip .strip-copy") == f"{all_hostile * 2}a⏎b"
    assert parts.text("#strip .strip-note") == all_hostile
    shown = parts.page.locator("#strip .strip-token").all_text_contents()
    assert shown == [*HOSTILE, "a⏎b"]
    parts.token(0).click()
    rows = [
        {"text": text, "before": 0.1, "after": 0.1, "removed_by": text if n else None}
        for n, text in enumerate(HOSTILE)
    ]
    parts.put("chart", CHART | {"before_text": all_hostile, "rows": rows, "chosen": 2})
    parts.page.locator("#chart summary").click()
    parts.page.locator("#chart td").first.wait_for()
    assert all_hostile in parts.text("#chart .chart-context")
    assert parts.page.locator("#chart th[scope=row] bdi").all_text_contents() == HOSTILE
    assert parts.page.locator("#strip img, #chart img, #chart .chart-plot b").count() == 0


def test_without_a_value_both_say_what_will_be_there(visit) -> None:
    parts = visit()
    parts.put("strip", None)
    parts.put("chart", None)
    assert parts.page.locator("#strip .note").is_visible()
    assert not parts.page.locator("#strip .strip-box").is_visible()
    assert parts.page.locator("#chart .note").is_visible()
    assert not parts.chart.is_visible()
    parts.put("strip", TEXT)
    parts.put("chart", CHART)
    assert parts.token(6).is_visible()
    assert parts.chart.is_visible()


def test_on_a_phone_nothing_is_wider_than_the_screen(visit) -> None:
    parts = visit(390)
    long = ["x" * 90, 0.1]
    row = {"text": "x" * 90, "before": 0.1, "after": 0.1, "removed_by": "repetition_penalty"}
    parts.put("strip", TEXT | {"tokens": [*TOKENS, long], "alternatives": [[long]] * 8})
    parts.put("chart", CHART | {"rows": [*CHART["rows"], row], "before_text": "y" * 90})
    parts.token(7).click()
    assert parts.tip.is_visible()
    assert parts.page.evaluate("document.documentElement.scrollWidth") == 390
    outside = """() => [...document.querySelectorAll("#strip *, #chart *")].filter((one) =>
      one.checkVisibility() && !one.closest(".strip-copy, .chart-row, .js-plotly-plot") &&
      one.getBoundingClientRect().right > 390).map((one) => one.className)"""
    assert parts.page.evaluate(outside) == []
    box = parts.page.locator("#chart .chart-plot .main-svg").first.bounding_box()
    assert box["width"] > 120


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_is_legible_on_every_shade(visit, theme) -> None:
    parts = visit(theme=theme)
    tokens = [[f" {n}", n / 10] for n in range(11)]
    parts.put("strip", TEXT | {"tokens": tokens, "alternatives": [LEARNS] * 11})
    parts.token(4).click()
    for selector in (
        "#strip .strip-token, #strip .strip-prompt, #strip .strip-legend span",
        "#strip .strip-tip p, #strip .strip-rival bdi, #strip .strip-rival b",
        "#chart .chart-labels .chart-row:not(.chosen), #chart .chart-figures span",
        "#chart .chart-reasons span, #chart p:not([hidden])",
    ):
        found = parts.page.locator(selector).evaluate_all(CONTRASTS)
        assert found and min(found) >= 4.5, selector


def test_the_bars_are_the_figures_and_each_kind_adds_up_to_one(visit) -> None:
    parts = visit()
    rows = [*CHART["rows"], CHART["rest"]]
    for name in ("before", "after"):
        assert parts.bars(name) == [row[name] for row in rows]
    assert parts.text("#chart .chart-sums") == "before: 1.000, after: 1.000"
    parts.put("chart", CHART | {"rest": {"before": 0.2, "after": 0.0}})
    assert parts.text("#chart .chart-sums") == "before: 0.940, after: 1.000"


def test_what_was_removed_says_by_which_filter(visit) -> None:
    parts = visit()
    removed = parts.page.locator("#chart .chart-labels .removed").all_text_contents()
    assert removed == ["<unk>", "␣models", "␣the", "␣has"]
    reasons = parts.page.locator("#chart .chart-reasons span").all_text_contents()
    assert reasons == ["can’t be written", *["removed by top-p"], *["removed by top-k"] * 2]
    counted = "1 can’t be written, 2 removed by top-k, 1 removed by top-p."
    assert parts.text("#chart .chart-removed").endswith(counted)
    parts.page.locator("#chart summary").click()
    row = parts.page.locator("#chart tbody tr").nth(4)
    row.wait_for()
    assert row.locator("th, td").all_text_contents() == [
        *("␣models", "0.07000", "0.000", "removed by top-p")
    ]
    written = parts.page.locator("#chart tbody th").nth(1)
    assert written.text_content() == "␣learns (written)"


def test_keys_and_buttons_of_the_chart_ask_for_another_step(visit) -> None:
    parts = visit()
    parts.chart.focus()
    parts.press("ArrowRight")
    parts.wait_for_events(*(events := [{"step": 6}]))
    parts.press("ArrowRight", "End")  # this is the last one
    parts.wait_for_step(7)
    parts.press("Home")
    parts.wait_for_events(*(events := [*events, {"step": 0}]))
    parts.wait_for_step(1)
    parts.page.get_by_label("Previous step").click(force=True)  # this is the first one
    parts.page.get_by_label("Next step").click()
    parts.wait_for_events(*(events := [*events, {"step": 1}]))
    parts.wait_for_step(2)
    parts.press("ArrowLeft")  # the button has the focus
    parts.wait_for_events(*events, {"step": 0})


def test_the_wheel_scrolls_the_page_over_the_chart(visit) -> None:
    parts = visit()
    parts.chart.hover()
    parts.page.mouse.wheel(0, 150)
    parts.page.wait_for_function("scrollY >= 100")


def test_the_bars_take_the_colours_of_the_theme(visit) -> None:
    parts = visit()
    colour = "document.querySelector('.chart-plot').data[1].marker.color"
    assert parts.page.evaluate(colour) == "#00509d"
    parts.page.evaluate("document.body.classList.add('dark')")
    parts.page.wait_for_function(f"{colour} === '#6db3f2'")
