"""What a search did: every hypothesis that was alive, and how each goes back to its start."""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from core.decoding.hypothesis import DecodedSequence, Limits


class Step(NamedTuple):
    """What one step did, for the B' sources still alive."""

    line: dict[int, int]  # source -> its line in the other fields
    parents: list[list[int]]  # (B', K) the hypothesis that each was grown from
    tokens: list[list[int]]  # (B', K)
    log_probs: list[list[float]]  # (B', K) of the token alone
    totals: list[list[float]]  # (B', K) sums of log-probabilities, -inf for one that goes nowhere
    best: list[list[float]]  # (B', K') of each parent: the best total that goes on from it
    attention: Tensor | None  # (B', K', S) of the parents, before they were reordered


@dataclass(frozen=True)
class Finished:
    """A hypothesis that chose ``</s>`` at a step, or was cut at the limit."""

    score: float  # what it is ranked by: its total normalised by length, or perturbed
    step: int  # of its last token, from 0
    parent: int
    token: int
    log_prob: float


@dataclass(frozen=True)
class BeamRecord:
    """Steps in order, and the finished hypotheses of each source."""

    steps: list[Step]
    finished: list[list[Finished]]

    def ranked(self, source: int) -> list[Finished]:
        """Return the finished hypotheses of a source, best first."""
        return sorted(self.finished[source], key=lambda end: -end.score)

    def sequences(self, limits: Limits, n_best: int | None) -> list[list[DecodedSequence]]:
        """Return what was found for each source, best first, all of it or the ``n_best``."""
        return [
            [
                DecodedSequence(
                    *self.tokens_of(source, end), end.score, self.attention_of(source, end, limits)
                )
                for end in self.ranked(source)[:n_best]
            ]
            for source in range(len(self.finished))
        ]

    def tokens_of(self, source: int, end: Finished) -> tuple[list[int], list[float]]:
        """Return the tokens of a finished hypothesis and their log-probabilities."""
        tokens, log_probs, parent = [end.token], [end.log_prob], end.parent
        for step in reversed(self.steps[: end.step]):
            line = step.line[source]
            tokens.append(step.tokens[line][parent])
            log_probs.append(step.log_probs[line][parent])
            parent = step.parents[line][parent]
        return tokens[::-1], log_probs[::-1]

    def attention_of(self, source: int, end: Finished, limits: Limits) -> Tensor | None:
        """Return the attention (T, S) of a finished hypothesis, through every reordering."""
        rows, parent = [], end.parent
        for number in range(end.step, -1, -1):
            step = self.steps[number]
            if step.attention is None:
                return None
            rows.append(step.attention[step.line[source], parent])
            if number > 0:
                before = self.steps[number - 1]
                parent = before.parents[before.line[source]][parent]
        return limits.cut(torch.stack(rows[::-1]), source)
