"""The beam tree: which search is repeated, and what a chosen node shows."""

import asyncio
from dataclasses import replace

import pytest

from core.errors import UserError
from core.pipelines.results import ForcedAttention
from demo.tabs import translate_tree as tab
from demo.views import Pin, View
from tests.demo.made import GREETING

RULE = (ForcedAttention(0, (0,)),)


def test_the_search_is_repeated_as_it_was_made(two_sentences) -> None:
    assert tab.tree_request(View(two_sentences).choose_sentence(1)) == {
        "text": "Danke sehr",
        "checkpoint": "tiny",
        "beam": 2,
        "length_penalty": 1.0,
        "prefix": "",
        "tokens": (),
        "forced": (),
    }


def test_a_beginning_is_given_once_by_tokens_where_there_are_any() -> None:
    typed = tab.tree_request(View(replace(GREETING, prefix="Good", forced=RULE)))
    assert (typed["prefix"], typed["tokens"], typed["forced"]) == ("Good", (), RULE)
    chosen = tab.tree_request(View(replace(GREETING, prefix="Good", prefix_tokens=(11,))))
    assert (chosen["prefix"], chosen["tokens"]) == ("", (11,))


def test_the_card_draws_the_tree(worker, service) -> None:
    updates = asyncio.run(tab.draw_tree(worker, View(GREETING)))
    assert len(updates["tree"]["nodes"]) == 6
    assert updates["tree"]["chosen"] is None
    assert updates["tree_message"] == ""
    assert "view" not in updates


@pytest.mark.parametrize("method", ["greedy", "sample"])
def test_other_methods_have_no_tree(worker, service, method: str) -> None:
    updates = asyncio.run(tab.draw_tree(worker, View(replace(GREETING, method=method))))
    assert updates == {"tree": None, "tree_message": tab.NO_BEAM}
    assert service.requests == []


def test_a_node_shows_its_hypothesis_and_its_map(worker, service) -> None:
    view = View(replace(GREETING, forced=RULE), pin=Pin(1, 1))
    updates = asyncio.run(tab.choose_node(worker, view, 4))
    assert service.requests[1] == {
        "text": "Guten Morgen",
        "target": (11, 22),
        "checkpoint": "tiny",
        "forced": RULE,
    }
    assert updates["view"] == replace(view, pin=Pin(), node=4, at_node=service.scored)
    assert updates["attention"]["weights"] == [[0.25, 0.5], [0.5, 0.5]]
    assert updates["hypotheses"]["chosen"] is None
    assert updates["tree"]["chosen"] == 4
    assert updates["tree_message"] == "The map above is that of “Good morning”."
    again = asyncio.run(tab.draw_tree(worker, updates["view"]))
    assert again["tree"]["chosen"] == 4


def test_the_root_shows_nothing(worker, service) -> None:
    updates = asyncio.run(tab.choose_node(worker, View(GREETING), 0))
    assert updates.keys() == {"tree_message"}
    assert "root" in updates["tree_message"]
    assert len(service.requests) == 1


def test_an_error_is_told_in_the_card(worker, service) -> None:
    service.fault = UserError("This took too long.")
    drawn = asyncio.run(tab.draw_tree(worker, View(GREETING)))
    assert drawn == {"tree": None, "tree_message": "This took too long."}
    chosen = asyncio.run(tab.choose_node(worker, View(GREETING), 4))
    assert chosen == {"tree_message": "This took too long."}


def test_before_any_result_nothing_happens(worker) -> None:
    assert asyncio.run(tab.draw_tree(worker, None)) == {}
    assert asyncio.run(tab.choose_node(worker, None, 4)) == {}
