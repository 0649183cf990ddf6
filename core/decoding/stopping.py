"""Stop decoding that nobody waits for any longer: a caller that has left can't tell it otherwise.

What a context says holds for the thread that runs in it; see contextvars.
"""

from collections.abc import Callable
from contextvars import ContextVar

_has_left: ContextVar[Callable[[], bool]] = ContextVar("has_left", default=lambda: False)


class Stopped(Exception):
    """Nobody waits for the result any longer."""


def stop_when(has_left: Callable[[], bool]) -> None:
    """Let decoding in this context ask, before each step, whether its caller has left."""
    _has_left.set(has_left)


def check_wanted() -> None:
    """Raise Stopped if the caller has left."""
    if _has_left.get()():
        raise Stopped
