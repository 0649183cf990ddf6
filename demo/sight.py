"""What one visitor looks at on the Inspect tab."""

from dataclasses import dataclass
from typing import Any

from core.service import FoundUnit, Inspection, LayerTrace, Quantity
from demo.state import VisitorState


@dataclass
class Sight(VisitorState):
    """A text, the checkpoint that reads it, and which unit of which layer is shown.

    Names and numbers alone: gates and states are computed anew at each choice, in milliseconds. The
    events of a session overlap, so they share one sight and change it in place.
    """

    text: str | None = None  # None before the first run
    checkpoint: str = ""
    layer: str = ""
    quantity: str = ""
    unit: int = 0
    asked: int = 0  # units that the map has asked for, up to this one

    def take(self, found: Inspection, feature: str | None = None) -> bool:
        """Turn to an inspection; return whether layer, quantity and unit stay as they are.

        With a feature, to the unit that goes along best with it. Otherwise the layer, the quantity
        and the unit stay while the checkpoint does; another one shows its strongest unit.
        """
        same = self.text is not None and self.checkpoint == found.checkpoint
        self.text, self.checkpoint = found.text, found.checkpoint
        if same and feature is None and self._shown(found):
            return True
        last = found.layers[-1]
        self.layer, self.quantity, self.unit = last.name, last.quantities[-1].name, 0
        for one in units_of(found):
            if feature in (None, one.feature):
                self.layer, self.quantity, self.unit = one.layer, one.quantity, one.unit
                break
        return False

    def turn(
        self, found: Inspection, layer: Any = None, quantity: Any = None, unit: Any = None
    ) -> bool:
        """Turn to another layer, quantity or unit; return whether it is there.

        Another layer shows its strongest unit of the same quantity.
        """
        there = Sight(
            self.text,
            self.checkpoint,
            self.layer if layer is None else layer,
            self.quantity if quantity is None else quantity,
            self.unit if unit is None else unit,
        )
        if layer not in (None, self.layer) and unit is None:
            places = (there.layer, there.quantity)
            same = [one for one in units_of(found) if (one.layer, one.quantity) == places]
            there.unit = same[0].unit if same else 0
        if not there._shown(found):
            return False  # a choice may come too late
        self.layer, self.quantity, self.unit = there.layer, there.quantity, there.unit
        return True

    def shown(self, found: Inspection) -> tuple[LayerTrace, Quantity]:
        """Return the layer and the quantity that are shown."""
        return self._shown(found)[0]

    def _shown(self, found: Inspection) -> list[tuple[LayerTrace, Quantity]]:
        """Return the same in a list, an empty one where the inspection has no such thing."""
        return [
            (trace, one)
            for trace, one in found.chosen(self.layer, self.quantity)
            if self.unit in range(trace.units)
        ]


def units_of(found: Inspection) -> tuple[FoundUnit, ...]:
    """Return the units that were found for the checkpoint, none where nobody looked."""
    return found.units.found if found.units else ()
