"""The loop of all methods that keep several hypotheses of a source, batched over both."""

from typing import NamedTuple

import torch
from torch import Tensor

from core.decoding.beam_record import BeamRecord, Finished, Step
from core.decoding.filters import check_drawable, filters_of
from core.decoding.guide import Guide
from core.decoding.hypothesis import Limits
from core.decoding.options import DecodingOptions
from core.decoding.stopping import check_wanted
from core.models.protocol import State, StepModel


class Offers(NamedTuple):
    """C continuations of each hypothesis."""

    scores: Tensor  # (B', K, C) what they are ranked by, -inf for one that goes nowhere
    totals: Tensor  # (B', K, C) sums of log-probabilities
    log_probs: Tensor  # (B', K, C) of the token alone, under the model
    tokens: Tensor  # (B', K, C)


class Candidates(NamedTuple):
    """Continuations of all hypotheses of each source, best first."""

    scores: Tensor  # (B', C), and so are all; what they hold is said above
    totals: Tensor
    log_probs: Tensor
    tokens: Tensor
    parents: Tensor  # the hypothesis that is continued


class Search:
    """A search through its sources; a method says in ``offer`` and ``settle`` how it chooses."""

    def __init__(
        self,
        model: StepModel,
        state: State,
        options: DecodingOptions,
        limits: Limits,
        guide: Guide | None = None,
    ) -> None:
        self.model, self.options, self.limits = model, options, limits
        self.filters = filters_of(options, limits.never)
        self.guide = guide or Guide()
        self.rests = [self.guide.rest]  # of the given beginning, by hypothesis
        self.state = state
        count = len(limits.max_tokens)
        self.active = list(range(count))  # the source of each line
        self.record = BeamRecord([], [[] for _ in range(count)])
        # One hypothesis for each source at first, K after the first step.
        self.tokens = limits.first_tokens()[:, None]  # (B', K)
        # (B', K, T), kept for filters alone; beginnings of several sources are of one length.
        self.written = torch.tensor(limits.beginnings(), device=limits.device).long()[:, None]
        self.scores = torch.zeros(count, 1, device=limits.device)  # (B', K)
        self.totals = self.scores  # (B', K)

    def offer(self, logits: Tensor) -> Offers:
        """Return continuations of each hypothesis, from the model's logits (R, V)."""
        raise NotImplementedError

    def settle(self, grown: Candidates) -> Candidates:
        """Set apart the finished, see ``finish``, and return K to go on with.

        Where fewer go on, others fill the places, with scores and totals of -inf.
        """
        raise NotImplementedError

    def final_score(self, score: float, length: int) -> float:
        """Return what a finished hypothesis of ``length`` tokens is ranked by."""
        return score

    @torch.inference_mode()
    def run(self) -> BeamRecord:
        """Search to the end and return all that was done.

        Raises:
            Stopped: nobody waits for it any longer.
        """
        while self.active:
            check_wanted()
            self._grow()
            self._leave_out_done()
        return self.record

    @property
    def step(self) -> int:
        """The number of the step that is being taken, from 0."""
        return len(self.record.steps)

    @property
    def place(self) -> int:
        """The place of the token that is chosen, what stands before included: draws' key."""
        return self.step + len(self.limits.beginnings()[0])

    def possible(self, logits: Tensor) -> Tensor:
        """Return the logits (R, V) that the guide and the filters leave.

        Raises:
            UserError: the filters leave nothing to a hypothesis.
        """
        given = self.guide.restrict(logits, self.step, self.rests).float()
        if not self.filters or self.step < len(self.guide.tokens):
            return given
        filtered, written = given, self.written.flatten(0, 1).tolist()
        for _, apply in self.filters:
            filtered = apply(written, filtered)
        if any(self.rests):  # what a caller fixed is written whatever the filters say
            fixed = torch.tensor([bool(rest) for rest in self.rests], device=given.device)
            filtered = torch.where(fixed[:, None], given, filtered)
        largest = filtered.amax(dim=1)[self.scores.flatten() > -torch.inf]
        check_drawable(min(largest.tolist(), default=0.0))
        return filtered

    def finish(self, grown: Candidates) -> None:
        """Set apart those of the best K that end, or are cut at the limit."""
        length = self.step + 1
        scores, parents = grown.scores.tolist(), grown.parents.tolist()
        tokens, log_probs = grown.tokens.tolist(), grown.log_probs.tolist()
        for line, source in enumerate(self.active):
            at_limit = length >= self.limits.max_tokens[source]
            for rank in range(min(self.options.beam, len(tokens[line]))):
                token, score = tokens[line][rank], scores[line][rank]
                ends = token == self.limits.eos_id or at_limit
                if not ends or score == -torch.inf:
                    continue
                final = self.final_score(score, length)
                self.record.finished[source].append(
                    Finished(final, self.step, parents[line][rank], token, log_probs[line][rank])
                )

    def _grow(self) -> None:
        """Take one step with every hypothesis and keep the best continuations of each source."""
        lines, width = self.tokens.shape
        output = self.model.step(self.tokens.flatten(), self.state, self._forced())
        offers = self.offer(output.logits)
        kept = self.settle(self._best(offers))
        ends = offers.tokens == self.limits.eos_id
        attention = output.attention
        step = Step(
            {source: line for line, source in enumerate(self.active)},
            kept.parents.tolist(),
            kept.tokens.tolist(),
            kept.log_probs.tolist(),
            kept.totals.tolist(),
            offers.totals.masked_fill(ends, -torch.inf).amax(2).tolist(),
            None if attention is None else attention.view(lines, width, -1).cpu(),
        )
        self._shorten_rests(step)
        self.record.steps.append(step)
        self.tokens, self.scores, self.totals = kept.tokens, kept.scores, kept.totals
        if self.filters:
            before = self.written.take_along_dim(kept.parents[:, :, None], dim=1)
            self.written = torch.cat([before, kept.tokens[:, :, None]], dim=2)
        first = torch.arange(lines, device=kept.parents.device)[:, None] * width
        self.state = output.state.select(first + kept.parents)

    def _best(self, offers: Offers) -> Candidates:
        """Return the best continuations of each source, of all its hypotheses together."""
        # Twice the beam: even if every hypothesis can end, as many are left to go on with.
        count = min(2 * self.options.beam, offers.scores[0].numel())
        scores, places = offers.scores.flatten(1).topk(count, dim=1)
        totals, log_probs, tokens = (field.flatten(1).gather(1, places) for field in offers[1:])
        return Candidates(scores, totals, log_probs, tokens, places // offers.tokens.size(2))

    def _shorten_rests(self, step: Step) -> None:
        """Take from the given beginning what each hypothesis of the one source has written."""
        if self.guide.rest:
            self.rests = [
                self.guide.after(self.rests[parent], token, self.step)
                for parent, token in zip(step.parents[0], step.tokens[0], strict=True)
            ]

    def _forced(self) -> Tensor | None:
        """Return the attention (R, S) that the guide wants at this step."""
        if not self.guide.forced:
            return None
        assert self.limits.source_lengths is not None
        length = self.limits.source_lengths[0]
        return self.guide.attention(self.step, self.tokens.numel(), length, self.tokens.device)

    def _is_done(self, source: int, best: float) -> bool:
        """Whether the search for a source is over; ``best`` is the score of the best that goes on.

        As many finished hypotheses as the beam is wide do not end it while that one is better: a
        sure model may have as many that end early, and are all but impossible.
        """
        if best == -torch.inf or self.step >= self.limits.max_tokens[source]:
            return True
        if len(self.record.finished[source]) < self.options.beam:
            return False
        # Sums of log-probabilities only fall, so the best K are known when it is worse than all of
        # them. What is divided by its length may rise again: then the best of all is enough.
        rank = self.options.beam if self.options.length_penalty == 0 else 1
        return self.final_score(best, self.step) <= self.record.ranked(source)[rank - 1].score

    def _leave_out_done(self) -> None:
        """Leave out the sources that are done, whose rows would only cost time."""
        best = self.scores.amax(dim=1).tolist()
        lines = [n for n, source in enumerate(self.active) if not self._is_done(source, best[n])]
        if len(lines) == len(self.active):
            return
        self.active = [self.active[line] for line in lines]
        if not self.active:
            return
        kept = torch.tensor(lines, device=self.tokens.device)
        width = self.tokens.size(1)
        self.tokens, self.scores, self.totals = (
            field[kept] for field in (self.tokens, self.scores, self.totals)
        )
        if self.filters:
            self.written = self.written[kept]
        rows = kept[:, None] * width + torch.arange(width, device=kept.device)
        self.state = self.state.select(rows)
