"""Writing: a text grows on the page until it ends, is full, or its visitor stops it."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from core.errors import UserError
from core.pipelines.generation import Generation
from demo import limits
from demo.desk import Change, Desk
from demo.tabs.binding import Updates
from demo.tabs.generate_settings import SETTINGS
from demo.tabs.generate_show import show_ended, show_text
from demo.texts import unknown_line
from demo.work import Worker

LOOK = 0.4  # seconds between two looks whether the visitor still waits for a search
READING = {"word": 5, "character": 25}  # tokens a second
TICK = 0.08  # seconds: faster updates choke a browser
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
        begun = worker.service.prompt(**request)
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
    begun = written.with_rival(index, rank)
    earlier, limit = desk.changes, written.max_tokens
    if not is_search(begun):  # what stands before depends on nothing that came after it
        earlier, limit = tuple(one for one in earlier if one.index < index), index + 1
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
            async with aclosing(paced(growing(worker, begun), desk, begun)) as grown:
                async for generation in grown:
                    if desk.hand is not hand:
                        break
                    if generation is shown:  # a search takes its time
                        yield {"message": "Writing …"}
                        continue
                    if shown is begun:
                        desk.selected = selected
                    said = {"message": message} if shown is begun else {}
                    desk.generation, desk.changes, desk.kept = generation, changes, kept
                    yield show_text(desk, writing=True) | said
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
        return {"message": "Nothing is being written."}
    desk.stop()
    until = time.monotonic() + 2 * LOOK
    while desk.writers and time.monotonic() < until:
        await asyncio.sleep(0.02)
    return {}


async def growing(worker: Worker, begun: Generation) -> AsyncIterator[Generation]:
    """Yield the text as it grows; unchanged, while a search takes its time."""
    if begun.finished or len(begun.steps) >= begun.max_tokens:
        yield replace(begun)  # it is written already
        return
    written = begun
    async with aclosing(worker.generate(begun)) as source:
        while True:
            work = asyncio.ensure_future(anext(source, None))
            try:
                while not (await asyncio.wait({work}, timeout=LOOK))[0]:
                    yield written
                found = await work
            finally:
                work.cancel()  # whoever stops this waits for it no longer
                await asyncio.wait({work})
            if found is None:
                return
            written = found
            yield written


async def paced(
    source: AsyncGenerator[Generation, None], desk: Desk, begun: Generation
) -> AsyncIterator[Generation]:
    """Yield what the source yields, at reading speed as long as the desk is slow."""
    shown = len(begun.steps)
    async with aclosing(source):
        async for generation in source:
            part = None
            while desk.slow and shown < len(generation.steps):
                rate = READING[generation.units]
                shown = min(shown + max(1, round(rate * TICK)), len(generation.steps))
                part = beginning(generation, shown)
                yield part
                await asyncio.sleep(max(TICK, 1 / rate))
            shown = len(generation.steps)
            if part is not generation:
                yield generation


def beginning(generation: Generation, count: int) -> Generation:
    """Return the generation up to so many of its tokens, with their share of its time."""
    if count == len(generation.steps):
        return generation
    return replace(
        generation,
        steps=generation.steps[:count],
        finished=False,
        hypotheses=(),
        seconds=generation.seconds * count / len(generation.steps),
    )
