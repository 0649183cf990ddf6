"""The results of made.py, and a Worker over its stand-in service."""

import pytest

from core.errors import UserError
from core.pipelines.results import Translation
from demo.work import Worker
from tests.demo import made
from tests.demo.made import StandIn


@pytest.fixture
def translation() -> Translation:
    return made.GREETING


@pytest.fixture
def two_sentences() -> Translation:
    return made.two_sentences()


@pytest.fixture
def service() -> StandIn:
    return StandIn()


@pytest.fixture
def failing() -> StandIn:
    return StandIn(UserError("There is no checkpoint called 'tiny'."))


@pytest.fixture
def worker(service: StandIn) -> Worker:
    return Worker(service)
