"""How varied a text is, by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.evaluation.diversity import Diversity, distinct_n, diversity, repetition

TOKENS = ["a", "b", "a", "b", "a", "b", "c"]


def test_distinct_counts_each_ngram_once() -> None:
    assert distinct_n(TOKENS, 1) == pytest.approx(3 / 7)  # a, b, c
    assert distinct_n(TOKENS, 2) == pytest.approx(3 / 6)  # ab, ba, bc
    assert distinct_n(TOKENS, 7) == 1


def test_a_repetition_is_an_ngram_that_stood_there_before() -> None:
    # abab baba abab babc: the third is there again
    assert repetition(TOKENS) == pytest.approx(1 / 4)
    assert repetition(["no"] * 103) == pytest.approx(99 / 100)
    assert repetition(TOKENS, 1) == pytest.approx(4 / 7)


@pytest.mark.parametrize("n", [1, 2, 4])
def test_a_text_that_is_too_short_has_no_figure(n: int) -> None:
    assert distinct_n(["a"] * (n - 1), n) is None
    assert repetition(["a"] * (n - 1), n) is None


def test_a_text_is_measured_by_its_words_whatever_their_case() -> None:
    found = diversity("The cat, the dog.")
    assert found == Diversity(5 / 6, 1.0, 0.0, 6)
    assert diversity("") == Diversity(None, None, None, 0)
    assert found.to_dict()["distinct_1"] == 5 / 6


@given(st.lists(st.sampled_from("abc"), min_size=1), st.integers(1, 5))
def test_figures_are_shares(tokens: list[str], n: int) -> None:
    found = distinct_n(tokens, n)
    assert found is None if len(tokens) < n else 0 < found <= 1


@given(st.permutations(list("abcdefgh")))
def test_different_tokens_are_as_varied_as_can_be(tokens: list[str]) -> None:
    assert (distinct_n(tokens, 1), distinct_n(tokens, 2), repetition(tokens)) == (1, 1, 0)
