"""An inspection made by hand: two layers of two units over three tokens; and who gives it."""

from dataclasses import replace
from typing import Any

import torch

from core.inspection.results import FoundUnit, Inspection, LayerTrace, Quantity, Units

TOKENS = ("<s>", "so", " what")
FORGET = Quantity("forget gate", torch.tensor([[0.05, 0.5], [0.95, 0.25], [0.02, 1.0]]))
CELL = Quantity("cell", torch.tensor([[0.0, -2.0], [0.5, 1.0], [4.0, -1.0]]))
HIDDEN = Quantity("hidden", torch.tensor([[0.0, -0.5], [0.25, 0.75], [1.0, -1.0]]))
FOUND = (
    FoundUnit("layer 2", "cell", 1, "inside brackets", -0.75),
    FoundUnit("layer 1", "hidden", 0, "position", 0.5),
    FoundUnit("layer 2", "hidden", 0, "digit", 0.1),
)
UNITS = Units("test part", 100, 2_000, "python -m core inspect --units x", "2026-01-02", "", FOUND)
INSPECTION = Inspection(
    text="so what",
    written=None,
    checkpoint="tiny-words",
    unknown=("what",),
    layers=tuple(
        LayerTrace(name, TOKENS, (FORGET, CELL, HIDDEN)) for name in ("layer 1", "layer 2")
    ),
    seconds=0.0125,
    units=UNITS,
)


class Looker:
    """The part of a stand-in that looks inside: always the same, or a fault."""

    fault: Exception | None
    inspection = INSPECTION

    def inspect(self, text: str, checkpoint: str) -> Inspection:
        self.requests: list[dict[str, Any]]
        self.requests.append({"text": text, "checkpoint": checkpoint})
        if self.fault:
            raise self.fault
        return replace(self.inspection, text=text, checkpoint=checkpoint)
