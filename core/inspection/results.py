"""What an inspection returns; the page, the API, the command line and the tests read the same."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from torch import Tensor

# A gate is saturated below the one and above the other (Karpathy, Johnson and Fei-Fei 2015,
# arXiv 1506.02078).
SHUT, OPEN = 0.1, 0.9


class Saturated(NamedTuple):
    """Shares of a gate's values."""

    shut: float  # below SHUT
    open: float  # above OPEN


@dataclass(frozen=True, eq=False)
class Quantity:
    """A gate or a state of a layer, over the tokens of a text."""

    name: str  # hidden, cell, candidate, or a gate, which ends in " gate"
    values: Tensor  # (T, H) on the CPU; a gate from 0 to 1, a cell unbounded, others from -1 to 1

    @property
    def is_gate(self) -> bool:
        return self.name.endswith(" gate")

    @property
    def saturated(self) -> Saturated | None:
        """How much of a gate is shut or open; None where it is no gate."""
        if not self.is_gate:
            return None
        ends = self.values < SHUT, self.values > OPEN
        return Saturated(*(end.float().mean().item() for end in ends))


@dataclass(frozen=True, eq=False)
class LayerTrace:
    """What one direction of a layer did at each token that it read."""

    name: str  # "layer 1"; of a translator "encoder layer 1, backwards" or "decoder layer 1"
    tokens: tuple[str, ...]  # (T,), <s> and </s> where they are read
    quantities: tuple[Quantity, ...]

    @property
    def units(self) -> int:
        return self.quantities[0].values.size(1)


@dataclass(frozen=True)
class FoundUnit:
    """A unit that goes along with something visible in a text."""

    layer: str
    quantity: str
    unit: int  # from 0
    feature: str  # see core.inspection.features
    r: float  # Pearson's, on texts by which the unit was not chosen


@dataclass(frozen=True)
class Units:
    """Units that were found on held-out texts, the content of units.json."""

    part: str  # the name of the texts
    n: int  # texts, half of them to choose the units by
    tokens: int  # that were read, of all texts; those of the source where there is one
    command: str
    date: str
    weights: str  # SHA-256 of the file of weights that they were found in
    found: tuple[FoundUnit, ...]  # the strongest first


@dataclass(frozen=True, eq=False)
class Inspection:
    """Gates and states of every layer of a checkpoint while it reads, and writes, a text."""

    text: str  # as it was read
    written: str | None  # of a translator or a corrector; a language model writes nothing
    checkpoint: str
    unknown: tuple[str, ...]  # of a closed vocabulary: what it does not hold, read as <unk>
    layers: tuple[LayerTrace, ...]
    seconds: float = field(compare=False)
    units: Units | None = None  # None where none were looked for

    def chosen(
        self, layer: str | None, quantity: str | None
    ) -> Iterator[tuple[LayerTrace, Quantity]]:
        """Yield all quantities of all layers, or those of one name."""
        for trace in self.layers:
            for one in trace.quantities:
                if layer in (None, trace.name) and quantity in (None, one.name):
                    yield trace, one

    def to_dict(self, layer: str | None = None, quantity: str | None = None) -> dict[str, Any]:
        """Return it ready for JSON, with the values of all quantities or of those of one name."""
        return {
            "text": self.text,
            "written": self.written,
            "checkpoint": self.checkpoint,
            "unknown": list(self.unknown),
            "seconds": self.seconds,
            "traces": [
                {
                    "layer": trace.name,
                    "quantity": one.name,
                    "tokens": list(trace.tokens),
                    "saturated": one.saturated and one.saturated._asdict(),
                    "values": [[round(value, 5) for value in row] for row in one.values.tolist()],
                }
                for trace, one in self.chosen(layer, quantity)
            ],
            "units": self.units and asdict(self.units),
        }
