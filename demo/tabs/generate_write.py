"""Writing: a text grows on the page until it ends, is full, or its visitor stops it."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from core.errors import UserError
from core.pipelines.generation import Generation
from demo import limits
from demo.desk import Change, Desk
from demo.growing import LOOK, growing, paced
from demo.tabs.binding import Updates
from demo.tabs.generate_settings import SETTINGS
from demo.tabs.generate_show import show_ended, show_text
from demo.texts import unknown_line
from demo.work import Worker, in_time

NO_MODEL = "There is no language model yet: run python -m core train lm-arxiv-word."
STOPPED = "Stopped; what was written stays."


async def write(
    worker: Worker, desk: Desk, prompt: str, checkpoint: str | None, method: str, *knobs: Any
) -> AsyncIterator[Updates]:
    """Write a new text; after an error the last one stays.

    `knobs` are in the order of generate_settings.KNOBS.
    """
    try:
        if checkpoint is None:
            raise UserError(NO_MODEL)
        request = limits.generate_request(
            prompt, checkpoint, method, **SETTINGS.used_by(method, knobs)
        )
        begun = await in_time(worker.service.prompt, **request)
    except UserError as error:
        yield {"message": str(error)}
        return
    async for updates in carry_on(worker, desk, begun):
        yield updates


async def go_on(worker: Worker, desk: Desk, more: Any) -> AsyncIterator[Updates]:
    """Go on from where the text is, with its own settings, whatever the knobs say by now.

    A text that was stopped goes on to the tokens that it was to have, a full one has so many
    ``more`` of them.
    """
    try:
        begun = continued(desk.generation, more)
    except UserError as error:
        yield {"message": str(error)}
        return
    changes = desk.changes
    if is_search(begun):  # it plans ahead: in one go it might have written something else
        changes = (*changes, Change(len(begun.steps)))
    async for updates in carry_on(worker, desk, begun, changes, kept=desk.kept):
        yield updates


def continued(generation: Generation | None, more: Any) -> Generation:
    """Return the generation with room for more tokens.

    Raises:
        UserError: there is none, or it can't go on.
    """
    if generation is None:
        raise UserError("There is no text to continue: write one first.")
    if generation.finished:
        raise UserError(
            "The model has ended its text: put another token in place of its end, or write anew."
        )
    tokens = len(generation.steps)
    if tokens < generation.max_tokens:
        return generation
    most = limits.MAX_TOKENS.high
    if tokens >= most:
        raise UserError(f"The text has {tokens:,} tokens; the limit is {most:,}.")
    more = (limits.BEAM_TOKENS if is_search(generation) else limits.MAX_TOKENS).check(more)
    return replace(generation, max_tokens=int(min(tokens + more, most)), hypotheses=())


def is_search(generation: Generation) -> bool:
    return "beam" in generation.options.method


async def put_rival(worker: Worker, desk: Desk, index: Any, rank: Any) -> AsyncIterator[Updates]:
    """Put a rival in the place of a token, and write on from there."""
    written = desk.generation
    if written is None or index not in range(len(written.steps)):
        return  # a click on another text, which came too late
    if rank not in range(len(written.steps[index].alternatives)):
        return
    try:
        begun = written.with_rival(index, rank)
    except UserError as error:
        yield {"message": str(error)}
        return
    earlier, limit = desk.changes, written.max_tokens
    if is_search(begun):
        most = index + 1 + limits.BEAM_TOKENS.high  # a text that went on may have more behind it
        begun = replace(begun, max_tokens=min(limit, most))
    else:  # what stands before depends on nothing that came after it
        earlier = tuple(one for one in earlier if one.index is not None and one.index < index)
        limit = index + 1
    changes = (*earlier, Change(limit, index, begun.steps[index].id))
    async for updates in carry_on(worker, desk, begun, changes, index, kept=index + 1):
        yield updates


async def carry_on(
    worker: Worker,
    desk: Desk,
    begun: Generation,
    changes: tuple[Change, ...] = (),
    selected: int | None = None,
    kept: int = 0,
) -> AsyncIterator[Updates]:
    """Write until the text ends, showing it as it grows; whoever takes the desk stops this.

    Args:
        changes: those that the text holds already.
        selected: the token whose distribution will be shown.
        kept: tokens that are there, and not of the time that is measured.
    """
    shown, message = begun, unknown_line(begun)
    with desk.writing() as hand:
        try:
            texts = paced(growing(worker, begun), len(begun.steps), lambda: desk.slow)
            async with aclosing(texts) as grown:
                async for generation in grown:
                    if desk.hand is not hand:
                        break
                    if generation is shown:  # a search takes its time
                        yield {"message": "Writing …"}
                        continue
                    if shown is begun:
                        desk.selected = selected
                    desk.generation, desk.changes, desk.kept = generation, changes, kept
                    yield {**show_text(desk, writing=True), "message": message}
                    shown = generation
        except UserError as error:
            message = str(error)
        if desk.hand in (hand, None):
            message = message if desk.hand else STOPPED
            desk.stop()
            yield {**show_ended(desk), "message": message}


async def stop(desk: Desk) -> Updates:
    """Stop whatever is being written, and wait until it has said its last word."""
    if not desk.writers:
        return {"message": "Stopped; the last result is shown."}
    desk.stop()
    until = time.monotonic() + 10 * LOOK  # it looks once in that time, on a busy machine later
    while desk.writers and time.monotonic() < until:
        await asyncio.sleep(0.02)
    return {}
