"""Tree, alternatives, beginnings, what-if, comparison and reference, read back against core."""

import math
import re
from itertools import product

import pytest

from core.pipelines.differences import differences
from core.pipelines.results import ForcedAttention, Token, Translation
from tests.browser.translate_page import OPENING, MapOnPage, TranslatePage, near

TAGS = {"same": "span", "removed": "del", "added": "ins"}
MOUSE_OR_KEYS = pytest.mark.parametrize("how", ["mouse", "keyboard"])
HOSTILE = "<img src=x onerror=alert(1)> ${alert(1)} {{value}} `a` <b>b</b> %{z} &lt; <s>x</s>"


@pytest.fixture(scope="module")
def opening(core) -> Translation:
    return core.translate(OPENING)


def press(tab: TranslatePage, how: str, button: str) -> None:
    """Press #translate-<button> with the mouse or with Enter."""
    if how == "mouse":
        tab.find(button).click()
    else:
        tab.find(button).press("Enter")


def marks(before, after) -> list[tuple[str, str]]:
    """The runs that mark the differences of two lists of words."""
    return [(TAGS[run.kind], run.text) for run in differences(before, after)]


def shows(tab: TranslatePage, translation: Translation) -> None:
    """Check the text, and the map of its best hypothesis."""
    tab.wait_for_output(translation.text)
    tab.map.wait_for("rows", translation.hypotheses[0].words)
    assert tab.map.plot() == near(translation.hypotheses[0].word_attention)


# The beam as a tree.


def open_tree(tab: TranslatePage, how: str = "mouse"):
    head = tab.find("tree-card").locator("button.label-wrap")
    head.click() if how == "mouse" else head.press("Enter")
    nodes = tab.find("tree").locator(".tree-node")
    nodes.first.wait_for()
    return nodes


def path_text(tree, number: int) -> str:
    node, texts = tree.nodes[number], []
    while node.parent is not None:
        texts.insert(0, node.text)
        node = tree.nodes[node.parent]
    return "".join(texts).strip()


def test_the_tree_has_every_hypothesis_and_what_became_of_it(visit, core) -> None:
    tab, tree = visit(), core.beam_tree(OPENING)
    nodes = open_tree(tab)
    fates = nodes.evaluate_all("all => all.map((n) => [Number(n.dataset.id), n.dataset.status])")
    assert sorted(fates) == [[n, node.status] for n, node in enumerate(tree.nodes)]
    assert {"alive", "pruned", "finished"} <= {node.status for node in tree.nodes}
    for number, node in enumerate(tree.nodes):
        if node.status == "pruned" and node.beaten_by is not None:
            tab.find("tree").locator(f"[data-id='{number}']").hover()
            note = tab.find("tree").locator(".tree-note").inner_text()
            assert note.startswith(path_text(tree, number))
            winner = tree.nodes[node.beaten_by]
            assert f"beaten at step {node.step + 1} by “{path_text(tree, node.beaten_by)}”" in note
            figures = [float(one.replace("−", "-")) for one in re.findall(r"−\d+\.\d\d", note)]
            assert figures == pytest.approx(
                [node.score, node.total, winner.total, node.best], abs=0.006
            )
            assert node.best <= winner.total


@MOUSE_OR_KEYS
def test_a_node_shows_its_hypothesis_and_its_map(visit, core, opening, how: str) -> None:
    tab, tree = visit(), core.beam_tree(OPENING)
    nodes = open_tree(tab, how)
    if how == "mouse":
        number = next(n for n, node in enumerate(tree.nodes) if node.status == "pruned")
        tab.find("tree").locator(f"[data-id='{number}']").click()
    else:
        nodes.first.focus()
        for key in ("Home", "ArrowRight", "ArrowRight", "ArrowDown", "Enter"):
            tab.page.keyboard.press(key)
        number = int(tab.page.evaluate("document.activeElement.dataset.id"))
        assert tree.nodes[number].step == 2
    scored = core.score(OPENING, tree.path(number))
    tab.map.wait_for("rows", scored.words)
    assert tab.map.plot() == near(scored.word_attention)
    tab.find("tree-message").get_by_text(f"that of “{scored.text}”").wait_for()
    assert tab.find("hypotheses").locator("[aria-pressed=true]").count() == 0
    assert tab.find("tree").locator("[aria-selected=true]").get_attribute("data-id") == str(number)
    tab.map.token("rows", len(scored.words) - 1).click()  # the node can be worked on as well
    tab.find("alternatives").locator("button").first.wait_for()
    tab.find("hypotheses").locator("button").first.click()
    shows(tab, opening)


def test_a_tree_goes_with_its_translation(visit) -> None:
    tab = visit()
    open_tree(tab)
    tab.translate("Tom lacht.", ["Tom", "lacht", "."])
    tab.find("tree").locator(".beam-tree").wait_for(state="hidden")
    tab.choose("method", "greedy")
    tab.find("run").click()
    tab.find("summary").get_by_text("greedy").wait_for()
    tab.open("tree-card")
    tab.wait_for_text("tree-message", "Only beam search has a tree")


# Alternatives and beginnings.


@MOUSE_OR_KEYS
def test_an_alternative_keeps_what_stands_before_it(visit, core, opening, how: str) -> None:
    tab, best, row = visit(), opening.hypotheses[0], 2
    if how == "mouse":
        tab.map.token("rows", row).click()
    else:
        tab.map.token("rows", row).press("Enter")
    listed = tab.find("alternatives").locator("button")
    listed.first.wait_for()
    step = next(n for n, token in enumerate(best.tokens) if token.word == row)
    likeliest = core.score(OPENING, best.token_ids, alternatives=10).alternatives[step]
    assert len(likeliest) == listed.count() == 10
    assert listed.locator("span").all_inner_texts() == [label(other.text) for other in likeliest]
    shown = [text.replace("<", "") for text in listed.locator("b").all_inner_texts()]
    assert list(map(float, shown)) == pytest.approx(
        [math.exp(other.log_prob) for other in likeliest], abs=0.0006
    )
    assert not {"0.000", "0.0000"} & {*shown}  # nothing that may be written is impossible
    other = next(n for n, one in enumerate(likeliest) if one.id != best.token_ids[step])
    if how == "mouse":
        listed.nth(other).click()
    else:
        listed.nth(other).press("Enter")
    kept = (*best.token_ids[:step], likeliest[other].id)
    new = core.translate(OPENING, tokens=kept)
    shows(tab, new)
    assert new.hypotheses[0].token_ids[: step + 1] == kept
    assert tab.output.startswith(" ".join(best.words[:row]))
    assert tab.marked("changes") == marks(best.words, new.hypotheses[0].words)
    press(tab, how, "free")
    shows(tab, opening)
    assert tab.marked("changes") == []


def label(text: str) -> str:
    """A token as it is listed: one that goes on with a word begins with an ellipsis."""
    return text.strip() if text.startswith(" ") or not text[:1].isalnum() else f"…{text}"


@pytest.mark.parametrize(("how", "end"), [("mouse", 0), ("Control+Enter", 2), ("Enter", 2)])
def test_a_translation_begins_with_exactly_what_was_typed(
    visit, core, opening, end: int, how: str
) -> None:
    tab, words = visit(), opening.hypotheses[1].words
    prefix = " ".join(words[:3])
    prefix = f"It seems that {prefix[: len(prefix) - end]}"  # or inside its last word
    new = core.translate(OPENING, prefix=prefix)
    field = tab.find("prefix").locator("input, textarea")
    field.fill(prefix)
    if how == "mouse":
        tab.find("run").click()
    else:
        field.press(how)
    shows(tab, new)
    assert tab.output.startswith(prefix)
    assert f"begins with “{prefix}”" in tab.text("summary")
    field.fill("")
    tab.find("run").click()
    shows(tab, opening)


def test_a_beginning_is_of_one_sentence(visit) -> None:
    tab = visit()
    before = tab.output
    tab.source.fill("Das ist gut. Wo ist Tom?")
    tab.find("prefix").locator("input, textarea").fill("It")
    tab.find("run").click()
    tab.wait_for_text("message", "for one sentence; there are 2 here")
    assert tab.output == before


# What if.


def places(tokens: tuple[Token, ...], word: int) -> list[int]:
    return [number for number, token in enumerate(tokens) if token.word == word]


def forced(core, free: Translation, row: int, column: int, to_end: bool) -> Translation:
    """What core writes when a row looks at a column alone."""
    best = free.hypotheses[0]
    step, sources = places(best.tokens, row)[0], tuple(places(free.source_tokens, column))
    rule = ForcedAttention(step, sources, to_end)
    return core.translate(free.source, tokens=best.token_ids[:step], forced=[rule])


def cell_that(core, free: Translation, changes: bool) -> tuple[int, int]:
    """A cell that changes the translation, or none of its tokens, when it is forced at its step."""
    best = free.hypotheses[0]
    for row, column in product(range(1, len(best.words)), range(len(free.source_words))):
        new = forced(core, free, row, column, False)
        if (new.hypotheses[0].token_ids != best.token_ids) is changes:
            return row, column
    raise AssertionError("no such cell; choose another sentence")


@pytest.mark.parametrize(
    ("how", "button", "to_end"),
    [("mouse", "force-step", False), ("keyboard", "force-end", True)],
)
def test_a_pinned_cell_can_be_forced(visit, core, opening, how, button, to_end) -> None:
    tab, free_words = visit(), opening.hypotheses[0].words
    row, column = cell_that(core, opening, changes=True)
    new = forced(core, opening, row, column, to_end)
    assert tab.find(button).is_disabled()
    pin_cell(tab, how, row, column)
    tab.page.wait_for_selector(f"#translate-{button}:enabled")
    press(tab, how, button)
    shows(tab, new)
    words = new.hypotheses[0].words
    rows = range(row, len(words)) if to_end else [row]
    assert tab.map.tokens("rows", ":has(.map-forced)") == list(rows)
    assert tab.map.frames("forced") == [[one, column, 1, 1] for one in rows]
    assert tab.map.plot()[row][column] == pytest.approx(1, abs=1e-3)
    assert tab.marked("changes") == marks(free_words, words)
    assert "attention forced" in tab.text("summary")
    press(tab, how, "free")
    shows(tab, opening)
    assert tab.map.frames("forced") == []
    assert "forced" not in tab.text("summary")
    assert tab.find("free").is_disabled()


def pin_cell(tab: TranslatePage, how: str, row: int, column: int) -> None:
    if how == "mouse":
        tab.map.click(row, column)
        return
    tab.map.box.locator(".map-body").focus()
    for key in [*["ArrowDown"] * row, *["ArrowRight"] * column, "Enter"]:
        tab.page.keyboard.press(key)


def test_it_says_when_no_token_changed(visit, core, opening) -> None:
    tab = visit()
    row, column = cell_that(core, opening, changes=False)
    pin_cell(tab, "mouse", row, column)
    tab.find("force-step").click()
    tab.wait_for_text("changes", "No token changed")
    assert tab.map.tokens("rows", ":has(.map-forced)") == [row]
    assert (tab.output, tab.marked("changes")) == (opening.text, [])
    # Probabilities are those of the forced run all the same.
    new = forced(core, opening, row, column, False).hypotheses[0]
    assert tab.map.plot() == near(new.word_attention)


def test_one_sentence_of_several_can_be_forced_alone(visit, core) -> None:
    first, text = core.translate("Das ist gut."), f"Das ist gut. {OPENING}"
    tab, free = visit(), core.translate(text)
    tab.translate(text, first.source_words)
    tab.choose("sentence", "2. Zwei")
    tab.map.wait_for("columns", free.sentences[1].source_words)
    row, column = cell_that(core, free.sentences[1], changes=True)
    new = forced(core, free.sentences[1], row, column, False)
    pin_cell(tab, "mouse", row, column)
    tab.page.wait_for_selector("#translate-force-step:enabled")
    tab.find("force-step").click()
    tab.wait_for_output(f"{first.text} {new.text}")
    assert tab.map.words("columns") == list(new.source_words)
    tab.find("free").click()
    tab.wait_for_output(free.text)


# Side by side.


@MOUSE_OR_KEYS
def test_other_settings_stand_beside_on_one_scale(visit, core, opening, how: str) -> None:
    tab = visit()
    tab.rescale()
    tab.open("compare")
    tab.choose("compare-method", "sample")
    tab.find("compare-seed").locator("input:enabled").fill("4")
    tab.find("compare-temperature").locator("input").fill("1.5")
    press(tab, how, "compare-button")
    other = core.translate(OPENING, method="sample", temperature=1.5, seed=4)
    assert other.text != opening.text
    left, right = (MapOnPage(tab.page, f"translate-compare-{side}") for side in ("left", "right"))
    right.wait().wait_for("rows", other.hypotheses[0].words)
    left.wait_for("rows", opening.hypotheses[0].words)
    assert tab.text("compare-summary").startswith(
        "translate-de-en · sample · temperature 1.5 · seed 4 · "
    )
    one, two = opening.hypotheses[0], other.hypotheses[0]
    assert tab.marked("compare-changes") == marks(one.words, two.words)
    for shown, hypothesis in ((left, one), (right, two)):
        assert shown.plot() == near(
            [[weight / max(row) for weight in row] for row in hypothesis.word_attention], 2e-3
        )
        assert [shown.plot(f"data[0].{end}") for end in ("zmin", "zmax")] == [0, 1]
    assert left.plot("data[0].colorscale") == right.plot("data[0].colorscale")
    assert tab.output == opening.text  # the page itself stays


def test_another_checkpoint_or_none_that_differs(visit, core, opening) -> None:
    tab = visit()
    tab.open("compare")
    tab.choose("compare-method", "beam")
    tab.page.wait_for_selector("#translate-compare-beam input:enabled")
    tab.find("compare-button").click()
    tab.wait_for_text("compare-changes", "Both write the same words")
    assert all(tag == "span" for tag, _ in tab.marked("compare-changes"))
    name = core.checkpoints()[1]
    other = core.translate(OPENING, name).hypotheses[0]
    tab.choose("compare-checkpoint", name)
    tab.find("compare-beam").locator("input").fill("11")
    tab.find("compare-button").click()
    tab.wait_for_text("compare-summary", "beam must be a whole number from 1 to 10; it is 11")
    tab.find("compare-beam").locator("input").fill("5")
    tab.find("compare-button").click()
    tab.find("compare-summary").get_by_text(name).wait_for()
    right = MapOnPage(tab.page, "translate-compare-right")
    right.wait_for("rows", other.words)
    assert right.plot() == near(other.word_attention)
    assert tab.marked("compare-changes") == marks(opening.hypotheses[0].words, other.words)


# Against a reference.


@MOUSE_OR_KEYS
def test_a_reference_has_figures_probabilities_and_a_map(visit, core, opening, how: str) -> None:
    reference = "Two guys sit quietly on a wooden bench."
    tab, scores = visit(), core.compare([opening.text], [reference])
    read = core.score(OPENING, reference)
    tab.open("reference-card")
    tab.find("reference").locator("textarea, input").fill(reference)
    press(tab, how, "reference-button")
    shown = MapOnPage(tab.page, "translate-reference-map").wait()
    assert tab.text("reference-scores").split(" · ") == [
        f"BLEU {scores.bleu:.1f}",
        f"chrF {scores.chrf:.1f}",
        f"TER {scores.ter:.1f}",
        scores.signature,
        scores.chrf_signature,
        scores.ter_signature,
    ]
    assert tab.marked("reference-changes") == marks(opening.hypotheses[0].words, read.words)
    tokens = tab.find("reference-tokens")
    assert [text.lstrip("…") for _, text in tab.marked("reference-tokens")] == [
        token.text for token in read.tokens
    ]
    titles = tokens.locator(".marked").evaluate_all("all => all.map((one) => one.title)")
    assert [float(title.split()[1]) for title in titles] == pytest.approx(
        list(map(math.exp, read.log_probs)), rel=2e-3
    )
    assert f"e^{sum(read.log_probs):.2f}".replace("-", "−") in tokens.inner_text()
    assert shown.words("rows") == list(read.words)
    assert shown.plot() == near(read.word_attention)


def test_a_blank_reference_is_asked_for(visit) -> None:
    tab = visit()
    tab.open("reference-card")
    tab.find("reference-button").click()
    tab.wait_for_text("reference-scores", "The reference is blank")
    tab.find("reference").locator("textarea, input").fill("x" * 2001)
    tab.find("reference-button").click()
    tab.wait_for_text("reference-scores", "2,001 characters; the limit is 2,000")


# All cards at once.


@pytest.mark.parametrize("width", [1280, 390])
def test_markup_stays_text_in_every_card(visit, core, width: int) -> None:
    tab, whole = visit(width), core.translate(HOSTILE, prefix=HOSTILE)
    tab.find("prefix").locator("input, textarea").fill(HOSTILE)
    tab.translate(HOSTILE, whole.source_words)
    shows(tab, whole)
    assert tab.output.startswith(HOSTILE)
    assert f"begins with “{HOSTILE}”" in tab.text("summary")
    tab.open_all(HOSTILE)
    assert "".join(tab.map.table()[0][1:-2]) == HOSTILE.replace(" ", "")
    tree = core.beam_tree(whole.source, prefix=HOSTILE)
    end = max(range(len(tree.nodes)), key=lambda n: tree.nodes[n].step)
    tab.find("tree").locator(f"[data-id='{end}']").hover()
    assert tab.find("tree").locator(".tree-hypothesis").inner_text() == path_text(tree, end)
    row = next(n for n, word in enumerate(whole.hypotheses[0].words) if "<" in word)
    word = whole.hypotheses[0].words[row]
    source = whole.source_words[0]
    assert tab.map.hover(row, 0).split(": ")[0] == f"{word} ← {source}"
    assert f"“{word}” looks at “{source}”" in tab.map.click(row, 0)
    tab.find("alternatives").locator("button").first.wait_for()
    tab.page.wait_for_selector("#translate-force-step:enabled")
    tab.find("force-step").click()
    tab.find("changes").locator(".marked-label").wait_for()
    assert tab.page.locator("img[src='x'], .gradio-container s, .marked-text b b").count() == 0
    wide, room = tab.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide <= room


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_long_sentence_fits_a_phone_with_every_card_open(visit, core, theme: str) -> None:
    text = "Ein Mann, der einen sehr großen Hut trägt, " * 4 + "steht auf der Straße."
    tab, whole = visit(390, f"?__theme={theme}"), core.translate(text)
    tab.translate(text, whole.source_words)
    tab.open_all(whole.text)
    wide, room = tab.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide <= room
    ink = "node => getComputedStyle(node).color"
    colour = {"light": "rgb(27, 36, 48)", "dark": "rgb(230, 234, 240)"}[theme]
    for name in ("attention", "compare-left", "reference-map"):
        token = tab.find(name).locator(".map-token:not(.lit)").first
        assert token.evaluate(ink) == colour
    for place in (".tree-node", ".marked", ".hypotheses button"):
        assert tab.page.locator(place).first.evaluate(ink) == colour
