"""What gr.State holds for each visitor."""

import copy
from typing import Any, Self


class VisitorState:
    """State whose fields hold frozen values, so that a shallow copy is as good as a deep one.

    Gradio copies the first value of every gr.State deeply with the configuration of the page, at
    each request for the page; of a text with its rivals and attention that took most of a second.
    """

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return copy.copy(self)
