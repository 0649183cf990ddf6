"""Side by side: the shown sentence under other settings, both maps drawn alike."""

import asyncio
from dataclasses import replace

import pytest

from core.errors import UserError
from core.pipelines.results import ForcedAttention
from demo import maps
from demo.tabs.translate_compare import compare
from demo.views import View
from tests.demo.made import GREETING, THANKS, hypothesis

KNOBS = (3, 0.5, 0.8, 7)


def run(worker, view, method="beam", knobs=KNOBS) -> dict:
    return asyncio.run(compare(worker, view, "tiny", method, *knobs))


def test_the_shown_sentence_is_translated_with_the_other_settings(
    worker, service, two_sentences
) -> None:
    service.translation = THANKS
    view = View(two_sentences).choose_sentence(1)
    run(worker, view)
    run(worker, view, "sample")
    run(worker, view, "greedy", (None, "x", 99, -1))  # what a method ignores does not count
    asked = [(r["text"], r["beam"], r["temperature"], r["seed"]) for r in service.requests]
    assert asked == [
        ("Danke sehr", 3, 1.0, 0),
        ("Danke sehr", 5, 0.8, 7),
        ("Danke sehr", 5, 1.0, 0),
    ]


def test_the_chosen_hypothesis_stands_beside_the_best_of_the_other(worker, service) -> None:
    service.translation = replace(GREETING, hypotheses=(hypothesis("Good day", -0.5),))
    view = View(GREETING, hypothesis=1, units="subwords", scale="row", palette="viridis")
    updates = run(worker, view)
    left, right = (maps.map_value(updates[name]) for name in ("compare_left", "compare_right"))
    assert left["target"] == ["Morning,", "good", "</s>"]
    assert right["target"] == ["Good", "day", "</s>"]
    assert (right["scale"], right["palette"]) == ("row", "viridis")
    assert updates["compare_summary"].startswith("tiny · beam 2")
    assert updates["compare_changes"] == {
        "label": "From the translation above to this one:",
        "segments": [
            {"text": "Morning, good", "kind": "removed"},
            {"text": "Good day", "kind": "added"},
        ],
    }
    assert "view" not in updates


@pytest.mark.parametrize("fixed", [{"prefix": "Good"}, {"forced": (ForcedAttention(1, (0,)),)}])
def test_what_was_fixed_above_and_is_not_here_is_told(worker, fixed) -> None:
    view = View(replace(GREETING, **fixed))
    label = run(worker, view)["compare_changes"]["label"]
    assert label.startswith("Without the beginning and the attention that were fixed above.")


def test_the_same_words_are_told(worker) -> None:
    changes = run(worker, View(GREETING))["compare_changes"]
    assert changes["label"] == "Both write the same words."
    assert changes["segments"] == [{"text": "Good morning", "kind": "same"}]


@pytest.mark.parametrize("knobs", [(99, 1.0, 1.0, 0), (None, 1.0, 1.0, 0)])
def test_a_bad_setting_changes_the_line_alone(worker, service, knobs) -> None:
    updates = run(worker, View(GREETING), knobs=knobs)
    assert updates.keys() == {"compare_summary"}
    assert updates["compare_summary"].startswith("beam must be")
    assert service.requests == []


def test_an_error_of_the_model_is_the_line(worker, service) -> None:
    service.fault = UserError("There is no checkpoint called 'tiny'.")
    assert run(worker, View(GREETING)) == {"compare_summary": str(service.fault)}


def test_before_any_result_there_is_nothing_to_compare(worker) -> None:
    assert run(worker, None) == {"compare_summary": "Translate a sentence first."}
