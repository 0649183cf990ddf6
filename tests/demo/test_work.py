"""Work off the event loop: in time, or one sentence."""

import asyncio
import contextvars
import time
from types import SimpleNamespace

import gradio as gr
import pytest

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
    assert time.monotonic() - started < 0.3


def nap() -> None:
    time.sleep(0.5)


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
