"""The optimizers of a recipe: AdamW for all weights, or Muon for the matrices and AdamW beside."""

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

_BETAS = (0.9, 0.98)
_MOMENTUM = 0.95


def make_optimizer(
    name: str, model: nn.Module, learning_rate: float, weight_decay: float
) -> torch.optim.Optimizer:
    """Return the optimizer of that name, "adamw" or "muon", over all weights of the model."""
    weights = list(model.parameters())
    if name == "adamw":
        return torch.optim.AdamW(weights, lr=learning_rate, betas=_BETAS, weight_decay=weight_decay)
    assert name == "muon"
    tables = {id(part.weight) for part in model.modules() if isinstance(part, nn.Embedding)}
    matrices = [one for one in weights if one.dim() == 2 and id(one) not in tables]
    others = [one for one in weights if one.dim() != 2 or id(one) in tables]
    return Muon(matrices, others, learning_rate, weight_decay)


class Muon(torch.optim.Optimizer):
    """Muon for matrices (Jordan et al. 2024), and AdamW for vectors and embeddings.

    A step along a matrix's momentum after it was made orthogonal: what its strongest directions
    would drown moves as well. Steps are as large as AdamW's, so that one learning rate will do
    (Liu et al. 2025, arXiv 2502.16982). One optimizer of two, as Lightning steps only one by itself
    and a resumed run finds the state of both in one place.

    torch.optim.Muon computes in bfloat16, for which many a CPU has no instructions: there its steps
    take longer than all the rest of training. This one computes as its matrices are.
    """

    def __init__(
        self,
        matrices: list[nn.Parameter],
        others: list[nn.Parameter],
        learning_rate: float,
        weight_decay: float,
    ) -> None:
        self._adamw = torch.optim.AdamW(
            others, lr=learning_rate, betas=_BETAS, weight_decay=weight_decay
        )
        of_matrices = {"params": matrices, "lr": learning_rate, "weight_decay": weight_decay}
        super().__init__([of_matrices, self._adamw.param_groups[0]], {})

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Take one step of both; returns what ``closure`` does, which computes the gradients."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        matrices, others = self.param_groups
        for matrix in matrices["params"]:
            if matrix.grad is not None:
                self._step_matrix(matrix, matrices["lr"], matrices["weight_decay"])
        # Each time, as loading a state puts others in their places.
        self._adamw.param_groups, self._adamw.state = [others], self.state
        self._adamw.step()
        return loss

    def _step_matrix(self, matrix: nn.Parameter, rate: float, weight_decay: float) -> None:
        assert matrix.grad is not None
        state = self.state[matrix]
        if not state:
            state["momentum"] = torch.zeros_like(matrix)
        momentum = state["momentum"].lerp_(matrix.grad, 1 - _MOMENTUM)
        update = _orthogonal(matrix.grad.lerp(momentum, _MOMENTUM))  # Nesterov's
        matrix.mul_(1 - rate * weight_decay)
        matrix.add_(update, alpha=-rate * 0.2 * max(matrix.shape) ** 0.5)  # as long as AdamW's


def _orthogonal(matrix: torch.Tensor) -> torch.Tensor:
    """Return a matrix of nearly the same directions, all about as strong.

    Five Newton-Schulz iterations with the coefficients of Jordan et al.: singular values come to
    lie about 1, which is near enough.
    """
    a, b, c = 3.4445, -4.7750, 2.0315
    wide = matrix.T if matrix.size(0) > matrix.size(1) else matrix  # the smaller products
    wide = wide / wide.norm().clamp(min=1e-7)  # no singular value is above 1
    for _ in range(5):
        gram = wide @ wide.T
        polynomial = torch.addmm(gram, gram, gram, beta=b, alpha=c)
        wide = torch.addmm(wide, polynomial, wide, beta=a)
    return wide.T if matrix.size(0) > matrix.size(1) else wide
