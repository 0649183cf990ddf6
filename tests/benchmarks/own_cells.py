"""Our LSTM against torch.nn.LSTM, forward and backward, in turns: float32 on the CPU.

At the sizes of a small experiment (batch 128, windows of 5 words, embedding 256, hidden 128) all of
our forms; at larger ones, and in packed batches, the fastest of them.
"""

import statistics
from typing import NamedTuple

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

from core.measuring import in_turns
from core.models.recurrent import LSTM, LSTM_FORMS
from tests.benchmarks.report import Figure
from tests.benchmarks.step import Call

ROUNDS = 40
FORM, REACH = "hoisted", "≤ 1.3, goal 1.0"


class Sizes(NamedTuple):
    """A batch of B texts of T tokens, and the layers that read it."""

    batch: int
    steps: int
    embedding: int
    hidden: int
    packed: bool = False  # texts of all lengths from 1 to T
    layers: int = 1

    def __str__(self) -> str:
        packed = ", packed" if self.packed else ""
        layers = f", {self.layers} layers" if self.layers > 1 else ""
        return f"{self.batch} × {self.steps}, {self.embedding} → {self.hidden}{layers}{packed}"


FIRST = Sizes(128, 5, 256, 128)
LARGER = (
    Sizes(1, 64, 256, 128),
    Sizes(32, 64, 256, 128),
    Sizes(128, 64, 256, 128),
    Sizes(64, 64, 48, 192),  # lm-arxiv-word-lstm
    Sizes(64, 64, 512, 512),
    Sizes(64, 32, 256, 256, packed=True),
    Sizes(64, 32, 256, 256, layers=3),
)


def measure_cells(rounds: int = ROUNDS) -> list[Figure]:
    """Return how many times longer our layers take than torch's."""
    figures = _figures(FIRST, tuple(LSTM_FORMS), rounds)
    for sizes in LARGER:
        figures += _figures(sizes, (FORM,), max(rounds // 4, 3))
    return figures


def _figures(sizes: Sizes, forms: tuple[str, ...], rounds: int) -> list[Figure]:
    calls = training_steps(sizes, forms)
    repeats = 3 if sizes == FIRST else 1
    taken = in_turns(calls, rounds, repeats)
    torch_ms = 1e3 * statistics.median(taken["torch"])
    figures = []
    for form in forms:
        ratio = statistics.median(
            ours / theirs for ours, theirs in zip(taken[form], taken["torch"], strict=True)
        )
        judged = form == FORM and sizes == FIRST
        note = f"torch {torch_ms:.2f} ms, {torch.get_num_threads()} thread(s)"
        name = f"own LSTM, {form} / torch: {sizes}"
        figures.append(Figure(name, ratio, "×", REACH if judged else "", note))
    return figures


def training_steps(sizes: Sizes, forms: tuple[str, ...]) -> dict[str, Call]:
    """Return a forward and backward pass of torch's layers and of ours, of the same weights."""
    torch.manual_seed(0)
    peer = nn.LSTM(sizes.embedding, sizes.hidden, sizes.layers)
    layers: dict[str, nn.Module] = {"torch": peer}
    for form in forms:
        layers[form] = LSTM(sizes.embedding, sizes.hidden, sizes.layers, form=form)
        layers[form].load_state_dict(peer.state_dict())
    inputs = torch.randn(sizes.steps, sizes.batch, sizes.embedding, requires_grad=True)
    lengths = torch.arange(sizes.batch) % sizes.steps + 1
    lengths[0] = sizes.steps

    def call(made: nn.Module) -> Call:
        def step() -> None:
            made.zero_grad()
            inputs.grad = None
            if sizes.packed:
                read = pack_padded_sequence(inputs, lengths, enforce_sorted=False)
                outputs = made(read)[0].data
            else:
                outputs = made(inputs)[0]
            outputs.sum().backward()

        return step

    return {name: call(made) for name, made in layers.items()}
