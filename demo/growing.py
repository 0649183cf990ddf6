"""A text as it grows: as fast as its model writes, or at reading speed."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import replace

from core.pipelines.generation import Generation
from demo.work import Worker

LOOK = 0.4  # seconds between two looks whether someone still waits for a search
READING = {"word": 5, "character": 25}  # tokens a second
TICK = 0.08  # seconds: faster updates choke a browser


async def growing(worker: Worker, begun: Generation) -> AsyncIterator[Generation]:
    """Yield the text as it grows; unchanged, while a search takes its time.

    Gradio looks whether the visitor is still there at each yield.
    """
    if begun.finished or len(begun.steps) >= begun.max_tokens:
        yield replace(begun)  # there is nothing to write
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
    source: AsyncGenerator[Generation, None], shown: int, is_slow: Callable[[], bool]
) -> AsyncIterator[Generation]:
    """Yield what the source yields, token by token at reading speed as long as ``is_slow()``.

    ``shown`` tokens are there already.
    """
    async with aclosing(source):
        async for generation in source:
            part = None
            while is_slow() and shown < len(generation.steps):
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
