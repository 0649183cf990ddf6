"""Take it away: a link to what is looked at, and open such a link."""

from collections.abc import AsyncIterator
from functools import partial

import gradio as gr

from core.errors import UserError
from demo import share_inspect
from demo.sight import Sight
from demo.tabs.binding import LOAD, QUIET, Parts, Updates, bind
from demo.tabs.inspect_layout import SHOWN
from demo.tabs.inspect_show import look, show
from demo.tabs.layout import COPIED, COPY_LINK
from demo.work import Worker

READ_LINK = "(sight) => [sight, window.location.search]"
NOTHING = "There is no result yet: inspect a text first."


def make_link(sight: Sight) -> Updates:
    """Return the query string of a link to the view, and what to say when it is copied."""
    if sight.text is None:
        return {"link_query": "", "link_said": NOTHING}
    return {"link_query": share_inspect.to_query(sight), "link_said": COPIED}


async def open_link(
    worker: Worker, names: list[str], sight: Sight, query: str
) -> AsyncIterator[Updates]:
    """Inspect what a link holds, shown first; a link of another tab leaves the page as it is."""
    try:
        shared = share_inspect.from_query(str(query or ""), next(iter(names), ""))
    except UserError as error:
        yield {"message": str(error)}
        return
    if shared is None:
        return
    wanted = sight.ask()
    yield {"source": shared.request["text"], "message": "Reading …"}
    try:
        found = await look(worker, **shared.request)
    except UserError as error:
        if wanted():
            yield {"message": str(error)}
        return
    if wanted():
        sight.take(found)
        message = "" if sight.turn(found, **shared.choices) else share_inspect.NOT_THERE
        yield {
            "checkpoint": shared.request["checkpoint"],
            **show(found, sight),
            "message": message,
        }


def bind_link(
    parts: Parts, worker: Worker, page: gr.Blocks, names: list[str]
) -> gr.events.Dependency:
    """Let the button copy, and the page open with what its address holds; return the opening."""
    made = bind(parts["link"].click, make_link, parts, ["sight"], ["link_query", "link_said"])
    said = [parts["link_query"], parts["link_said"]]
    made.then(None, said, parts["message"], js=COPY_LINK, **QUIET)
    outputs = [*SHOWN, "source", "checkpoint"]
    callback = partial(open_link, worker, names)
    return bind(page.load, callback, parts, ["sight", "address"], outputs, js=READ_LINK, **LOAD)
