"""What decoding returns: tokens with everything that was measured while they were written."""

from dataclasses import dataclass, field

import torch
from torch import Tensor


@dataclass(frozen=True)
class DecodedSequence:
    """One decoded sequence of T tokens, ``</s>`` included where it was reached."""

    tokens: list[int]
    log_probs: list[float]  # nats, of each token under the model, whatever the method
    score: float  # what hypotheses are ranked by, but for stochastic-beam
    attention: Tensor | None  # (T, S), or None for a model without a source
    alternatives: list[list[tuple[int, float]]] = field(default_factory=list)
    # For each token, where asked for, the likeliest ids there with their log-probabilities.


@dataclass(frozen=True)
class Limits:
    """Where decoding begins and ends."""

    bos_id: int
    eos_id: int
    max_tokens: list[int]  # for each source, ``</s>`` included
    device: torch.device  # of the state
    source_lengths: list[int] | None = None  # attention is cut to them
    # What stands before, for each source: the state has read it but for its last id.
    before: list[list[int]] | None = None
    never: tuple[int, ...] = ()  # ids that are not written, whatever the model gives them

    def beginnings(self) -> list[list[int]]:
        """Return a copy of what stands before each source, ``<s>`` not included."""
        return [list(ids) for ids in self.before or [[] for _ in self.max_tokens]]

    def first_tokens(self) -> Tensor:
        """Return (B,) the ids that the first step reads."""
        last = [(self.bos_id, *ids)[-1] for ids in self.beginnings()]
        return torch.tensor(last, device=self.device)

    def cut(self, attention: Tensor, source: int) -> Tensor:
        """Return attention (T, S) without the columns of padding."""
        if self.source_lengths is None:
            return attention
        return attention[:, : self.source_lengths[source]]


def length_normalised(total: float, length: int, penalty: float) -> float:
    """Return a sum of log-probabilities divided by length ** penalty."""
    return total / length**penalty
