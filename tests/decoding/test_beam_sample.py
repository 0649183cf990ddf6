"""A drawn beam is sampling where it is one wide, and draws what the filters leave."""

from collections import Counter

import pytest
import torch

from core.decoding.decode import decode
from core.decoding.filters import filters_of
from core.decoding.hypothesis import Limits
from core.decoding.options import DecodingOptions
from core.decoding.sample import draw_without_replacement
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

FILTERS = [{}, {"temperature": 1.5, "top_p": 0.9}, {"repetition_penalty": 1.5, "top_k": 6}]


def options(beam: int, **settings: float) -> DecodingOptions:
    return DecodingOptions("beam-sample", beam=beam, **settings)


@pytest.mark.parametrize("filters", FILTERS)
def test_a_beam_of_one_is_sampling(filters: dict) -> None:
    lengths = set()
    for seed in range(12):
        made = model(seed % 4, ending=1.0)
        drawn = search(made, SOURCES, options(1, seed=seed, **filters))
        sampled = search(made, SOURCES, DecodingOptions("sample", seed=seed, **filters))
        for (one,), (other,) in zip(drawn, sampled, strict=True):
            assert one.tokens == other.tokens
            assert one.log_probs == pytest.approx(other.log_probs, abs=1e-5)
            assert one.score == pytest.approx(other.score, abs=1e-5)
            torch.testing.assert_close(one.attention, other.attention, atol=1e-5, rtol=0)
            lengths.add(len(one.tokens))
    assert len(lengths) > 6


@pytest.mark.parametrize("beam", [1, 4])
def test_one_token_that_may_be_drawn_is_greedy(beam: int) -> None:
    for seed in range(4):
        made = model(seed, ending=1.0)
        drawn = search(made, SOURCES, options(beam, seed=seed, top_k=1))
        greedy = search(made, SOURCES, DecodingOptions("greedy"))
        for (one,), (other,) in zip(drawn, greedy, strict=True):
            assert one.tokens == other.tokens


def test_a_seed_repeats_and_another_gives_another() -> None:
    made = model(0, ending=1.0)

    def texts(seed: int) -> str:
        found = search(made, SOURCES, options(3, seed=seed))
        return str([[one.tokens for one in hypotheses] for hypotheses in found])

    assert texts(7) == texts(7)
    assert len({texts(seed) for seed in range(20)}) == 20


@pytest.mark.parametrize("filters", FILTERS)
def test_a_batch_gives_what_each_source_gives_alone(filters: dict) -> None:
    for seed in range(3):
        check_alone(model(seed, ending=1.0), options(4, seed=seed, **filters))


def test_each_hypothesis_has_noise_of_its_own_that_is_the_same_for_every_source() -> None:
    logits = torch.zeros(3, 4, 50)
    keys, ids = draw_without_replacement(logits, 5, seed=2, step=1)
    assert ids.shape == keys.shape == (3, 4, 5)
    assert ids[0].equal(ids[1]) and ids[0].equal(ids[2])
    assert len({tuple(drawn) for drawn in ids[0].tolist()}) == 4
    assert not ids.equal(draw_without_replacement(logits, 5, seed=2, step=2)[1])
    alone = draw_without_replacement(logits[:, :1], 5, seed=2, step=1)[1]
    assert alone.equal(ids[:, :1])


def sets_of_two(chances: list[float]) -> dict[frozenset[int], float]:
    """The probability of each set of two that is drawn without replacement."""
    return {
        frozenset({m, n}): p * q / (1 - p) + q * p / (1 - q)
        for m, p in enumerate(chances)
        for n, q in enumerate(chances[:m])
        if p * q
    }


@pytest.mark.parametrize("beam", [1, 2])
@pytest.mark.parametrize("filters", [{}, {"temperature": 0.5}, {"top_k": 3, "temperature": 2.0}])
def test_the_first_tokens_are_drawn_without_replacement(filters: dict, beam: int) -> None:
    toy, limits = TableModel(table([0.5, 0.3, 0.15, 0.05]).expand(1, 4, 4)), Limits(0, 99, [1], CPU)
    found = Counter()
    for seed in range(1500):
        (drawn,) = decode(toy, toy.start(), options(beam, seed=seed, **filters), limits)
        assert [one.score for one in drawn] == sorted((one.score for one in drawn), reverse=True)
        found[frozenset(one.tokens[0] for one in drawn)] += 1
    logits = toy.tables[0, :1]
    for _, apply in filters_of(options(beam, **filters)):
        logits = apply([[]], logits)
    chances = logits.softmax(1)[0].tolist()
    alone = {frozenset({n}): p for n, p in enumerate(chances)}
    check_frequencies(found, alone if beam == 1 else sets_of_two(chances))


def test_each_hypothesis_draws_what_follows_it_and_the_best_of_all_stay() -> None:
    # "3" and "4" are both kept at first; then each draws two of the words 0, 1 and 2.
    first, after = {3: 0.55, 4: 0.45}, {3: [0.5, 0.3, 0.2], 4: [0.2, 0.3, 0.5]}
    rows = [[0.0] * 5] * 3 + [[*after[3], 0, 0], [*after[4], 0, 0], [0, 0, 0, 0.55, 0.45]]
    toy = TableModel(table(*[[*row, 0] for row in rows])[None])
    found = Counter()
    for seed in range(1500):
        (drawn,) = decode(toy, toy.start(), options(2, seed=seed), Limits(5, 99, [2], CPU))
        found[frozenset(tuple(one.tokens) for one in drawn)] += 1
    expected = Counter()
    for some, p in sets_of_two(after[3]).items():
        for others, q in sets_of_two(after[4]).items():
            drawn = [(3, token) for token in some] + [(4, token) for token in others]
            best = sorted(drawn, key=lambda pair: -first[pair[0]] * after[pair[0]][pair[1]])
            expected[frozenset(best[:2])] += p * q
    assert len(expected) > 4
    check_frequencies(found, expected)


@pytest.mark.parametrize("filters", FILTERS)
@pytest.mark.parametrize("penalty", [0.0, 1.0])
def test_what_a_hypothesis_keeps_is_that_of_forced_decoding_of_its_tokens(
    penalty: float, filters: dict
) -> None:
    first_tokens_differ = 0
    for seed in range(4):
        made = model(seed, ending=1.0)
        settings = options(4, seed=seed, length_penalty=penalty, **filters)
        for row, hypotheses in zip(SOURCES, search(made, SOURCES, settings), strict=True):
            first_tokens_differ += len({one.tokens[0] for one in hypotheses}) > 1
            scores = [one.score for one in hypotheses]
            assert scores == sorted(scores, reverse=True)
            assert len({tuple(one.tokens) for one in hypotheses}) == len(hypotheses)
            for one in hypotheses:
                check_kept(made, row, one)
                total = sum(one.log_probs) / len(one.tokens) ** penalty
                assert one.score == pytest.approx(total, abs=1e-4)
    assert first_tokens_differ > 5, "hypotheses must have been reordered, or this proves less"


def test_filters_look_at_what_each_hypothesis_has_written() -> None:
    repeats = 0
    for seed in range(8):
        made = model(seed, ending=-2.0)
        for settings in ({}, {"no_repeat_ngram": 1}):
            found = search(made, SOURCES, options(5, seed=seed, **settings))
            repeated = sum(len(set(one.tokens)) < len(one.tokens) for all in found for one in all)
            if settings:
                assert repeated == 0
            repeats += repeated
    assert repeats > 100, "the models must want to repeat, or this proves less"


@pytest.mark.parametrize("n_best", [1, 2])
def test_the_n_best_are_the_first_of_all(n_best: int) -> None:
    made = model(0, ending=1.0)
    every = search(made, SOURCES, options(4, seed=1))
    best = search(made, SOURCES, options(4, seed=1), n_best)
    for some, hypotheses in zip(best, every, strict=True):
        assert [one.tokens for one in some] == [one.tokens for one in hypotheses[:n_best]]


def test_a_model_without_a_source_has_no_attention() -> None:
    toy = TableModel(torch.zeros(1, 4, 4))
    (found,) = decode(toy, toy.start(), options(3), Limits(3, 2, [8], CPU))
    assert len(found) >= 3
    assert all(one.attention is None for one in found)


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
