"""Forced decoding: what a model gives to tokens that were chosen beforehand."""

from collections.abc import Sequence

import torch

from core.decoding.guide import Guide
from core.decoding.hypothesis import DecodedSequence, Limits
from core.decoding.stopping import check_wanted
from core.models.protocol import State, StepModel


@torch.inference_mode()
def force_decode(
    model: StepModel,
    state: State,
    tokens: Sequence[int],
    limits: Limits,
    alternatives: int = 0,
    guide: Guide | None = None,
) -> DecodedSequence:
    """Read the tokens one by one; return their log-probabilities, and the attention they had.

    The score is their mean log-probability.

    Args:
        model: anything with ``step``.
        state: of one row.
        tokens: T ids, one at least.
        limits: of one source.
        alternatives: for each token, so many of the likeliest ids at its place are returned.
        guide: its forced attention is used; a beginning has no meaning here.
    """
    guide = guide or Guide()
    length = limits.source_lengths[0] if limits.source_lengths else 0
    log_probs, rows, others = [], [], []
    last = limits.bos_id
    for step, token in enumerate(tokens):
        check_wanted()
        forced = guide.attention(step, 1, length, limits.device)
        output = model.step(torch.tensor([last], device=limits.device), state, forced)
        last, state = token, output.state
        everything = output.logits[0].log_softmax(dim=0, dtype=torch.float32)
        log_probs.append(everything[token].item())
        best, ids = everything.topk(min(alternatives, len(everything)))
        others.append(list(zip(ids.tolist(), best.tolist(), strict=True)))
        if output.attention is not None:
            rows.append(output.attention[0])
    return DecodedSequence(
        list(tokens),
        log_probs,
        sum(log_probs) / len(tokens),
        limits.cut(torch.stack(rows).cpu(), 0) if rows else None,
        others if alternatives else [],
    )
