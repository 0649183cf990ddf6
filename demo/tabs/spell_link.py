"""Take it away: copy the corrected text or a link to the view, and open such a link."""

from collections.abc import AsyncIterator
from functools import partial

import gradio as gr

from core.errors import UserError
from core.pipelines.spelling_results import Correction
from core.service import Report
from demo import share_spelling
from demo.proof import Proof
from demo.tabs.binding import LOAD, QUIET, Parts, Updates, bind
from demo.tabs.layout import COPIED, COPY_LINK
from demo.tabs.spell_layout import SHOWN
from demo.tabs.spell_show import show_proof
from demo.work import Worker

COPY_TEXT = (
    "(shown) => seqlens.copy((shown?.runs ?? []).map((run) => run.text ?? run).join(''),"
    " 'The corrected text is copied.')"
)
READ_LINK = "(proof) => [proof, window.location.search]"
NOTHING = "There is no text yet: correct one first."
OPENED = ["source", "checkpoint", "threshold"]


def make_link(proof: Proof) -> Updates:
    """Return the query string of a link to the proof, and what to say when it is copied."""
    if proof.correction is None:
        return {"link_query": "", "link_said": NOTHING}
    return {"link_query": share_spelling.to_query(proof), "link_said": COPIED}


async def open_link(
    worker: Worker, checkpoint: str | None, report: Report | None, proof: Proof, query: str
) -> AsyncIterator[Updates]:
    """Correct what a link holds, shown first; a link of another tab leaves the page as it is."""
    try:
        shared = share_spelling.from_query(str(query or ""), checkpoint or "")
    except UserError as error:
        yield {"message": str(error)}
        return
    if shared is None:
        return
    wanted = proof.ask()
    yield {"source": shared.request["text"], "message": "Correcting …"}
    try:
        found = await worker.correct(**shared.request)
    except UserError as error:
        if wanted():
            yield {"message": str(error)}
        return
    if wanted():
        yield show_shared(shared, proof, found, report)


def show_shared(
    shared: share_spelling.SharedProof, proof: Proof, found: Correction, report: Report | None
) -> Updates:
    """Take what a link holds, with its text corrected, and return the updates that show it."""
    proof.take(found, shared.request["threshold"])
    message = ""
    try:
        shared.apply(proof)
    except UserError as error:
        message = str(error)
    fields = {name: shared.request[name] for name in ("checkpoint", "threshold")}
    shown = show_proof(proof, report)
    return {**fields, **shown, "message": message}


def bind_link(
    parts: Parts, worker: Worker, page: gr.Blocks, checkpoint: str | None, report: Report | None
) -> gr.events.Dependency:
    """Let the buttons copy, and the page open with what its address holds; return the opening."""
    parts["copy"].click(None, parts["output"], parts["message"], js=COPY_TEXT, **QUIET)
    made = bind(parts["link"].click, make_link, parts, ["proof"], ["link_query", "link_said"])
    said = [parts["link_query"], parts["link_said"]]
    made.then(None, said, parts["message"], js=COPY_LINK, **QUIET)
    callback = partial(open_link, worker, checkpoint, report)
    names = [*SHOWN, *OPENED]
    return bind(page.load, callback, parts, ["proof", "address"], names, js=READ_LINK, **LOAD)
