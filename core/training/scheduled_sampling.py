"""Scheduled sampling: a decoder in training reads some of its own tokens (arXiv 1506.03099)."""

import torch
from torch import Tensor

from core.models.decoder import DecoderState
from core.models.seq2seq import Seq2Seq


@torch.no_grad()
def mixed_inputs(
    model: Seq2Seq, state: DecoderState, target: Tensor, teacher_forcing: float
) -> Tensor:
    """Return (B, T) ids to read: of the target, or the model's own best (Bengio et al. 2015).

    The choice of an id has no gradient, so the loop over time records none: whoever reads the ids
    with ``model.read`` gets the gradients that a loop with autograd would give. Own ids are chosen
    as in decoding, without dropout in the decoder.

    Args:
        state: before the first token.
        target: (B, T) input ids, beginning with ``<s>``, padded on the right.
        teacher_forcing: probability of the target's id at each place; the first is always read.
    """
    given = torch.rand(target.shape, device=target.device) < teacher_forcing  # (B, T)
    first, *rest = target.unbind(1)
    inputs = [first]
    for token, is_given in zip(rest, given.unbind(1)[1:], strict=True):
        output = model.step(inputs[-1], state)
        state = output.state
        inputs.append(torch.where(is_given, token, output.logits.argmax(dim=1)))
    return torch.stack(inputs, dim=1)
