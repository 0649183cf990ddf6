"""A link corrects the same text with the same choices, or says which of its fields is damaged."""

import asyncio
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import UserError
from core.service import THRESHOLD
from demo import share, share_spelling, share_text
from demo.proof import Choice, Proof, spellings
from demo.tabs.spell import correct
from demo.tabs.spell_layout import SHOWN
from demo.tabs.spell_link import NOTHING, OPENED, make_link, open_link
from demo.work import Worker
from tests.demo.bound import merged
from tests.demo.made_spelling import CORRECTION, REPORT

CHOICES = [
    Choice(index, text) for index, word in enumerate(CORRECTION.words) for text in spellings(word)
]


def made(*choices: Choice, threshold: float = 1.0) -> Proof:
    proof = Proof(threshold=threshold)
    proof.take(CORRECTION)
    for choice in choices:
        assert proof.choose(*choice)
    return proof


def opened(worker, query: str, proof: Proof) -> dict:
    return asyncio.run(merged(open_link(worker, "spell-en", REPORT, proof, query)))


@given(st.lists(st.sampled_from(CHOICES), max_size=6), st.floats(0, 100), st.integers(0, 2))
def test_a_link_opens_the_view_that_it_was_made_of(choices, threshold, at) -> None:
    proof = made(*choices, threshold=round(threshold, 6))
    proof.open(at)
    shared = share_spelling.from_query("?" + share_spelling.to_query(proof), "other")
    assert shared is not None
    assert shared.request == {
        "text": CORRECTION.source,
        "checkpoint": "spell-en",
        "threshold": proof.threshold,
    }
    other = made(threshold=shared.request["threshold"])
    shared.apply(other)
    assert (other.written, other.opened) == (proof.written, at)


def test_a_link_fills_in_the_fields_and_shows_the_text(worker) -> None:
    query = "?" + share_spelling.to_query(made(Choice(0, "Teh"), threshold=0.25))
    proof = Proof()
    updates = opened(worker, query, proof)
    assert updates["source"] == "Teh cta sat."
    assert (updates["checkpoint"], updates["threshold"]) == ("spell-en", 0.25)
    assert proof.written == ["Teh", "cat", "sat"]
    assert updates["message"] == ""
    assert updates.keys() <= {*SHOWN, *OPENED}


def test_a_text_alone_has_the_settings_of_the_page() -> None:
    shared = share_spelling.from_query("?tab=spell&text=teh", "tiny")
    assert shared == share_spelling.SharedProof(
        {"text": "teh", "checkpoint": "tiny", "threshold": THRESHOLD}, (), None
    )


@pytest.mark.parametrize("query", ["", "?", "?tab=spell", "?tab=generate&text=a", "?text=Hallo"])
def test_a_link_of_another_tab_is_none(worker, service, query: str) -> None:
    assert opened(worker, query, Proof()) == {}
    assert service.requests == []


def test_a_link_of_this_tab_is_none_for_the_others() -> None:
    query = share_spelling.to_query(made())
    assert share.from_query(query) is None
    assert share_text.from_query(query, "tiny") is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("threshold", "high"),
        ("threshold", "nan"),
        ("threshold", "-1"),
        ("threshold", "1e400"),
        ("choices", "The"),
        ("choices", ".The"),
        ("choices", "-1.The"),
        ("choices", "0.1.2 x"),
        ("choices", " ".join(["0.The"] * 668)),
        ("at", "-1"),
        ("at", "first"),
        ("text", "x" * 2001),
        ("text", " "),
    ],
)
def test_a_damaged_field_is_named_in_a_sentence(worker, field: str, value: str) -> None:
    query = urlencode({"tab": "spell", "text": "Teh cta sat."} | {field: value})
    (update,) = opened(worker, query, Proof()).items()
    assert update[0] == "message"
    assert field in update[1]
    assert update[1].endswith(".")
    assert len(update[1]) < 150


@pytest.mark.parametrize("part", ["choices=0.Thee", "choices=9.The", "at=3", "choices=0."])
def test_a_part_that_is_not_there_is_told_and_the_text_is_shown(worker, part: str) -> None:
    updates = opened(worker, f"?tab=spell&text=teh&{part}", Proof())
    assert updates["message"] == share_spelling.NOT_THERE
    assert updates["output"]["runs"]


@given(st.text())
def test_any_text_is_a_query(query: str) -> None:
    for damaged in (query, f"tab=spell&text={query}", f"tab=spell&text=a&choices={query}"):
        try:
            share_spelling.from_query(damaged, "tiny")
        except UserError as error:
            assert str(error)


def test_a_link_that_fails_leaves_the_text(worker, service) -> None:
    proof = made(Choice(2, "set"))
    service.fault = UserError("There is no checkpoint called 'x'.")
    shown = opened(worker, "?tab=spell&text=teh", proof)
    assert shown == {"source": "teh", "message": str(service.fault)}  # to try again
    assert proof.written == ["The", "cta", "set"]


@pytest.mark.parametrize("fault", [None, UserError("Too late.")])
def test_a_link_takes_no_newer_text_away(service, fault) -> None:
    proof = Proof()

    class Overtaken(Worker):
        async def correct(self, **request):
            newer = correct(Worker(service), REPORT, proof, "newer", "spell-other", 0.25)
            *_, shown = [update async for update in newer]
            assert shown["message"] == ""
            service.fault = fault
            return await super().correct(**request)

    shown = opened(Overtaken(service), "?tab=spell&text=older&threshold=9", proof)
    assert shown == {"source": "older", "message": "Correcting …"}  # before it was asked for
    assert (proof.correction.checkpoint, proof.threshold) == ("spell-other", 0.25)


def test_a_link_needs_a_text() -> None:
    assert make_link(Proof()) == {"link_query": "", "link_said": NOTHING}
    assert make_link(made())["link_query"].startswith("tab=spell&text=Teh+cta+sat.")
