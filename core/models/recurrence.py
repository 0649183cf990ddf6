"""What the recurrent layers of this project share: one direction of a layer, over packed rows.

A batch is packed as torch.nn.utils.rnn.PackedSequence does it: the rows of step 0, those of step 1,
and so on, N in all; texts stand in the order of falling length, so that those that reach a step
are the first ones. A batch without padding is packed by being flattened.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

State = tuple[Tensor, ...]  # each (B, H); the first is the hidden state


class Weights(NamedTuple):
    """Those of one direction of a layer; G gates."""

    of_input: Tensor  # (GH, M)
    of_hidden: Tensor  # (GH, H)
    bias_input: Tensor | None  # (GH,)
    bias_hidden: Tensor | None  # (GH,)

    @property
    def bias(self) -> Tensor | None:
        """Return the sum of both biases: torch keeps two, as cuDNN does."""
        if self.bias_input is None or self.bias_hidden is None:
            return None
        return self.bias_input + self.bias_hidden


def walk(
    step: Callable[[Tensor, State], State],
    inputs: Tensor,
    sizes: list[int],
    reverse: bool,
    state: State,
) -> tuple[Tensor, State]:
    """Return (outputs, state): (N, H) hidden states, and of each text that behind its last step.

    Args:
        step: makes of the inputs (R, ·) of R texts and their states the states behind.
        inputs: (N, ·) packed.
        sizes: R of each step, never rising.
        reverse: from the last step to the first.
        state: of the B texts before their first step.
    """
    # Split once: the gradient of an index is a tensor of all rows, at each step.
    entered = inputs.split(sizes)
    outputs = [inputs] * len(sizes)
    for place in reversed(range(len(sizes))) if reverse else range(len(sizes)):
        rows = sizes[place]
        new = step(entered[place], tuple(part[:rows] for part in state))
        outputs[place] = new[0]
        # A text that has ended, or in reverse has not begun, keeps its state.
        state = tuple(
            torch.cat((part, old[rows:])) if rows < len(old) else part
            for part, old in zip(new, state, strict=True)
        )
    return torch.cat(outputs), state
