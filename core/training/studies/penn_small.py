"""The study of our LSTM in a small experiment, with one layer and with three.

The published exercise reported a validation perplexity of 365.0 with one layer and of 453.8 with
three, and left open why three were worse.
"""

from typing import Any, NamedTuple

import torch
from torch import nn

from core.models.recurrent import LSTMS
from core.report import Report, curve, report
from core.training.studies.next_word import (
    EMBEDDING_SIZE,
    HIDDEN_SIZE,
    NextWord,
    Run,
    learn_together,
    load_windows,
)

_PUBLISHED = {1: 365.0, 3: 453.8}  # validation perplexity by layers


class _Way(NamedTuple):
    """What a model is made of."""

    cell: str  # of LSTMS
    layers: int
    shortcuts: bool = False  # from the input of each layer but the first to its output
    forget_bias: float = 0.0  # added to the forget gate's at the beginning

    def __str__(self) -> str:
        changes = ", shortcuts" * self.shortcuts + ", open forget gates" * bool(self.forget_bias)
        return f"{self.cell}, {self.layers} layer{'s' * (self.layers > 1)}{changes}"

    def model(self, words: int) -> NextWord:
        """Return a new model; the first weights of our cell and torch's are the same."""
        torch.manual_seed(1)
        layers: list[nn.Module] = []
        for number in range(self.layers):
            layer = LSTMS[self.cell](HIDDEN_SIZE if number else EMBEDDING_SIZE, HIDDEN_SIZE)
            with torch.no_grad():
                # In torch's order, i f g o, the forget gate is the second quarter.
                layer.get_parameter("bias_ih_l0").chunk(4)[1].add_(self.forget_bias)
            layers.append(layer)
        return NextWord(words, EMBEDDING_SIZE, HIDDEN_SIZE, layers, self.shortcuts)


_WAYS = (
    _Way("lstm", 1),
    _Way("own", 1),
    _Way("lstm", 3),
    _Way("own", 3),
    _Way("own", 3, forget_bias=1.0),  # Jozefowicz et al. 2015
    _Way("own", 3, shortcuts=True),
    _Way("own", 3, shortcuts=True, forget_bias=1.0),
)


def penn_small(command: str, epochs: int = 5) -> Report:
    """Our LSTM and torch's, one layer and three, on windows of five words."""
    parts, words = load_windows()
    runs = {way: Run(str(way), way.model(words)) for way in _WAYS}
    learn_together(list(runs.values()), parts["train"], parts["valid"], epochs, seed=1)
    rows = []
    for way, run in runs.items():
        peer = runs[_Way("lstm", way.layers)]
        rows.append(
            {
                "model": run.name,
                "layers": way.layers,
                "weights": run.weights,
                "valid_perplexity": round(run.valid[-1], 1),
                "published": _PUBLISHED[way.layers],
                "test_perplexity": round(run.perplexity(parts["test"]), 1),
                "core_seconds_per_epoch": round(run.core_seconds / epochs, 1),
                "times_torch": round(run.core_seconds / peer.core_seconds, 2),
            }
        )
    numbers = list(range(1, epochs + 1))
    return report(
        f"The next word after five, {epochs} epochs on a tenth of the Penn Treebank",
        "Does an LSTM written out by hand learn as torch's does, as fast, and what do three layers"
        " need to be no worse than one?",
        command,
        rows,
        [
            curve(run.name, numbers, [round(one, 1) for one in run.valid], "epoch", "perplexity")
            for run in runs.values()
        ],
        _finding(rows),
    )


def _finding(rows: list[dict[str, Any]]) -> str:
    by_model = {row["model"]: row for row in rows}
    one, three = (by_model[str(_Way("own", layers))] for layers in (1, 3))
    best = min((row for row in rows if row["layers"] == 3), key=lambda row: row["valid_perplexity"])
    return (
        f"Ours takes {one['times_torch']} times as long as torch's layer, {three['times_torch']}"
        f" times with three layers, and has a validation perplexity of {one['valid_perplexity']}"
        f" (published {one['published']}); three layers have {three['valid_perplexity']} (published"
        f" {three['published']}), and at best, as {best['model'].removeprefix('own, ')},"
        f" {best['valid_perplexity']}. In test one has {one['test_perplexity']}, the best of three"
        f" {best['test_perplexity']}."
    )
