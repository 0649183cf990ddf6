"""Differences are runs of words that give both texts back."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.pipelines.differences import Difference, differences

WORDS = st.lists(st.sampled_from(["a", "man", "sits", "on", "the", "bench", "."]), max_size=30)


def runs(before: str, after: str) -> list[tuple[str, str]]:
    return [(run.kind, run.text) for run in differences(before.split(), after.split())]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("two men", "two men", [("same", "two men")]),
        ("two men", "two big men", [("same", "two"), ("added", "big"), ("same", "men")]),
        ("two big old men", "two men", [("same", "two"), ("removed", "big old"), ("same", "men")]),
        (
            "two men sit down",
            "two men are sitting",
            [("same", "two men"), ("removed", "sit down"), ("added", "are sitting")],
        ),
        ("yes", "no", [("removed", "yes"), ("added", "no")]),
        ("", "no", [("added", "no")]),
        ("yes", "", [("removed", "yes")]),
        ("", "", []),
    ],
)
def test_runs_of_words_in_reading_order(
    before: str, after: str, expected: list[tuple[str, str]]
) -> None:
    assert runs(before, after) == expected


def test_words_are_compared_whole_and_with_their_case() -> None:
    assert runs("Two bench", "two benches") == [
        ("removed", "Two bench"),
        ("added", "two benches"),
    ]


def test_a_word_that_is_frequent_in_a_long_text_is_still_matched() -> None:
    # With difflib's autojunk, a word that makes up over 1 % of 200 or more words matches nothing.
    the = ["the"] * 200
    assert differences(["all", *the], ["of", *the]) == [
        Difference("all", "removed"),
        Difference("of", "added"),
        Difference(" ".join(the), "same"),
    ]


@given(WORDS, WORDS)
def test_the_runs_give_both_texts_back(before: list[str], after: list[str]) -> None:
    found = differences(before, after)

    def words(without: str) -> list[str]:
        return [word for run in found if run.kind != without for word in run.text.split()]

    assert words(without="added") == before
    assert words(without="removed") == after


@given(WORDS, WORDS)
def test_runs_are_as_long_as_can_be_and_never_empty(before: list[str], after: list[str]) -> None:
    found = differences(before, after)
    assert all(run.text for run in found)
    for left, right in pairwise(found):
        assert left.kind != right.kind
        assert (left.kind, right.kind) != ("added", "removed")
