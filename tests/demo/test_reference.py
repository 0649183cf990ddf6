"""Against a reference: its figures, and what the model gives to each of its tokens."""

import asyncio
from dataclasses import replace

import pytest

from core.errors import UserError
from core.pipelines.results import ForcedAttention
from demo import maps
from demo.tabs.translate_reference import against_reference, token_probabilities
from demo.views import Pin, View
from tests.demo.made import GREETING, IN_PIECES


def run(worker, reference, view: View | None = View(GREETING)) -> dict:  # noqa: B008
    return asyncio.run(against_reference(worker, view, reference))


def test_a_perfect_translation_has_perfect_figures(worker, service) -> None:
    updates = run(worker, "  Good\n morning ")
    assert updates["reference_scores"].startswith("BLEU 100.0 · chrF 100.0 · TER 0.0 · nrefs:1")
    assert "eff:yes" in updates["reference_scores"]  # of a sentence, not of a corpus
    assert updates["reference_changes"]["segments"] == [{"text": "Good morning", "kind": "same"}]
    assert service.requests == [
        {"text": "Guten Morgen", "target": "Good morning", "checkpoint": "tiny"}
    ]


def test_the_chosen_hypothesis_is_compared(worker) -> None:
    updates = run(worker, "Good morning", View(GREETING, hypothesis=1))
    assert not updates["reference_scores"].startswith("BLEU 100")
    assert updates["reference_changes"]["segments"] == [
        {"text": "Morning, good", "kind": "removed"},
        {"text": "Good morning", "kind": "added"},
    ]


def test_the_map_is_that_of_the_reference_read_freely(worker, two_sentences) -> None:
    forced = replace(two_sentences.sentences[1], forced=(ForcedAttention(0, (0,), True),))
    whole = replace(two_sentences, sentences=(two_sentences.sentences[0], forced))
    view = View(whole, sentence=1, units="subwords", pin=Pin(0, 0))
    shown = maps.map_value(run(worker, "Good morning", view)["reference_map"])
    assert shown["source"] == ["Danke", "se", "hr", "</s>"]
    assert shown["target"] == ["Good", "morn", "ing", "</s>"]
    assert shown["forced"] == []
    assert shown["pinned"] == {"row": None, "column": None}


def test_each_token_has_its_probability() -> None:
    assert token_probabilities(IN_PIECES) == {
        "label": "Probability that the model gives to each token (together e^−2.77):",
        "segments": [
            {
                "text": text,
                "kind": "same",
                "shade": 1 - probability,
                "note": f"{probability:.2f}",
                "title": f"probability {probability:g}",
            }
            # log(1/16) is -2.77; "…ing" goes on with a word, the end does not
            for text, probability in [("Good", 0.5), ("morn", 0.5), ("…ing", 0.25), ("</s>", 1.0)]
        ],
    }


def test_what_is_hardly_likely_is_not_zero() -> None:
    unlikely = replace(IN_PIECES, log_probs=(-5.0, -50.0, 0.0, 0.0))
    first, second, *_ = token_probabilities(unlikely)["segments"]
    assert (first["note"], first["title"]) == ("<.01", "probability 0.006738")
    assert (second["note"], second["title"]) == ("<.01", "probability 1.929e-22")


@pytest.mark.parametrize("reference", ["", "  \n\t", "\u00a0"])
def test_a_blank_reference_is_told(worker, service, reference: str) -> None:
    assert run(worker, reference) == {
        "reference_scores": "The reference is blank: type a sentence first."
    }
    assert service.requests == []


@pytest.mark.parametrize("reference", [None, 5, "x" * 3000, "half a smile: \ud83d"])
def test_what_is_no_reference_gets_a_sentence(worker, service, reference: object) -> None:
    updates = run(worker, reference)
    assert updates.keys() == {"reference_scores"}
    assert updates["reference_scores"].endswith(".")
    assert service.requests == []


def test_what_is_too_long_for_figures_is_told_before_any_work(worker, service) -> None:
    assert run(worker, "word " * 101) == {
        "reference_scores": "The reference has 101 words; the limit for figures is 100."
    }
    long = replace(GREETING.hypotheses[0], text="word " * 101)
    view = View(replace(GREETING, hypotheses=(long,)))
    assert run(worker, "Good morning", view)["reference_scores"].startswith("The translation has")
    assert service.requests == []
    assert run(worker, "word " * 100)["reference_scores"].startswith("BLEU ")


@pytest.mark.parametrize("hostile", ["${alert(1)}", "`{{x}}`", "<img src=x onerror=alert(1)>"])
def test_hostile_text_is_a_reference_like_any_other(worker, service, hostile: str) -> None:
    assert run(worker, hostile)["reference_scores"].startswith("BLEU ")
    assert service.requests[0]["target"] == hostile


def test_an_error_of_the_model_is_told(worker, service) -> None:
    service.fault = UserError("The reference is too long.")
    assert run(worker, "Good") == {"reference_scores": "The reference is too long."}


def test_before_any_result_there_is_nothing_to_compare(worker) -> None:
    assert run(worker, "Good", None) == {"reference_scores": "Translate a sentence first."}
