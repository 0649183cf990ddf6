"""The optimizers of a recipe: AdamW for all weights, or Muon for the matrices and AdamW beside."""

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

_BETAS = (0.9, 0.98)


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
    """

    def __init__(
        self,
        matrices: list[nn.Parameter],
        others: list[nn.Parameter],
        learning_rate: float,
        weight_decay: float,
    ) -> None:
        muon = torch.optim.Muon(
            matrices,
            lr=learning_rate,
            weight_decay=weight_decay,
            adjust_lr_fn="match_rms_adamw",
        )
        adamw = torch.optim.AdamW(others, lr=learning_rate, betas=_BETAS, weight_decay=weight_decay)
        self._parts: tuple[torch.optim.Optimizer, ...] = (muon, adamw)
        super().__init__([part.param_groups[0] for part in self._parts], {})

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Take one step of both; returns what ``closure`` does, which computes the gradients."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for part, group in zip(self._parts, self.param_groups, strict=True):
            # Each time, as loading a state puts others in their places.
            part.param_groups, part.state = [group], self.state
            part.step()
        return loss
