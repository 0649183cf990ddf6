"""The opening, the settings, the distribution, the score and the comparison, as callbacks."""

import asyncio
import math
from dataclasses import replace

import pytest

from core.errors import UserError
from demo.desk import Desk
from demo.tabs import generate as tab
from demo.tabs.generate_compare import compare, settings_of
from demo.tabs.generate_distribution import choose_token, show_distribution
from demo.tabs.generate_score import ALL, score
from demo.tabs.generate_settings import KNOBS, METHODS, PRESETS, SETTINGS, choose_preset
from demo.tabs.generate_write import NO_MODEL
from demo.tabs.layout import DONE
from demo.work import Worker
from tests.demo.made_text import WRITTEN

MODELS = ["tiny-words", "tiny-characters"]
KNOB_VALUES = tuple(20 if knob.name == "max_tokens" else knob.value for knob in KNOBS)


def collect(steps) -> list[dict]:
    async def run() -> list[dict]:
        return [updates async for updates in steps]

    return asyncio.run(run())


# The opening.


def test_the_tab_opens_with_the_first_example(service) -> None:
    desk = Desk()
    first = tab.open_with(service, desk)
    assert service.requests[0] == {
        "prompt": tab.EXAMPLES[0][0],
        "checkpoint": "tiny-words",
        "max_tokens": 100,
        "method": "sample",
        "temperature": 0.8,
        "top_k": 40,
        "top_p": 0.9,
        "min_p": 0.0,
        "typical": 1.0,
        "repetition_penalty": 1.0,
        "no_repeat_ngram": 0,
        "seed": 0,
    }
    assert first["output"] == "We propose a novel net."
    assert first["distribution"]["step"] == 4
    assert desk.is_drawn


def test_the_tab_opens_without_a_language_model(service, failing) -> None:
    service.checkpoints = lambda kind: []
    assert tab.open_with(service, Desk()) == {"message": NO_MODEL}
    assert tab.open_with(failing, Desk()) == {"message": str(failing.fault)}


def test_one_example_is_said_to_fail() -> None:
    assert 4 <= len(tab.EXAMPLES) <= 6
    assert "it fails here" in dict(tab.EXAMPLES).values()


def test_a_text_that_is_being_written_changes_its_spelling_itself() -> None:
    desk = Desk(WRITTEN)
    assert tab.choose_shown(desk, "raw")["output"] == "We propose a novel net ."
    assert tab.choose_shown(desk, "pretty")["output"] == "We propose a novel net."
    with desk.writing():
        assert tab.choose_shown(desk, "raw") == {}
    assert not desk.pretty
    assert tab.choose_pace(desk, True) == {}
    assert desk.slow


# Settings.


@pytest.mark.parametrize("method", METHODS)
def test_knobs_are_off_with_a_reason(method: str) -> None:
    for knob, update in zip(KNOBS, SETTINGS.updates(method), strict=True):
        assert update["interactive"] == (knob.name in METHODS[method])
        off = update["info"].startswith(f"Off: {method} ")
        assert off != update["interactive"]


def test_every_knob_is_explained_in_one_sentence() -> None:
    for knob in KNOBS:
        assert knob.help.endswith(".")
        assert knob.help.count(". ") == 0


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_sets_the_method_and_all_filters(name: str) -> None:
    updates = choose_preset(name)
    wanted = PRESETS[name]
    assert updates.pop("method") == wanted["method"]
    assert not updates.keys() & {"seed", "beam", "max_tokens"}
    for knob in KNOBS:
        if knob.name in updates:
            assert updates[knob.name]["value"] == wanted.get(knob.name, knob.value)
    assert len(updates) == 7


def test_no_preset_changes_nothing() -> None:
    assert choose_preset(None) == {}


# The distribution.


def test_the_distribution_is_that_of_the_chosen_token_or_the_last(worker) -> None:
    desk = Desk(WRITTEN)
    chart = asyncio.run(show_distribution(worker, desk))["distribution"]
    assert (chart["step"], chart["steps"]) == (4, 5)
    assert chart["before_text"] == "We propose a novel net ."
    assert choose_token(desk, 1, marked=True) == {}
    updates = asyncio.run(show_distribution(worker, desk))
    assert updates.keys() == {"distribution"}  # the strip has its mark
    assert updates["distribution"]["before_text"] == "We propose a"
    assert updates["distribution"]["rows"][1] == {
        "text": " b",
        "before": 0.25,
        "after": 0,
        "removed_by": "top_p",
    }
    assert updates["distribution"]["rest"] == {"before": 0.25, "after": 0}
    choose_token(desk, 2, marked=False)
    updates = asyncio.run(show_distribution(worker, desk))
    assert updates["tokens"]["selected"] == 2
    assert asyncio.run(show_distribution(worker, desk)) == {}  # it is drawn


@pytest.mark.parametrize("index", [5, -1, None, "1"])
def test_a_token_that_is_not_there_is_not_chosen(index) -> None:
    desk = Desk(WRITTEN)
    choose_token(desk, index, marked=True)
    assert desk.selected is None


def test_a_distribution_that_comes_too_late_is_left_out(service) -> None:
    class Late(Worker):
        async def distribution(self, **request):
            found = await super().distribution(**request)
            self.change(desk)
            return found

    late = Late(service)

    def other_token(desk: Desk) -> None:
        desk.selected = 0

    def other_text(desk: Desk) -> None:
        desk.generation = replace(WRITTEN, prompt_ids=(7,))

    def longer_text(desk: Desk) -> None:
        desk.generation = replace(WRITTEN, max_tokens=99)

    for late.change, count in [(other_token, 0), (other_text, 0), (longer_text, 1)]:
        desk = Desk(WRITTEN)
        assert len(asyncio.run(show_distribution(late, desk))) == count


def test_a_fault_of_the_distribution_is_the_message(worker, service) -> None:
    service.fault = UserError("No.")
    assert asyncio.run(show_distribution(worker, Desk(WRITTEN))) == {"message": "No."}
    assert asyncio.run(show_distribution(worker, Desk())) == {}


# The score.


def test_a_text_is_scored_under_one_model_or_all(worker) -> None:
    *reading, last = collect(score(worker, MODELS, "So what", ALL))
    assert reading == [{"score_message": f"{name} is reading …"} for name in MODELS]
    # Two bits of three tokens; six more bits of spelling, on eight characters.
    assert last["score_table"]["rows"] == [
        ["tiny-words", "words, lower case", "3", "1.59", "1.000", "1.250", "“what”", "250"],
        ["tiny-characters", "characters", "3", "1.59", "1.000", "1.250", "“what”", "250"],
    ]
    strip = last["score_tokens_1"]["value"]
    assert strip["tokens"] == [["so", 0.5], [" what", 0.5], ["</s>", 1.0]]
    assert (strip["mode"], strip["replaceable"]) == ("surprisal", False)
    assert strip["note"] == "tiny-characters"
    *_, last = collect(score(worker, MODELS, "So what", "tiny-characters"))
    assert [row[0] for row in last["score_table"]["rows"]] == ["tiny-characters"]
    assert last["score_tokens_0"]["visible"]
    assert not last["score_tokens_1"]["visible"]


@pytest.mark.parametrize("text", ["", " \n", "x" * 2001, None])
def test_a_text_that_can_not_be_scored_is_told(worker, text) -> None:
    (updates,) = collect(score(worker, MODELS, text, ALL))
    assert updates.keys() == {"score_message"}
    assert updates["score_message"].endswith(".")


def test_without_a_model_there_is_no_score(worker) -> None:
    assert collect(score(worker, [], "So what", ALL))[-1] == {"score_message": NO_MODEL}


# The comparison.


def compared(worker: Worker, ways: list[str], **changes) -> list[dict]:
    knobs = [changes.get(knob.name, value) for knob, value in zip(KNOBS, KNOB_VALUES, strict=True)]
    return collect(compare(worker, Desk(), ways, "We propose", "tiny-words", "sample", *knobs))


def test_each_way_gets_a_row_as_soon_as_it_is_written(worker, service) -> None:
    ways = ["wild", "greedy", "beam", "wild"]  # as they were clicked, by a program as often
    seen = compared(worker, ways, temperature=0.5, seed=7, max_tokens=999)
    tables = [one["compare_table"] for one in seen if "compare_table" in one]
    assert [len(table["rows"]) for table in tables] == [1, 2, 3]
    assert seen[0]["compare_message"] == "Writing with greedy …"
    assert seen[-1] == {"compare_message": DONE}
    greedy, beam, wild = service.requests  # as they are listed
    assert greedy == {
        "prompt": "We propose",
        "checkpoint": "tiny-words",
        "method": "greedy",
        "max_tokens": 300,
    }
    assert (wild["method"], wild["temperature"], wild["seed"]) == ("sample", 1.3, 7)
    assert (beam["beam"], beam["max_tokens"]) == (5, 300)
    assert tables[-1]["head"][1:6] == [
        "text",
        "perplexity",
        "distinct-1",
        "distinct-2",
        "repetition",
    ]
    name, text, *figures = tables[-1]["rows"][2][:6]
    assert name == "wild\nsample · temperature 1.3 · seed 7"
    assert text == "We propose a novel net."
    assert figures == ["2.00", "1.00", "1.00", "0.00"]


def test_a_method_is_compared_with_its_knobs_and_a_preset_with_its_own() -> None:
    pairs = zip(KNOBS, KNOB_VALUES, strict=True)
    knobs = tuple(0.5 if knob.name == "temperature" else value for knob, value in pairs)
    assert settings_of("sample", knobs)["temperature"] == 0.5
    assert settings_of("careful", knobs)["temperature"] == PRESETS["careful"]["temperature"]
    assert settings_of("greedy", knobs) == {"method": "greedy", "max_tokens": 20}


@pytest.mark.parametrize(
    ("ways", "changes", "sentence"),
    [
        ([], {}, "Choose one method or more."),
        (["sample"], {"top_p": math.nan}, "top_p must be a number"),
        (["greedy"], {"max_tokens": None}, "max_tokens must be a whole number"),
        (["greedy"], {"max_tokens": math.nan}, "max_tokens must be a whole number"),
        (["psychic"], {}, "method must be one of"),
    ],
)
def test_what_can_not_be_compared_is_told(worker, ways, changes, sentence) -> None:
    *_, last = compared(worker, ways, **changes)
    assert last["compare_message"].startswith(sentence)


def test_what_was_written_before_a_fault_stays(worker, service) -> None:
    service.fault, service.fails_at = UserError("No."), 2
    seen = compared(worker, ["greedy"])
    assert seen[-1] == {"compare_message": "No."}
