"""Correcting a text, and what a visitor makes of it, called as the page calls it."""

import asyncio
import math
import time
from dataclasses import replace

import pytest

from core.errors import UserError
from core.service import THRESHOLD
from demo import spelling
from demo.proof import Choice, Proof
from demo.tabs import spell as tab
from demo.tabs.spell_layout import SHOWN, WORD
from demo.tabs.spell_link import open_link
from demo.tabs.spell_show import NO_WORDS
from demo.ui import build_demo
from demo.work import Worker
from tests.demo.bound import ended_by, events_on, merged
from tests.demo.made_spelling import CORRECTION, REPORT, SAT, TEH


@pytest.fixture
def proof() -> Proof:
    """Above a threshold of 1, the first of its three words is changed."""
    made = Proof(threshold=1.0)
    made.take(CORRECTION)
    return made


def run(
    service, proof: Proof, text="Teh cta sat.", checkpoint="spell-en", threshold=1.0
) -> list[dict]:
    """Every update that a run of the page yields."""

    async def collect() -> list[dict]:
        updates = tab.correct(Worker(service), REPORT, proof, text, checkpoint, threshold)
        return [update async for update in updates]

    return asyncio.run(collect())


def shown(updates: dict) -> str:
    return "".join(
        run if isinstance(run, str) else run["text"] for run in updates["output"]["runs"]
    )


# The opening.


def test_the_tab_opens_with_the_first_example(service) -> None:
    proof = Proof(threshold=1.0)
    first = tab.open_with(service, proof, REPORT)
    assert service.requests[-1] == {"text": tab.EXAMPLES[0][0], "checkpoint": "spell-en"}
    assert first["output"]["runs"][0]["text"] == "The"
    assert first["candidates"]["typed"] == "Teh"
    assert first["attention"]["source"] == ["T", "e", "h", "</s>"]
    assert first.keys() <= set(SHOWN)


def test_the_tab_opens_without_a_corrector(service, failing) -> None:
    service.checkpoints = lambda kind: []
    assert tab.open_with(service, Proof(), None) == {"message": tab.NO_MODEL}
    assert tab.open_with(failing, Proof(), None) == {"message": str(failing.fault)}


def test_one_example_is_said_to_fail() -> None:
    assert 4 <= len(tab.EXAMPLES) <= 6
    assert "it fails here" in dict(tab.EXAMPLES).values()


def test_without_a_report_nothing_is_said_of_the_threshold(service, monkeypatch) -> None:
    assert tab.read_report(service) is REPORT
    monkeypatch.setattr(tab, "THRESHOLDS", "nothing")
    assert tab.read_report(service) is None
    assert tab.open_with(service, Proof(), None)["figures"] == ""


# Correcting.


def test_a_run_shows_text_candidates_map_and_summary(service) -> None:
    proof = Proof()
    (updates,) = run(service, proof)
    assert shown(updates) == "The cta sat."
    assert updates["summary"] == (
        "spell-en · threshold 1 · 3 words checked · 1 changed · 500 ms · 6 words/s"
    )
    assert (updates["message"], proof.opened) == ("", 0)
    assert not updates["undo"]["interactive"]
    assert updates.keys() <= set(SHOWN)


def test_a_run_takes_away_what_was_chosen_in_the_last_text(service, proof) -> None:
    proof.choose(2, "set")
    (updates,) = run(service, proof)
    assert shown(updates) == "The cta sat."
    assert proof.choices == ()


def test_a_threshold_that_moves_meanwhile_counts(service) -> None:
    proof = Proof()

    class Slow(Worker):
        async def correct(self, **request):
            tab.move_threshold(REPORT, proof, 0.25)
            return await super().correct(**request)

    async def collect() -> list[dict]:
        updates = tab.correct(Slow(service), REPORT, proof, "Teh cta sat.", "spell-en", 1.0)
        return [update async for update in updates]

    (updates,) = asyncio.run(collect())
    assert shown(updates) == "The cat sat."


@pytest.mark.parametrize("fault", [None, UserError("Too late.")])
def test_an_older_answer_takes_no_newer_text_away(service, monkeypatch, fault) -> None:
    monkeypatch.setattr("demo.work.SLOW", 0)
    proof = Proof()

    class Overtaken(Worker):
        async def correct(self, **request):
            query = "?tab=spell&text=newer&checkpoint=spell-other&threshold=0.25"
            steps = open_link(Worker(service), "spell-en", REPORT, proof, query)
            shown = await merged(steps)
            assert shown["source"] == "newer"
            service.fault = fault
            return await super().correct(**request)

    async def collect() -> list[dict]:
        updates = tab.correct(Overtaken(service), REPORT, proof, "older", "spell-en", 1.0)
        return [update async for update in updates]

    assert asyncio.run(collect()) == []  # nor does it say that it corrects
    assert (proof.correction.checkpoint, proof.threshold) == ("spell-other", 0.25)


def test_stop_ends_the_button_and_a_link(service) -> None:
    demo = build_demo(service)
    ended = ended_by(demo, "spell-stop")
    assert events_on(demo, "spell-run")[0] in ended
    assert [one.targets[0][1] for one in ended].count("load") == 1


@pytest.mark.parametrize(
    ("request_", "sentence"),
    [
        ({"text": " \n"}, "The text is blank"),
        ({"text": "x" * 2001}, "The text has 2,001 characters; the limit is 2,000."),
        ({"text": None}, "text must be a string"),
        ({"threshold": math.nan}, "threshold must be a number from 0 to 100; it is not a number."),
        ({"threshold": -0.5}, "threshold must be a number from 0 to 100"),
        ({"threshold": None}, "threshold must be a number from 0 to 100; it is empty."),
        ({"checkpoint": None}, tab.NO_MODEL),
    ],
)
def test_what_can_not_be_corrected_is_told_and_the_last_text_stays(
    service, proof, request_: dict, sentence: str
) -> None:
    proof.choose(2, "set")
    (updates,) = run(service, proof, **request_)
    assert updates.keys() == {"message"}
    assert updates["message"].startswith(sentence)
    assert (proof.correction, proof.choices) == (CORRECTION, (Choice(2, "set"),))
    assert service.requests == []


def test_a_fault_of_the_model_is_the_message(service, proof) -> None:
    service.fault = UserError("No.")
    assert run(service, proof) == [{"message": "No."}]


def test_a_text_without_words_stays_and_is_told(service) -> None:
    proof = Proof()
    (updates,) = run(service, proof, text="слово 🎉")
    assert shown(updates) == "слово 🎉"
    assert updates["message"] == NO_WORDS
    assert updates["candidates"] is updates["attention"] is None
    assert updates["map_line"] == ""
    assert "0 words checked · 0 changed" in updates["summary"]


def test_slow_work_is_announced(service, monkeypatch) -> None:
    monkeypatch.setattr("demo.work.SLOW", 0.01)
    quick = service.correct

    def slow(**request):
        time.sleep(0.1)
        return quick(**request)

    monkeypatch.setattr(service, "correct", slow)
    first, last = run(service, Proof())
    assert first == {"message": "Correcting …"}
    assert last["message"] == ""


# The threshold.


def test_the_default_threshold_is_that_of_core() -> None:
    assert Proof().threshold == THRESHOLD


def test_the_threshold_changes_words_without_the_model(service, proof) -> None:
    found = {}
    for threshold in (5.0, 4.0, 1.0, 0.25):
        updates = tab.move_threshold(REPORT, proof, threshold)
        found[threshold] = shown(updates)
        assert f"threshold {threshold:g} · " in updates["summary"]
    assert found == {
        5.0: "Teh cta sat.",
        4.0: "Teh cta sat.",
        1.0: "The cta sat.",
        0.25: "The cat sat.",
    }
    assert service.requests == []


def test_the_threshold_leaves_what_was_chosen(proof) -> None:
    tab.choose(REPORT, proof, 0, "Teh")
    tab.choose(REPORT, proof, 2, "set")
    assert shown(tab.move_threshold(REPORT, proof, 0.25)) == "Teh cat set."
    assert shown(tab.move_threshold(REPORT, proof, 90)) == "Teh cta set."


@pytest.mark.parametrize("threshold", [math.nan, -1, 101, "1", None, math.inf])
def test_a_threshold_that_is_none_is_told(proof, threshold) -> None:
    updates = tab.move_threshold(REPORT, proof, threshold)
    assert updates.keys() == {"message"}
    assert updates["message"].startswith("threshold must be a number from 0 to 100")
    assert proof.threshold == 1.0


def test_what_was_measured_is_that_of_the_nearest_threshold(proof) -> None:
    lines = [tab.move_threshold(REPORT, proof, value)["figures"] for value in (0.25, 1, 50)]
    assert lines[1] == (
        "On validation data, threshold 1: 80.0 % of the changes are right (precision), 70.0 % of"
        " the misspelt words are put right (recall), and 90.0 % of the right words stay."
    )
    assert lines[0].startswith("On validation data, threshold 0: 50.0 % of the changes")
    assert lines[2].startswith("On validation data, threshold 9: – of the changes")


def test_nothing_is_said_of_what_was_not_measured(proof) -> None:
    assert tab.move_threshold(None, proof, 1)["figures"] == ""
    assert tab.move_threshold({"rows": []}, proof, 1)["figures"] == ""
    proof.take(replace(CORRECTION, checkpoint="tiny-speller"))
    assert tab.move_threshold(REPORT, proof, 1)["figures"] == ""


# Words and candidates.


def test_a_word_that_is_opened_shows_its_candidates_and_its_map(proof) -> None:
    updates = tab.open_word(proof, 2, key=False)
    assert updates.keys() == set(WORD)
    assert updates["candidates"] == {
        "word": 2,
        "typed": "sat",
        "written": "sat",
        "why": "The model is surest of the word as it was typed.",
        "items": [
            {"text": "sat", "probability": 0.5, "nats": "−0.69"},
            {"text": "set", "probability": 0.25, "nats": "−1.39"},
        ],
        "focus": False,
    }
    assert updates["attention"]["target"] == ["s", "a", "t", "</s>"]
    assert updates["attention"]["weights"] == [[1.0, 0.0, 0.0, 0.0]] * 4
    assert updates["attention"]["entropy"] == [0.0] * 4
    assert tab.open_word(proof, 2, key=True)["candidates"]["focus"]


def test_the_typed_word_is_there_even_where_the_model_has_not_written_it(proof) -> None:
    items = tab.open_word(proof, 0, key=False)["candidates"]["items"]
    assert [item["text"] for item in items] == ["The", "Then", "Teh"]
    assert items[-1]["nats"] == "−9.39"


def test_the_map_is_that_of_the_chosen_candidate(proof) -> None:
    updates = tab.choose(REPORT, proof, 0, "Then")
    assert updates["attention"]["target"] == ["T", "h", "e", "n", "</s>"]
    assert updates["map_line"].startswith("Down, “Then” as the model wrote it")
    updates = tab.choose(REPORT, proof, 0, "Teh")
    assert updates["attention"] is None
    assert "has not written “Teh” among its five candidates" in updates["map_line"]


def test_why_a_word_is_changed_or_not_is_said(proof) -> None:
    why = "The model is surer of “The” by 4.00 nats, its doubt in the word as typed counted half,"
    assert spelling.why_line(TEH, 1) == f"{why} which is above the threshold."
    assert spelling.why_line(TEH, 4) == f"{why} which is not above the threshold."
    unsure = replace(SAT, log_prob=SAT.candidates[1].log_prob - 0.1, candidates=SAT.candidates[1:])
    assert spelling.why_line(unsure, 0).startswith(
        "The model finds “set” likelier, but not by enough"
    )
    assert spelling.why_line(replace(SAT, candidates=SAT.candidates[:1]), 1) == ""


def test_noise_that_never_ends_has_no_end_in_its_map(proof) -> None:
    spelled = replace(SAT.candidates[0], attention=SAT.candidates[0].attention[:3])
    word = replace(SAT, candidates=(spelled,))
    proof.take(replace(CORRECTION, words=(word,)))
    assert tab.open_word(proof, 0, key=False)["attention"]["target"] == ["s", "a", "t"]


def test_a_choice_is_taken_marked_and_taken_back(proof) -> None:
    updates = tab.choose(REPORT, proof, 2, "set")
    assert shown(updates) == "The cta set."
    assert updates["undo"]["interactive"]
    assert "2 changed · 1 chosen by you" in updates["summary"]
    assert updates["output"]["runs"][4] == {
        "text": "set",
        "letters": [["s", "s"], ["a", "e"], ["t", "t"]],
        "chosen": True,
        "said": "set, typed sat: “a” became “e”; your choice",
    }
    assert updates["output"]["opened"] == updates["candidates"]["word"] == 2
    updates = tab.undo(REPORT, proof)
    assert shown(updates) == "The cta sat."
    assert not updates["undo"]["interactive"]
    assert tab.undo(REPORT, proof) == {}


def test_choices_are_taken_back_one_by_one_with_their_words(proof) -> None:
    for index, text in [(0, "Then"), (1, "cat"), (0, "Teh"), (0, "Teh")]:
        tab.choose(REPORT, proof, index, text)
    texts = []
    while updates := tab.undo(REPORT, proof):
        texts.append((shown(updates), updates["output"]["opened"]))
    assert texts == [("Then cat sat.", 0), ("Then cta sat.", 1), ("The cta sat.", 0)]


def test_a_kept_word_is_said_to_be_the_visitors_choice(proof) -> None:
    (word, *_) = tab.choose(REPORT, proof, 0, "Teh")["output"]["runs"]
    assert word == {
        "text": "Teh",
        "letters": [],
        "chosen": True,
        "said": "Teh, as typed; your choice",
    }


@pytest.mark.parametrize("index", [3, -1, None, "0", [0], 10**30])
def test_a_click_on_a_word_that_is_not_there_changes_nothing(proof, index) -> None:
    assert tab.open_word(proof, index, key=False) == {}
    assert tab.choose(REPORT, proof, index, "The") == {}
    assert proof.opened == 0
    assert tab.open_word(Proof(), 0, key=False) == {}


@pytest.mark.parametrize("text", ["cat", "", None, 7, ["The"], "the", "<b>"])
def test_what_is_no_candidate_is_not_written(proof, text) -> None:
    assert tab.choose(REPORT, proof, 0, text) == {}
    assert proof.choices == ()
