"""What one visitor has on the Generate tab."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

from core.pipelines.generation import Generation
from demo.state import VisitorState


class Change(NamedTuple):
    """What a visitor did with a text that had been written to ``limit`` tokens.

    He put the token ``id`` in the place ``index``, or let it go on where both are None.
    """

    limit: int
    index: int | None = None
    id: int | None = None


@dataclass
class Desk(VisitorState):
    """The text of one visitor, how it is shown, and which event is writing it.

    The events of a session overlap: a text grows while its visitor turns to another token, another
    way to show it, or to Stop. So they share one desk and change it in place; a value that one
    event hands on might be older than what it replaces.
    """

    generation: Generation | None = None
    changes: tuple[Change, ...] = ()  # in their order
    kept: int = 0  # tokens that were there before ``generation.seconds`` began
    selected: int | None = None  # the token whose distribution is shown; None is the last one
    asked: int = 0  # tokens that the keys of the bars have asked for, up to the selected one
    pressed: int = 0  # tokens that were pressed in the strip, up to the selected one
    marked: int | None = None  # the token that is marked on the page
    drawn: tuple[Generation, int] | None = None  # the text and the token that the bars are of
    pretty: bool = True  # of a text in words: readable, or as the model writes
    slow: bool = False  # shown at reading speed
    hand: object | None = None  # of the event that writes
    writers: int = 0  # events that write or are about to end

    @contextmanager
    def writing(self) -> Iterator[object]:
        """Yield the hand that writes from now on; that of another event stops."""
        hand = self.hand = object()
        self.writers += 1
        try:
            yield hand
        finally:
            self.writers -= 1
            if self.hand is hand:
                self.hand = None

    def stop(self) -> None:
        """Let no event write any longer."""
        self.hand = None

    @property
    def is_drawn(self) -> bool:
        """Return whether the bars are those of the text and its token."""
        return self.drawn is not None and (
            self.drawn[0] is self.generation and self.drawn[1] == self.index
        )

    @property
    def index(self) -> int | None:
        """The token whose distribution is shown; None where nothing is written."""
        count = len(self.generation.steps) if self.generation else 0
        if self.selected is not None and self.selected < count:
            return self.selected
        return count - 1 if count else None
