"""One step of torch's recurrent layers or ours, with as few matrix products as a kind allows.

Equations, parameter names and the order of gates are those of torch.nn.RNN, GRU and LSTM.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from core.models.recurrent import Recurrent
from core.models.step_product import StepProduct

# (inputs (R, M), hidden (R, H), cell (R, H)) -> (hidden, cell); only an LSTM changes the cell.
CellStep = Callable[[Tensor, Tensor, Tensor], tuple[Tensor, Tensor]]


def cell_step(layers: nn.RNNBase | Recurrent, layer: int = 0) -> CellStep:
    """Return the step of one layer, with its weights packed as they are now."""
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    parameters = tuple(getattr(layers, f"{name}_l{layer}") for name in names)
    return {"RNN_TANH": _rnn, "GRU": _gru, "LSTM": _lstm}[layers.mode](*parameters)


def _joined(from_input: Tensor, from_hidden: Tensor, *biases: Tensor) -> StepProduct:
    """Return one product over [input, hidden] in place of two."""
    return StepProduct(torch.cat((from_input, from_hidden), dim=1), biases[0] + biases[1])


def _rnn(from_input: Tensor, from_hidden: Tensor, *biases: Tensor) -> CellStep:
    product = _joined(from_input, from_hidden, *biases)

    def step(inputs: Tensor, hidden: Tensor, cell: Tensor) -> tuple[Tensor, Tensor]:
        return product(torch.cat((inputs, hidden), dim=1)).tanh_(), cell

    return step


def _lstm(from_input: Tensor, from_hidden: Tensor, *biases: Tensor) -> CellStep:
    product = _joined(from_input, from_hidden, *biases)

    def step(inputs: Tensor, hidden: Tensor, cell: Tensor) -> tuple[Tensor, Tensor]:
        gates = product(torch.cat((inputs, hidden), dim=1))
        enter, keep, candidate, leave = gates.chunk(4, dim=1)
        kept = torch.sigmoid(keep) * cell
        cell = torch.addcmul(kept, torch.sigmoid(enter), torch.tanh(candidate))
        return torch.sigmoid(leave) * torch.tanh(cell), cell

    return step


def _gru(from_input: Tensor, from_hidden: Tensor, *biases: Tensor) -> CellStep:
    # The reset gate stands between the hidden state's product and the sum: two products.
    of_input, of_hidden = StepProduct(from_input, biases[0]), StepProduct(from_hidden, biases[1])

    def step(inputs: Tensor, hidden: Tensor, cell: Tensor) -> tuple[Tensor, Tensor]:
        reset, update, new = of_input(inputs).chunk(3, dim=1)
        reset_hidden, update_hidden, new_hidden = of_hidden(hidden).chunk(3, dim=1)
        candidate = torch.tanh(new + torch.sigmoid(reset + reset_hidden) * new_hidden)
        return torch.lerp(candidate, hidden, torch.sigmoid(update + update_hidden)), cell

    return step
