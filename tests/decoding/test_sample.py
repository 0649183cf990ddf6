"""Sampling draws what softmax says, from its seed alone, whatever else runs beside it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

from core.decoding.hypothesis import DecodedSequence, Limits
from core.decoding.options import DecodingOptions
from core.decoding.sample import decode_one_by_one, draw, keyed_uniform, take_likeliest
from tests.tiny import TableModel, model

CPU = torch.device("cpu")
BOS, EOS = 12, 11  # of the random models
SOURCES = [[3, 4, 5, 6, EOS], [5, 7, 2, 9, EOS], [8, 9, 1, 1, EOS]]


def sample(
    seed: int, temperature: float = 1.0, method: str = "sample", model_seed: int = 0
) -> list[DecodedSequence]:
    made = model(model_seed, ending=1.0)
    source = torch.tensor(SOURCES)
    with torch.inference_mode():
        state = made.start(source, torch.tensor([5, 5, 5]))
    limits = Limits(BOS, EOS, [12] * 3, CPU, [5, 5, 5])
    options = DecodingOptions(method, temperature=temperature, seed=seed)
    return decode_one_by_one(made, state, options, limits)


def tokens(sequences: list[DecodedSequence]) -> list[list[int]]:
    return [one.tokens for one in sequences]


def test_a_seed_gives_the_same_on_each_run() -> None:
    first, again = sample(7), sample(7)
    assert tokens(first) == tokens(again)
    assert [one.log_probs for one in first] == [one.log_probs for one in again]


def test_other_seeds_give_other_texts() -> None:
    assert len({str(tokens(sample(seed))) for seed in range(20)}) == 20


def test_draws_do_not_come_from_the_generator_of_the_process_and_leave_it_alone() -> None:
    torch.manual_seed(1)
    expected = tokens(sample(7))
    made = model(0, ending=1.0)
    texts = []
    for process_seed in (1, 2):
        torch.manual_seed(process_seed)
        before = torch.get_rng_state()
        with torch.inference_mode():
            state = made.start(torch.tensor(SOURCES), torch.tensor([5, 5, 5]))
        options = DecodingOptions("sample", seed=7)
        limits = Limits(BOS, EOS, [12] * 3, CPU, [5, 5, 5])
        texts.append(tokens(decode_one_by_one(made, state, options, limits)))
        assert torch.get_rng_state().equal(before)
    assert texts == [expected, expected]


def test_a_seed_gives_the_same_beside_other_requests() -> None:
    made = model(0, ending=1.0)

    def request(seed: int) -> list[list[int]]:
        with torch.inference_mode():
            state = made.start(torch.tensor(SOURCES), torch.tensor([5, 5, 5]))
        limits = Limits(BOS, EOS, [12] * 3, CPU, [5, 5, 5])
        options = DecodingOptions("sample", seed=seed)
        return tokens(decode_one_by_one(made, state, options, limits))

    seeds = [seed % 10 for seed in range(60)]
    alone = {seed: request(seed) for seed in range(10)}
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(request, seeds)) == [alone[seed] for seed in seeds]


def test_each_step_draws_anew() -> None:
    # One word as likely as the other at each step: the draws must not repeat the first.
    toy = TableModel(torch.tensor([[[0.0, 0.0, -torch.inf, -torch.inf]] * 4]))
    limits = Limits(3, 2, [200], CPU)
    (one,) = decode_one_by_one(toy, toy.start(), DecodingOptions("sample", seed=1), limits)
    pairs = list(zip(one.tokens, one.tokens[1:], strict=False))
    for pair in ((0, 0), (0, 1), (1, 0), (1, 1)):
        assert 30 <= pairs.count(pair) <= 70  # 50 expected, deviation about 6


@pytest.mark.parametrize("model_seed", range(4))
def test_sampling_at_a_low_temperature_is_greedy(model_seed: int) -> None:
    cold = sample(5, temperature=0.01, model_seed=model_seed)
    greedy = sample(0, method="greedy", model_seed=model_seed)
    assert tokens(cold) == tokens(greedy)


def test_log_probs_are_those_of_the_model_whatever_the_temperature() -> None:
    cold = sample(5, temperature=0.01)
    greedy = sample(0, method="greedy")
    for one, other in zip(cold, greedy, strict=True):
        assert one.log_probs == pytest.approx(other.log_probs)
        assert one.score == pytest.approx(sum(one.log_probs) / len(one.tokens))


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("step", [0, 1, 17])
def test_frequencies_over_seeds_follow_softmax(step: int, temperature: float) -> None:
    logits = torch.tensor([[2.0, 1.0, 0.0, -1.0, -torch.inf]])
    count = 4000
    drawn = torch.cat([draw(temperature, seed)(logits, step) for seed in range(count)])
    found = torch.bincount(drawn, minlength=5)
    expected = torch.softmax(logits[0] / temperature, 0) * count
    assert found[4] == 0
    # Chi-square of 3 degrees of freedom: above 16.3 by chance once in a thousand times.
    assert ((found - expected)[:4].square() / expected[:4]).sum() < 16.3


def test_frequencies_over_steps_of_one_seed_follow_softmax() -> None:
    logits = torch.tensor([[2.0, 1.0, 0.0, -1.0]])
    choose = draw(1.0, seed=3)
    drawn = torch.cat([choose(logits, step) for step in range(4000)])
    expected = torch.softmax(logits[0], 0) * 4000
    found = torch.bincount(drawn, minlength=4)
    assert ((found - expected).square() / expected).sum() < 16.3


def test_each_row_of_a_batch_draws_as_it_would_alone() -> None:
    logits = torch.randn(6, 50, generator=torch.Generator().manual_seed(0))
    choose = draw(1.0, seed=3)
    alone = torch.cat([choose(row[None], 2) for row in logits])
    assert choose(logits, 2).equal(alone)


def test_the_likeliest_is_taken_row_by_row() -> None:
    logits = torch.tensor([[0.0, 3.0, 1.0], [2.0, -1.0, -torch.inf]])
    assert take_likeliest(logits, 0).tolist() == [1, 0]


def test_keyed_numbers_depend_on_seed_and_step_alone() -> None:
    assert keyed_uniform(3, 5, 4).equal(keyed_uniform(3, 5, 4))
    drawn = {
        tuple(keyed_uniform(seed, step, 4).tolist())
        for seed in (0, 1, 2, 3, 2**31 - 1)
        for step in range(200)
    }
    assert len(drawn) == 5 * 200
    numbers = keyed_uniform(3, 5, 100_000)
    assert numbers.min() > 0 and numbers.max() < 1
    assert numbers.mean() == pytest.approx(0.5, abs=0.005)
