"""Beam search that draws its candidates: between sampling and search."""

import torch
from torch import Tensor

from core.decoding.beam_search import BeamSearch
from core.decoding.guide import Guide
from core.decoding.hypothesis import DecodedSequence, Limits
from core.decoding.options import DecodingOptions
from core.decoding.sample import draw_without_replacement
from core.decoding.search import Offers
from core.models.protocol import State, StepModel


def beam_sample(
    model: StepModel,
    state: State,
    options: DecodingOptions,
    limits: Limits,
    n_best: int | None = None,
    guide: Guide | None = None,
) -> list[list[DecodedSequence]]:
    """Return the hypotheses of each source, best first, all of them or the ``n_best``.

    At each step every hypothesis draws ``beam`` continuations without replacement from what the
    filters leave, and the best ``beam`` of all that were drawn are kept. They are ranked by the
    model's own log-probabilities, with the length penalty once finished, as in beam search;
    filters change what is drawn, never a score. A beam of one is sampling, draw for draw.

    Args:
        model: anything with ``step``.
        state: of B rows, one a source.
        options: beam, length penalty, seed and all filters are used.
        limits: of the B sources.
        guide: what is fixed about the hypotheses, of one source alone.

    Raises:
        UserError: the filters leave nothing to draw.
    """
    search = BeamSample(model, state, options, limits, guide)
    return search.run().sequences(limits, n_best)


class BeamSample(BeamSearch):
    """Beam search over continuations that were drawn."""

    def offer(self, logits: Tensor) -> Offers:
        """Return continuations that each hypothesis draws."""
        options, (lines, width) = self.options, self.tokens.shape
        possible = self.possible(logits).view(lines, width, -1)  # (B', K, V)
        keys, ids = draw_without_replacement(possible, options.beam, options.seed, self.place)
        keys, ids = keys.flatten(0, 1), ids.flatten(0, 1)  # (R, K)
        log_probs = logits.log_softmax(dim=1, dtype=torch.float32).gather(1, ids)
        # Where fewer are possible than are drawn, the last can't be written.
        return self.ranked(log_probs.masked_fill(keys == -torch.inf, -torch.inf), ids)
