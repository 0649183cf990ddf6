"""Stochastic beam search: different sequences, drawn from the model without replacement."""

import math
from dataclasses import replace

import torch
from torch import Tensor

from core.decoding.guide import Guide
from core.decoding.hypothesis import DecodedSequence, Limits
from core.decoding.options import DecodingOptions
from core.decoding.sample import draw_without_replacement
from core.decoding.search import Candidates, Offers, Search
from core.models.protocol import State, StepModel


def stochastic_beam(
    model: StepModel,
    state: State,
    options: DecodingOptions,
    limits: Limits,
    n_best: int | None = None,
    guide: Guide | None = None,
) -> list[list[DecodedSequence]]:
    """Return ``beam`` sequences of each source, or the first ``n_best``, in the order drawn.

    They are a sample without replacement of whole sequences (Kool et al. 2019, arXiv 1903.06059):
    the first is one draw, the second a draw from all others, and so on. What is drawn from is the
    distribution that the filters leave at each step, without any the model's own; what a caller
    fixed is given. A score is the log-probability of the sequence under the model, not normalised
    by length; it does not tell the order.

    Args:
        model: anything with ``step``.
        state: of B rows, one a source.
        options: beam, seed and all filters are used.
        limits: of the B sources.
        guide: what is fixed about the sequences, of one source alone.

    Raises:
        UserError: the filters leave nothing to draw.
    """
    search = StochasticBeam(model, state, options, limits, guide)
    found = search.run().sequences(limits, n_best)
    return [[replace(one, score=sum(one.log_probs)) for one in drawn] for drawn in found]


class StochasticBeam(Search):
    """Hypotheses are ranked by perturbed log-probability, and finished ones keep their places.

    The score of a hypothesis is the largest of all sequences that begin with it, each with Gumbel
    noise of its own: so the K best hypotheses lead to the K best sequences. That of the root can
    be any number, which moves all others alike; it is 0.
    """

    def offer(self, logits: Tensor) -> Offers:
        """Return the continuations of each hypothesis with the largest perturbed scores."""
        options, (lines, width) = self.options, self.tokens.shape
        left = self.possible(logits).log_softmax(dim=1).view(lines, width, -1)  # (B', K, V)
        totals = self.totals[:, :, None] + left
        keys, ids = draw_without_replacement(totals, options.beam, options.seed, self.place)
        # Scores of one parent are in the order of its keys, so the best keys are enough.
        scores = _at_most(self.scores[:, :, None], keys)
        log_probs = logits.log_softmax(dim=1, dtype=torch.float32).view_as(left)
        return Offers(scores, totals.gather(2, ids), log_probs.gather(2, ids), ids)

    def settle(self, grown: Candidates) -> Candidates:
        """Return the best K that don't end; the finished ones among the best K keep their places.

        What goes on though it is not among the best K can't come back: its scores only fall, and
        each of the best leads to a sequence with the same score.
        """
        self.finish(grown)
        kept = Candidates(*(field[:, : self.options.beam] for field in grown))
        ended = kept.tokens == self.limits.eos_id
        scores, totals = (field.masked_fill(ended, -torch.inf) for field in kept[:2])
        for source, going_on in zip(self.active, scores.tolist(), strict=True):
            self._drop_beaten(source, going_on)
        return kept._replace(scores=scores, totals=totals)

    def _drop_beaten(self, source: int, going_on: list[float]) -> None:
        """Drop the finished of a source that are not among the best K, with those that go on."""
        finished = self.record.ranked(source)
        if self.step + 1 >= self.limits.max_tokens[source]:
            going_on = []  # they are among the finished, cut at the limit
        best = sorted([*going_on, *(end.score for end in finished)])[-self.options.beam :]
        stay = [end for end in finished if end.score >= best[0]]
        self.record.finished[source] = stay[: self.options.beam]  # of equal ones, no more than K


def _at_most(largest: Tensor, keys: Tensor) -> Tensor:
    """Return ``keys`` (B', K, C), best first, as draws whose maximum is ``largest`` (B', K, 1).

    That is -log(exp(-largest) - exp(-maximum) + exp(-key)), in the stable form of appendix B of
    the paper.
    """
    below = keys - keys[:, :, :1]  # at most 0
    # log(1 - exp(x)) as Mächler 2012 has it: each form is exact where the other one is not.
    log_rest = torch.where(below > -math.log(2), (-below.expm1()).log(), (-below.exp()).log1p())
    above = largest - keys + log_rest
    scores = largest - above.clamp(min=0) - (-above.abs()).exp().log1p()
    # A hypothesis that goes nowhere gives NaN: infinities that cancel out.
    return scores.masked_fill(largest == -torch.inf, -torch.inf)
