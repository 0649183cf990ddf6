"""Events of the Translate tab that act on the view of its board."""

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr

from demo.board import Board
from demo.tabs.binding import Parts, Updates, bind
from demo.tabs.translate_show import drawn_by_now


def bind_view(
    listen: Callable,
    callback: Callable,
    parts: Parts,
    inputs: Sequence[str],
    outputs: Sequence[str],
    last: bool = False,
    sentence: bool = False,
    **options: Any,
) -> gr.events.Dependency:
    """Let an event call `callback` with the view and the values of the inputs; see `bind`.

    What it returns counts only while the hypothesis that it is about is still shown, or another one
    of the same `sentence`, and no other translation was asked for; with `last`, of several such
    events only the last one counts.
    """

    # On the event loop, as all others are when they show something: no choice is lost between.
    @functools.wraps(callback)
    async def on_event(board: Board, *values: Any) -> Updates:
        wanted = board.watch(last, sentence)
        updates = callback(board.view, *values)
        if inspect.isawaitable(updates):
            updates = drawn_by_now(await updates, board.view)
        return board.take(updates) if wanted() else {}

    return bind(listen, on_event, parts, ["board", *inputs], outputs, **options)
