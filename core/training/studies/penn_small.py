"""The study of our LSTM in a small experiment: the next word after five, on a tenth of the Penn
Treebank, with one layer and with three.

A published exercise with an LSTM of its own reported a validation perplexity of 365.0 with one
layer and of 453.8 with three, and left open why three were worse.
"""

import gzip
import math
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.errors import UserError
from core.models.recurrent import LSTMS
from core.report import curve, report
from core.training.studies.runs import Report

_WINDOW, _BATCH, _EPOCHS = 5, 128, 5
_EMBEDDING_SIZE, _HIDDEN_SIZE, _LEARNING_RATE = 256, 128, 5e-4
_PUBLISHED = {1: 365.0, 3: 453.8}  # validation perplexity by layers
Windows = tuple[Tensor, Tensor]  # (N, 5) words, and (N,) the word behind each


class _Way(NamedTuple):
    """What a model is made of."""

    cell: str  # of LSTMS
    layers: int
    shortcuts: bool = False  # from the input of each layer but the first to its output
    forget_bias: float = 0.0  # added to the forget gate's at the beginning

    def __str__(self) -> str:
        changes = ", shortcuts" * self.shortcuts + ", open forget gates" * bool(self.forget_bias)
        return f"{self.cell}, {self.layers} layer{'s' * (self.layers > 1)}{changes}"


_WAYS = (
    _Way("lstm", 1),
    _Way("own", 1),
    _Way("lstm", 3),
    _Way("own", 3),
    _Way("own", 3, forget_bias=1.0),  # Jozefowicz et al. 2015
    _Way("own", 3, shortcuts=True),
    _Way("own", 3, shortcuts=True, forget_bias=1.0),
)


class _NextWord(nn.Module):
    """Embedding, LSTM layers, and an output that reads the last hidden state."""

    def __init__(self, words: int, way: _Way) -> None:
        super().__init__()
        self.way = way
        self.embedding = nn.Embedding(words, _EMBEDDING_SIZE)
        self.layers = nn.ModuleList(
            LSTMS[way.cell](_HIDDEN_SIZE if number else _EMBEDDING_SIZE, _HIDDEN_SIZE)
            for number in range(way.layers)
        )
        self.output = nn.Linear(_HIDDEN_SIZE, words)
        with torch.no_grad():
            for layer in self.layers:
                # In torch's order, i f g o, the forget gate is the second quarter.
                layer.get_parameter("bias_ih_l0").chunk(4)[1].add_(way.forget_bias)

    def forward(self, windows: Tensor) -> Tensor:
        """Return the logits (B, V) of the words behind windows (B, 5)."""
        outputs = self.embedding(windows.T)  # (5, B, E)
        for number, layer in enumerate(self.layers):
            read, _ = layer(outputs)  # (5, B, H)
            outputs = outputs + read if self.way.shortcuts and number else read
        logits: Tensor = self.output(outputs[-1])
        return logits


class _Run:
    """A model in training, and what is known of it."""

    def __init__(self, words: int, way: _Way) -> None:
        torch.manual_seed(1)  # the same first weights for our cell and torch's
        self.way, self.model = way, _NextWord(words, way)
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=_LEARNING_RATE)
        self.seconds = 0.0
        self.valid: list[float] = []  # perplexity behind each epoch

    def learn(self, windows: Tensor, words: Tensor) -> None:
        """Take one optimizer step, on the clock."""
        started = time.perf_counter()
        self.optimizer.zero_grad()
        functional.cross_entropy(self.model(windows), words).backward()
        self.optimizer.step()
        self.seconds += time.perf_counter() - started

    @torch.inference_mode()
    def perplexity(self, part: Windows) -> float:
        """Return that of a part, partial batches left out as in training."""
        losses = [
            functional.cross_entropy(self.model(windows), words).item()
            for windows, words in _batches(part, torch.arange(len(part[1])))
        ]
        return math.exp(sum(losses) / len(losses))


def load_windows() -> tuple[dict[str, Windows], int]:
    """Return the windows of each part, and the number of different words in the training part.

    Raises:
        UserError: a file is missing: it may not be passed on, so nothing downloads it.
    """
    lines = {part: _read(part) for part in ("train", "valid", "test")}
    known = sorted({word for line in lines["train"] for word in line} | {"<unk>"})
    ids = {word: number for number, word in enumerate(known)}
    return {part: _windows(lines[part], ids) for part in lines}, len(ids)


def _read(part: str) -> list[list[str]]:
    path = Path(os.environ.get("SEQLENS_DATA", ".")) / "penn-small" / f"{part}.txt.gz"
    try:
        content = gzip.decompress(path.read_bytes()).decode("utf-8")
    except FileNotFoundError:
        raise UserError(f"{path} is missing; put a sample of the Penn Treebank there.") from None
    return [["<sos>", *line.split(), "<eos>"] for line in content.splitlines()]


def _windows(lines: list[list[str]], ids: dict[str, int]) -> Windows:
    rows = [
        [ids.get(word, ids["<unk>"]) for word in line[begin : begin + _WINDOW + 1]]
        for line in lines
        for begin in range(len(line) - _WINDOW)
    ]
    table = torch.tensor(rows)  # (N, 6)
    return table[:, :_WINDOW].contiguous(), table[:, _WINDOW].contiguous()


def _batches(part: Windows, order: Tensor) -> Iterator[Windows]:
    for rows in order.split(_BATCH):
        if len(rows) == _BATCH:
            yield part[0][rows], part[1][rows]


def penn_small(command: str) -> Report:
    """Our LSTM and torch's, one layer and three, on windows of five words: five epochs each."""
    parts, words = load_windows()
    runs = [_Run(words, way) for way in _WAYS]
    chance = torch.Generator().manual_seed(1)
    for _ in range(_EPOCHS):
        for batch in _batches(
            parts["train"], torch.randperm(len(parts["train"][1]), generator=chance)
        ):
            for run in runs:  # in turns: whatever slows the machine meets all alike
                run.learn(*batch)
        for run in runs:
            run.valid.append(run.perplexity(parts["valid"]))
    rows = [_row(run, runs, parts["test"]) for run in runs]
    epochs = list(range(1, _EPOCHS + 1))
    return report(
        f"The next word after five, {_EPOCHS} epochs on a tenth of the Penn Treebank",
        "Does an LSTM written out by hand learn as torch's does, as fast, and what do three layers"
        " need to be no worse than one?",
        command,
        rows,
        [
            curve(str(run.way), epochs, [round(one, 1) for one in run.valid], "epoch", "perplexity")
            for run in runs
        ],
        _finding(rows),
    )


def _row(run: _Run, runs: list[_Run], test: Windows) -> dict[str, Any]:
    peer = next(one for one in runs if one.way == _Way("lstm", run.way.layers))
    return {
        "model": str(run.way),
        "layers": run.way.layers,
        "weights": sum(parameter.numel() for parameter in run.model.parameters()),
        "valid_perplexity": round(run.valid[-1], 1),
        "published": _PUBLISHED[run.way.layers],
        "test_perplexity": round(run.perplexity(test), 1),
        "seconds_per_epoch": round(run.seconds / _EPOCHS, 1),
        "times_torch": round(run.seconds / peer.seconds, 2),
    }


def _finding(rows: list[dict[str, Any]]) -> str:
    by_model = {row["model"]: row for row in rows}
    one, three = (by_model[str(_Way("own", layers))] for layers in (1, 3))
    best = min((row for row in rows if row["layers"] == 3), key=lambda row: row["valid_perplexity"])
    return (
        f"One layer of ours has a validation perplexity of {one['valid_perplexity']} (published"
        f" {one['published']}), three have {three['valid_perplexity']} (published"
        f" {three['published']}); the best with three is {best['model']}, with"
        f" {best['valid_perplexity']}. An epoch takes {one['times_torch']} times that of torch's"
        f" layer with one layer, {three['times_torch']} times with three."
    )
