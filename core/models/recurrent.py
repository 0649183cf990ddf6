"""Recurrent layers written out from their equations: RNN, GRU, and the LSTM in three forms.

Sizes, parameter names and the order of gates are those of torch.nn.RNN, GRU and LSTM, as are the
arguments of ``forward``, so that weights load both ways and each can stand in the other's place.
"""

from collections.abc import Callable
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.rnn import PackedSequence

from core.models import lstm_forms
from core.models.recurrence import State, Weights, walk

# (inputs, sizes, reverse, weights, state) -> (outputs, state); see ``walk``.
Layer = Callable[[Tensor, list[int], bool, Weights, State], tuple[Tensor, State]]

# The forms of the LSTM that are ours, from the slowest; the fourth is torch.nn.LSTM.
LSTM_FORMS: dict[str, Layer] = {
    "separate": lstm_forms.separate,
    "fused": lstm_forms.fused,
    "hoisted": lstm_forms.hoisted,
}


class Recurrent(nn.Module):
    """Stacked layers in one or both directions; a kind of them says what a layer does."""

    mode: ClassVar[str]  # as torch calls the kind
    gates: ClassVar[int]
    parts: ClassVar[int] = 1  # tensors of a state

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device: Any = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        """See torch.nn.LSTM; ``dropout`` is the probability between the layers."""
        super().__init__()
        self.input_size, self.hidden_size, self.num_layers = input_size, hidden_size, num_layers
        self.bias, self.batch_first = bias, batch_first
        self.dropout, self.bidirectional = dropout, bidirectional
        self.directions = 2 if bidirectional else 1
        rows = self.gates * hidden_size
        for number in range(num_layers):
            width = hidden_size * self.directions if number else input_size
            for suffix in self._suffixes(number):
                shapes: dict[str, tuple[int, ...]]
                shapes = {"weight_ih": (rows, width), "weight_hh": (rows, hidden_size)}
                if bias:
                    shapes |= {"bias_ih": (rows,), "bias_hh": (rows,)}
                for name, shape in shapes.items():
                    empty = torch.empty(shape, device=device, dtype=dtype)
                    self.register_parameter(f"{name}_{suffix}", nn.Parameter(empty))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw all parameters anew, as torch does: the same ones from the same seed."""
        bound = self.hidden_size**-0.5
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -bound, bound)

    def forward(self, inputs: Any, state: Any = None) -> tuple[Any, Any]:
        """Return (outputs, state) as torch's layers do.

        Args:
            inputs: (T, B, M), (B, T, M) if ``batch_first``, (T, M), or a PackedSequence.
            state: (L, B, H), one for each layer and direction; zeros by default.

        Raises:
            ValueError: the state has another shape.
        """
        outputs, (hidden,) = self._read(inputs, None if state is None else (state,))
        return outputs, hidden

    def layer(
        self, inputs: Tensor, sizes: list[int], reverse: bool, weights: Weights, state: State
    ) -> tuple[Tensor, State]:
        """Run one direction of a layer; see :func:`core.models.recurrence.walk`."""
        raise NotImplementedError

    def _read(self, inputs: Any, state: State | None) -> tuple[Any, State]:
        if isinstance(inputs, PackedSequence):
            return self._read_packed(inputs, state)
        if inputs.dim() == 2:  # one text alone
            alone = None if state is None else tuple(part.unsqueeze(1) for part in state)
            batch = 0 if self.batch_first else 1
            outputs, after = self._read(inputs.unsqueeze(batch), alone)
            return outputs.squeeze(batch), tuple(part.squeeze(1) for part in after)
        if self.batch_first:
            inputs = inputs.transpose(0, 1)
        steps, rows, _ = inputs.shape
        data, after = self._run(inputs.flatten(0, 1), [rows] * steps, state)
        outputs = data.view(steps, rows, -1)
        return outputs.transpose(0, 1) if self.batch_first else outputs, after

    def _read_packed(
        self, packed: PackedSequence, state: State | None
    ) -> tuple[PackedSequence, State]:
        to_sorted, to_given = packed.sorted_indices, packed.unsorted_indices
        if state is not None and to_sorted is not None:
            state = tuple(part.index_select(1, to_sorted) for part in state)
        data, after = self._run(packed.data, packed.batch_sizes.tolist(), state)
        if to_given is not None:
            after = tuple(part.index_select(1, to_given) for part in after)
        return PackedSequence(data, packed.batch_sizes, to_sorted, to_given), after

    def _run(self, data: Tensor, sizes: list[int], state: State | None) -> tuple[Tensor, State]:
        """Return (outputs, state) of all layers: (N, DH) packed, and behind each text."""
        shape = (self.num_layers * self.directions, sizes[0], self.hidden_size)
        if state is None:
            state = (data.new_zeros(shape),) * self.parts
        if any(part.shape != shape for part in state):
            found = ", ".join(str(tuple(part.shape)) for part in state)
            raise ValueError(f"the state must have the shape {shape}, not {found}.")
        befores = zip(*(part.unbind() for part in state), strict=True)
        afters: list[State] = []
        for number in range(self.num_layers):
            outputs: list[Tensor] = []
            for suffix in self._suffixes(number):
                output, after = self.layer(
                    data, sizes, bool(outputs), self._weights(suffix), next(befores)
                )
                outputs.append(output)
                afters.append(after)
            data = torch.cat(outputs, dim=1) if self.bidirectional else outputs[0]
            if number < self.num_layers - 1:
                data = functional.dropout(data, self.dropout, self.training)
        return data, tuple(torch.stack(parts) for parts in zip(*afters, strict=True))

    def _suffixes(self, number: int) -> list[str]:
        return [f"l{number}", f"l{number}_reverse"][: self.directions]

    def _weights(self, suffix: str) -> Weights:
        return Weights(
            getattr(self, f"weight_ih_{suffix}"),
            getattr(self, f"weight_hh_{suffix}"),
            getattr(self, f"bias_ih_{suffix}", None),
            getattr(self, f"bias_hh_{suffix}", None),
        )


class RNN(Recurrent):
    """h' = tanh(W x + b + U h + b') (Elman 1990)."""

    mode, gates = "RNN_TANH", 1

    def layer(
        self, inputs: Tensor, sizes: list[int], reverse: bool, weights: Weights, state: State
    ) -> tuple[Tensor, State]:
        def step(entered: Tensor, state: State) -> State:
            return (torch.tanh(entered + functional.linear(state[0], weights.of_hidden)),)

        entering = functional.linear(inputs, weights.of_input, weights.bias)  # (N, H)
        return walk(step, entering, sizes, reverse, state)


class GRU(Recurrent):
    """Gated recurrent units (Cho et al. 2014), the reset gate behind the product as in cuDNN.

    r = σ(W_r x + b_r + U_r h + b'_r)    z = σ(W_z x + b_z + U_z h + b'_z)
    n = tanh(W_n x + b_n + r ⊙ (U_n h + b'_n))    h' = (1 - z) ⊙ n + z ⊙ h
    """

    mode, gates = "GRU", 3

    def layer(
        self, inputs: Tensor, sizes: list[int], reverse: bool, weights: Weights, state: State
    ) -> tuple[Tensor, State]:
        def step(entered: Tensor, state: State) -> State:
            (hidden,) = state
            product = functional.linear(hidden, weights.of_hidden, weights.bias_hidden)
            reset, update, new = entered.chunk(3, dim=1)
            reset_hidden, update_hidden, new_hidden = product.chunk(3, dim=1)
            update = torch.sigmoid(update + update_hidden)
            candidate = torch.tanh(new + torch.sigmoid(reset + reset_hidden) * new_hidden)
            return ((1 - update) * candidate + update * hidden,)

        entering = functional.linear(inputs, weights.of_input, weights.bias_input)  # (N, 3H)
        return walk(step, entering, sizes, reverse, state)


class LSTM(Recurrent):
    """Long short-term memory; its equations stand in :mod:`core.models.lstm_forms`."""

    mode, gates, parts = "LSTM", 4, 2

    def __init__(self, *sizes: Any, form: str = "hoisted", **settings: Any) -> None:
        """``form`` is a key of LSTM_FORMS; the rest is as for torch.nn.LSTM."""
        super().__init__(*sizes, **settings)
        self.form = form

    def layer(
        self, inputs: Tensor, sizes: list[int], reverse: bool, weights: Weights, state: State
    ) -> tuple[Tensor, State]:
        return LSTM_FORMS[self.form](inputs, sizes, reverse, weights, state)

    def forward(
        self, inputs: Any, state: tuple[Tensor, Tensor] | None = None
    ) -> tuple[Any, tuple[Tensor, Tensor]]:
        """Return (outputs, (hidden, cell)); see :meth:`Recurrent.forward`."""
        outputs, (hidden, cell) = self._read(inputs, state)
        return outputs, (hidden, cell)


# The LSTMs that a model can be made of, by what its configuration calls them.
LSTMS: dict[str, type[nn.LSTM] | type[LSTM]] = {"lstm": nn.LSTM, "own": LSTM}
