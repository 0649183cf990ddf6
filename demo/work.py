"""Run the models off the event loop: a few at a time, each within the time limit."""

import asyncio
import contextvars
import functools
import logging
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, asynccontextmanager

import gradio as gr

from core.errors import UserError
from core.pipelines.generation import Distribution, Generation, ScoredText, Step
from core.pipelines.results import BeamTree, Hypothesis, Translation
from core.pipelines.spelling_results import Correction
from core.service import Inspection, Service, TranslationScores, stop_when
from demo import limits
from demo.lines import count_weights
from demo.spaces_gpu import on_gpu

SLOW = 0.3  # seconds until the page says that it is at work; sooner would only blink

log = logging.getLogger(__name__)
_pool = ThreadPoolExecutor(limits.CONCURRENT_RUNS, thread_name_prefix="model")


async def in_time(function: Callable, /, **arguments):
    """Return `function(**arguments)` from a worker thread; every failure is a UserError.

    A caller that is cancelled or late stops waiting at once, and decoding at its next step.
    """
    # The context carries Gradio's request, which a ZeroGPU Space reads for its quota.
    context, left = contextvars.copy_context(), threading.Event()
    context.run(stop_when, left.is_set)
    call = functools.partial(context.run, function, **arguments)
    try:
        future = asyncio.get_running_loop().run_in_executor(_pool, call)
        # Not asyncio.wait_for, which forgets a cancellation that comes just as the work is done.
        async with asyncio.timeout(limits.SECONDS):
            return await future
    except UserError:
        raise
    except TimeoutError:
        raise UserError(
            f"This took longer than {limits.SECONDS} seconds and was given up. "
            "Try a shorter text or a smaller beam, or try again when fewer people are here."
        ) from None
    except gr.Error as error:
        raise UserError(error.message) from error
    except Exception:
        log.exception("%s failed", getattr(function, "__name__", function))
        raise UserError(
            "Something went wrong on our side; it has been logged. Please try again."
        ) from None
    finally:
        left.set()


@asynccontextmanager
async def at_work(work: Awaitable) -> AsyncIterator[tuple[asyncio.Future, bool]]:
    """Begin the work; give what waits for it, and whether the page should say so meanwhile.

    A visitor who stops waits for it no longer.
    """
    future = asyncio.ensure_future(work)
    try:
        done, _ = await asyncio.wait({future}, timeout=SLOW)
        yield future, not done
    finally:
        future.cancel()


def _take(steps: Iterator[Step], seconds: float) -> tuple[list[Step], bool]:
    """Return the steps of so many seconds, one at least, and whether there are no more."""
    until, taken = time.monotonic() + seconds, []
    for step in steps:
        taken.append(step)
        if time.monotonic() >= until:
            return taken, False
    return taken, True


class Worker:
    """A Service whose models run off the event loop, on a borrowed GPU where there is one."""

    def __init__(self, service: Service):
        self.service = service
        self.streams = 0  # texts that are being written now
        # Wrapped once, at start: a ZeroGPU Space counts its GPU functions then.
        self._translate = on_gpu(service.translate)
        self._translate_lines = on_gpu(service.translate_lines)
        self._score = on_gpu(service.score)
        self._beam_tree = on_gpu(service.beam_tree)
        self._correct = on_gpu(service.correct)
        self._inspect = on_gpu(service.inspect)

    async def translate(self, **request) -> Translation:
        """Translate, or raise UserError for more attention than a visitor's state should hold."""
        translation = await in_time(self._translate, **request)
        limits.check_weights(count_weights(translation))
        return translation

    async def translate_lines(self, **request) -> list[str]:
        return await in_time(self._translate_lines, **request)

    async def compare(self, **request) -> TranslationScores:
        return await in_time(self.service.compare, **request)

    async def score(self, **request) -> Hypothesis:
        return await in_time(self._score, **request)

    async def generate(self, generation: Generation) -> AsyncIterator[Generation]:
        """Yield the generation as it grows, the first token alone, then turn by turn.

        A caller that stops taking them stops the work at its next step.

        Raises:
            UserError: the settings leave nothing to draw, or it takes too long.
        """
        self.streams += 1
        try:
            async with aclosing(self._written(generation)) as texts:
                async for text in texts:
                    yield text
        finally:
            self.streams -= 1

    async def _written(self, generation: Generation) -> AsyncIterator[Generation]:
        if "beam" in generation.options.method:
            yield await in_time(self.service.search, generation=generation)
            return
        steps = self.service.generate(generation)
        turn = worked = 0.0  # seconds; at reading speed most of the time nobody works
        while worked < limits.STREAM_SECONDS:
            started = time.perf_counter()
            new, done = await in_time(_take, steps=steps, seconds=turn)
            seconds = time.perf_counter() - started
            worked += seconds
            generation = generation.written(*new, seconds=seconds)
            yield self.service.ended(generation) if done else generation
            if done:
                return
            share = min(1.0, limits.CONCURRENT_RUNS / self.streams)
            turn = max(limits.SHORT_TURN, share * limits.TURN)
        raise UserError(
            f"Stopped after {limits.STREAM_SECONDS} seconds, the limit; what was written stays."
        )

    async def distribution(self, **request) -> Distribution:
        return await in_time(self.service.distribution, **request)

    async def score_text(self, **request) -> ScoredText:
        return await in_time(self.service.score_text, **request)

    async def beam_tree(self, **request) -> BeamTree:
        return await in_time(self._beam_tree, **request)

    async def correct(self, **request) -> Correction:
        return await in_time(self._correct, **request)

    async def inspect(self, **request) -> Inspection:
        return await in_time(self._inspect, **request)
