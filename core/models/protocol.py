"""What every model that writes tokens offers: ``step``, from a state that ``start`` made.

Letters for shapes: B batch, S source length, T target length, V vocabulary, E embedding,
H hidden, L layers, K beam.
"""

from typing import Generic, NamedTuple, Protocol, Self, TypeVar

from torch import Tensor


class State(Protocol):
    """What a model carries from step to step; an immutable NamedTuple of tensors."""

    def select(self, rows: Tensor) -> Self:
        """Return the state of the given rows.

        Args:
            rows: (B', K') row numbers; the K' of one line belong to one source, and stay together.
        """


S = TypeVar("S", bound=State)


class StepOutput(NamedTuple, Generic[S]):
    """What one step gives."""

    logits: Tensor  # (B, V), -inf where an id can never be written
    state: S
    attention: Tensor | None  # (B, S), each row adds to 1; None for a model without a source


class StepModel(Protocol[S]):
    """A model that decoding can drive."""

    def step(
        self, tokens: Tensor, state: S, forced_attention: Tensor | None = None
    ) -> StepOutput[S]:
        """Read one token for each row and return the logits of the next.

        Args:
            tokens: (B,) ids.
            state: from ``start`` or an earlier step; it stays as it was.
            forced_attention: (B, S) weights in place of the model's own; a model without a source
                has no use for them.
        """
