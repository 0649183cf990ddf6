"""A link is made of what is shown, and opens it with all fields filled in."""

import asyncio
from urllib.parse import parse_qs

import pytest

from core.errors import UserError
from demo.tabs.translate_layout import SHOWN
from demo.tabs.translate_link import OPENED, make_link, open_link
from demo.views import Pin, View
from tests.demo.bound import merged
from tests.demo.made import GREETING

LINK = (
    "?text=Guten+Morgen&checkpoint=tiny&method=sample&beam=3&length_penalty=0.5&temperature=0.8"
    "&seed=7&prefix=Go&units=subwords&scale=row&palette=viridis&hypothesis=1&row=2&column=1"
)


def opened(worker, query, view: View | None = None) -> dict:
    return asyncio.run(merged(open_link(worker, view, query)))


def test_a_link_fills_in_all_fields_and_shows_its_view(worker, service) -> None:
    updates = opened(worker, LINK)
    filled = {
        "checkpoint": "tiny",
        "method": "sample",
        "beam": 3,
        "length_penalty": 0.5,
        "temperature": 0.8,
        "seed": 7,
        "prefix": "Go",
    }
    assert service.requests == [{"text": "Guten Morgen"} | filled]
    choices = {"units": "subwords", "scale": "row", "palette": "viridis"}
    expected = {"source": "Guten Morgen"} | filled | choices
    assert {name: updates[name] for name in expected} == expected
    assert updates["output"] == "Good morning"
    assert updates["message"] == ""
    assert updates["hypotheses"]["chosen"] == 1
    assert updates["attention"]["target"] == ["Morning,", "good", "</s>"]
    assert updates["attention"]["pinned"] == {"row": 2, "column": 1}
    assert updates["attention"]["palette"] == "viridis"
    assert updates["force_step"]["interactive"]
    assert updates.keys() <= {*SHOWN, *OPENED, "view"}


def test_what_a_link_does_not_say_is_the_default(worker, service) -> None:
    before = View(GREETING, units="subwords", palette="viridis")
    updates = opened(worker, "?text=Guten+Morgen", before)
    assert (updates["units"], updates["palette"], updates["prefix"]) == ("words", "cividis", "")
    assert updates["view"].units == "words"
    assert updates["view"].palette == "cividis"


@pytest.mark.parametrize("query", ["", "?", None, "?__theme=dark"])
def test_a_link_without_a_text_leaves_the_page(worker, service, query) -> None:
    assert opened(worker, query) == {}
    assert service.requests == []


def test_a_damaged_link_is_the_message(worker, service) -> None:
    assert opened(worker, "?text=a&beam=five") == {
        "message": "The link is damaged: beam is not a number."
    }
    assert service.requests == []


def test_an_error_of_the_model_is_the_message(worker, service) -> None:
    service.fault = UserError("method must be one of beam, greedy, sample.")
    shown = opened(worker, "?text=a&method=psychic")
    assert shown == {"source": "a", "message": str(service.fault)}  # to try again


def test_a_link_to_a_part_that_is_not_there_shows_the_translation(worker) -> None:
    updates = opened(worker, "?text=Guten+Morgen&sentence=9")
    assert updates["message"] == "The link names a part that this translation does not have."
    assert updates["output"] == "Good morning"
    assert updates["view"].pin == Pin()


def test_a_link_to_a_part_that_is_not_there_is_drawn_as_the_choices_say(worker) -> None:
    updates = opened(worker, "?text=Guten+Morgen&units=subwords&palette=viridis&sentence=9")
    assert updates["view"].units == updates["units"] == "subwords"
    assert updates["view"].palette == updates["palette"] == "viridis"


def test_a_link_is_made_of_the_view() -> None:
    made = make_link(View(GREETING, hypothesis=1, pin=Pin(0, None)))
    fields = {name: value for name, (value,) in parse_qs(made["link_query"]).items()}
    assert (fields["text"], fields["hypothesis"], fields["row"]) == ("Guten Morgen", "1", "0")
    assert "column" not in fields
    assert make_link(None) == {}
