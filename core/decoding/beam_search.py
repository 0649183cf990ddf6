"""Beam search, batched over sources and hypotheses, with the attention of each hypothesis."""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from core.decoding.hypothesis import DecodedSequence, Limits, length_normalised
from core.decoding.options import DecodingOptions
from core.models.protocol import State, StepModel


class _Step(NamedTuple):
    """What one step did, for the B' sources still alive: enough to follow a hypothesis back."""

    line: dict[int, int]  # source -> its line in the tensors
    parents: list[list[int]]  # (B', K) the hypothesis that each was grown from
    tokens: list[list[int]]  # (B', K)
    log_probs: list[list[float]]  # (B', K) of the token alone
    attention: Tensor | None  # (B', K, S) of the parents, before they were reordered


@dataclass(frozen=True)
class _Finished:
    """A hypothesis that chose ``</s>`` at a step, or was cut at the limit."""

    score: float
    step: int
    parent: int
    token: int
    log_prob: float


def _by_score(end: _Finished) -> float:
    return -end.score


@torch.inference_mode()
def beam_search(
    model: StepModel,
    state: State,
    options: DecodingOptions,
    limits: Limits,
    n_best: int | None = None,
) -> list[list[DecodedSequence]]:
    """Return the hypotheses of each source, best first, all of them or the ``n_best``.

    A hypothesis is finished when ``</s>`` is among the best ``beam`` continuations of its source,
    and then takes no place in the beam; the search for a source ends with ``beam`` of them.

    Args:
        model: anything with ``step``.
        state: of B rows, one a source.
        options: beam and length penalty are used.
        limits: of the B sources.
    """
    return _Search(model, state, options, limits).run(n_best)


class _Search:
    def __init__(
        self, model: StepModel, state: State, options: DecodingOptions, limits: Limits
    ) -> None:
        self.model, self.options, self.limits = model, options, limits
        self.state = state
        count = len(limits.max_tokens)
        self.active = list(range(count))  # the source of each line
        self.finished: list[list[_Finished]] = [[] for _ in range(count)]
        self.steps: list[_Step] = []
        # One hypothesis for each source at first, K after the first step.
        self.tokens = torch.full((count, 1), limits.bos_id, device=limits.device)  # (B', K)
        self.scores = torch.zeros(count, 1, device=limits.device)  # (B', K) sums of log-probs

    def run(self, n_best: int | None) -> list[list[DecodedSequence]]:
        while self.active:
            self._grow()
            self._leave_out_done()
        return [
            [self._sequence(source, end) for end in sorted(ends, key=_by_score)[:n_best]]
            for source, ends in enumerate(self.finished)
        ]

    def _grow(self) -> None:
        """Take one step with every hypothesis and keep the best continuations of each source."""
        beam, lines = self.options.beam, len(self.active)
        output = self.model.step(self.tokens.flatten(), self.state)
        width = self.tokens.size(1)
        # Twice the beam: even if every hypothesis can end, as many are left to go on with.
        everything = output.logits.log_softmax(dim=1, dtype=torch.float32)
        log_probs, ids = everything.topk(min(2 * beam, everything.size(1)), dim=1)
        totals = self.scores[:, :, None] + log_probs.view(lines, width, -1)  # (B', K, 2K)
        count = min(2 * beam, totals[0].numel())
        scores, places = totals.flatten(1).topk(count, dim=1)  # (B', 2K)
        grown = _Candidates(
            scores,
            parents=places // ids.size(1),
            tokens=ids.view(lines, -1).gather(1, places),
            log_probs=log_probs.view(lines, -1).gather(1, places),
        )
        self._finish(grown)
        kept = _Candidates(*(field[:, :beam] for field in grown))
        ended = grown.tokens == self.limits.eos_id
        if ended.any():
            # Those that end go to the back, in their order: the first ``beam`` go on.
            order = (ended * count + torch.arange(count, device=ended.device)).argsort(dim=1)
            kept = _Candidates(*(field.gather(1, order[:, :beam]) for field in grown))
        self.scores = kept.scores.masked_fill(kept.tokens == self.limits.eos_id, -torch.inf)
        self.tokens = kept.tokens
        attention = output.attention
        self.steps.append(
            _Step(
                {source: line for line, source in enumerate(self.active)},
                kept.parents.tolist(),
                kept.tokens.tolist(),
                kept.log_probs.tolist(),
                None if attention is None else attention.view(lines, width, -1).cpu(),
            )
        )
        first = torch.arange(lines, device=places.device)[:, None] * width
        self.state = output.state.select(first + kept.parents)

    def _finish(self, grown: "_Candidates") -> None:
        """Set apart the hypotheses that end at this step."""
        length = len(self.steps) + 1
        scores, parents = grown.scores.tolist(), grown.parents.tolist()
        tokens, log_probs = grown.tokens.tolist(), grown.log_probs.tolist()
        for line, source in enumerate(self.active):
            at_limit = length >= self.limits.max_tokens[source]
            for rank in range(min(self.options.beam, len(tokens[line]))):
                token, total = tokens[line][rank], scores[line][rank]
                ends = token == self.limits.eos_id or at_limit
                if not ends or total == -torch.inf:
                    continue
                score = length_normalised(total, length, self.options.length_penalty)
                self.finished[source].append(
                    _Finished(score, length - 1, parents[line][rank], token, log_probs[line][rank])
                )

    def _leave_out_done(self) -> None:
        """Leave out the sources that are done, whose rows would only cost time."""
        alive = (self.scores > -torch.inf).any(dim=1).tolist()
        lines = [
            line
            for line, source in enumerate(self.active)
            if len(self.finished[source]) < self.options.beam
            and len(self.steps) < self.limits.max_tokens[source]
            and alive[line]
        ]
        if len(lines) == len(self.active):
            return
        self.active = [self.active[line] for line in lines]
        if not self.active:
            return
        kept = torch.tensor(lines, device=self.tokens.device)
        width = self.tokens.size(1)
        self.tokens, self.scores = self.tokens[kept], self.scores[kept]
        rows = kept[:, None] * width + torch.arange(width, device=kept.device)
        self.state = self.state.select(rows)

    def _sequence(self, source: int, end: _Finished) -> DecodedSequence:
        """Follow a hypothesis back to its beginning."""
        tokens, log_probs = [end.token], [end.log_prob]
        parent, rows = end.parent, []
        for step in range(end.step, -1, -1):
            record = self.steps[step]
            line = record.line[source]
            if record.attention is not None:
                rows.append(record.attention[line, parent])
            if step > 0:
                before = self.steps[step - 1]
                line = before.line[source]
                tokens.append(before.tokens[line][parent])
                log_probs.append(before.log_probs[line][parent])
                parent = before.parents[line][parent]
        attention = self.limits.cut(torch.stack(rows[::-1]), source) if rows else None
        return DecodedSequence(tokens[::-1], log_probs[::-1], end.score, attention)


class _Candidates(NamedTuple):
    """Continuations of the hypotheses of each source, best first."""

    scores: Tensor  # (B', C) sums of log-probabilities
    parents: Tensor  # (B', C) the hypothesis that is continued
    tokens: Tensor  # (B', C)
    log_probs: Tensor  # (B', C) of the token alone
