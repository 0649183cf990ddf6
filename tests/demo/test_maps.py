"""The values that the components draw, read back figure by figure."""

import math
from dataclasses import replace

import pytest

from core.pipelines.results import ForcedAttention, Translation
from demo import maps
from demo.views import Pin, View
from tests.demo.made import IN_PIECES, TREE


@pytest.fixture
def pieces(translation: Translation) -> View:
    """„Guten Mor|gen“ and "Good morn|ing"."""
    return View(replace(translation, hypotheses=(IN_PIECES,)))


def test_the_map_shows_words(translation: Translation) -> None:
    view = View(translation, scale="row", palette="viridis", pin=Pin(0, 1))
    assert maps.map_value(view) == {
        "source": ["Guten", "Morgen"],
        "target": ["Good", "morning"],
        "weights": [[0.125, 0.75], [1.0, 0.0]],
        "probabilities": [round(math.exp(-0.25), 4), round(math.exp(-0.5), 4)],
        # 1/7 and 6/7 of what is not at the end; then all at one word
        "entropy": [0.592, 0.0],
        "forced": [],
        "scale": "row",
        "palette": "viridis",
        "pinned": {"row": 0, "column": 1},
        "name": "attention",
    }


def test_the_map_shows_subwords_with_the_end(translation: Translation) -> None:
    shown = maps.map_value(View(translation, units="subwords"))
    assert shown["source"] == ["Guten", "Mor", "gen", "</s>"]
    assert shown["target"] == ["Good", "morning", "</s>"]
    assert shown["weights"][0] == [0.125, 0.5, 0.25, 0.125]
    assert shown["entropy"] == [1.75, 0.0, 0.0]
    assert len(shown["probabilities"]) == 3


def test_a_word_is_as_likely_as_all_its_tokens_together(pieces: View) -> None:
    assert maps.map_value(pieces)["probabilities"] == [0.5, 0.125]
    subwords = maps.map_value(pieces.choose_units("subwords"))
    assert subwords["probabilities"] == [0.5, 0.5, 0.25, 1.0]


@pytest.mark.parametrize(
    ("rules", "in_words", "in_subwords"),
    [
        ([ForcedAttention(0, (0,))], [[0, [0]]], [[0, [0]]]),
        ([ForcedAttention(1, (1, 2))], [[1, [1]]], [[1, [1, 2]]]),
        ([ForcedAttention(1, (2,))], [[1, [1]]], [[1, [2]]]),
        (
            [ForcedAttention(0, (0,), True)],
            [[0, [0]], [1, [0]]],
            [[0, [0]], [1, [0]], [2, [0]], [3, [0]]],
        ),
        # the later rule counts where both hold
        (
            [ForcedAttention(0, (0,), True), ForcedAttention(1, (1, 2))],
            [[0, [0]], [1, [0, 1]]],  # the two tokens of the word look at different places
            [[0, [0]], [1, [1, 2]], [2, [0]], [3, [0]]],
        ),
        ([ForcedAttention(3, (3,))], [], [[3, [3]]]),  # the end is no word
    ],
)
def test_forced_cells_are_marked(pieces: View, rules, in_words, in_subwords) -> None:
    view = replace(pieces, translation=replace(pieces.translation, forced=tuple(rules)))
    assert maps.map_value(view)["forced"] == in_words
    assert maps.map_value(view.choose_units("subwords"))["forced"] == in_subwords


def test_a_word_with_a_forced_token_inside_is_marked(pieces: View) -> None:
    forced = (ForcedAttention(2, (0,)),)  # "ing" at „Guten“, pinned among subwords
    view = replace(pieces, translation=replace(pieces.translation, forced=forced))
    assert maps.map_value(view)["forced"] == [[1, [0]]]


def test_each_hypothesis_node_and_sentence_has_its_own_map(pieces, translation, two_sentences):
    other = View(translation, hypothesis=1)
    assert maps.map_value(other)["target"] == ["Morning,", "good"]
    node = other.choose_node(3, IN_PIECES)
    assert maps.map_value(node)["weights"] == [[0.25, 0.5], [0.5, 0.5]]
    second = View(two_sentences, hypothesis=1).choose_sentence(1)
    assert maps.map_value(second)["source"] == ["Danke", "sehr"]
    assert maps.map_value(second)["target"] == ["Thank", "you"]


def test_a_map_that_no_browser_could_draw_is_told(translation: Translation, monkeypatch) -> None:
    monkeypatch.setattr(maps, "MAP_CELLS", 11)
    words, subwords = View(translation), View(translation, units="subwords")
    assert maps.map_value(words)  # 2 by 2
    assert maps.size_line(words) == ""
    assert maps.map_value(subwords) is None
    assert maps.size_line(subwords) == "A map of 3 by 4 subwords is too large to draw here."


def test_the_list_has_texts_and_scores(translation: Translation) -> None:
    items = [
        {"text": "Good morning", "score": "−0.25"},
        {"text": "Morning, good", "score": "−0.75"},
    ]
    view = View(translation, hypothesis=1)
    assert maps.list_value(view) == {"items": items, "chosen": 1}
    assert maps.list_value(view.choose_node(3, IN_PIECES)) == {"items": items, "chosen": None}


def test_alternatives_are_those_of_the_first_token_of_a_row(pieces: View) -> None:
    assert maps.alternatives_value(pieces, 1, IN_PIECES) == {
        "title": "morn",
        "step": 1,
        "before": [11],
        "written": 12,
        "items": [
            {"text": "morn", "probability": 0.5, "id": 12},
            {"text": "day", "probability": 0.25, "id": 22},
        ],
    }
    inside = maps.alternatives_value(pieces.choose_units("subwords"), 2, IN_PIECES)
    assert (inside["title"], inside["step"], inside["written"]) == ("ing", 2, 13)
    assert [item["text"] for item in inside["items"]] == ["after", "…ing"]
    end = maps.alternatives_value(pieces.choose_units("subwords"), 3, IN_PIECES)
    assert [item["text"] for item in end["items"]] == ["</s>", "."]
    assert [item["probability"] for item in end["items"]] == [1.0, 0.0]


def test_the_step_of_a_word_is_that_of_its_first_token(pieces: View) -> None:
    words = (0, 0, 1, None)  # as if it were "Good|morn ing"
    moved = [replace(t, word=w) for t, w in zip(IN_PIECES.tokens, words, strict=True)]
    view = pieces.choose_node(1, replace(IN_PIECES, tokens=tuple(moved)))
    value = maps.alternatives_value(view, 1, IN_PIECES)
    assert (value["title"], value["step"], value["written"]) == ("ing", 2, 13)


@pytest.mark.parametrize(
    ("text", "step", "label"),
    [
        ("Good", 0, "Good"),
        (" Good", 0, "Good"),
        (" morn", 1, "morn"),
        ("ing", 2, "…ing"),
        ("ß", 1, "…ß"),
        ("4", 1, "…4"),
        (".", 1, "."),
        ("’s", 1, "’s"),
        ("</s>", 0, "</s>"),
        ("</s>", 3, "</s>"),
        (" ", 1, "␣"),
        ("", 0, "␣"),
        ("<b>", 1, "<b>"),
    ],
)
def test_a_piece_says_whether_it_goes_on_with_a_word(text: str, step: int, label: str) -> None:
    assert maps.piece_label(text, step) == label


def test_the_tree_says_what_became_of_each_node() -> None:
    value = maps.tree_value(TREE, 4)
    assert (value["chosen"], value["best"]) == (4, 5)
    assert [node["parent"] for node in value["nodes"]] == [None, 0, 0, 1, 1, 3]
    assert value["nodes"][4] == {
        "id": 4,
        "parent": 1,
        "step": 2,
        "text": " day",
        "log_prob": -1.5,
        "score": -0.75,
        "status": "unfinished",
        "note": "",
    }
    assert [node["note"] for node in value["nodes"] if node["note"]] == [
        "beaten at step 2 by “Good day” (−1.50): its own best way on had −2.25"
    ]


def test_the_best_of_the_tree_is_the_finished_one_with_the_highest_score() -> None:
    better = replace(TREE.nodes[5], parent=4, score=-0.1)
    assert maps.tree_value(replace(TREE, nodes=(*TREE.nodes, better)), None)["best"] == 6
    assert maps.tree_value(replace(TREE, nodes=TREE.nodes[:5]), None)["best"] is None


def test_a_note_quotes_the_end_of_a_long_text() -> None:
    nodes = [replace(node, text=node.text.replace("Good", "G" * 100)) for node in TREE.nodes]
    notes = [
        one["note"] for one in maps.tree_value(replace(TREE, nodes=tuple(nodes)), None)["nodes"]
    ]
    (long,) = [note for note in notes if "day" in note]
    assert f"by “…{'G' * 76} day”" in long


def test_a_node_that_nothing_is_known_to_have_beaten_says_when() -> None:
    lost = replace(TREE.nodes[2], best=None, beaten_by=None)
    nodes = (*TREE.nodes[:2], lost, *TREE.nodes[3:])
    assert maps.tree_value(replace(TREE, nodes=nodes), None)["nodes"][2]["note"] == (
        "beaten at step 2"
    )


def test_a_path_is_read_from_the_root() -> None:
    assert maps.path_text(TREE, 3) == "Good morning"
    assert maps.path_text(TREE, 0) == ""
