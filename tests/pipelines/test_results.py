"""Small figures of results, by hand."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.pipelines.results import entropy


@pytest.mark.parametrize(
    ("row", "bits"),
    [
        ((1.0,), 0.0),
        ((0.0, 1.0, 0.0), 0.0),
        ((0.25, 0.25, 0.25, 0.25), 2.0),
        ((0.5, 0.25, 0.25), 1.5),
        ((0.25, 0.125, 0.125), 1.5),  # adds to 1/2, the rest went to </s>
        ((0.0, 0.3), 0.0),
        ((0.0, 0.0), 0.0),
        ((), 0.0),
    ],
)
def test_entropy_by_hand(row: tuple[float, ...], bits: float) -> None:
    assert entropy(row) == pytest.approx(bits)


@given(st.lists(st.floats(0, 1), min_size=1))
def test_entropy_is_between_none_and_that_of_all_words_alike(row: list[float]) -> None:
    assert -1e-9 <= entropy(row) <= math.log2(len(row)) + 1e-9
