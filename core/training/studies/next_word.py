"""A small experiment that several studies share: the next word after five, on a tenth of the Penn
Treebank.

A published exercise with an LSTM of its own: embedding 256, hidden 128, batches of 128 windows,
Adam with 5e-4.
"""

import math
import time
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.data.penn_small import load_penn_small

WINDOW, BATCH = 5, 128
EMBEDDING_SIZE, HIDDEN_SIZE, LEARNING_RATE = 256, 128, 5e-4
Windows = tuple[Tensor, Tensor]  # (N, 5) words, and (N,) the word behind each


class NextWord(nn.Module):
    """Embedding, recurrent layers, and an output that reads the last hidden state."""

    def __init__(
        self,
        words: int,
        embedding_size: int,
        hidden_size: int,
        layers: Sequence[nn.Module],
        shortcuts: bool = False,
    ) -> None:
        """``layers`` may name one several times: its weights are shared.

        With ``shortcuts``, the input of each layer but the first is added to its output.
        """
        super().__init__()
        self.shortcuts = shortcuts
        self.embedding = nn.Embedding(words, embedding_size)
        self.layers = nn.ModuleList(layers)
        self.output = nn.Linear(hidden_size, words)

    def forward(self, windows: Tensor) -> Tensor:
        """Return the logits (B, V) of the words behind windows (B, 5)."""
        outputs = self.embedding(windows.T)  # (5, B, E)
        for number, layer in enumerate(self.layers):
            read, _ = layer(outputs)  # (5, B, H)
            outputs = outputs + read if self.shortcuts and number else read
        logits: Tensor = self.output(outputs[-1])
        return logits


class Run:
    """A model in training, and what is known of it."""

    def __init__(self, name: str, model: nn.Module) -> None:
        self.name, self.model = name, model
        self.optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE, fused=True)
        self.weights = sum(parameter.numel() for parameter in model.parameters())
        self.core_seconds = 0.0  # of its steps
        self.valid: list[float] = []  # perplexity behind each epoch

    def learn(self, windows: Tensor, words: Tensor) -> None:
        """Take one optimizer step, timed."""
        # Of the processor, not of the clock: other programs may share its cores.
        started = time.process_time()
        self.optimizer.zero_grad()
        functional.cross_entropy(self.model(windows), words).backward()
        self.optimizer.step()
        self.core_seconds += time.process_time() - started

    @torch.inference_mode()
    def perplexity(self, part: Windows) -> float:
        """Return that of a part, partial batches left out as in training."""
        losses = [
            functional.cross_entropy(self.model(windows), words).item()
            for windows, words in batches(part, torch.arange(len(part[1])), BATCH)
        ]
        return math.exp(sum(losses) / len(losses))


def learn_together(
    runs: Sequence[Run], train: Windows, valid: Windows, epochs: int, seed: int
) -> None:
    """Train all on the same batches, in turns: whatever slows the machine meets all alike."""
    chance = torch.Generator().manual_seed(seed)
    for _ in range(epochs):
        for batch in batches(train, torch.randperm(len(train[1]), generator=chance), BATCH):
            for run in runs:
                run.learn(*batch)
        for run in runs:
            run.valid.append(run.perplexity(valid))


def load_windows() -> tuple[dict[str, Windows], int]:
    """Return the windows of each part, and the number of different words in the training part.

    Raises:
        UserError: a file is missing.
    """
    lines = load_penn_small()
    known = sorted({word for line in lines["train"] for word in line} | {"<unk>"})
    ids = {word: number for number, word in enumerate(known)}
    return {part: _windows(lines[part], ids) for part in lines}, len(ids)


def _windows(lines: list[list[str]], ids: dict[str, int]) -> Windows:
    rows = [
        [ids.get(word, ids["<unk>"]) for word in line[begin : begin + WINDOW + 1]]
        for line in lines
        for begin in range(len(line) - WINDOW)
    ]
    table = torch.tensor(rows)  # (N, 6)
    return table[:, :WINDOW].contiguous(), table[:, WINDOW].contiguous()


def batches(part: Windows, order: Tensor, size: int) -> Iterator[Windows]:
    """Yield the batches of a part, in an order (N,) of its windows; a partial one is left out."""
    for rows in order.split(size):
        if len(rows) == size:
            yield part[0][rows], part[1][rows]


def shuffled(part: Windows, size: int) -> Iterator[Windows]:
    """Yield the batches of a part in an order that is always the same."""
    order = torch.randperm(len(part[1]), generator=torch.Generator().manual_seed(1))
    return batches(part, order, size)
