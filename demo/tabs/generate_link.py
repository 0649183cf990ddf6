"""Take it away: the text, a file of it, or a link that writes it again."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial

import gradio as gr

from core.errors import UserError
from core.pipelines.generation import Generation
from demo import limits, share_text, texts
from demo.desk import Change, Desk
from demo.tabs.binding import QUIET, STREAM, Parts, Updates, bind
from demo.tabs.generate_compare import finish
from demo.tabs.generate_distribution import bind_after
from demo.tabs.generate_layout import WRITTEN
from demo.tabs.generate_settings import NAMES
from demo.tabs.generate_write import carry_on
from demo.tabs.layout import COPIED, COPY_LINK
from demo.work import Worker, in_time

COPY_TEXT = "(text) => seqlens.copy(text, 'The text is copied.')"
READ_LINK = "(desk) => [desk, window.location.search]"
SAVE = "(name, text) => (name ? seqlens.save(name, text) : text)"
NOTHING = "There is no text yet: write one first."
OPENED = ["prompt", "preset", *NAMES, "shown"]


def make_link(desk: Desk) -> Updates:
    """Return the query string of a link to the text, and what to say when it is copied."""
    if desk.generation is None:
        return {"link_query": "", "link_said": NOTHING}
    if len(desk.changes) > share_text.MOST_CHANGES:
        return {"link_query": "", "link_said": "This text was changed too often for a link."}
    return {"link_query": share_text.to_query(desk), "link_said": COPIED}


def make_file(kind: str, desk: Desk) -> Updates:
    """Return the name and the content of a file: the text, or every step as JSON."""
    if desk.generation is None:
        return {"file_name": "", "file_text": NOTHING}
    if kind == "json":
        content = json.dumps(desk.generation.to_dict(), ensure_ascii=False)
    else:
        content = texts.text_of(desk.generation, desk.pretty) + "\n"
    return {"file_name": f"text.{kind}", "file_text": content}


async def open_link(
    worker: Worker, checkpoint: str | None, desk: Desk, query: str
) -> AsyncIterator[Updates]:
    """Write what a link holds, unless its visitor writes meanwhile.

    A link of another tab leaves the page as it is.
    """
    before, begun, message = desk.generation, None, ""
    try:
        shared = share_text.from_query(str(query or ""), checkpoint or "")
        if shared is None:
            return
        # First, for it knows the names: with one that is not in its list, a field refuses to work.
        whole = await in_time(worker.service.prompt, **shared.request)
        yield filled(shared) | {"message": "Writing …"}
        async with asyncio.timeout(limits.SECONDS):
            begun = await replay(worker, whole, shared.changes)
    except UserError as error:
        message = str(error)
    except TimeoutError:
        message = f"The link took longer than {limits.SECONDS} seconds to write."
    if desk.hand or desk.generation is not before:
        return
    if begun is None:
        yield {"message": message}
        return
    places = [change.index for change in shared.changes if change.index is not None]
    kept = places[-1] + 1 if places else 0  # from there on `begun.seconds` counts
    desk.pretty = shared.pretty
    yield {"shown": share_text.SHOWN[0 if shared.pretty else 1]}
    async for updates in carry_on(worker, desk, begun, shared.changes, shared.selected, kept):
        yield updates


def filled(shared: share_text.SharedText) -> Updates:
    """Return the fields of the request as the link has them."""
    request = {name: value for name, value in shared.request.items() if name != "prompt"}
    return {"prompt": shared.request["prompt"], "preset": None, **request}


async def replay(worker: Worker, whole: Generation, changes: tuple[Change, ...]) -> Generation:
    """Return the text up to the last of the changes that were made to it.

    Raises:
        UserError: a change names a token that is no rival there.
    """
    written = whole
    for change in changes:
        written = await finish(worker, replace(written, max_tokens=change.limit))
        if change.index is not None:
            written = changed(written, change)
    return replace(written, max_tokens=whole.max_tokens)


def changed(written: Generation, change: Change) -> Generation:
    """Return the text up to a token, with another in its place."""
    steps = written.steps[change.index : change.index + 1] if change.index is not None else ()
    ids = [other.id for step in steps for other in step.alternatives]
    if change.id not in ids:
        raise UserError("The link names a token that is no rival in this text.")
    return written.with_rival(change.index, ids.index(change.id))


def bind_link(
    parts: Parts, worker: Worker, page: gr.Blocks, checkpoint: str | None
) -> gr.events.Dependency:
    """Let the buttons copy and save, and the page open with what its address holds."""
    parts["copy"].click(None, parts["output"], parts["message"], js=COPY_TEXT, **QUIET)
    made = bind(parts["link"].click, make_link, parts, ["desk"], ["link_query", "link_said"])
    said = [parts["link_query"], parts["link_said"]]
    made.then(None, said, parts["message"], js=COPY_LINK, **QUIET)
    file = [parts["file_name"], parts["file_text"]]
    for kind in ("txt", "json"):
        callback = partial(make_file, kind)
        names = ["file_name", "file_text"]
        saved = bind(parts[f"save_{kind}"].click, callback, parts, ["desk"], names)
        saved.then(None, file, parts["message"], js=SAVE, **QUIET)

    names = [*WRITTEN, *OPENED]
    callback = partial(open_link, worker, checkpoint)
    loaded = bind(page.load, callback, parts, ["desk", "address"], names, js=READ_LINK, **STREAM)
    bind_after(loaded, parts, worker)
    return loaded
