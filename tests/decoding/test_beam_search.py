"""Beam search against brute force, against greedy decoding and against forced decoding."""

import itertools
import math

import pytest
import torch
from torch import Tensor

from core.decoding.beam_search import beam_search
from core.decoding.decode import decode
from core.decoding.hypothesis import Limits
from core.decoding.options import METHODS, DecodingOptions
from core.decoding.sample import decode_one_by_one
from tests.decoding.made import CPU, EOS, SOURCES, check_alone, check_kept, search, table
from tests.tiny import TableModel, model


def beam(size: int, length_penalty: float = 1.0) -> DecodingOptions:
    return DecodingOptions("beam", beam=size, length_penalty=length_penalty)


# -- a table that can be read: 0 and 1 are words, 2 is </s>, 3 is <s> and can't be written --------


# Greedy takes "0" (0.6) and then has nothing better than 0.4; "1 </s>" has 0.4 × 0.9.
TRAP = table([0.3, 0.3, 0.4, 0], [0.05, 0.05, 0.9, 0], [0, 0, 1, 0], [0.6, 0.4, 0, 0])


def test_two_hypotheses_see_beyond_a_greedy_trap() -> None:
    toy = TableModel(TRAP[None])
    limits = Limits(3, 2, [8], CPU)
    (greedy,) = decode_one_by_one(toy, toy.start(), DecodingOptions("greedy"), limits)
    assert greedy.tokens == [0, 2]
    ((best, second),) = beam_search(toy, toy.start(), beam(2, 0.0), limits, n_best=2)
    assert best.tokens == [1, 2]
    assert math.exp(best.score) == pytest.approx(0.4 * 0.9)
    assert [math.exp(value) for value in best.log_probs] == pytest.approx([0.4, 0.9])
    assert second.tokens == [0, 2]
    assert math.exp(second.score) == pytest.approx(0.6 * 0.4)


def test_a_long_hypothesis_wins_only_where_length_is_not_punished() -> None:
    # "</s>" at once has 0.4; "0 0 </s>" has 0.6 × 0.8 × 0.7 = 0.336, and more for each token.
    toy = TableModel(
        table([0.15, 0.8, 0.05, 0], [0.2, 0.1, 0.7, 0], [0, 0, 1, 0], [0.6, 0, 0.4, 0])[None]
    )
    limits = Limits(3, 2, [5], CPU)
    assert beam_search(toy, toy.start(), beam(50, 0.0), limits)[0][0].tokens == [2]
    assert beam_search(toy, toy.start(), beam(50, 1.0), limits)[0][0].tokens == [0, 1, 2]


def test_a_finished_hypothesis_takes_no_place_of_one_that_goes_on() -> None:
    # "</s>" comes first of three at once; "1 </s>" (0.2 × 0.98) needs the third to go on.
    chain = table([0.49, 0.49, 0.02, 0], [0.01, 0.01, 0.98, 0], [0, 0, 1, 0], [0.3, 0.2, 0.5, 0])
    toy = TableModel(chain[None])
    (found,) = beam_search(toy, toy.start(), beam(2, 0.0), Limits(3, 2, [5], CPU))
    assert [one.tokens for one in found] == [[2], [1, 2]]


@pytest.mark.parametrize("penalty", [0.0, 1.0])
def test_as_many_ends_as_the_beam_do_not_stop_a_better_hypothesis(penalty: float) -> None:
    # "0 1 2 </s>" has 0.96 ** 3; 3 may come in place of 1 and 2, and "</s>" is sure behind it: two
    # such hypotheses (0.04 and 0.0384) end first.
    chain = table(
        [0, 0.96, 0, 0.04, 0, 0],
        [0, 0, 0.96, 0.04, 0, 0],
        [0, 0, 0, 0, 1, 0],
        [0, 0, 0, 0, 1, 0],
        [0, 0, 0, 0, 1, 0],
        [0.96, 0, 0, 0.04, 0, 0],
    )
    toy = TableModel(chain[None])
    (found,) = beam_search(toy, toy.start(), beam(2, penalty), Limits(5, 4, [9], CPU))
    assert found[0].tokens == [0, 1, 2, 4]
    assert [3, 4] in [one.tokens for one in found] and [0, 3, 4] in [one.tokens for one in found]
    assert math.exp(sum(found[0].log_probs)) == pytest.approx(0.96**3)


def test_without_a_length_penalty_the_best_of_the_beam_are_the_best_of_all() -> None:
    # "</s>" at once has 0.5, then 0.1 and 0.08 end; "1 0 0 </s>" (0.12) is longer and better.
    chain = table([0.9, 0, 0.1, 0], [0.7, 0, 0.3, 0], [0, 0, 1, 0], [0.1, 0.4, 0.5, 0])
    toy = TableModel(chain[None])
    limits = Limits(3, 2, [12], CPU)
    (found,) = beam_search(toy, toy.start(), beam(3, 0.0), limits)
    expected = sorted(brute_force(chain, 3, 2, 12, 0.0).values(), reverse=True)
    assert [one.score for one in found[:3]] == pytest.approx(expected[:3], abs=1e-5)


def brute_force(
    chain: Tensor, bos: int, eos: int, most: int, penalty: float
) -> dict[tuple[int, ...], float]:
    """The score of every sequence that ends with ``eos`` or at the limit."""
    log_probs = chain.log_softmax(-1)
    words = [word for word in range(eos) if chain[bos, word] > -math.inf]
    scores = {}
    for length in range(1, most + 1):
        for prefix in itertools.product(words, repeat=length - 1):
            for last in [*words, eos] if length == most else [eos]:
                tokens = (*prefix, last)
                steps = zip((bos, *tokens), tokens, strict=False)
                total = sum(log_probs[before, after].item() for before, after in steps)
                scores[tokens] = total / length**penalty
    return scores


@pytest.mark.parametrize("penalty", [0.0, 0.5, 1.0, 2.0])
@pytest.mark.parametrize("seed", range(5))
def test_a_beam_that_holds_every_prefix_finds_all_that_brute_force_finds(
    seed: int, penalty: float
) -> None:
    # Two words, </s> = 2, <s> = 3; at most 4 tokens: 8 prefixes of 3 words, 23 sequences in all.
    generator = torch.Generator().manual_seed(seed)
    chain = torch.randn(4, 4, generator=generator) * 2
    chain[:, 3] = -torch.inf
    expected = brute_force(chain, 3, 2, 4, penalty)
    assert len(expected) == 1 + 2 + 4 + 8 + 16
    toy = TableModel(chain[None])
    (found,) = beam_search(toy, toy.start(), beam(40, penalty), Limits(3, 2, [4], CPU))
    assert {tuple(one.tokens): one.score for one in found} == pytest.approx(expected, abs=1e-5)
    assert found[0].score == max(one.score for one in found)


@pytest.mark.parametrize("penalty", [0.0, 0.5, 1.0, 2.0])
def test_a_beam_as_wide_as_the_prefixes_finds_the_best_of_brute_force(penalty: float) -> None:
    # Three words, at most 4 tokens: no more than 27 prefixes can go on at any step.
    generator = torch.Generator().manual_seed(0)
    chains = torch.randn(30, 5, 5, generator=generator) * 2
    chains[:, :, 4] = -torch.inf
    chains[:, :, 3] += 1.5  # </s> is likely, so hypotheses end at all lengths
    toy = TableModel(chains)
    found = beam_search(toy, toy.start(), beam(27, penalty), Limits(4, 3, [4] * 30, CPU))
    for chain, hypotheses in zip(chains, found, strict=True):
        expected = brute_force(chain, 4, 3, 4, penalty)
        best = max(expected, key=expected.__getitem__)
        assert tuple(hypotheses[0].tokens) == best
        assert hypotheses[0].score == pytest.approx(expected[best], abs=1e-5)


@pytest.mark.parametrize("seed", range(8))
def test_a_beam_of_one_is_greedy(seed: int) -> None:
    made = model(seed, ending=2.0)
    beamed = search(made, SOURCES, beam(1))
    greedy = search(made, SOURCES, DecodingOptions("greedy"))
    for (one,), (other,) in zip(beamed, greedy, strict=True):
        assert one.tokens == other.tokens
        assert one.log_probs == pytest.approx(other.log_probs, abs=1e-5)
        assert one.score == pytest.approx(other.score, abs=1e-5)
        torch.testing.assert_close(one.attention, other.attention, atol=1e-5, rtol=0)


def test_the_random_models_end_at_different_lengths_and_at_the_limit() -> None:
    found = [
        one[0].tokens
        for seed in range(8)
        for one in search(model(seed, ending=2.0), SOURCES, DecodingOptions("greedy"))
    ]
    ended = {len(tokens) for tokens in found if tokens[-1] == EOS}
    assert len(ended) > 4
    assert any(tokens[-1] != EOS and len(tokens) == 12 for tokens in found)


@pytest.mark.parametrize("penalty", [0.0, 1.0, 1.5])
@pytest.mark.parametrize("float16", [False, True])
@pytest.mark.parametrize("score", ["general", "dot"])
def test_what_a_hypothesis_keeps_is_that_of_forced_decoding_of_its_tokens(
    score: str, float16: bool, penalty: float
) -> None:
    parents_change = 0
    for seed in range(4):
        made = model(seed, ending=1.0, score=score, float16=float16)
        for row, hypotheses in zip(SOURCES, search(made, SOURCES, beam(5, penalty)), strict=True):
            parents_change += len({one.tokens[0] for one in hypotheses}) > 1
            for one in hypotheses:
                check_kept(made, row, one)
                total = sum(one.log_probs) / len(one.tokens) ** penalty
                assert one.score == pytest.approx(total, abs=1e-4)
    assert parents_change > 5, "hypotheses must have been reordered, or this proves less"


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("size", [2, 5, 8])
def test_hypotheses_are_sorted_different_and_at_least_as_many_as_the_beam(
    size: int, seed: int
) -> None:
    for hypotheses in search(model(seed, ending=1.0), SOURCES, beam(size)):
        scores = [one.score for one in hypotheses]
        assert len(scores) >= size
        assert scores == sorted(scores, reverse=True)
        assert len({tuple(one.tokens) for one in hypotheses}) == len(hypotheses)
        for one in hypotheses:
            assert EOS not in one.tokens[:-1]
            assert all(0 <= token <= EOS for token in one.tokens)


@pytest.mark.parametrize("n_best", [1, 3])
def test_the_n_best_are_the_first_of_all(n_best: int) -> None:
    made = model(0, ending=1.0)
    every = search(made, SOURCES, beam(4))
    assert any(len(hypotheses) > 4 for hypotheses in every)
    best = search(made, SOURCES, beam(4), n_best=n_best)
    for some, hypotheses in zip(best, every, strict=True):
        assert [one.tokens for one in some] == [one.tokens for one in hypotheses[:n_best]]


@pytest.mark.parametrize("method", METHODS)
def test_a_batch_gives_what_each_source_gives_alone(method: str) -> None:
    for seed in range(4):
        check_alone(model(seed, ending=1.0), DecodingOptions(method, beam=4, seed=3))


@pytest.mark.parametrize("method", METHODS)
def test_no_more_tokens_are_written_than_each_source_may_have(method: str) -> None:
    toy = TableModel(torch.tensor([[0.0, 0.0, -40.0, -torch.inf]] * 4).expand(3, 4, 4))
    limits = Limits(3, 2, [1, 5, 3], CPU)  # </s> hardly ever comes
    options = DecodingOptions(method, beam=3)
    found = decode(toy, toy.start(), options, limits)
    for hypotheses, most in zip(found, limits.max_tokens, strict=True):
        assert len(hypotheses[0].tokens) == most
        assert 2 not in hypotheses[0].tokens
        assert all(len(one.tokens) <= most for one in hypotheses)


def test_a_model_without_a_source_has_no_attention() -> None:
    toy = TableModel(TRAP[None])
    (found,) = beam_search(toy, toy.start(), beam(2), Limits(3, 2, [8], CPU))
    assert [one.attention for one in found] == [None] * len(found)


def test_fewer_words_than_the_beam_give_what_there_is() -> None:
    # One word and </s>, at most two tokens: "</s>", "0 </s>" and "0 0" are all there is.
    toy = TableModel(torch.tensor([[0.0, 0.0, -torch.inf]] * 3)[None])
    (found,) = beam_search(toy, toy.start(), beam(10), Limits(2, 1, [2], CPU))
    assert {tuple(one.tokens) for one in found} == {(1,), (0, 1), (0, 0)}
    assert all(math.isfinite(one.score) for one in found)
