"""One LSTM layer in one direction (Hochreiter and Schmidhuber 1997; gates as in torch.nn.LSTM).

    i = σ(W_i x + U_i h + b_i)    f = σ(W_f x + U_f h + b_f)    o = σ(W_o x + U_o h + b_o)
    g = tanh(W_g x + U_g h + b_g)    c' = f ⊙ c + i ⊙ g    h' = o ⊙ tanh(c')

Three forms of it, each a step faster than the one before: a matrix product for each gate and step;
one for all gates of a step; and that of the inputs taken out of the loop, so that one product
serves all steps. The last has a backward pass of its own: autograd would keep and visit each of
its small operations. The gates stand in torch's order, i f g o.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional

from core.models.recurrence import State, Weights, walk

# (gradient, y) -> gradient · y (1 - y) and gradient · (1 - y²), each in one pass.
_through_sigmoid = torch.ops.aten.sigmoid_backward
_through_tanh = torch.ops.aten.tanh_backward


def separate(
    inputs: Tensor, sizes: list[int], reverse: bool, weights: Weights, state: State
) -> tuple[Tensor, State]:
    """Run a layer with one matrix product for each gate and step; see ``walk``."""
    matrices = torch.cat((weights.of_input, weights.of_hidden), dim=1).chunk(4)  # (H, M + H)
    biases = (None,) * 4 if weights.bias is None else weights.bias.chunk(4)

    def step(entered: Tensor, state: State) -> State:
        hidden, cell = state
        joined = torch.cat((entered, hidden), dim=1)  # (R, M + H)
        gates = [
            functional.linear(joined, matrix, bias)
            for matrix, bias in zip(matrices, biases, strict=True)
        ]
        return _cell(gates, cell)

    return walk(step, inputs, sizes, reverse, state)


def fused(
    inputs: Tensor, sizes: list[int], reverse: bool, weights: Weights, state: State
) -> tuple[Tensor, State]:
    """Run a layer with one matrix product for the four gates of a step; see ``walk``."""
    matrix = torch.cat((weights.of_input, weights.of_hidden), dim=1)  # (4H, M + H)
    bias = weights.bias

    def step(entered: Tensor, state: State) -> State:
        hidden, cell = state
        gates = functional.linear(torch.cat((entered, hidden), dim=1), matrix, bias)  # (R, 4H)
        return _cell(gates.chunk(4, dim=1), cell)

    return walk(step, inputs, sizes, reverse, state)


def _cell(gates: Sequence[Tensor], cell: Tensor) -> State:
    i, f, g, o = gates  # (R, H), without σ and tanh
    cell = torch.sigmoid(f) * cell + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(cell), cell


def hoisted(
    inputs: Tensor, sizes: list[int], reverse: bool, weights: Weights, state: State
) -> tuple[Tensor, State]:
    """Run a layer with the input products of all steps in one; see ``walk``."""
    kind, of_input, of_hidden = inputs.device.type, weights.of_input, weights.of_hidden
    bias = of_input.new_zeros(len(of_input)) if weights.bias is None else weights.bias
    if torch.is_autocast_enabled(kind):
        # Autocast does not reach the backward pass of a Function: its type is taken by hand.
        low = torch.get_autocast_dtype(kind)
        inputs, of_input, of_hidden = inputs.to(low), of_input.to(low), of_hidden.to(low)
    hidden, cell = (part.to(bias.dtype) for part in state)
    outputs, hidden, cell = _Hoisted.apply(
        inputs, of_input, of_hidden, bias, hidden, cell, sizes, reverse
    )
    return outputs, (hidden, cell)


class _Hoisted(torch.autograd.Function):
    """The steps, and their gradient as it stands in Graves and Schmidhuber 2005.

    With δx = ∂L/∂x, and δh', δc' those of the outputs and of the steps behind together:

        δo = δh' ⊙ tanh(c') ⊙ o(1 - o)    then δc' grows by δh' ⊙ o ⊙ (1 - tanh²(c'))
        δi = δc' ⊙ g ⊙ i(1 - i)    δf = δc' ⊙ c ⊙ f(1 - f)    δg = δc' ⊙ i ⊙ (1 - g²)
        δc = δc' ⊙ f    δh = Uᵀ[δi δf δg δo]    δx = Wᵀ[δi δf δg δo]
    """

    @staticmethod
    def forward(
        ctx: Any,
        inputs: Tensor,
        of_input: Tensor,
        of_hidden: Tensor,
        bias: Tensor,
        hidden: Tensor,
        cell: Tensor,
        sizes: list[int],
        reverse: bool,
    ) -> tuple[Tensor, Tensor, Tensor]:
        entering = torch.addmm(bias.to(inputs.dtype), inputs, of_input.T)  # (N, 4H)
        gates = _room(entering, bias.dtype)
        count, size = len(inputs), hidden.size(1)
        outputs, hiddens = gates.new_empty(count, size), inputs.new_empty(count, size)
        cells, squashed = gates.new_empty(2, count, size)
        hidden, cell, across = hidden.clone(), cell.clone(), of_hidden.T
        for entry, gate, h, c, tanh_c, output in _steps(
            sizes, reverse, entering, gates, hiddens, cells, squashed, outputs
        ):
            rows = len(gate)
            h.copy_(hidden[:rows])
            c.copy_(cell[:rows])
            entry.addmm_(h, across)
            if gates is not entering:
                gate.copy_(entry)
            i, f, g, o = gate.chunk(4, dim=1)
            # tanh(x) = 2σ(2x) - 1: on a CPU, torch's tanh takes five times as long as its σ.
            g.mul_(2)
            gate.sigmoid_()
            g.mul_(2).sub_(1)
            new = cell[:rows].mul_(f).addcmul_(i, g)
            torch.mul(new, 2, out=tanh_c).sigmoid_().mul_(2).sub_(1)
            hidden[:rows] = torch.mul(o, tanh_c, out=output)
        ctx.save_for_backward(inputs, of_input, of_hidden, gates, hiddens, cells, squashed)
        ctx.sizes, ctx.reverse = sizes, reverse
        return outputs, hidden, cell

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        inputs, of_input, of_hidden, gates, hiddens, cells, tanh_c = ctx.saved_tensors
        size = hiddens.size(1)
        to_outputs, to_hidden, to_cell = grads[0], grads[1].clone(), grads[2].clone()
        i, f, g, o = gates.chunk(4, dim=1)  # (N, H)
        # What c' and h' owe to what stands before σ and tanh, of all steps at once …
        to_gates = torch.empty_like(gates)
        to_i, to_f, to_g, to_o = to_gates.chunk(4, dim=1)
        _through_sigmoid(g, i, grad_input=to_i)
        _through_sigmoid(cells, f, grad_input=to_f)
        _through_tanh(i, g, grad_input=to_g)
        _through_sigmoid(tanh_c, o, grad_input=to_o)
        through_tanh = _through_tanh(o, tanh_c)  # what h' owes to c'
        low = _room(to_gates, inputs.dtype)
        for to_output, owed, factor, of_cell, keep in reversed(
            _steps(ctx.sizes, ctx.reverse, to_outputs, to_gates, low, through_tanh, f)
        ):
            # … and, step by step from the last one, what the loss owes to h' and c'.
            rows = len(owed)
            to_h = to_hidden[:rows].add_(to_output)
            to_c = to_cell[:rows].addcmul_(to_h, of_cell)
            owed.view(rows, 4, size)[:, :3].mul_(to_c[:, None])
            owed[:, 3 * size :].mul_(to_h)
            to_c.mul_(keep)
            if low is not to_gates:
                factor.copy_(owed)
            to_h.copy_(factor @ of_hidden)
        return (
            low @ of_input if ctx.needs_input_grad[0] else None,
            low.T @ inputs,
            low.T @ hiddens,
            to_gates.sum(0),
            to_hidden,
            to_cell,
            None,
            None,
        )


def _steps(sizes: list[int], reverse: bool, *buffers: Tensor) -> list[tuple[Tensor, ...]]:
    """Return the rows of each step in each buffer (N, …), in the order of the walk."""
    steps = list(zip(*(buffer.split(sizes) for buffer in buffers), strict=True))
    return steps[::-1] if reverse else steps


def _room(like: Tensor, dtype: torch.dtype) -> Tensor:
    """Return a tensor of that type to copy another into, which is itself where it has the type."""
    return like if like.dtype == dtype else torch.empty_like(like, dtype=dtype)
