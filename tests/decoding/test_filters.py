"""Each filter on tables that can be checked by hand."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from core.decoding.filters import (
    Filter,
    filters_of,
    min_p,
    no_repeat_ngram,
    repetition_penalty,
    temperature,
    top_k,
    top_p,
    typical,
)
from core.decoding.options import DecodingOptions

P = torch.tensor([[0.5, 0.3, 0.15, 0.05]])


def kept(apply: Filter, probabilities: Tensor = P) -> list[int]:
    """The tokens that a filter leaves of a table of probabilities."""
    logits = probabilities.log()
    result = apply([[]], logits)
    (left,) = result.isfinite()
    assert result[0, left].equal(logits[0, left])  # what stays is as it was
    return left.nonzero().flatten().tolist()


@pytest.mark.parametrize(
    ("count", "left"), [(1, [0]), (2, [0, 1]), (4, [0, 1, 2, 3]), (9, [0, 1, 2, 3])]
)
def test_top_k_keeps_the_likeliest(count: int, left: list[int]) -> None:
    assert kept(top_k(count)) == left


def test_top_k_keeps_no_more_of_equal_tokens() -> None:
    assert len(kept(top_k(2), torch.full((1, 4), 0.25))) == 2


@pytest.mark.parametrize(
    ("mass", "left"),
    [
        (0.0, [0]),
        (0.49, [0]),
        (0.51, [0, 1]),
        (0.79, [0, 1]),
        (0.81, [0, 1, 2]),
        (0.96, [0, 1, 2, 3]),
    ],
)
def test_top_p_keeps_the_token_that_crosses(mass: float, left: list[int]) -> None:
    assert kept(top_p(mass)) == left


def test_top_p_stops_where_the_mass_is_reached_exactly() -> None:
    assert kept(top_p(0.5), torch.tensor([[0.5, 0.25, 0.25]])) == [0]
    assert kept(top_p(0.75), torch.tensor([[0.25, 0.5, 0.25]])) in ([0, 1], [1, 2])


def test_top_p_of_one_changes_not_a_bit() -> None:
    logits = torch.randn(3, 1000)
    assert top_p(1.0)([[]] * 3, logits).equal(logits)


@pytest.mark.parametrize(
    ("share", "left"),
    [(0.0, [0, 1, 2, 3]), (0.05, [0, 1, 2, 3]), (0.2, [0, 1, 2]), (0.5, [0, 1]), (1.0, [0])],
)
def test_min_p_is_a_share_of_the_likeliest(share: float, left: list[int]) -> None:
    assert kept(min_p(share)) == left


def test_typical_begins_with_the_surprisal_nearest_to_the_entropy() -> None:
    # Entropy 1.142 nats; surprisals 0.693, 1.204, 1.897, 2.996: their distances are 0.449, 0.062,
    # 0.755, 1.853, so the order is 1, 0, 2, 3.
    assert kept(typical(0.2)) == [1]
    assert kept(typical(0.5)) == [0, 1]
    assert kept(typical(0.85)) == [0, 1, 2]
    assert kept(typical(1.0)) == [0, 1, 2, 3]


def test_temperature_divides() -> None:
    assert temperature(2.0)([[]], torch.tensor([[2.0, -1.0]])).tolist() == [[1.0, -0.5]]


@pytest.mark.parametrize("value", [0.0, 1e-300, 0.009])
def test_a_temperature_of_nothing_leaves_the_likeliest_alone(value: float) -> None:
    assert kept(temperature(value)) == [0]


def test_repetition_divides_what_is_positive_and_multiplies_what_is_not() -> None:
    logits = torch.tensor([[2.0, -1.0, 3.0, -4.0], [2.0, -1.0, 3.0, -4.0]])
    result = repetition_penalty(2.0)([[0, 1, 1], []], logits)
    assert result.tolist() == [[1.0, -2.0, 3.0, -4.0], [2.0, -1.0, 3.0, -4.0]]
    assert logits[0].tolist() == [2.0, -1.0, 3.0, -4.0]  # left as it was


@pytest.mark.parametrize(
    ("size", "written", "removed"),
    [
        (1, [2, 0], {0, 2}),
        (2, [1, 2, 3, 1], {2}),
        (2, [1, 2, 1, 3, 1], {2, 3}),
        (3, [1, 2, 3, 1, 2], {3}),
        (3, [1, 2, 3, 0, 2], set()),
        (2, [1], set()),
        (3, [], set()),
    ],
)
def test_an_ngram_is_not_written_twice(size: int, written: list[int], removed: set[int]) -> None:
    result = no_repeat_ngram(size)([written], torch.zeros(1, 4))
    assert set(result.isinf().nonzero()[:, 1].tolist()) == removed


def test_filters_stand_in_their_order_and_those_that_are_off_are_left_out() -> None:
    everything = DecodingOptions(
        "sample", temperature=0.5, repetition_penalty=1.2, no_repeat_ngram=3, top_k=5, top_p=0.9,
        min_p=0.1, typical=0.9,
    )  # fmt: skip
    assert [name for name, _ in filters_of(everything)] == [
        "repetition_penalty",
        "no_repeat_ngram",
        "temperature",
        "top_k",
        "top_p",
        "min_p",
        "typical",
    ]
    assert filters_of(DecodingOptions("sample")) == []


@pytest.mark.parametrize("make", [top_p, typical])
@pytest.mark.parametrize("mass", [0.01, 0.5, 0.9, 0.999])
@pytest.mark.parametrize("scale", [0.1, 1.0, 3.0])  # from nearly all tokens to a few
def test_the_set_is_the_smallest_of_a_large_vocabulary_too(make, mass, scale) -> None:
    torch.manual_seed(0)
    logits = scale * torch.randn(2, 20352)
    log_probs = logits.log_softmax(1)
    entropy = -(log_probs.exp() * log_probs).sum(1, keepdim=True)
    ranks = log_probs if make is top_p else -(log_probs + entropy).abs()
    order = ranks.argsort(1, descending=True)
    reached = log_probs.exp().gather(1, order).double().cumsum(1)
    count = (reached < mass).sum(1) + 1
    found = make(mass)([[], []], logits)
    for row in range(2):
        left = found[row].isfinite()
        # Sums of 20,000 numbers of float32 may cross a mark one token sooner or later.
        assert abs(left.sum() - count[row]) <= 1
        assert left[order[row, : count[row] - 1]].all()
        assert found[row][left].equal(logits[row][left])


ROWS = st.lists(st.floats(-20, 20), min_size=1, max_size=12)


@given(ROWS, st.floats(0, 1), st.sampled_from([top_p, min_p, typical]))
def test_at_least_one_token_stays(row: list[float], value: float, make) -> None:
    assert make(value)([[]], torch.tensor([row])).isfinite().any()


@given(ROWS, st.floats(0.01, 0.99))
def test_top_p_is_the_smallest_set_that_reaches_the_mass(row: list[float], mass: float) -> None:
    logits = torch.tensor([row])
    probabilities = logits.double().softmax(1)[0]
    left = top_p(mass)([[]], logits)[0].isfinite()
    reached = probabilities[left].sum().item()
    assert reached >= mass - 1e-5
    assert reached - probabilities[left].min().item() <= mass + 1e-5
    assert math.isclose(
        probabilities[left].min(), probabilities.sort(descending=True).values[left.sum() - 1]
    )
