"""Beam search: the likeliest continuations are kept at each step."""

import torch
from torch import Tensor

from core.decoding.beam_record import BeamRecord
from core.decoding.guide import Guide
from core.decoding.hypothesis import DecodedSequence, Limits, length_normalised
from core.decoding.options import DecodingOptions
from core.decoding.search import Candidates, Offers, Search
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
    and then takes no place in the beam. The search for a source ends with ``beam`` of them, once
    none that goes on is better than the best: without a length penalty, than any of the best
    ``beam``, which are then known.

    Args:
        model: anything with ``step``.
        state: of B rows, one a source.
        options: beam and length penalty are used.
        limits: of the B sources.
        guide: what is fixed about the hypotheses, of one source alone.
    """
    return search(model, state, options, limits, guide).sequences(limits, n_best)


def search(
    model: StepModel,
    state: State,
    options: DecodingOptions,
    limits: Limits,
    guide: Guide | None = None,
) -> BeamRecord:
    """Search as :func:`beam_search` does, and return all that it did."""
    return BeamSearch(model, state, options, limits, guide).run()


class BeamSearch(Search):
    """Hypotheses are ranked by their log-probability, finished ones by length as well."""

    def offer(self, logits: Tensor) -> Offers:
        """Return the likeliest continuations of each hypothesis."""
        everything = self.possible(logits.log_softmax(dim=1, dtype=torch.float32))
        count = min(2 * self.options.beam, everything.size(1))
        log_probs, ids = everything.topk(count, dim=1)
        return self.ranked(log_probs, ids)

    def ranked(self, log_probs: Tensor, ids: Tensor) -> Offers:
        """Return continuations, (R, C) both, ranked by their log-probability with all before."""
        lines, width = self.tokens.shape
        log_probs, ids = log_probs.view(lines, width, -1), ids.view(lines, width, -1)
        totals = self.scores[:, :, None] + log_probs
        return Offers(totals, totals, log_probs, ids)

    def settle(self, grown: Candidates) -> Candidates:
        """Return the best that go on; where too few do, some that end stand behind them."""
        self.finish(grown)
        ended = grown.tokens == self.limits.eos_id
        if not ended.any():
            return Candidates(*(field[:, : self.options.beam] for field in grown))
        # Those that end go to the back, in their order.
        count = ended.size(1)
        order = (ended * count + torch.arange(count, device=ended.device)).argsort(dim=1)
        order = order[:, : self.options.beam]
        kept = Candidates(*(field.gather(1, order) for field in grown))
        scores = kept.scores.masked_fill(kept.tokens == self.limits.eos_id, -torch.inf)
        return kept._replace(scores=scores, totals=scores)

    def final_score(self, score: float, length: int) -> float:
        """Return the log-probability, normalised by length."""
        return length_normalised(score, length, self.options.length_penalty)
