"""Running a translation and choosing what is shown of it, called as the page calls it."""

import asyncio
import time

import pytest

from demo import limits
from demo.tabs import translate as tab
from demo.tabs.translate_cards import CLEARED
from demo.tabs.translate_layout import SHOWN
from demo.tabs.translate_show import HOW_TO_FORCE, show_translation
from demo.views import Pin, View
from demo.work import Worker

KNOB_VALUES = (5, 1.0, 1.0, 0)


def run(
    service, text="Guten Morgen", method="beam", knobs=KNOB_VALUES, view=None, prefix=""
) -> list[dict]:
    """Every update that a run of the page yields."""

    async def collect():
        updates = tab.translate(Worker(service), view, text, prefix, "tiny", method, *knobs)
        return [update async for update in updates]

    return asyncio.run(collect())


def test_a_run_shows_text_map_list_and_summary(service) -> None:
    (update,) = run(service)
    assert update["output"] == "Good morning"
    assert update["attention"]["weights"] == [[0.125, 0.75], [1.0, 0.0]]
    assert len(update["hypotheses"]["items"]) == 2
    assert update["summary"].startswith("tiny · beam 2")
    assert update["message"] == ""
    assert not update["sentence"]["visible"]


def test_a_run_takes_away_what_belonged_to_the_last_one(service, translation) -> None:
    view = View(translation, pin=Pin(1, 1), before=((0, translation),))
    (update,) = run(service, view=view)
    assert {name: update[name] for name in CLEARED} == CLEARED
    assert update["alternatives"] is update["changes"] is None
    assert update["force_text"] == HOW_TO_FORCE
    assert not update["free"]["interactive"]


def test_a_run_keeps_how_the_map_is_drawn(service, translation) -> None:
    view = View(translation, 0, 1, "subwords", "row", "viridis", Pin(0, 0))
    (update,) = run(service, view=view)
    assert update["view"] == View(translation, 0, 0, "subwords", "row", "viridis")
    assert update["attention"]["source"] == ["Guten", "Mor", "gen", "</s>"]


def test_a_run_may_begin_with_a_prefix(service) -> None:
    (update,) = run(service, prefix="Good m")
    assert service.requests[0]["prefix"] == "Good m"
    assert "begins with “Good m”" in update["summary"]
    run(service, prefix="  ")
    assert service.requests[1]["prefix"] == ""


def test_a_knob_that_the_method_ignores_does_not_count(service) -> None:
    run(service, method="greedy", knobs=(None, "x", 99, -1))
    assert service.requests[0]["beam"] == 5


@pytest.mark.parametrize("wrong", [{"text": ""}, {"text": "x" * 3000}, {"prefix": "x" * 501}])
def test_after_bad_input_nothing_but_the_message_changes(service, wrong: dict) -> None:
    (update,) = run(service, **wrong)
    assert update.keys() == {"message"}
    assert service.requests == []


def test_an_error_of_the_model_is_the_message(failing) -> None:
    assert run(failing) == [{"message": "There is no checkpoint called 'tiny'."}]


def test_a_fault_of_the_program_shows_no_detail(service, caplog) -> None:
    service.fault = RuntimeError("secret detail")
    (update,) = run(service)
    assert "secret" not in update["message"]
    assert "secret detail" in caplog.text  # it is in the log


def test_a_slow_run_says_that_it_is_at_work(service, monkeypatch) -> None:
    monkeypatch.setattr("demo.work.SLOW", 0.01)
    quick = service.translate
    service.translate = lambda **request: time.sleep(0.1) or quick(**request)
    first, second = run(service)
    assert first == {"message": "Translating …"}
    assert second["output"] == "Good morning"


def test_more_attention_than_a_visitor_may_keep_is_refused(service, monkeypatch) -> None:
    monkeypatch.setattr(limits, "ANSWER_WEIGHTS", 8)
    (update,) = run(service)
    assert update.keys() == {"message"} and "attention weights; the limit is 8" in update["message"]


def test_other_languages_get_a_hint_and_a_translation(service) -> None:
    (update,) = run(service, "Where is the station?")
    assert "German" in update["message"]
    assert update["output"] == "Good morning"


def test_a_text_of_two_sentences_offers_both(two_sentences) -> None:
    update = show_translation(View(two_sentences))
    assert update["sentence"]["choices"] == [("1. Guten Morgen", 0), ("2. Danke sehr", 1)]
    assert update["sentence"]["visible"]
    assert update["output"] == "Good morning\nThank you"
    assert update["attention"]["target"] == ["Good", "morning"]


def test_choices_change_the_map_alone(two_sentences) -> None:
    view = View(two_sentences)
    units = tab.choose_units(view, "subwords")
    assert units["attention"]["source"] == ["Guten", "Mor", "gen", "</s>"]
    second = tab.choose_sentence(view, 1)
    assert second["attention"]["target"] == ["Thank", "you"]
    other = tab.choose_hypothesis(view, 1)
    assert other["hypotheses"]["chosen"] == 1
    assert other["attention"]["target"] == ["Morning,", "good"]
    assert "output" not in units | second | other


def test_a_hypothesis_of_the_list_takes_the_place_of_a_node(translation) -> None:
    view = View(translation).choose_node(3, translation.hypotheses[1])
    update = tab.choose_hypothesis(view, 0, {"nodes": ["as they were"], "chosen": 3})
    assert update["tree"] == {"nodes": ["as they were"], "chosen": None}
    assert update["tree_message"] == ""  # it has told whose map is above


def test_another_scale_or_palette_keeps_the_pin_and_what_hangs_on_it(translation) -> None:
    view = View(translation, pin=Pin(1, 0))
    for update in (tab.choose_scale(view, "row"), tab.choose_palette(view, "viridis")):
        assert update.keys() == {"view", "attention", "too_large"}
        assert update["attention"]["pinned"] == {"row": 1, "column": 0}
    assert tab.choose_scale(view, "row")["attention"]["scale"] == "row"
    assert tab.choose_palette(view, "viridis")["attention"]["palette"] == "viridis"


@pytest.mark.parametrize(
    "choose",
    [
        lambda view: tab.choose_units(view, "subwords"),
        lambda view: tab.choose_hypothesis(view, 1),
        lambda view: tab.choose_sentence(view, 0),
    ],
)
def test_what_hung_on_a_pin_goes_with_it(translation, choose) -> None:
    update = choose(View(translation, pin=Pin(1, 0)))
    assert update["view"].pin == Pin()
    assert update["alternatives"] is None
    assert update["force_text"] == HOW_TO_FORCE
    assert not update["force_step"]["interactive"]


@pytest.mark.parametrize(
    "choose",
    [
        tab.choose_units,
        tab.choose_scale,
        tab.choose_palette,
        tab.choose_sentence,
        tab.choose_hypothesis,
    ],
)
def test_clicks_before_any_result_do_nothing(choose) -> None:
    assert choose(None, 0) == {}


def test_only_parts_that_the_events_may_change_are_named(two_sentences) -> None:
    assert show_translation(View(two_sentences)).keys() | {"message"} == {*SHOWN, "view"}
