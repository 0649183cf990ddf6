"""What may make an LSTM with matrices of its own slow, or keep it from learning."""

import math
import operator
import statistics
import time
from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.models.recurrent import LSTM, LSTM_FORMS
from core.training.studies.next_word import EMBEDDING_SIZE, HIDDEN_SIZE, LEARNING_RATE, NextWord

SMOOTH = 20  # steps whose mean loss is a perplexity
State = tuple[Tensor, Tensor]  # hidden and cell state, each (1, B, H)

PRODUCTS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "@": operator.matmul,
    "matmul": torch.matmul,
    "linear": lambda inputs, matrix: functional.linear(inputs, matrix.T),
}


class Matrices(nn.Module):
    """An LSTM layer as exercises write it: for each gate two matrices and a bias.

    It begins with the weights of torch's layer, i f g o.
    """

    def __init__(self, product: str = "@", plain: bool = False, unscaled: bool = False) -> None:
        """``product`` is a key of PRODUCTS.

        Args:
            plain: the weights are tensors that have a gradient and that no optimizer is given.
            unscaled: they are drawn by torch.randn, whatever the width.
        """
        super().__init__()
        self.product = PRODUCTS[product]
        torchs = LSTM(EMBEDDING_SIZE, HIDDEN_SIZE)
        first, second, *biases = (weight.detach().chunk(4) for weight in torchs.parameters())
        weights = [
            weight
            for gate in range(4)
            for weight in (first[gate].T, second[gate].T, biases[0][gate] + biases[1][gate])
        ]
        if unscaled:
            weights = [torch.randn_like(weight) for weight in weights]
        weights = [weight.contiguous() for weight in weights]
        self.weights: list[Tensor] | nn.ParameterList = (
            [weight.requires_grad_() for weight in weights] if plain else nn.ParameterList(weights)
        )

    def forward(self, inputs: Tensor, state: State | None) -> tuple[Tensor, State]:
        """Return (outputs, state) as torch's layer does; inputs are (5, B, E)."""
        empty = inputs.new_zeros(inputs.size(1), HIDDEN_SIZE)
        hidden, cell = (empty, empty) if state is None else (state[0][0], state[1][0])
        weights, outputs = list(self.weights), []
        for entered in inputs:
            i, f, g, o = (
                self.product(entered, weights[n])
                + self.product(hidden, weights[n + 1])
                + weights[n + 2]
                for n in range(0, 12, 3)
            )
            cell = torch.sigmoid(f) * cell + torch.sigmoid(i) * torch.tanh(g)
            hidden = torch.sigmoid(o) * torch.tanh(cell)
            outputs.append(hidden)
        return torch.stack(outputs), (hidden[None], cell[None])


class Suspect(NamedTuple):
    """One change to the layer of matrices, or another layer."""

    layer: Callable[[], nn.Module]
    carried: bool = False  # the state behind a batch is that before the next one
    detached: bool = True  # without the graph that made it
    retain: bool = False  # retain_graph=True


BASE, TORCH = "matrices with @", "torch.nn.LSTM"
PLAIN, UNSCALED = "weights as plain tensors", "weights drawn by randn"
KEPT = "plain tensors and a state that keeps its graph"
SUSPECTS: dict[str, Suspect] = {
    BASE: Suspect(Matrices),
    "matmul in place of @": Suspect(lambda: Matrices("matmul")),
    "linear in place of @": Suspect(lambda: Matrices("linear")),
    PLAIN: Suspect(lambda: Matrices(plain=True)),
    UNSCALED: Suspect(lambda: Matrices(unscaled=True)),
    "retain_graph alone": Suspect(Matrices, retain=True),
    "state carried and detached": Suspect(Matrices, carried=True),
    KEPT: Suspect(lambda: Matrices(plain=True), carried=True, detached=False, retain=True),
    **{
        f"our {form} form": Suspect(lambda form=form: LSTM(EMBEDDING_SIZE, HIDDEN_SIZE, form=form))  # type: ignore[misc]
        for form in LSTM_FORMS
    },
    TORCH: Suspect(lambda: nn.LSTM(EMBEDDING_SIZE, HIDDEN_SIZE)),
}


class Trial:
    """A suspect in training; embedding, output and batches are the same for all."""

    def __init__(self, suspect: Suspect, words: int) -> None:
        self.suspect = suspect
        torch.manual_seed(1)
        self.layer = suspect.layer()
        torch.manual_seed(1)
        self.model = NextWord(words, EMBEDDING_SIZE, HIDDEN_SIZE, [self.layer])
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=LEARNING_RATE)
        self.state: State | None = None
        self.losses: list[float] = []  # of each step, nats
        self.seconds: list[tuple[float, float, float]] = []  # forward, backward, optimizer

    def step(
        self, windows: Tensor, words: Tensor, clock: Callable[[], float] = time.process_time
    ) -> None:
        """Take one optimizer step."""
        times = [clock()]
        outputs, state = self.layer(self.model.embedding(windows.T), self.state)
        loss = functional.cross_entropy(self.model.output(outputs[-1]), words)
        times.append(clock())
        self.optimizer.zero_grad()
        loss.backward(retain_graph=self.suspect.retain)
        times.append(clock())
        self.optimizer.step()
        times.append(clock())
        if self.suspect.carried:
            hidden, cell = state
            self.state = (hidden.detach(), cell.detach()) if self.suspect.detached else state
        self.losses.append(loss.item())
        forward, backward, optimizer = (b - a for a, b in pairwise(times))
        self.seconds.append((forward, backward, optimizer))

    def perplexity(self, steps: int | None = None) -> float:
        """Return that of the last batches of so many steps, by default of all."""
        losses = self.losses[:steps]
        return math.exp(statistics.mean(losses[-SMOOTH:]))

    def growth(self) -> tuple[float, float]:
        """Return (seconds of the first step, what each takes longer than the one before it)."""
        each = [sum(times) for times in self.seconds]
        growth, start = statistics.linear_regression(range(len(each)), each)
        return start, growth

    def epoch(self, steps: int) -> float:
        """Return the seconds of so many steps; those that grow go on growing as they did."""
        if self.suspect.detached:
            return statistics.median(map(sum, self.seconds)) * steps
        start, growth = self.growth()
        return start * steps + growth * steps * (steps - 1) / 2
