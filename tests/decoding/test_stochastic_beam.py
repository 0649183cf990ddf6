"""Stochastic beam search draws whole sequences without replacement, as counting them shows."""

import math
from collections import Counter
from functools import cache

import pytest
import torch

from core.decoding.decode import decode
from core.decoding.filters import filters_of
from core.decoding.guide import Guide
from core.decoding.hypothesis import DecodedSequence, Limits
from core.decoding.options import DecodingOptions
from core.decoding.stochastic_beam import _at_most
from core.errors import UserError
from tests.decoding.made import (
    CPU,
    SOURCES,
    check_alone,
    check_frequencies,
    check_kept,
    search,
    table,
)
from tests.tiny import TableModel, model

# 0 and 1 are words, 2 is </s>, 3 is <s>. "</s>" alone is drawn early and often, and has to keep its
# place among what is longer.
TABLE = table([0.2, 0.3, 0.5, 0], [0.55, 0.15, 0.3, 0], [0, 0, 1, 0], [0.4, 0.3, 0.3, 0])
BOS, EOS, MOST = 3, 2, 3
FILTERED = {"temperature": 1.5, "repetition_penalty": 1.7, "top_p": 0.85}
Sequence = tuple[int, ...]


def options(beam: int, **settings: float) -> DecodingOptions:
    return DecodingOptions("stochastic-beam", beam=beam, **settings)


def draw(settings: DecodingOptions, given: Sequence = ()) -> list[DecodedSequence]:
    toy = TableModel(TABLE[None])
    limits = Limits(BOS, EOS, [MOST], CPU)
    return decode(toy, toy.start(), settings, limits, guide=Guide(given))[0]


def all_sequences(settings: DecodingOptions, before: Sequence = ()) -> dict[Sequence, float]:
    """The probability of every sequence under the filtered model, once ``before`` is written."""
    logits = TABLE[before[-1] if before else BOS][None]
    for _, apply in filters_of(settings):
        logits = apply([list(before)], logits)
    found = {}
    for token, p in enumerate(logits.softmax(1)[0].tolist()):
        longer = (*before, token)
        if token == EOS or len(longer) == MOST:
            found[longer] = p
        elif p:
            found |= {all_of: p * q for all_of, q in all_sequences(settings, longer).items()}
    return {sequence: p for sequence, p in found.items() if p}


@cache
def drawn(filtered: bool) -> list[list[Sequence]]:
    """Three sequences for each of many seeds."""
    filters = FILTERED if filtered else {}
    return [
        [tuple(one.tokens) for one in draw(options(3, seed=seed, **filters))]
        for seed in range(1500 if filtered else 3000)
    ]


def chances(filtered: bool) -> dict[Sequence, float]:
    return all_sequences(options(3, **(FILTERED if filtered else {})))


def test_the_sequences_of_the_table() -> None:
    found = chances(filtered=False)
    assert len(found) == 1 + 2 + 4 * 3  # "</s>", "w </s>" and two words with any third token
    assert found[0, 1, 2] == pytest.approx(0.4 * 0.3 * 0.3)
    filtered = chances(filtered=True)
    assert 6 < len(filtered) < len(found)
    assert sum(filtered.values()) == pytest.approx(1)


@pytest.mark.parametrize("filtered", [False, True])
def test_the_first_is_drawn_from_the_model_as_filtered(filtered: bool) -> None:
    check_frequencies(Counter(one[0] for one in drawn(filtered)), chances(filtered))


@pytest.mark.parametrize("filtered", [False, True])
def test_the_next_is_drawn_from_all_others(filtered: bool) -> None:
    expected = chances(filtered)
    pairs = {
        (one, other): p * q / (1 - p)
        for one, p in expected.items()
        for other, q in expected.items()
        if one != other
    }
    check_frequencies(Counter((one[0], one[1]) for one in drawn(filtered)), pairs)


def test_the_third_is_drawn_from_those_that_are_left() -> None:
    expected = chances(filtered=False)
    thirds = dict.fromkeys(expected, 0.0)
    for one, p in expected.items():
        for other, q in expected.items():
            for third, r in expected.items():
                if len({one, other, third}) == 3:
                    thirds[third] += p * q / (1 - p) * r / (1 - p - q)
    check_frequencies(Counter(one[2] for one in drawn(filtered=False)), thirds)


def test_none_is_drawn_twice() -> None:
    assert all(len(one) == len(set(one)) == 3 for one in drawn(filtered=False))


@pytest.mark.parametrize("more", [0, 5])
@pytest.mark.parametrize("filters", [{}, FILTERED])
def test_a_beam_of_all_sequences_gives_each_once(filters: dict, more: int) -> None:
    expected = all_sequences(options(3, **filters))
    model_says = all_sequences(options(3))
    for seed in range(20):
        found = draw(options(len(expected) + more, seed=seed, **filters))
        assert sorted(tuple(one.tokens) for one in found) == sorted(expected)
        for one in found:
            assert one.score == sum(one.log_probs)
            assert math.exp(one.score) == pytest.approx(model_says[tuple(one.tokens)], rel=1e-4)


def test_a_given_beginning_leaves_the_draws_of_what_follows() -> None:
    expected = all_sequences(options(3), before=(0,))
    found = Counter()
    for seed in range(1000):
        both = [tuple(one.tokens) for one in draw(options(2, seed=seed), given=(0,))]
        assert len(set(both)) == 2
        found[both[0]] += 1
    check_frequencies(found, expected)


@pytest.mark.parametrize("filters", [{}, FILTERED])
def test_a_beam_of_one_is_sampling(filters: dict) -> None:
    for seed in range(12):
        made = model(seed % 4, ending=1.0)
        found = search(made, SOURCES, options(1, seed=seed, **filters))
        sampled = search(made, SOURCES, DecodingOptions("sample", seed=seed, **filters))
        for (one,), (other,) in zip(found, sampled, strict=True):
            assert one.tokens == other.tokens
            assert one.log_probs == pytest.approx(other.log_probs, abs=1e-5)


@pytest.mark.parametrize("filters", [{}, FILTERED])
def test_what_a_sequence_keeps_is_that_of_forced_decoding_of_its_tokens(filters: dict) -> None:
    first_tokens_differ = 0
    for seed in range(4):
        made = model(seed, ending=1.0)
        found = search(made, SOURCES, options(5, seed=seed, **filters))
        for row, hypotheses in zip(SOURCES, found, strict=True):
            first_tokens_differ += len({one.tokens[0] for one in hypotheses}) > 1
            assert len({tuple(one.tokens) for one in hypotheses}) == len(hypotheses) == 5
            for one in hypotheses:
                check_kept(made, row, one)
                assert one.score == pytest.approx(sum(one.log_probs))
    assert first_tokens_differ > 5, "hypotheses must have been reordered, or this proves less"


@pytest.mark.parametrize("filters", [{}, FILTERED])
def test_a_batch_gives_what_each_source_gives_alone(filters: dict) -> None:
    for seed in range(3):
        check_alone(model(seed, ending=1.0), options(4, seed=seed, **filters))


def test_a_seed_repeats_and_another_gives_another() -> None:
    made = model(0, ending=1.0)

    def texts(seed: int) -> str:
        found = search(made, SOURCES, options(3, seed=seed))
        return str([[one.tokens for one in hypotheses] for hypotheses in found])

    assert texts(7) == texts(7)
    assert len({texts(seed) for seed in range(20)}) == 20


def test_filters_look_at_what_each_hypothesis_has_written() -> None:
    for seed in range(8):
        made = model(seed, ending=-2.0)
        found = search(made, SOURCES, options(5, seed=seed, no_repeat_ngram=1))
        for one in (one for hypotheses in found for one in hypotheses):
            assert len(set(one.tokens)) == len(one.tokens)


def test_a_wider_beam_draws_more_of_the_same_kind_and_n_best_the_first() -> None:
    made = model(0, ending=1.0)
    every = search(made, SOURCES, options(4, seed=1))
    for some, hypotheses in zip(search(made, SOURCES, options(4, seed=1), 2), every, strict=True):
        assert [one.tokens for one in some] == [one.tokens for one in hypotheses[:2]]


def test_a_model_without_a_source_has_no_attention() -> None:
    assert all(one.attention is None for one in draw(options(3)))


def test_settings_that_leave_no_token_are_refused() -> None:
    toy = TableModel(torch.zeros(1, 2, 2))
    settings = options(3, no_repeat_ngram=1)
    with pytest.raises(UserError, match=r"^These settings leave no token to draw: .*\.$"):
        decode(toy, toy.start(), settings, Limits(0, 99, [5], CPU))


def test_an_empty_place_in_the_beam_needs_no_token() -> None:
    # "</s>" and "0 </s>" are all there is without a repetition: three places are never filled.
    # Nothing is left to those that hold "</s>", and nobody asks.
    toy = TableModel(torch.tensor([[[0.0, 0.0], [-torch.inf, 0.0]]]))
    (found,) = decode(toy, toy.start(), options(5, no_repeat_ngram=1), Limits(0, 1, [5], CPU))
    assert sorted(one.tokens for one in found) == [[0, 1], [1]]


def test_conditioned_scores_are_those_of_the_formula_which_overflows() -> None:
    keys = torch.tensor([[[1.0, 0.875, 0.25, -2.0, -30.0, -torch.inf]]])
    for largest in (2.0, 0.0, -1.5):
        exact = -(math.exp(-largest) - math.exp(-1) + keys.double().neg().exp()).log()
        for moved in (0.0, -1000.0, 1000.0):  # exp() of these is 0 or infinite
            found = _at_most(torch.tensor([[[largest + moved]]]), keys + moved)
            assert found[0, 0, 0] == largest + moved
            assert found[0, 0].tolist() == sorted(found[0, 0].tolist(), reverse=True)
            torch.testing.assert_close(found.double(), exact + moved, atol=1e-3, rtol=0)
    assert _at_most(torch.tensor([[[-torch.inf]]]), keys).isneginf().all()
