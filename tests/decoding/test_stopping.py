"""Decoding stops at its next step when its caller has left."""

import contextvars
from collections.abc import Callable, Iterator

import pytest
import torch

from core.decoding.decode import decode
from core.decoding.force import force_decode
from core.decoding.hypothesis import Limits
from core.decoding.options import METHODS, DecodingOptions
from core.decoding.sample import sample_steps
from core.decoding.stopping import Stopped, check_wanted, stop_when
from tests.tiny import TableModel


class Counting(TableModel):
    """A model that never ends, and counts its steps."""

    steps = 0

    def __init__(self) -> None:
        super().__init__(torch.zeros(1, 4, 4))

    def step(self, *arguments):
        self.steps += 1
        return super().step(*arguments)


def in_a_context(has_left: Callable[[], bool], work: Callable):
    context = contextvars.copy_context()
    context.run(stop_when, has_left)
    return context.run(work)


@pytest.mark.parametrize("method", METHODS)
def test_every_method_stops_when_its_caller_has_left(method: str) -> None:
    model = Counting()
    limits = Limits(0, 99, [1000], torch.device("cpu"))

    def work() -> None:
        decode(model, model.start(), DecodingOptions(method, beam=2), limits)

    with pytest.raises(Stopped):
        in_a_context(lambda: model.steps >= 3, work)
    assert model.steps == 3


def test_reading_stops_as_well() -> None:
    model = Counting()
    limits = Limits(0, 99, [1000], torch.device("cpu"))
    with pytest.raises(Stopped):
        in_a_context(
            lambda: model.steps >= 3,
            lambda: force_decode(model, model.start(), [1, 2, 3, 1, 2], limits),
        )
    assert model.steps == 3


def test_steps_that_were_begun_elsewhere_ask_whoever_takes_them() -> None:
    model = Counting()
    limits = Limits(0, 99, [1000], torch.device("cpu"))
    steps: Iterator = sample_steps(model, model.start(), DecodingOptions("sample"), limits)
    next(steps)
    in_a_context(lambda: False, lambda: next(steps))
    with pytest.raises(Stopped):
        in_a_context(lambda: True, lambda: next(steps))


def test_who_says_nothing_is_waiting() -> None:
    check_wanted()
