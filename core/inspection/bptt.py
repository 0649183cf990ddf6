"""Backpropagation through time by hand, for the simple recurrent network, with autograd beside it.

    h_t = tanh(U x_t + W h_{t-1} + b)    o_t = V h_t + c    ŷ_t = softmax(o_t)
    L = -Σ_t log ŷ_t[y_t]

After Werbos 1990 and Goodfellow, Bengio and Courville 2016, section 10.2.2. Letters for shapes
here: T tokens, N entries of the vocabulary, H hidden units. Everything is in float64.
"""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional


class Weights(NamedTuple):
    """The parameters of the network, or the gradient of each."""

    U: Tensor  # (H, N)
    W: Tensor  # (H, H)
    V: Tensor  # (N, H)
    b: Tensor  # (H,)
    c: Tensor  # (N,)


class Forward(NamedTuple):
    """What the network computes."""

    h: Tensor  # (T, H)
    o: Tensor  # (T, N)
    loss: Tensor  # nats, the sum over all steps


class StepBack(NamedTuple):
    """What the derivation computes at one step."""

    of_o: Tensor  # (N,): ∂L/∂o_t
    by_output: Tensor  # (H,): Vᵀ ∂L/∂o_t, the part of ∂L/∂h_t that goes by the step's own output
    by_next: Tensor  # (H,): the part that goes by the next state
    of_h: Tensor  # (H,): ∂L/∂h_t, their sum
    of_a: Tensor  # (H,): ∂L/∂a_t with h_t = tanh(a_t)
    added: Weights  # what the step adds to ∂L/∂U …


# What goes wrong in published derivations, by name.
SLIPS = {
    "none": "no slip",
    "sign": "y − ŷ for ŷ − y",
    "transpose": "W for Wᵀ",
    "square": "1 − h for 1 − h²",
    "step": "1 − h² of step t for that of t + 1",
}


def make_weights(vocabulary: int, hidden: int, seed: int) -> Weights:
    """Return random weights, the same for a seed, uniform between -1 and 1."""
    generator = torch.Generator().manual_seed(seed)

    def draw(*shape: int) -> Tensor:
        return 2 * torch.rand(shape, generator=generator, dtype=torch.float64) - 1

    return Weights(
        U=draw(hidden, vocabulary),
        W=draw(hidden, hidden),
        V=draw(vocabulary, hidden),
        b=draw(hidden),
        c=draw(vocabulary),
    )


def run_forward(weights: Weights, x: Tensor, targets: Tensor) -> Forward:
    """Return what it makes of one-hot inputs (T, N), and the loss for the ids (T,) that follow."""
    U, W, V, b, c = weights
    h: list[Tensor] = []
    for t in range(len(x)):
        h_before = h[t - 1] if t else torch.zeros_like(b)
        h.append(torch.tanh(U @ x[t] + W @ h_before + b))
    states = torch.stack(h)
    o = states @ V.T + c
    return Forward(states, o, functional.cross_entropy(o, targets, reduction="sum"))


def run_back(
    weights: Weights, x: Tensor, y: Tensor, forward: Forward, slip: str = "none"
) -> list[StepBack]:
    """Return the steps of the derivation from the last token back to the first.

    Args:
        x: (T, N) one-hot inputs; ``y`` the tokens that should follow, one-hot as well.
        slip: a key of SLIPS.
    """
    W, V = weights.W, weights.V
    h, y_hat = forward.h, forward.o.softmax(dim=1)
    W_back = W if slip == "transpose" else W.T
    slope = 1 - h if slip == "square" else 1 - h**2  # tanh'(a) where tanh(a) = h
    slope_next = slope if slip == "step" else slope.roll(-1, dims=0)
    steps: list[StepBack] = []
    for t in reversed(range(len(x))):
        of_o = y[t] - y_hat[t] if slip == "sign" else y_hat[t] - y[t]
        by_output = V.T @ of_o
        by_next = torch.zeros_like(weights.b)
        if steps:
            by_next = W_back @ (slope_next[t] * steps[-1].of_h)  # Wᵀ diag(1 − h²_{t+1}) ∂L/∂h_{t+1}
        of_h = by_output + by_next
        of_a = slope[t] * of_h
        h_before = h[t - 1] if t else torch.zeros_like(weights.b)
        added = Weights(
            U=torch.outer(of_a, x[t]),
            W=torch.outer(of_a, h_before),
            V=torch.outer(of_o, h[t]),
            b=of_a,
            c=of_o,
        )
        steps.append(StepBack(of_o, by_output, by_next, of_h, of_a, added))
    return steps


def sum_up(steps: list[StepBack]) -> Weights:
    """Return ∂L/∂U, ∂L/∂W, ∂L/∂V, ∂L/∂b and ∂L/∂c: the sums over all steps."""
    return Weights(*(sum(parts) for parts in zip(*(step.added for step in steps), strict=True)))


def autograd(weights: Weights, x: Tensor, targets: Tensor) -> Weights:
    """Return the same gradients as torch finds them."""
    with torch.enable_grad():
        leaves = Weights(*(weight.detach().requires_grad_() for weight in weights))
        return Weights(*torch.autograd.grad(run_forward(leaves, x, targets).loss, leaves))
