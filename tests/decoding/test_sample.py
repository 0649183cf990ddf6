"""Sampling draws what softmax says, from its seed alone, whatever else runs beside it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

from core.decoding.guide import Guide
from core.decoding.hypothesis import DecodedSequence, Limits
from core.decoding.options import DecodingOptions
from core.decoding.sample import decode_one_by_one, gumbel_noise, keyed_uniform
from core.errors import UserError
from tests.tiny import TableModel, model

CPU = torch.device("cpu")
BOS, EOS = 12, 11  # of the random models
SOURCES = [[3, 4, 5, 6, EOS], [5, 7, 2, 9, EOS], [8, 9, 1, 1, EOS]]


def sample(
    seed: int, method: str = "sample", model_seed: int = 0, **options: float
) -> list[DecodedSequence]:
    made = model(model_seed, ending=1.0)
    source = torch.tensor(SOURCES)
    with torch.inference_mode():
        state = made.start(source, torch.tensor([5, 5, 5]))
    limits = Limits(BOS, EOS, [12] * 3, CPU, [5, 5, 5])
    settings = DecodingOptions(method, seed=seed, **options)
    return decode_one_by_one(made, state, settings, limits)


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


@pytest.mark.parametrize("step", [0, 1, 17])
def test_frequencies_over_seeds_follow_softmax(step: int) -> None:
    logits = torch.tensor([2.0, 1.0, 0.0, -1.0, -torch.inf])
    drawn = torch.stack([(logits + gumbel_noise(seed, step, 5)).argmax() for seed in range(4000)])
    check_frequencies(drawn, torch.softmax(logits, 0))


def test_frequencies_over_steps_of_one_seed_follow_softmax() -> None:
    logits = torch.tensor([2.0, 1.0, 0.0, -1.0])
    drawn = torch.stack([(logits + gumbel_noise(3, step, 4)).argmax() for step in range(4000)])
    check_frequencies(drawn, torch.softmax(logits, 0))


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, [0.5, 0.3, 0.15, 0.05]),
        ({"temperature": 0.5}, [0.6849, 0.2466, 0.0616, 0.0068]),
        ({"top_k": 2}, [0.625, 0.375, 0, 0]),
        ({"top_p": 0.9}, [0.5263, 0.3158, 0.1579, 0]),
        ({"min_p": 0.5}, [0.625, 0.375, 0, 0]),
        ({"top_k": 3, "temperature": 2.0}, [0.4306, 0.3335, 0.2358, 0]),
    ],
)
def test_what_is_drawn_follows_the_filtered_distribution(options: dict, expected: list) -> None:
    table = torch.tensor([0.5, 0.3, 0.15, 0.05]).log().expand(1, 4, 4)
    toy, limits = TableModel(table), Limits(0, 99, [4000], CPU)
    settings = DecodingOptions("sample", seed=5, **options)
    (one,) = decode_one_by_one(toy, toy.start(), settings, limits)
    check_frequencies(torch.tensor(one.tokens), torch.tensor(expected))


def check_frequencies(drawn: torch.Tensor, expected: torch.Tensor) -> None:
    found = torch.bincount(drawn, minlength=len(expected))
    counts = expected / expected.sum() * len(drawn)
    assert found[counts == 0].sum() == 0
    likely = counts > 0
    # Chi-square of at most 3 degrees of freedom: above 16.3 by chance once in a thousand times.
    assert ((found - counts)[likely].square() / counts[likely]).sum() < 16.3


@pytest.mark.parametrize("size", [5, 97, 20352])
@pytest.mark.parametrize("scale", [0.1, 1.0, 10.0])
@pytest.mark.parametrize("possible", [1.0, 0.1, 0.001])
def test_a_draw_is_the_largest_of_logits_with_noise(size, scale, possible) -> None:
    """The noise of what can't be first is not worked out; that changes no draw."""
    torch.manual_seed(0)
    for seed in range(30):
        logits = scale * torch.randn(1, size)
        logits[torch.rand(1, size) > possible] = -torch.inf
        logits[0, seed % size] = 0.0
        toy, limits = TableModel(logits[None].expand(1, size, size)), Limits(0, size, [3], CPU)
        (one,) = decode_one_by_one(toy, toy.start(), DecodingOptions("sample", seed=seed), limits)
        noisy = [logits[0] + gumbel_noise(seed, place, size) for place in range(3)]
        assert one.tokens == [keys.argmax().item() for keys in noisy]


@pytest.mark.parametrize("filters", [{"top_k": 1}, {"top_p": 0.0}, {"temperature": 0.0}])
def test_the_narrowest_filter_is_greedy(filters: dict) -> None:
    greedy = sample(0, method="greedy")
    assert tokens(sample(5, **filters)) == tokens(greedy)


def test_who_begins_with_what_was_written_goes_on_as_if_never_stopped() -> None:
    made, source = model(0), torch.tensor([[3, 4, EOS]])
    limits = Limits(BOS, EOS, [20], CPU, [3])
    options = DecodingOptions("sample", seed=3, repetition_penalty=1.3, top_p=0.95)
    with torch.inference_mode():
        state = made.start(source, torch.tensor([3]))
    (whole,) = decode_one_by_one(made, state, options, limits)
    assert len(whole.tokens) > 8
    for stop in range(len(whole.tokens)):
        guide = Guide(tuple(whole.tokens[:stop]))
        (again,) = decode_one_by_one(made, state, options, limits, guide)
        assert again.tokens == whole.tokens


def test_settings_that_leave_no_token_are_refused() -> None:
    toy = TableModel(torch.zeros(1, 2, 2))
    options = DecodingOptions("sample", no_repeat_ngram=1)
    with pytest.raises(UserError, match="leave no token"):
        decode_one_by_one(toy, toy.start(), options, Limits(0, 99, [5], CPU))


def test_each_row_of_a_batch_draws_as_it_would_alone() -> None:
    made, options = model(0, ending=1.0), DecodingOptions("sample", seed=3, top_p=0.9)
    together = sample(3, top_p=0.9)
    for source, one in zip(SOURCES, together, strict=True):
        with torch.inference_mode():
            state = made.start(torch.tensor([source]), torch.tensor([5]))
        (alone,) = decode_one_by_one(made, state, options, Limits(BOS, EOS, [12], CPU, [5]))
        assert alone.tokens == one.tokens


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
