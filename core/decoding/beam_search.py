"""Beam search, batched over sources and hypotheses, with the attention of each hypothesis."""

from typing import NamedTuple

import torch
from torch import Tensor

from core.decoding.beam_record import BeamRecord, Finished, Step
from core.decoding.guide import Guide
from core.decoding.hypothesis import DecodedSequence, Limits, length_normalised
from core.decoding.options import DecodingOptions
from core.models.protocol import State, StepModel


def beam_search(
    model: StepModel,
    state: State,
    options: DecodingOptions,
    limits: Limits,
    n_best: int | None = None,
    guide: Guide | None = None,
) -> list[list[DecodedSequence]]:
    """Return the hypotheses of each source, best first, all of them or the ``n_best``.

    A hypothesis is finished when ``</s>`` is among the best ``beam`` continuations of its source,
    and then takes no place in the beam; the search for a source ends with ``beam`` of them.

    Args:
        model: anything with ``step``.
        state: of B rows, one a source.
        options: beam and length penalty are used.
        limits: of the B sources.
        guide: what is fixed about the hypotheses, of one source alone.
    """
    record = search(model, state, options, limits, guide)
    return [
        [
            DecodedSequence(
                *record.tokens_of(source, end), end.score, record.attention_of(source, end, limits)
            )
            for end in record.ranked(source)[:n_best]
        ]
        for source in range(len(limits.max_tokens))
    ]


@torch.inference_mode()
def search(
    model: StepModel,
    state: State,
    options: DecodingOptions,
    limits: Limits,
    guide: Guide | None = None,
) -> BeamRecord:
    """Search as :func:`beam_search` does, and return all that it did."""
    running = _Search(model, state, options, limits, guide or Guide())
    while running.active:
        running.grow()
        running.leave_out_done()
    return BeamRecord(running.steps, running.finished)


class _Search:
    def __init__(
        self,
        model: StepModel,
        state: State,
        options: DecodingOptions,
        limits: Limits,
        guide: Guide,
    ) -> None:
        self.model, self.options, self.limits, self.guide = model, options, limits, guide
        self.rests = [guide.rest]  # of the given beginning, by hypothesis
        self.state = state
        count = len(limits.max_tokens)
        self.active = list(range(count))  # the source of each line
        self.finished: list[list[Finished]] = [[] for _ in range(count)]
        self.steps: list[Step] = []
        # One hypothesis for each source at first, K after the first step.
        self.tokens = torch.full((count, 1), limits.bos_id, device=limits.device)  # (B', K)
        self.scores = torch.zeros(count, 1, device=limits.device)  # (B', K) sums of log-probs

    def grow(self) -> None:
        """Take one step with every hypothesis and keep the best continuations of each source."""
        lines, step = len(self.active), len(self.steps)
        width = self.tokens.size(1)
        output = self.model.step(self.tokens.flatten(), self.state, self._forced(step))
        everything = output.logits.log_softmax(dim=1, dtype=torch.float32)
        grown, best = self._candidates(self.guide.restrict(everything, step, self.rests))
        self._finish(grown)
        kept = self._keep(grown)
        self.tokens = kept.tokens
        self.scores = kept.scores.masked_fill(kept.tokens == self.limits.eos_id, -torch.inf)
        attention = output.attention
        self.steps.append(
            Step(
                {source: line for line, source in enumerate(self.active)},
                kept.parents.tolist(),
                kept.tokens.tolist(),
                kept.log_probs.tolist(),
                self.scores.tolist(),
                best,
                None if attention is None else attention.view(lines, width, -1).cpu(),
            )
        )
        self._shorten_rests(self.steps[-1])
        first = torch.arange(lines, device=kept.parents.device)[:, None] * width
        self.state = output.state.select(first + kept.parents)

    def _candidates(self, everything: Tensor) -> tuple["_Candidates", list[list[float]]]:
        """Return the best continuations of each source, and those that go on by hypothesis.

        The second is the best total (B', K) of the continuations of each that don't end.
        """
        beam, (lines, width) = self.options.beam, self.tokens.shape
        # Twice the beam: even if every hypothesis can end, as many are left to go on with.
        log_probs, ids = everything.topk(min(2 * beam, everything.size(1)), dim=1)
        totals = self.scores[:, :, None] + log_probs.view(lines, width, -1)  # (B', K, 2K)
        scores, places = totals.flatten(1).topk(min(2 * beam, totals[0].numel()), dim=1)
        grown = _Candidates(
            scores,  # (B', 2K)
            parents=places // ids.size(1),
            tokens=ids.view(lines, -1).gather(1, places),
            log_probs=log_probs.view(lines, -1).gather(1, places),
        )
        ends = ids.view(totals.shape) == self.limits.eos_id
        return grown, totals.masked_fill(ends, -torch.inf).amax(2).tolist()

    def _keep(self, grown: "_Candidates") -> "_Candidates":
        """Return the best that go on; where too few do, some that end stand behind them."""
        ended = grown.tokens == self.limits.eos_id
        if not ended.any():
            return _Candidates(*(field[:, : self.options.beam] for field in grown))
        # Those that end go to the back, in their order.
        count = ended.size(1)
        order = (ended * count + torch.arange(count, device=ended.device)).argsort(dim=1)
        order = order[:, : self.options.beam]
        return _Candidates(*(field.gather(1, order) for field in grown))

    def _shorten_rests(self, step: Step) -> None:
        """Take from the given beginning what each hypothesis of the one source has written."""
        if self.guide.rest:
            number = len(self.steps) - 1
            self.rests = [
                self.guide.after(self.rests[parent], token, number)
                for parent, token in zip(step.parents[0], step.tokens[0], strict=True)
            ]

    def _forced(self, step: int) -> Tensor | None:
        """Return the attention (R, S) that the guide wants at this step."""
        if not self.guide.forced:
            return None
        assert self.limits.source_lengths is not None
        length = self.limits.source_lengths[0]
        return self.guide.attention(step, self.tokens.numel(), length, self.tokens.device)

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
                    Finished(score, length - 1, parents[line][rank], token, log_probs[line][rank])
                )

    def leave_out_done(self) -> None:
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


class _Candidates(NamedTuple):
    """Continuations of the hypotheses of each source, best first."""

    scores: Tensor  # (B', C) sums of log-probabilities
    parents: Tensor  # (B', C) the hypothesis that is continued
    tokens: Tensor  # (B', C)
    log_probs: Tensor  # (B', C) of the token alone
