"""Attention over the encoder's states (Luong et al. 2015, arXiv 1508.04025)."""

from typing import NamedTuple

import torch
from torch import Tensor, nn


class Memory(NamedTuple):
    """What a decoder looks at: the encoder's states, ready to be scored."""

    values: Tensor  # (B, S, M) encoder states
    keys: Tensor  # (B, S, H) what queries are multiplied with
    mask: Tensor  # (B, 1, S) 0 for a token, -inf for padding: added to the scores

    def select(self, sources: Tensor) -> "Memory":
        """Return the memory of the given sources, (B',)."""
        return Memory(*(field[sources] for field in self))


class LuongAttention(nn.Module):
    """``score(h, s) = h · s`` (dot) or ``h · W s`` (general), softmax over the source."""

    def __init__(self, memory_size: int, query_size: int, score: str) -> None:
        super().__init__()
        # W is applied to the source once, not to the query at each step: the product is the same.
        self.key = nn.Linear(memory_size, query_size, bias=False) if score == "general" else None

    def remember(self, values: Tensor, lengths: Tensor) -> Memory:
        """Return the memory of encoder states.

        Args:
            values: (B, S, M) encoder states.
            lengths: (B,) source lengths; what lies beyond is padding.
        """
        positions = torch.arange(values.size(1), device=values.device)
        beyond = positions[None, None, :] >= lengths.to(values.device)[:, None, None]
        mask = torch.zeros(beyond.shape, device=values.device).masked_fill(beyond, -torch.inf)
        return Memory(values, values if self.key is None else self.key(values), mask)

    def forward(
        self, queries: Tensor, memory: Memory, forced: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Return (context, weights): (B, T, M) and (B, T, S).

        Args:
            queries: (B, T, H) decoder states.
            memory: of the same B sources.
            forced: (B, T, S) weights to use in place of the computed ones.
        """
        if forced is None:
            keys = memory.keys.transpose(1, 2)  # (B, H, S)
            scores = torch.baddbmm(memory.mask.to(queries.dtype), queries, keys)  # (B, T, S)
            # In float32 even where products are bfloat16: the weights of a row add to 1.
            weights = torch.softmax(scores, dim=-1, dtype=torch.float32)
        else:
            weights = forced
        return torch.bmm(weights.to(memory.values.dtype), memory.values), weights
