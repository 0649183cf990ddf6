"""Alternatives and forced attention: what the model is asked for, and what is shown of it."""

import asyncio
from dataclasses import replace

import pytest

from core.errors import UserError
from core.pipelines.results import ForcedAttention
from demo.tabs import translate_guided as guided
from demo.tabs.translate_show import HOW_TO_FORCE
from demo.views import Pin, View
from tests.demo.made import GREETING, IN_PIECES, THANKS, hypothesis

PIECES = replace(GREETING, hypotheses=(IN_PIECES,))
BYE = replace(GREETING, text="Good bye", hypotheses=(hypothesis("Good bye", -1.0, (11, 9, 3)),))
RULES = tuple(ForcedAttention(step, (0,)) for step in (0, 1, 2))
SETTINGS = {
    "text": "Guten Morgen",
    "checkpoint": "tiny",
    "method": "beam",
    "beam": 2,
    "length_penalty": 1.0,
    "temperature": 1.0,
    "seed": 0,
    "prefix": "",
}


def do(callback, *values) -> dict:
    return asyncio.run(callback(*values))


def pin(worker, view: View | None, row: int | None, column: int | None) -> dict:
    """What the page changes in its two steps: the pin, and what the model says of it."""
    updates = guided.pin(view, row, column)
    return updates | do(guided.list_alternatives, worker, updates.get("view"))


def test_without_a_pin_there_are_no_alternatives_whatever_came_late(worker) -> None:
    assert do(guided.list_alternatives, worker, View(PIECES)) == {"alternatives": None}


def test_a_pinned_row_shows_what_could_stand_there(worker, service) -> None:
    view = View(replace(PIECES, forced=RULES[:1]))
    updates = pin(worker, view, 1, None)
    assert [item["text"] for item in updates["alternatives"]["items"]] == ["morn", "day"]
    assert updates["view"].pin == Pin(1, None)
    assert updates["message"] == ""
    assert "output" not in updates
    assert service.requests == [
        {
            "text": "Guten Morgen",
            "target": (11, 12, 13, 3),
            "checkpoint": "tiny",
            "alternatives": 10,
            "forced": RULES[:1],
        }
    ]


def test_a_pinned_column_asks_nothing(worker, service) -> None:
    updates = pin(worker, View(PIECES), None, 1)
    assert updates["alternatives"] is None
    assert not updates["force_step"]["interactive"]
    assert updates["force_text"] == HOW_TO_FORCE
    assert service.requests == []


def test_a_pinned_cell_can_be_forced(worker) -> None:
    updates = pin(worker, View(PIECES), 1, 1)
    said = "What if “morning” (its first piece) had looked at “Morgen” alone?"
    assert updates["force_text"] == said
    assert updates["force_step"]["interactive"]
    assert updates["force_end"]["interactive"]
    assert not updates["free"]["interactive"]


def test_a_pin_that_is_let_go_takes_its_alternatives_along(worker) -> None:
    pinned = pin(worker, View(PIECES), 1, 1)["view"]
    updates = pin(worker, pinned, None, None)
    assert updates["alternatives"] is None
    assert updates["view"].pin == Pin()


def test_a_pin_stays_when_its_alternatives_fail(worker, service) -> None:
    service.fault = UserError("This took too long.")
    updates = pin(worker, View(PIECES), 1, 1)
    assert updates["message"] == "This took too long."
    assert updates["view"].pin == Pin(1, 1)
    assert updates["alternatives"] is None


def test_an_alternative_keeps_what_stands_before_it(worker, service) -> None:
    view = View(replace(PIECES, forced=RULES), units="subwords")
    listed = pin(worker, view, 1, None)["alternatives"]
    service.translation = BYE
    updates = do(guided.choose_alternative, worker, view, listed, 1)
    # " day" (22) in place of the token of step 1; the rule of step 2 is gone with its token
    assert service.requests[-1] == SETTINGS | {"tokens": (11, 22), "forced": list(RULES[:2])}
    assert updates["output"] == "Good bye"
    assert updates["changes"] == {
        "label": "Against the free translation:",
        "segments": [
            {"text": "Good", "kind": "same"},
            {"text": "morning", "kind": "removed"},
            {"text": "bye", "kind": "added"},
        ],
    }
    assert updates["view"].free == view.translation
    assert updates["view"].units == "subwords"
    assert updates["alternatives"] is None
    assert updates["free"]["interactive"]


def test_an_alternative_goes_on_from_the_hypothesis_that_is_shown(worker, service) -> None:
    view = View(GREETING).choose_hypothesis(1)  # ids 4, 5, 3
    of_list = {"step": 2, "before": [4, 5], "written": 3, "items": [{"id": 24}]}
    of_node = {"step": 2, "before": [11, 12], "written": 13, "items": [{"id": 24}]}
    node = view.choose_node(4, IN_PIECES)
    do(guided.choose_alternative, worker, view, of_list, 0)
    do(guided.choose_alternative, worker, node, of_node, 0)
    assert [request["tokens"] for request in service.requests] == [(4, 5, 24), (11, 12, 24)]
    # A list of another hypothesis, or a place that it does not have, comes too late.
    for shown, listed, index in [(view, of_node, 0), (node, of_list, 0), (view, of_list, 1)]:
        assert do(guided.choose_alternative, worker, shown, listed, index) == {}
    assert len(service.requests) == 2


@pytest.mark.parametrize("place", [(2, None), (None, 9), (-1, 0), ("1", None)])
def test_a_pin_that_the_map_does_not_have_changes_nothing(place: tuple) -> None:
    assert guided.pin(View(GREETING), *place) == {}


@pytest.mark.parametrize("to_end", [False, True])
@pytest.mark.parametrize(
    ("units", "pin", "tokens", "step", "sources"),
    [
        ("words", Pin(0, 0), (), 0, (0,)),
        ("words", Pin(1, 1), (11,), 1, (1, 2)),
        ("subwords", Pin(2, 1), (11, 12), 2, (1,)),
        ("subwords", Pin(3, 3), (11, 12, 13), 3, (3,)),
    ],
)
def test_a_cell_is_forced(worker, service, units, pin, tokens, step, sources, to_end) -> None:
    view = View(replace(PIECES, forced=RULES), units=units, pin=pin)
    updates = do(guided.force, worker, view, to_end)
    rules = [*RULES[:step], ForcedAttention(step, sources, to_end)]  # the earlier ones stay
    assert service.requests == [SETTINGS | {"tokens": tokens, "forced": rules}]
    assert updates["view"].translation.forced == tuple(rules)
    assert "attention forced" in updates["summary"]


@pytest.mark.parametrize("pin", [Pin(), Pin(0, None), Pin(None, 0)])
def test_without_a_cell_forcing_says_how(worker, service, pin: Pin) -> None:
    assert do(guided.force, worker, View(PIECES, pin=pin), True) == {"message": HOW_TO_FORCE}
    assert service.requests == []


def test_the_free_translation_comes_back(worker, service) -> None:
    service.translation = BYE
    view = View(PIECES, units="subwords", pin=Pin(1, 1))
    once = do(guided.force, worker, view, False)["view"]
    twice = do(guided.force, worker, once.drawn(pin=Pin(0, 0)), False)["view"]
    updates = do(guided.free, worker, twice)
    assert updates["view"] == View(PIECES, units="subwords")
    assert updates["output"] == "Good morning"
    assert updates["changes"] is None
    assert not updates["free"]["interactive"]


def test_nothing_changed_is_said() -> None:
    assert guided.changes_value(GREETING.hypotheses[0], GREETING.hypotheses[0]) == {
        "label": "No token changed: the translation is the free one.",
        "segments": [],
    }


@pytest.mark.parametrize("fault", [UserError("The model is busy."), RuntimeError("secret")])
def test_after_an_error_nothing_but_the_message_changes(worker, service, fault) -> None:
    service.fault = fault
    view = View(PIECES, pin=Pin(1, 1))
    listed = {"step": 0, "before": [], "written": 11, "items": [{"id": 21}]}
    for updates in (
        do(guided.force, worker, view, False),
        do(guided.choose_alternative, worker, view, listed, 0),
    ):
        assert updates.keys() == {"message"}
        assert "secret" not in updates["message"]


def test_of_a_text_the_shown_sentence_alone_is_replaced(worker, service, two_sentences) -> None:
    view = View(two_sentences).choose_sentence(1).drawn(pin=Pin(1, 1))
    service.translation = replace(
        THANKS, text="Thank god", hypotheses=(hypothesis("Thank god", -1.0, (6, 8, 3)),)
    )
    updates = do(guided.force, worker, view, False)
    assert service.requests[0]["text"] == "Danke sehr"
    assert updates["output"] == "Good morning\nThank god"
    changed = updates["view"]
    assert changed.sentence == 1
    assert changed.sentences[0] == two_sentences.sentences[0]
    assert updates["sentence"]["value"] == 1
    back = do(guided.free, worker, changed)
    assert back["output"] == "Good morning\nThank you"
    assert back["view"].sentences == two_sentences.sentences


def test_clicks_before_any_result_do_nothing(worker, service) -> None:
    assert pin(worker, None, 0, 0) == {}
    assert do(guided.choose_alternative, worker, None, None, 0) == {}
    assert do(guided.choose_alternative, worker, View(PIECES), None, 0) == {}
    assert do(guided.force, worker, None, True) == {"message": HOW_TO_FORCE}
    assert do(guided.free, worker, None) == do(guided.free, worker, View(PIECES)) == {}
    assert service.requests == []
