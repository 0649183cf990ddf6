"""One step of a recurrent layer with everything that is computed on the way, from its equations.

The gates stand in torch's order in the weights: i f g o of an LSTM (Hochreiter and Schmidhuber
1997), r z n of a GRU (Cho et al. 2014); see core.models.lstm_forms and core.models.recurrent.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import linear

from core.models.recurrence import Weights


class Cell(NamedTuple):
    """A kind of layer: the Q quantities of a step, and how they come of those of the step before.

    ``step`` takes the product (R, GH) of R inputs, the weights, and what it returned before, and
    returns the quantities side by side, (R, QH). The hidden state comes first, then the cell.
    """

    quantities: tuple[str, ...]
    step: Callable[[Tensor, Weights, Tensor], Tensor]


def _rnn(entering: Tensor, weights: Weights, before: Tensor) -> Tensor:
    # h' = tanh(W x + b + U h + b')
    return torch.tanh(entering + linear(before, weights.of_hidden, weights.bias_hidden))


def _gru(entering: Tensor, weights: Weights, before: Tensor) -> Tensor:
    # r = σ(W_r x + b_r + U_r h + b'_r)    z = σ(W_z x + b_z + U_z h + b'_z)
    # n = tanh(W_n x + b_n + r ⊙ (U_n h + b'_n))    h' = (1 - z) ⊙ n + z ⊙ h
    hidden = before.chunk(4, dim=1)[0]
    from_hidden = linear(hidden, weights.of_hidden, weights.bias_hidden)
    r, z, n = entering.chunk(3, dim=1)
    r_hidden, z_hidden, n_hidden = from_hidden.chunk(3, dim=1)
    r, z = torch.sigmoid(r + r_hidden), torch.sigmoid(z + z_hidden)
    n = torch.tanh(n + r * n_hidden)
    return torch.cat(((1 - z) * n + z * hidden, r, z, n), dim=1)


def _lstm(entering: Tensor, weights: Weights, before: Tensor) -> Tensor:
    # i, f, o = σ(W x + b + U h + b')    g = tanh(W_g x + b_g + U_g h + b'_g)
    # c' = f ⊙ c + i ⊙ g    h' = o ⊙ tanh(c')
    hidden, cell = before.chunk(6, dim=1)[:2]
    gates = entering + linear(hidden, weights.of_hidden, weights.bias_hidden)
    i, f, g, o = gates.chunk(4, dim=1)
    i, f, o, g = torch.sigmoid(i), torch.sigmoid(f), torch.sigmoid(o), torch.tanh(g)
    cell = f * cell + i * g
    return torch.cat((o * torch.tanh(cell), cell, i, f, o, g), dim=1)


# By torch's name of the kind.
CELLS = {
    "RNN_TANH": Cell(("hidden",), _rnn),
    "GRU": Cell(("hidden", "reset gate", "update gate", "candidate"), _gru),
    "LSTM": Cell(
        ("hidden", "cell", "input gate", "forget gate", "output gate", "candidate"), _lstm
    ),
}
