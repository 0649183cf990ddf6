"""A given beginning is kept to the byte, and forced attention is used where it was asked for."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.decoding.decode import decode as decode_all
from core.decoding.force import force_decode
from core.decoding.guide import ForcedAttention, Guide, Spelling, check_forced
from core.decoding.hypothesis import DecodedSequence, Limits
from core.decoding.options import METHODS, DecodingOptions
from core.errors import UserError
from tests.tiny import model

CPU = torch.device("cpu")
BOS, EOS = 12, 11
# Eleven pieces over two letters; the ids 0 and 1 spell anything, the others more at once.
PIECES = [b"a", b"b", b"ab", b"ba", b"aa", b"abb", b"bab", b"bb", b"aba", b"aab", b"bba"]
SPELLING = Spelling(PIECES)
SOURCE = [3, 4, 5, EOS]


def decode(options: DecodingOptions, guide: Guide, seed: int = 0) -> list[DecodedSequence]:
    made = model(seed)
    limits = Limits(BOS, EOS, [30], CPU, [len(SOURCE)])
    with torch.inference_mode():
        state = made.start(torch.tensor([SOURCE]), torch.tensor([len(SOURCE)]))
    return decode_all(made, state, options, limits, guide=guide)[0]


def spelt(tokens: list[int]) -> bytes:
    return b"".join(PIECES[token] for token in tokens if token != EOS)


def test_what_continues_a_text_is_a_part_of_it_or_more() -> None:
    assert sorted(PIECES[n] for n in SPELLING.continuing(b"ab")) == [b"a", b"ab", b"aba", b"abb"]
    assert SPELLING.continuing(b"c") == []


@given(st.text(alphabet="ab", min_size=1, max_size=6))
def test_what_continues_a_text_is_found_as_by_trying_all(text: str) -> None:
    rest = text.encode()
    expected = {n for n, p in enumerate(PIECES) if p.startswith(rest) or rest.startswith(p)}
    assert sorted(SPELLING.continuing(rest)) == sorted(expected)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("rest", [b"a", b"abba", b"bbbbbbbb", b"abaabbabaab"])
@pytest.mark.parametrize("tokens", [(), (7, 2)])
def test_every_hypothesis_begins_as_given(method: str, rest: bytes, tokens: tuple) -> None:
    guide = Guide(tokens, rest, SPELLING)
    for seed in range(5):
        found = decode(DecodingOptions(method, beam=4), guide, seed)
        assert found
        for sequence in found:
            assert tuple(sequence.tokens[: len(tokens)]) == tokens
            assert spelt(sequence.tokens[len(tokens) :]).startswith(rest)


@pytest.mark.parametrize("method", ["sample", "beam-sample", "stochastic-beam"])
@pytest.mark.parametrize("rest", [b"", b"bbbbbbbbbbbb"])
def test_what_is_given_is_written_whatever_the_filters_say(rest: bytes, method: str) -> None:
    guide = Guide((7, 7), rest, SPELLING)
    options = DecodingOptions(method, beam=4, no_repeat_ngram=1, top_k=2)
    for seed in range(5):
        for sequence in decode(options, guide, seed):
            assert tuple(sequence.tokens[:2]) == (7, 7)
            assert spelt(sequence.tokens[2:]).startswith(rest)
            # What comes after it is filtered, whether the others have come so far or not.
            given = next(n for n in range(2, 30) if len(spelt(sequence.tokens[2:n])) >= len(rest))
            free = sequence.tokens[given:]
            assert len(set(free)) == len(free)
            assert not set(free) & set(sequence.tokens[:given])


@pytest.mark.parametrize("method", METHODS)
def test_a_beginning_that_is_chosen_anyway_changes_nothing(method: str) -> None:
    options = DecodingOptions(method, beam=1)
    free = decode(options, Guide())[0]
    guided = decode(options, Guide(tuple(free.tokens[:3])))[0]
    assert guided.tokens == free.tokens
    assert guided.log_probs == pytest.approx(free.log_probs, abs=1e-5)


@pytest.mark.parametrize("method", METHODS)
def test_log_probabilities_are_the_models_own(method: str) -> None:
    guide = Guide((7,), b"abab", SPELLING, (ForcedAttention(1, (0, 2), to_end=True),))
    for sequence in decode(DecodingOptions(method, beam=3), guide):
        forced = force(sequence.tokens, guide)
        assert sequence.log_probs == pytest.approx(forced.log_probs, abs=1e-4)
        assert sequence.attention is not None and forced.attention is not None
        assert torch.allclose(sequence.attention, forced.attention, atol=1e-5)


def force(tokens: list[int], guide: Guide, alternatives: int = 0) -> DecodedSequence:
    made = model(0)
    limits = Limits(BOS, EOS, [20], CPU, [len(SOURCE)])
    with torch.inference_mode():
        state = made.start(torch.tensor([SOURCE]), torch.tensor([len(SOURCE)]))
    return force_decode(made, state, tokens, limits, alternatives, guide=guide)


@pytest.mark.parametrize("method", METHODS)
def test_attention_is_forced_at_its_step_or_to_the_end(method: str) -> None:
    options = DecodingOptions(method, beam=3)
    here = decode(options, Guide(forced=(ForcedAttention(1, (2,)),)))[0].attention
    to_end = decode(options, Guide(forced=(ForcedAttention(1, (0, 1), to_end=True),)))[0].attention
    assert here is not None and to_end is not None
    assert here[1].tolist() == [0, 0, 1, 0]
    assert all(row.max() < 1 for row in (here[0], *here[2:]))
    assert to_end[0].tolist() != [0.5, 0.5, 0, 0]
    assert all(row.tolist() == [0.5, 0.5, 0, 0] for row in to_end[1:])


def test_the_latest_of_two_rules_counts() -> None:
    rules = (ForcedAttention(0, (0,), to_end=True), ForcedAttention(1, (3,)))
    attention = force([1, 1, 1], Guide(forced=rules)).attention
    assert attention is not None
    assert attention.argmax(dim=1).tolist() == [0, 3, 0]


def test_alternatives_are_the_likeliest_and_hold_the_choice() -> None:
    greedy = decode(DecodingOptions("greedy"), Guide())[0]
    forced = force(greedy.tokens, Guide(), alternatives=4)
    for token, log_prob, others in zip(
        greedy.tokens, greedy.log_probs, forced.alternatives, strict=True
    ):
        assert len(others) == 4
        assert others[0] == (token, pytest.approx(log_prob, abs=1e-5))
        assert [value for _, value in others] == sorted((v for _, v in others), reverse=True)


@pytest.mark.parametrize(
    "rule",
    [ForcedAttention(-1, (0,)), ForcedAttention(0, ()), ForcedAttention(0, (4,)),
     ForcedAttention(0, (-1,))],
)  # fmt: skip
def test_a_place_that_is_not_there_is_refused(rule: ForcedAttention) -> None:
    with pytest.raises(UserError, match="forced attention"):
        check_forced([rule], 4)
