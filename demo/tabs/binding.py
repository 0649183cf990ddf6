"""Events of a tab: plain functions in, updates by the name of a part out."""

import functools
import inspect
from collections.abc import Callable, Sequence
from contextlib import aclosing
from typing import Any

import gradio as gr

from demo import limits

Parts = dict[str, Any]  # the components of a tab by name
# What a callback changes: values or gr.update(...) by the names of parts; the rest stays.
Updates = dict[str, Any]

QUIET = {"show_progress": "hidden", "api_visibility": "private"}  # events of the page alone

MODEL = {  # an event that runs a model waits for its turn
    "concurrency_id": limits.CONCURRENCY_ID,
    "concurrency_limit": limits.CONCURRENT_RUNS,
}

# The page opens: most often there is no link and nothing to do, which should wait for no model.
LOAD = {"concurrency_id": "load", "concurrency_limit": limits.MAX_THREADS // 2}

# An event that shows a text as it is written: each takes its turns, so many go on at once. A click
# on the button begins anew.
STREAM = {
    "concurrency_id": limits.STREAM_ID,
    "concurrency_limit": limits.STREAMS,
    "trigger_mode": "multiple",
}

# An event that changes the view alone. One at a time, and each of them: two that read the same view
# would undo one another, and Gradio repeats a deferred event with the data of another one.
CHOICE = {"concurrency_id": "choice", "concurrency_limit": 1, "trigger_mode": "multiple"}


def bind(
    listen: Callable,
    callback: Callable,
    parts: Parts,
    inputs: Sequence[str],
    outputs: Sequence[str],
    progress: str | None = None,
    **options: Any,
) -> gr.events.Dependency:
    """Let an event call `callback` with the values of the inputs; it returns or yields Updates.

    Args:
        listen: a method of a component, such as button.click.
        inputs: names of parts; `outputs` are those that it may update.
        progress: the part over which Gradio writes the place of the event in the queue.
        options: of the event.
    """
    components = [[parts[name] for name in names] for names in (inputs, outputs)]
    # At each status of an event Gradio's page copies the whole state, value included, of all parts
    # that have ever shown one; by default these are the outputs of all events.
    looks = {
        "show_progress_on": parts[progress or "progress"],
        "show_progress": "minimal" if progress else "hidden",
    }
    options = QUIET | looks | options
    return listen(_by_component(callback, parts, outputs), *components, **options)


def _by_component(callback: Callable, parts: Parts, outputs: Sequence[str]) -> Callable:
    """Return the callback with components for names; it keeps its kind and its signature."""

    def translated(updates: Updates) -> dict[Any, Any] | None:
        if not outputs:
            return None
        # Gradio takes an empty dict for a value.
        return {parts[name]: value for name, value in updates.items()} or gr.skip()

    if inspect.isasyncgenfunction(inspect.unwrap(callback)):

        async def run(*values):
            yielded = False
            async with aclosing(callback(*values)) as steps:
                async for updates in steps:
                    yielded = True
                    yield translated(updates)
            if not yielded:  # then Gradio would empty all outputs
                yield gr.skip()

    elif inspect.iscoroutinefunction(callback):

        async def run(*values):
            return translated(await callback(*values))

    else:

        def run(*values):
            return translated(callback(*values))

    # Gradio looks for gr.EventData in the signature.
    return functools.wraps(callback)(run)
