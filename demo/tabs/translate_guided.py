"""What a visitor changes in a translation: another token, or attention forced to a place."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import gradio as gr

from core.errors import UserError
from core.pipelines.differences import differences
from core.pipelines.results import ForcedAttention, Hypothesis
from demo import limits, maps
from demo.board import Board
from demo.tabs.binding import CHOICE, MODEL, QUIET, Parts, Updates, bind
from demo.tabs.layout import IF_LOST
from demo.tabs.translate_binding import bind_view
from demo.tabs.translate_layout import SHOWN
from demo.tabs.translate_show import HOW_TO_FORCE, show_pin, show_translation
from demo.views import Pin, View
from demo.work import Worker

ALTERNATIVES = 10
TO_MAP = (
    "() => document.querySelector('#translate-attention .map-body')?.focus({ preventScroll: true })"
)


def pin(view: View | None, row: int | None, column: int | None) -> Updates:
    """Pin a place of the map."""
    if view is None or not view.has(Pin(row, column)):
        return {}
    view = view.drawn(pin=Pin(row, column))
    return {"view": view, **show_pin(view), "alternatives": None, "message": ""}


async def list_alternatives(worker: Worker, view: View | None) -> Updates:
    """List what could stand in place of the pinned target token; nothing where none is pinned."""
    if view is None:
        return {}
    if view.pin.row is None:
        return {"alternatives": None}  # the answer for an earlier pin may have come meanwhile
    try:
        scored = await worker.score(
            text=view.shown.source,
            target=view.chosen.token_ids,
            checkpoint=view.shown.checkpoint,
            alternatives=ALTERNATIVES,
            forced=view.shown.forced,
        )
    except UserError as error:
        return {"message": str(error)}
    return {"alternatives": maps.alternatives_value(view, view.pin.row, scored)}


async def choose_alternative(
    worker: Worker, view: View | None, listed: dict[str, Any] | None, index: int
) -> Updates:
    """Keep what stands before a token, put another in its place, and write the rest anew."""
    # The list may be that of another hypothesis, if the click came before its answer.
    if view is None or listed is None or not is_list_of(view, listed, index):
        return {}
    step, token = listed["step"], listed["items"][index]["id"]
    tokens = (*view.chosen.token_ids[:step], token)
    forced = [rule for rule in view.shown.forced if rule.step <= step]
    return await write_anew(worker, view, tokens, forced)


def is_list_of(view: View, listed: dict[str, Any], index: int) -> bool:
    """Return whether the alternatives, with that index, are those of the chosen hypothesis."""
    begun = list(view.chosen.token_ids[: listed["step"] + 1])
    return begun == [*listed["before"], listed["written"]] and index in range(len(listed["items"]))


async def force(worker: Worker, view: View | None, to_end: bool) -> Updates:
    """Make the pinned row look at the pinned column, and write anew from there."""
    if view is None or view.pin.row is None or view.pin.column is None:
        return {"message": HOW_TO_FORCE}
    rule = view.forced_at(view.pin, to_end)
    earlier = [other for other in view.shown.forced if other.step < rule.step]
    kept = max(rule.step, typed_tokens(view))
    return await write_anew(worker, view, view.chosen.token_ids[:kept], [*earlier, rule])


def typed_tokens(view: View) -> int:
    """Return how many tokens the visitor has typed: these are kept, whatever is forced."""
    shown = view.shown
    if shown.prefix_tokens:
        return 0  # chosen and not typed
    return sum(token.start < len(shown.prefix) for token in view.chosen.tokens)


async def free(worker: Worker, view: View | None) -> Updates:
    """Return to the translation as it was before the visitor changed it."""
    if view is None or view.free is None:
        return {}
    whole = worker.service.replace_sentence(view.translation, view.sentence, view.free)
    return {**show_translation(view.with_free_sentence(whole)), "message": ""}


async def write_anew(
    worker: Worker,
    view: View,
    tokens: Sequence[int],
    forced: Sequence[ForcedAttention],
) -> Updates:
    """Translate the shown sentence again with the settings that it was translated with."""
    old = view.shown
    try:
        new = await worker.translate(
            **limits.translate_request(
                old.source,
                old.checkpoint,
                old.method,
                old.beam,
                old.length_penalty,
                old.temperature,
                old.seed,
            )
            | {"tokens": tokens, "forced": forced}
        )
    except UserError as error:
        return {"message": str(error)}
    whole = worker.service.replace_sentence(view.translation, view.sentence, new)
    changes = changes_value((view.free or old).hypotheses[0], new.hypotheses[0])
    return {**show_translation(view.with_sentence(whole, new)), "changes": changes, "message": ""}


def changes_value(before: Hypothesis, after: Hypothesis) -> dict[str, Any]:
    """Return the marked differences of two translations of one sentence, see MarkedText."""
    if before.token_ids == after.token_ids:
        return {"label": "No token changed: the translation is the free one.", "segments": []}
    return {
        "label": "Against the free translation:",
        "segments": segments(before.words, after.words),
    }


def segments(before: Sequence[str], after: Sequence[str]) -> list[dict[str, str]]:
    """Return differences as MarkedText takes them."""
    return [{"text": run.text, "kind": run.kind} for run in differences(before, after)]


def bind_guided(parts: Parts, worker: Worker) -> list[gr.events.Dependency]:
    """Let pins, alternatives and the buttons of what-if act."""

    async def on_pin(board: Board, cell: gr.EventData) -> Updates:
        if cell.asked < board.asked:
            return {}  # quick requests may arrive in another order
        return board.take({**pin(board.view, cell.row, cell.column), "asked": cell.asked})

    async def on_alternative(view: View | None, listed: Any, choice: gr.EventData) -> Updates:
        return await choose_alternative(worker, view, listed, choice.index)

    # In two steps: a pin needs no model, and what the model says of it must not undo a later one.
    pinned = bind(parts["attention"].select, on_pin, parts, ["board"], SHOWN, **CHOICE)
    chosen, inputs = parts["alternatives"].select, ["alternatives"]
    # Each click counts until there is a later one.
    quick = {**MODEL, "trigger_mode": "multiple", "last": True}
    return [
        bind_alternatives(pinned, parts, worker),
        bind_view(chosen, on_alternative, parts, inputs, SHOWN, **quick),
        *bind_buttons(parts, worker),
    ]


def bind_buttons(parts: Parts, worker: Worker) -> list[gr.events.Dependency]:
    """Let the buttons of what-if act; those that are off afterwards leave the focus to the map."""
    bound = [
        bind_view(parts[name].click, callback, parts, [], SHOWN, progress="progress", **MODEL)
        for name, callback in [
            ("force_step", partial(force, worker, to_end=False)),
            ("force_end", partial(force, worker, to_end=True)),
            ("free", partial(free, worker)),
        ]
    ]
    for done in bound:
        done.then(None, None, None, js=IF_LOST.format(TO_MAP), **QUIET)
    return bound


def bind_alternatives(
    pinned: gr.events.Dependency, parts: Parts, worker: Worker
) -> gr.events.Dependency:
    """List the alternatives at the pin after an event that may have set it."""
    names = ["alternatives", "message"]

    async def on_pinned(board: Board) -> Updates:
        wanted, pin = board.watch(), board.pin
        updates = await list_alternatives(worker, board.view)
        return updates if wanted() and board.pin == pin else {}

    last = {**MODEL, "trigger_mode": "always_last"}
    return bind(pinned.then, on_pinned, parts, ["board"], names, **last)
