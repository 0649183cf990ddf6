"""What one visitor has on the Generate tab."""

from dataclasses import dataclass

from core.pipelines.generation import Generation

Change = tuple[int, int]  # a token that the visitor put into a text: its index and its id


@dataclass
class Desk:
    """The text of one visitor, how it is shown, and which event is writing it.

    The events of a session overlap: a text grows while its visitor turns to another token, another
    way to show it, or to Stop. So they share one desk and change it in place; a value that one
    event hands on might be older than what it replaces.
    """

    generation: Generation | None = None
    changes: tuple[Change, ...] = ()  # in the order of their places
    kept: int = 0  # tokens that were there before ``generation.seconds`` began
    selected: int | None = None  # the token whose distribution is shown; None is the last one
    pretty: bool = True  # of a text in words: readable, or as the model writes
    slow: bool = False  # shown at reading speed
    hand: object | None = None  # of the event that writes

    def take(self) -> object:
        """Return the hand that writes from now on; that of another event stops."""
        self.hand = object()
        return self.hand

    def stop(self) -> None:
        """Let no event write any longer."""
        self.hand = None

    @property
    def index(self) -> int | None:
        """The token whose distribution is shown; None where nothing is written."""
        count = len(self.generation.steps) if self.generation else 0
        if self.selected is not None and self.selected < count:
            return self.selected
        return count - 1 if count else None
