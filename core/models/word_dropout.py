"""Dropout of whole words: what a model reads of some of its inputs is nothing at all."""

import torch
from torch import Tensor


def drop_words(embedded: Tensor, probability: float) -> Tensor:
    """Return embeddings (B, T, E), each place lost with a probability (Iyyer et al. 2015)."""
    if not probability:
        return embedded
    kept = torch.rand(embedded.shape[:2], device=embedded.device) >= probability
    return embedded * kept.unsqueeze(-1)
