"""Sources of the random models, their forced decoding, and a test of frequencies."""

import math
from collections import Counter

import pytest
import torch
from torch import Tensor

from core.decoding.decode import decode
from core.decoding.hypothesis import DecodedSequence, Limits
from core.decoding.options import DecodingOptions
from core.models.seq2seq import Seq2Seq

CPU = torch.device("cpu")
BOS, PAD, EOS = 12, 13, 11  # of the random models, which can write ids 0 … 11
SOURCES = [[3, 4, 5, 6, 7, EOS], [5, EOS], [8, 9, 10, EOS], [EOS], [1, 2, 3, 4, EOS]]


def table(*rows: list[float]) -> Tensor:
    """A Markov table of probabilities, as log-probabilities."""
    return torch.tensor(rows).log()


def search(
    made: Seq2Seq, rows: list[list[int]], options: DecodingOptions, n_best: int | None = None
) -> list[list[DecodedSequence]]:
    """The hypotheses of a model for each row of source ids."""
    longest = max(map(len, rows))
    lengths = [len(row) for row in rows]
    limits = Limits(BOS, EOS, [12] * len(rows), CPU, lengths)
    source = torch.tensor([[*row, *[PAD] * (longest - len(row))] for row in rows])
    with torch.inference_mode():
        state = made.start(source, torch.tensor(lengths))
    return decode(made, state, options, limits, n_best)


def forced(made: Seq2Seq, row: list[int], tokens: list[int]) -> tuple[Tensor, Tensor]:
    """The log-probabilities (T,) and attention (T, S) of a target that is given."""
    target = torch.tensor([[BOS, *tokens[:-1]]])
    with torch.inference_mode():
        features, attention = made(torch.tensor([row]), torch.tensor([len(row)]), target)
        log_probs = made.decoder.project(features)[0].log_softmax(-1)
    return log_probs.gather(1, torch.tensor(tokens)[:, None])[:, 0], attention[0]


def check_kept(made: Seq2Seq, row: list[int], one: DecodedSequence) -> None:
    """Log-probabilities and attention are those of forced decoding of the same tokens."""
    log_probs, attention = forced(made, row, one.tokens)
    assert one.log_probs == pytest.approx(log_probs.tolist(), abs=3e-4)
    assert one.attention is not None
    assert one.attention.shape == (len(one.tokens), len(row))
    torch.testing.assert_close(one.attention, attention, atol=3e-4, rtol=0)


def check_alone(made: Seq2Seq, options: DecodingOptions) -> None:
    """Each source gives in a batch what it gives alone."""
    for row, hypotheses in zip(SOURCES, search(made, SOURCES, options), strict=True):
        (alone,) = search(made, [row], options)
        assert [one.tokens for one in hypotheses] == [one.tokens for one in alone]
        for one, other in zip(hypotheses, alone, strict=True):
            assert one.log_probs == pytest.approx(other.log_probs, abs=1e-4)
            torch.testing.assert_close(one.attention, other.attention, atol=1e-4, rtol=0)


def check_frequencies(found: Counter, expected: dict) -> None:
    """A chi-square test at 0.1 %; outcomes expected less than five times count as one."""
    total = sum(found.values())
    assert sum(expected.values()) == pytest.approx(1, abs=1e-4)
    assert set(found) <= {outcome for outcome, p in expected.items() if p > 0}
    common = [outcome for outcome, p in expected.items() if p * total >= 5]
    pairs = [(found[outcome], expected[outcome] * total) for outcome in common]
    rare = total - sum(count for count, _ in pairs), total - sum(mean for _, mean in pairs)
    if rare[1] >= 1:
        pairs.append(rare)
    statistic = sum((count - mean) ** 2 / mean for count, mean in pairs)
    degrees = max(len(pairs) - 1, 1)
    # The 99.9 % quantile, after Wilson and Hilferty 1931.
    part = 2 / (9 * degrees)
    assert statistic < degrees * (1 - part + 3.09 * math.sqrt(part)) ** 3
