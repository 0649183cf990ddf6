"""Who leaves while a text is being written frees its slot, and disturbs nobody.

The page is a real server in this process, over a model slow enough to be left: a text of 1,000
tokens would take it 20 seconds.
"""

import asyncio
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
from gradio_client import Client

from core.decoding.options import DecodingOptions
from core.pipelines.generation import Generation
from core.service import Service
from demo import limits
from demo.work import Worker
from tests.calls import ask, listening, updates
from tests.demo.writing import (
    SlowModel,
    serve,
    wait_until_begun,
    wait_until_free,
    write_endless,
)
from tests.tiny import characters

STEP = 0.02  # seconds
LONG = {"prompt": "the dog", "checkpoint": "tiny", "max_tokens": 1000}
SEARCH = {**LONG, "method": "beam-sample", "max_tokens": 300}
# Another program: it reads updates until it is killed.
READER = """
import sys
from tests.calls import listening
with listening(sys.argv[1]) as events:
    for kind, content in events:
        print(kind, flush=True)
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Worker]]:
    root = tmp_path_factory.mktemp("checkpoints")
    write_endless(root / "tiny", characters())
    service = Service(root=root)
    writer = service.generator("tiny")
    writer.model = SlowModel(writer.model, STEP)
    with serve(service) as found:
        yield found


@pytest.fixture(autouse=True)
def all_slots_are_free(page: tuple[str, Worker]) -> Iterator[None]:
    yield
    wait_until_free(page[1], 5)


@pytest.mark.parametrize("request_", [LONG, SEARCH], ids=["sample", "search"])
def test_a_client_that_hangs_up_frees_its_slot_within_a_second(page, request_: dict) -> None:
    app, worker = page
    with listening(ask(app, "generate", **request_)) as events:
        for _ in range(2):
            next(events)
        assert worker.streams == 1
    assert wait_until_free(worker, 1) < 1


@pytest.mark.parametrize("request_", [LONG, SEARCH], ids=["sample", "search"])
def test_a_client_that_is_killed_frees_its_slot_within_a_second(page, request_: dict) -> None:
    app, worker = page
    command = [sys.executable, "-c", READER, ask(app, "generate", **request_)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout.readline() == "generating\n"
        assert worker.streams == 1
        reader.send_signal(signal.SIGKILL)
        assert wait_until_free(worker, 1) < 1


@pytest.mark.parametrize("request_", [LONG, SEARCH], ids=["sample", "search"])
def test_a_job_that_gradio_client_cancels_frees_its_slot_within_a_second(page, request_) -> None:
    app, worker = page
    job = Client(app, verbose=False).submit(**request_, api_name="/generate")
    next(iter(job))
    assert worker.streams == 1
    job.cancel()
    assert wait_until_free(worker, 1) < 1


def test_a_search_that_was_left_stops_at_its_next_step(page) -> None:
    """The threads that compute are free as well: the next visitor does not wait for them."""
    app, _ = page
    for _ in range(2 * limits.CONCURRENT_RUNS):
        with listening(ask(app, "generate", **SEARCH)) as events:
            next(events)
    started = time.monotonic()
    first = next(updates(app, "generate", **LONG))
    assert first["tokens"] == 1
    assert time.monotonic() - started < 3  # half of what one search would take


def test_who_stays_reads_on_undisturbed(page) -> None:
    """Half of eight visitors leave; the others get the text that they would get alone."""
    app, worker = page
    short = {**LONG, "max_tokens": 30}
    alone = [list(updates(app, "generate", **short, seed=seed))[-1]["text"] for seed in range(4)]

    def leave(seed: int) -> None:
        with listening(ask(app, "generate", **LONG, seed=seed)) as events:
            next(events)

    def stay(seed: int) -> str:
        return list(updates(app, "generate", **short, seed=seed))[-1]["text"]

    with ThreadPoolExecutor(8) as pool:
        leaving = pool.map(leave, range(4))
        assert list(pool.map(stay, range(4))) == alone
        list(leaving)
    assert wait_until_free(worker, 1) < 1


def test_a_lost_connection_ends_at_the_time_limit(page, monkeypatch) -> None:
    """Nothing says that the other side is gone: it takes no more, and does not hang up."""
    monkeypatch.setattr(limits, "STREAM_SECONDS", 4)
    app, worker = page
    where = urlsplit(ask(app, "generate", **LONG))
    with socket.create_connection((where.hostname, where.port)) as lost:
        lost.sendall(f"GET {where.path} HTTP/1.1\r\nHost: {where.netloc}\r\n\r\n".encode())
        wait_until_begun(worker)
        started = time.monotonic()
        time.sleep(1)
        assert worker.streams == 1
        wait_until_free(worker, 8)
        assert time.monotonic() - started < 8.5


def test_who_asks_and_never_listens_is_given_up_at_the_time_limit(page, monkeypatch) -> None:
    monkeypatch.setattr(limits, "STREAM_SECONDS", 1)
    app, worker = page
    ask(app, "generate", **LONG)
    wait_until_begun(worker)
    assert wait_until_free(worker, 4) < 4


def test_the_time_limit_is_told_and_what_was_written_stays(page, monkeypatch) -> None:
    monkeypatch.setattr(limits, "STREAM_SECONDS", 0.5)
    app, _ = page
    found = []
    with pytest.raises(RuntimeError, match=r"Stopped after 0\.5 seconds.*stays\.$"):
        found += updates(app, "generate", **LONG)
    monkeypatch.undo()
    for update in updates(app, "generate", **{**LONG, "max_tokens": 3}):
        found.append(update)
    assert len(found[-1]["steps"]) == 3


def test_who_reads_slowly_gets_the_whole_text(page, monkeypatch) -> None:
    """The limit is of work: at reading speed a long text takes longer, most of which is waiting."""
    monkeypatch.setattr(limits, "STREAM_SECONDS", 1)
    _, worker = page
    begun = worker.service.generator("tiny").prompt("the dog", DecodingOptions("greedy"), 12)

    async def read() -> list[Generation]:
        texts = []
        async for text in worker.generate(begun):
            texts.append(text)
            await asyncio.sleep(0.5)
        return texts

    texts = asyncio.run(read())
    assert len(texts) > 2  # seconds of waiting: half as many
    assert len(texts[-1].steps) == 12
