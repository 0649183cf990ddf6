"""Work off the event loop: in time, or one sentence."""

import asyncio
import contextvars
import threading
import time
from types import SimpleNamespace

import gradio as gr
import pytest

from core.decoding.stopping import Stopped, check_wanted
from core.errors import UserError
from demo import limits, spaces_gpu
from demo.spaces_gpu import on_gpu
from demo.work import in_time

visitor = contextvars.ContextVar("visitor")


def test_the_result_comes_back() -> None:
    assert asyncio.run(in_time(pow, base=2, exp=3)) == 8


def test_the_context_of_the_request_goes_along() -> None:
    async def ask() -> str:
        visitor.set("Ada")
        return await in_time(visitor.get)

    assert asyncio.run(ask()) == "Ada"


def test_late_work_is_given_up(monkeypatch) -> None:
    monkeypatch.setattr(limits, "SECONDS", 0.05)
    started = time.monotonic()
    with pytest.raises(UserError, match="longer than"):
        asyncio.run(in_time(nap))
    assert time.monotonic() - started < 1.5  # it would have taken longer


def test_leaving_counts_also_when_the_work_has_just_ended() -> None:
    async def leave() -> None:
        ended = threading.Event()
        asking = asyncio.create_task(in_time(ended.set))
        await asyncio.sleep(0)  # it begins
        ended.wait()
        time.sleep(0.05)  # the loop hears of the end and of the leaving at once
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking

    asyncio.run(leave())


def nap() -> None:
    time.sleep(2)


@pytest.mark.parametrize("leave", ["late", "cancelled"])
def test_decoding_stops_when_nobody_waits_for_it(monkeypatch, leave: str) -> None:
    """One step a hundredth of a second, for ever: left after half a second, or late by then."""
    monkeypatch.setattr(limits, "SECONDS", 0.5 if leave == "late" else 10)
    stopped = threading.Event()

    def decode() -> None:
        try:
            while True:
                check_wanted()
                time.sleep(0.01)
        except Stopped:
            stopped.set()
            raise

    async def ask() -> None:
        work = asyncio.ensure_future(in_time(decode))
        await asyncio.wait({work}, timeout=0.5 if leave == "cancelled" else None)
        work.cancel()
        await asyncio.wait({work})

    asyncio.run(ask())
    assert stopped.wait(10)


def test_a_user_error_keeps_its_words() -> None:
    def fail() -> None:
        raise UserError("beam is too wide.")

    with pytest.raises(UserError, match="beam is too wide"):
        asyncio.run(in_time(fail))


def test_without_spaces_a_function_stays_itself(monkeypatch) -> None:
    monkeypatch.setattr(spaces_gpu, "spaces", None)
    assert on_gpu(nap) is nap


def test_with_spaces_it_is_decorated_and_errors_cross_over(monkeypatch) -> None:
    asked = {}

    def gpu(**options):
        asked.update(options)
        return lambda function: function

    def fail() -> None:
        raise UserError("beam is too wide.")

    monkeypatch.setattr(spaces_gpu, "spaces", SimpleNamespace(GPU=gpu))
    model = on_gpu(fail)
    assert asked == {"duration": limits.SECONDS}
    with pytest.raises(gr.Error):  # its words alone come back from the process with the GPU
        model()
    with pytest.raises(UserError, match="beam is too wide"):
        asyncio.run(in_time(model))
