"""The Spell tab: English words with their misspellings put right, and why."""

from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import gradio as gr

from core.errors import UserError
from core.service import Report, Service
from demo import api, limits
from demo.proof import Proof
from demo.tabs import spell_link
from demo.tabs.binding import CHOICE, MODEL, QUIET, Parts, Updates, bind
from demo.tabs.layout import IF_LOST
from demo.tabs.spell_layout import SHOWN, WORD, build_layout
from demo.tabs.spell_show import NO_WORDS, show_proof, show_word
from demo.work import Worker, at_work

KIND = "spelling"
THRESHOLDS = "spelling-thresholds"
NO_MODEL = "There is no corrector yet: run python -m core train spell-en."
EXAMPLES = [  # a text and what to say about it; the page opens with the first
    ("I definately recieved teh new adress.", ""),
    ("The goverment will seperate the accomodation.", ""),
    ("Tomorow we will see the neccessary docter.", ""),
    ("beautifull", ""),
    ("Krzysztof fought the fourth dag.", "it fails here"),
]
# From a word to its candidates, which are in another part of the page, and back.
TO = "() => document.querySelector('#spell-{} [aria-pressed=true]')?.focus()"


def open_with(service: Service, proof: Proof, report: Report | None) -> Updates:
    """Put the first example into the proof, corrected now, and return what the tab opens with."""
    names = service.checkpoints(KIND)
    if not names:
        return {"message": NO_MODEL}
    request = {"text": EXAMPLES[0][0], "checkpoint": names[0]}
    try:
        service.correct(**request)  # the first run after loading is slow, and no visitor's
        proof.take(service.correct(**request))
    except UserError as error:
        return {"message": str(error)}
    return show_proof(proof, report)


def read_report(service: Service) -> Report | None:
    """Return what was measured at each threshold; without it the page says nothing of that."""
    try:
        return service.report(THRESHOLDS)
    except UserError:
        return None


async def correct(
    worker: Worker,
    report: Report | None,
    proof: Proof,
    text: str,
    checkpoint: str | None,
    threshold: Any,
) -> AsyncIterator[Updates]:
    """Correct for the page; after an error the text and the last result stay as they are."""
    wanted = proof.ask()
    try:
        if checkpoint is None:
            raise UserError(NO_MODEL)
        request = limits.correct_request(text, checkpoint, threshold)
        proof.threshold = request["threshold"]  # which may move until the model is done
        async with at_work(worker.correct(**request)) as (work, slow):
            if slow and wanted():
                yield {"message": "Correcting …"}
            found = await work
    except UserError as error:
        if wanted():
            yield {"message": str(error)}
        return
    if wanted():
        proof.take(found)
        yield {**show_proof(proof, report), "message": "" if found.words else NO_WORDS}


def move_threshold(report: Report | None, proof: Proof, threshold: Any) -> Updates:
    """Change what the model is sure enough of; what the visitor chose stays."""
    try:
        proof.threshold = limits.THRESHOLD.check(threshold)
    except UserError as error:
        return {"message": str(error)}
    return {**show_proof(proof, report), "message": ""}


def open_word(proof: Proof, index: Any, key: bool) -> Updates:
    """Show the candidates and the map of a word; by key, go to its candidates as well."""
    return show_word(proof, focus=key) if proof.open(index) else {}


def choose(report: Report | None, proof: Proof, index: Any, text: Any) -> Updates:
    """Write a word in another way."""
    return show_proof(proof, report) if proof.choose(index, text) else {}


def undo(report: Report | None, proof: Proof) -> Updates:
    """Take back the visitor's last choice."""
    return show_proof(proof, report) if proof.undo() else {}


def build(service: Service, page: gr.Blocks) -> None:
    """Place the tab, bind its events and offer its API."""
    proof, report, checkpoints = Proof(), read_report(service), service.checkpoints(KIND)
    parts = build_layout(open_with(service, proof, report), proof, checkpoints, EXAMPLES)
    worker = Worker(service)
    checkpoint = checkpoints[0] if checkpoints else None
    opening = spell_link.bind_link(parts, worker, page, checkpoint, report)
    bind_run(parts, worker, report, opening)
    bind_choices(parts, report)
    api.offer_correct(worker)


def bind_run(
    parts: Parts, worker: Worker, report: Report | None, opening: gr.events.Dependency
) -> None:
    """Let the buttons run and stop a correction; Stop also ends the opening of a link."""
    running = bind(
        parts["run"].click,
        partial(correct, worker, report),
        parts,
        ["proof", "source", "checkpoint", "threshold"],
        SHOWN,
        trigger_mode="always_last",
        progress="progress",
        **MODEL,
    )
    stopped = {"message": "Stopped; the last result is shown."}
    ended = [running, opening]
    bind(parts["stop"].click, lambda: stopped, parts, [], ["message"], cancels=ended)


def bind_choices(parts: Parts, report: Report | None) -> None:
    """Let words open, candidates be chosen and taken back, and the threshold move."""

    # On the event loop, as a run is when it shows its text: none meets a proof half changed.
    async def on_word(proof: Proof, word: gr.EventData) -> Updates:
        if word.asked < proof.asked:
            return {}  # quick requests may arrive in another order
        proof.asked = word.asked
        return open_word(proof, word.index, bool(word.key))

    async def on_candidate(proof: Proof, choice: gr.EventData) -> Updates:
        return choose(report, proof, choice.word, choice.text)

    async def on_undo(proof: Proof) -> Updates:
        return undo(report, proof)

    async def on_threshold(proof: Proof, threshold: Any) -> Updates:
        return move_threshold(report, proof, threshold)

    bind(parts["output"].select, on_word, parts, ["proof"], WORD, **CHOICE)
    bind(parts["candidates"].select, on_candidate, parts, ["proof"], SHOWN, **CHOICE)
    undone = bind(parts["undo"].click, on_undo, parts, ["proof"], SHOWN, **CHOICE)
    undone.then(None, None, None, js=IF_LOST.format(TO.format("output")), **QUIET)
    # While the slider is dragged, its last place alone counts.
    moving = {**CHOICE, "trigger_mode": "always_last"}
    inputs = ["proof", "threshold"]
    bind(parts["threshold"].input, on_threshold, parts, inputs, SHOWN, **moving)
    parts["output"].focus(None, None, None, js=TO.format("candidates"), **QUIET)
    parts["candidates"].blur(None, None, None, js=TO.format("output"), **QUIET)
