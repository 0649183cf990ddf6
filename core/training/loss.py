"""Cross-entropy with label smoothing, computed together with the output projection.

The logits of a batch are by far its largest tensor (4,096 tokens times 20,352 ids are 333 MB), and
autograd writes them several times over. Here rows pass in chunks that stay in the cache, and their
gradients are made while their probabilities are at hand: no more than two chunks are ever kept.
"""

from typing import Any

import torch
from torch import Tensor

_LOGITS = {"cpu": 2**21, "cuda": 2**27}  # of a chunk: 8 MB; on a GPU few launches count more


class _ProjectedLoss(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        features: Tensor,
        weight: Tensor,
        bias: Tensor,
        targets: Tensor,
        writable: int,
        smoothing: float,
    ) -> tuple[Tensor, Tensor]:
        count, kind = len(targets), features.device.type
        # Autocast does not reach into a Function: matrix products take its type by hand.
        low = torch.get_autocast_dtype(kind) if torch.is_autocast_enabled(kind) else weight.dtype
        inputs, matrix = features.to(low), weight[:writable].to(low)
        to_features = torch.empty_like(features)
        to_weight, to_bias = torch.zeros_like(weight), torch.zeros_like(bias)
        losses = torch.zeros(2, device=features.device)
        size = max(_LOGITS[kind] // writable, 32)
        for begin in range(0, count, size):
            rows = slice(begin, begin + size)
            wanted = targets[rows, None]
            log_probs = (inputs[rows] @ matrix.T + bias[:writable]).log_softmax(1)
            losses[1] -= log_probs.gather(1, wanted).sum()
            if smoothing:
                losses[0] -= smoothing * log_probs.mean(1).sum()
            if not any(ctx.needs_input_grad):
                continue  # in a validation
            # Gradient of the sum with respect to the logits: p - ((1 - e) one_hot + e / V).
            gradient = log_probs.exp_()
            if smoothing:
                gradient.sub_(smoothing / writable)
            gradient.scatter_add_(1, wanted, torch.full_like(gradient[:, :1], smoothing - 1))
            to_bias[:writable] += gradient.sum(0)
            gradient = gradient.to(low)
            to_features[rows] = gradient @ matrix
            to_weight[:writable] += gradient.T @ inputs[rows]
        losses[0] += (1 - smoothing) * losses[1]
        ctx.save_for_backward(to_features, to_weight, to_bias)
        ctx.count = count
        loss, nll = losses / count
        ctx.mark_non_differentiable(nll)
        return loss, nll

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        scale = grads[0] / ctx.count
        to_features, to_weight, to_bias = ctx.saved_tensors
        return to_features * scale, to_weight * scale, to_bias * scale, None, None, None


def projected_loss(
    features: Tensor,
    weight: Tensor,
    bias: Tensor,
    targets: Tensor,
    writable: int,
    smoothing: float,
) -> tuple[Tensor, Tensor]:
    """Return (loss, negative log-likelihood), both the mean in nats of a token.

    The loss is cross-entropy against targets smoothed over the writable ids (Szegedy et al.
    2016, arXiv 1512.00567); only it has a gradient.

    Args:
        features: (N, E) of the real tokens, padding left out.
        weight: (V, E) output embedding; ``bias`` is (V,).
        targets: (N,) ids below ``writable``.
        writable: ids from here on have no part in the softmax.
        smoothing: probability given to all ids alike.
    """
    return _ProjectedLoss.apply(features, weight, bias, targets, writable, smoothing)
