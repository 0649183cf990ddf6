"""What gr.State holds for each visitor."""

import copy
from collections.abc import Callable
from typing import Any, Self


class VisitorState:
    """State whose fields hold frozen values, so that a shallow copy is as good as a deep one.

    Gradio copies the first value of every gr.State deeply with the configuration of the page, at
    each request for the page; of a text with its rivals and attention that took most of a second.
    """

    _asked: object | None = None  # what the visitor has asked for last

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return copy.copy(self)

    def ask(self) -> Callable[[], bool]:
        """Let an event ask for something; return what says whether nothing was asked for since.

        Events overlap, and one that began earlier may answer later: its answer is not wanted then.
        """
        asked = self._asked = object()
        return lambda: self._asked is asked
