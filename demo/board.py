"""What one visitor has on the Translate tab."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.pipelines.results import Hypothesis
from demo.state import VisitorState
from demo.views import View


@dataclass
class Board(VisitorState):
    """The view that is shown.

    The events of a session overlap: what the model says of one sentence may come after the
    translation of another. So they share one board and change it in place.
    """

    view: View | None = None

    @property
    def chosen(self) -> Hypothesis | None:
        return self.view.chosen if self.view else None

    def watch(self) -> Callable[[], bool]:
        """Return what says whether the same hypothesis is shown, and nothing was asked for since.

        For an event that is about the hypothesis: it asks for no other translation, see `ask`.
        """
        asked, chosen = self._asked, self.chosen
        return lambda: self._asked is asked and self.chosen is chosen

    def take(self, updates: dict[str, Any]) -> dict[str, Any]:
        """Turn to the view among the updates, if there is one, and return the others."""
        self.view = updates.get("view", self.view)
        return {name: value for name, value in updates.items() if name != "view"}
