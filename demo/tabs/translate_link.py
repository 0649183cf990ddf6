"""Take it away: copy the translation, copy a link to the view, and open such a link."""

from collections.abc import AsyncIterator
from contextlib import aclosing

import gradio as gr

from core.errors import UserError
from demo import share
from demo.board import Board
from demo.tabs.binding import LOAD, QUIET, Parts, Updates, bind
from demo.tabs.layout import COPIED, COPY_LINK
from demo.tabs.translate_binding import bind_view
from demo.tabs.translate_guided import bind_alternatives, changes_value
from demo.tabs.translate_layout import SHOWN
from demo.tabs.translate_show import new_view, show_translation
from demo.views import View
from demo.work import Worker

COPY_TEXT = "(text) => seqlens.copy(text, 'The translation is copied.')"
READ_LINK = "(board) => [board, window.location.search]"
LESS = "A link is copied. It does not hold {}."
# The fields that a link fills in, with the names of the request.
FIELDS = ("checkpoint", "method", "beam", "length_penalty", "temperature", "seed", "prefix")
OPENED = ("source", *FIELDS, *share.CHOICES)


def make_link(view: View | None) -> Updates:
    """Return the query string of a link to the view, and what to say when it is copied."""
    if view is None:
        return {}
    missing = []
    if any(number != view.sentence for number, _ in view.before):
        missing.append("what you changed in other sentences")
    if view.at_node is not None:
        missing.append("the node of the tree")
    said = LESS.format(" and ".join(missing)) if missing else COPIED
    return {"link_query": share.to_query(view), "link_said": said}


async def open_link(worker: Worker, view: View | None, query: str) -> AsyncIterator[Updates]:
    """Show what a link holds, its text first; a link without a text leaves the page as it is."""
    message, changes = "", None
    try:
        shared = share.from_query(str(query or ""))
        if shared is None:
            return
        yield {"source": shared.request["text"], "message": "Translating …"}
        opened = new_view(view, await worker.translate(**shared.request)).drawn(**shared.choices)
        try:
            opened = shared.at_sentence(opened)
            if shared.changed:
                free, opened = opened, await change(worker, shared, opened)
                changes = changes_value(free.chosen, opened.chosen)
            opened = shared.opened(opened)
        except UserError as error:
            message = str(error)
    except UserError as error:
        yield {"message": str(error)}
        return
    yield {
        **{name: shared.request[name] for name in FIELDS},
        **shared.choices,
        **show_translation(opened),
        "changes": changes,
        "message": message,
    }


async def change(worker: Worker, shared: share.Shared, view: View) -> View:
    """Return the view after the shown sentence was changed as the link says."""
    request = shared.request | {"text": view.shown.source, "prefix": ""} | shared.changed
    part = await worker.translate(**request)
    whole = worker.service.replace_sentence(view.translation, view.sentence, part)
    return view.with_sentence(whole, part)


def bind_link(parts: Parts, worker: Worker, page: gr.Blocks) -> list[gr.events.Dependency]:
    """Let the buttons copy, and the page open with what its address holds."""

    async def on_load(board: Board, query: str) -> AsyncIterator[Updates]:
        wanted = board.ask()
        async with aclosing(open_link(worker, board.view, query)) as steps:
            async for updates in steps:
                if not wanted():
                    return
                yield board.take(updates)

    parts["copy"].click(None, parts["output"], parts["message"], js=COPY_TEXT, **QUIET)
    made = bind_view(parts["link"].click, make_link, parts, [], ["link_query", "link_said"])
    said = [parts["link_query"], parts["link_said"]]
    made.then(None, said, parts["message"], js=COPY_LINK, **QUIET)
    names = [*SHOWN, *OPENED]
    loaded = bind(page.load, on_load, parts, ["board", "address"], names, js=READ_LINK, **LOAD)
    return [loaded, bind_alternatives(loaded, parts, worker)]
