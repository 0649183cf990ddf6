"""The study of stacked layers that share their weights."""

import statistics
from typing import Any, NamedTuple

import torch

from core.models.recurrent import LSTM
from core.report import Report, curve, report
from core.training.studies.next_word import NextWord, Run, learn_together, load_windows

_SIZE = 128  # of embedding and hidden state alike, or the first layer could not be the second
_LAYERS = (2, 3)


class _Stack(NamedTuple):
    layers: int
    shared: bool

    def __str__(self) -> str:
        if self.layers == 1:
            return "1 layer, its own weights"
        return f"{self.layers} layers, {'shared' if self.shared else 'their own weights'}"

    def model(self, words: int, seed: int) -> NextWord:
        """Return a new model."""
        torch.manual_seed(seed)
        first = LSTM(_SIZE, _SIZE)
        others = [first if self.shared else LSTM(_SIZE, _SIZE) for _ in range(self.layers - 1)]
        return NextWord(words, _SIZE, _SIZE, [first, *others])


_STACKS = [
    _Stack(1, shared=False),
    *(_Stack(layers, shared) for layers in _LAYERS for shared in (False, True)),
]


def shared_layers(command: str, epochs: int = 2, seeds: int = 3) -> Report:
    """Two and three layers with and without weights of their own, and one layer beside them."""
    parts, words = load_windows()
    runs: dict[_Stack, list[Run]] = {stack: [] for stack in _STACKS}
    for seed in range(1, seeds + 1):
        together = {stack: Run(str(stack), stack.model(words, seed)) for stack in _STACKS}
        learn_together(list(together.values()), parts["train"], parts["valid"], epochs, seed)
        for stack, run in together.items():
            runs[stack].append(run)
    rows = {stack: _row(stack, runs[stack]) for stack in _STACKS}
    numbers = list(range(1, epochs + 1))
    return report(
        f"Layers that share their weights, {epochs} epochs on windows of five words",
        "May stacked layers share their weights?",
        command,
        list(rows.values()),
        [
            curve(str(stack), numbers, _mean_curve(runs[stack]), "epoch", "perplexity")
            for stack in _STACKS
        ],
        _finding(rows),
    )


def _row(stack: _Stack, runs: list[Run]) -> dict[str, Any]:
    last = [run.valid[-1] for run in runs]
    recurrent = runs[0].model.get_submodule("layers")
    return {
        "model": str(stack),
        "weights": runs[0].weights,
        "of_the_layers": sum(parameter.numel() for parameter in recurrent.parameters()),
        "valid_perplexity": round(statistics.mean(last), 1),
        "lowest": round(min(last), 1),
        "highest": round(max(last), 1),
        "seeds": len(last),
    }


def _mean_curve(runs: list[Run]) -> list[float]:
    return [
        round(statistics.mean(epoch), 1) for epoch in zip(*(r.valid for r in runs), strict=True)
    ]


def _finding(rows: dict[_Stack, dict[str, Any]]) -> str:
    told = []
    for layers in _LAYERS:
        own, shared = (rows[_Stack(layers, shared)] for shared in (False, True))
        cost = shared["valid_perplexity"] - own["valid_perplexity"]
        fewer = 1 - shared["of_the_layers"] / own["of_the_layers"]
        apart = shared["lowest"] > own["highest"] or own["lowest"] > shared["highest"]
        than = "more than" if apart else "no more than"
        told.append(
            f"{layers} layers that share have {fewer:.0%} fewer recurrent weights and a"
            f" validation perplexity of {shared['valid_perplexity']} in place of"
            f" {own['valid_perplexity']} ({cost:+.1f}, {than} the seeds differ)"
        )
    seeds = rows[_STACKS[0]]["seeds"]
    alone = rows[_STACKS[0]]["valid_perplexity"]
    return f"Mean of {seeds} seeds: {'; '.join(told)}; one layer has {alone}."
