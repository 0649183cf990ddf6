"""The study of layer sizes: does it pay that they are multiples of 8, 32 or 64?"""

import statistics
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from core.measuring import in_turns
from core.report import Report, curve, report

_ROWS, _STEPS = 32, 16  # texts side by side, and tokens of each
_WIDTHS = (248, 250, 252, 255, 256, 257, 260, 264, 272, 288, 300, 320)
_VOCABULARIES = (4_000, 4_001, 4_031, 4_032, 4_033, 4_040, 4_064, 4_095, 4_096, 4_097)
_FEATURES = 256  # that the output reads
_MULTIPLES = (64, 32, 8, 1)


def layer_sizes(command: str, rounds: int = 30) -> Report:
    """Forward and backward of a recurrent layer by its width, of an output by its words."""
    rows: list[dict[str, Any]] = []
    for name, sizes, make, count in (
        ("LSTM layer", _WIDTHS, _lstm, lambda size: _ROWS * _STEPS * 8 * size**2),
        ("output", _VOCABULARIES, _output, lambda size: _ROWS * _STEPS * _FEATURES * size),
    ):
        # Of the processor, not of the clock: other programs may share its cores.
        taken = in_turns({size: make(size) for size in sizes}, rounds, 1, time.process_time)
        for size in sizes:
            seconds = statistics.median(taken[size])
            rows.append(
                {
                    "layer": name,
                    "size": size,
                    "multiple_of": next(one for one in _MULTIPLES if size % one == 0),
                    "ms": round(1e3 * seconds, 3),
                    # Forward, and twice as many backward.
                    "ps_per_product": round(1e12 * seconds / (3 * count(size)), 2),
                }
            )
    return report(
        "Layer sizes that are and are not multiples of 8, 32 and 64",
        "How much longer does a step take whose sizes are not round?",
        command,
        rows,
        [
            _line(rows, name, label)
            for name, label in (("LSTM layer", "width"), ("output", "words"))
        ],
        _finding(rows),
    )


def _lstm(size: int) -> Callable[[], None]:
    layer = nn.LSTM(size, size)
    return _pass(layer, lambda read: read[0], torch.randn(_STEPS, _ROWS, size, requires_grad=True))


def _output(size: int) -> Callable[[], None]:
    inputs = torch.randn(_STEPS * _ROWS, _FEATURES, requires_grad=True)
    return _pass(nn.Linear(_FEATURES, size), lambda read: read, inputs)


def _pass(
    layer: nn.Module, outputs_of: Callable[[Any], torch.Tensor], inputs: torch.Tensor
) -> Callable[[], None]:
    """Return a step, forward and backward."""
    with torch.no_grad():
        upstream = torch.ones_like(outputs_of(layer(inputs)))

    def step() -> None:
        layer.zero_grad()
        inputs.grad = None
        outputs_of(layer(inputs)).backward(upstream)

    return step


def _line(rows: list[dict[str, Any]], name: str, label: str) -> dict[str, Any]:
    mine = [row for row in rows if row["layer"] == name]
    costs = [row["ps_per_product"] for row in mine]
    return curve(name, [row["size"] for row in mine], costs, label, "ps a product")


def _finding(rows: list[dict[str, Any]]) -> str:
    told = []
    for name in ("LSTM layer", "output"):
        mine = [row for row in rows if row["layer"] == name]
        means = {
            multiple: statistics.mean(
                row["ps_per_product"] for row in mine if row["multiple_of"] == multiple
            )
            for multiple in _MULTIPLES
        }
        worst = max(mine, key=lambda row: row["ps_per_product"])
        others = ", ".join(f"{means[one] / means[64]:.2f} of {one}" for one in (32, 8))
        told.append(
            f"{name}: {means[64]:.3g} ps a product at multiples of 64; times that, {others} and"
            f" {means[1] / means[64]:.2f} at other sizes; the dearest is {worst['size']:,}"
            f" ({worst['ps_per_product'] / means[64]:.2f})"
        )
    return f"Forward and backward on {torch.get_num_threads()} thread(s). {'; '.join(told)}."
