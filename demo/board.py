"""What one visitor has on the Translate tab."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.pipelines.results import Hypothesis, Translation
from demo import maps
from demo.state import VisitorState
from demo.views import Pin, View

BESIDE = ("compare_left", "compare_right", "reference_map")  # the maps of the cards


@dataclass
class Board(VisitorState):
    """The view that is shown.

    The events of a session overlap: what the model says of one sentence may come after the
    translation of another. So they share one board and change it in place.
    """

    view: View | None = None
    beside: Mapping[str, View | None] = field(default_factory=dict)  # what the other maps show
    asked: int = 0  # pins that the page has asked for, up to that of the view
    _clicked: object | None = None  # what `watch` was told of last

    @property
    def chosen(self) -> Hypothesis | None:
        return self.view.chosen if self.view else None

    @property
    def shown(self) -> Translation | None:
        """The sentence that is shown."""
        return self.view.shown if self.view else None

    @property
    def pin(self) -> Pin | None:
        return self.view.pin if self.view else None

    def watch(self, last: bool = False, sentence: bool = False) -> Callable[[], bool]:
        """Return what says whether the same hypothesis is shown, and nothing was asked for since.

        For an event that is about the hypothesis: it asks for no other translation, see `ask`.

        Args:
            last: of several such events, only the last one counts.
            sentence: the event is about the sentence, whichever hypothesis of it is chosen.
        """
        asked, shown, chosen = self._asked, self.shown, self.chosen
        clicked = self._clicked = object() if last else self._clicked
        return lambda: (
            self._asked is asked
            and (self.shown is shown if sentence else self.chosen is chosen)
            and (not last or self._clicked is clicked)
        )

    def take(self, updates: dict[str, Any]) -> dict[str, Any]:
        """Turn to the views and the pin among the updates, if they are there; return the others.

        The map learns which pin it is an answer to. The maps of the cards, whose updates are views,
        are drawn as it is, and anew when a visitor has it drawn in another way.
        """
        before = self.view
        self.view = updates.get("view", before)
        self.asked = updates.get("asked", self.asked)
        shown = {name: one for name, one in updates.items() if name not in ("view", "asked")}
        if shown.get("attention"):
            shown["attention"] = {**shown["attention"], "asked": self.asked}
        return shown | self._draw_beside(updates, before)

    def _draw_beside(self, updates: dict[str, Any], before: View | None) -> dict[str, Any]:
        """Keep the views of the other maps; return the values of those that change."""
        self.beside = {name: updates.get(name, self.beside.get(name)) for name in BESIDE}
        if self.view is None:
            return {}
        redrawn = before is not None and before.look != self.view.look
        return {
            name: maps.map_value(view.drawn_as(self.view))
            for name, view in self.beside.items()
            if view is not None and (redrawn or name in updates)
        }
