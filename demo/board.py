"""What one visitor has on the Translate tab."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.pipelines.results import Hypothesis, Translation
from demo.state import VisitorState
from demo.views import Pin, View


@dataclass
class Board(VisitorState):
    """The view that is shown.

    The events of a session overlap: what the model says of one sentence may come after the
    translation of another. So they share one board and change it in place.
    """

    view: View | None = None
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
        """Turn to the view and the pin among the updates, if they are there; return the others.

        The map learns which pin it is an answer to.
        """
        self.view = updates.get("view", self.view)
        self.asked = updates.get("asked", self.asked)
        shown = {name: one for name, one in updates.items() if name not in ("view", "asked")}
        if shown.get("attention"):
            shown["attention"] = {**shown["attention"], "asked": self.asked}
        return shown
