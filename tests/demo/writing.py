"""A page that offers language models alone, and random ones that write on without an end."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import gradio as gr

from core.checkpoint import save_checkpoint
from core.service import Service
from core.tokenizers.protocol import ClosedTokenizer
from demo import api, limits
from demo.work import Worker
from tests.tiny import language_model


@contextmanager
def serve(service: Service, **options: Any) -> Iterator[tuple[str, Worker]]:
    """Serve /generate and /score from this process; gives the address and the worker."""
    worker = Worker(service)
    with gr.Blocks(analytics_enabled=False) as demo:
        api.offer_generate(worker)
    demo.queue(max_size=limits.QUEUE_SIZE, default_concurrency_limit=limits.CONCURRENT_EVENTS)
    settings = {"prevent_thread_lock": True, "quiet": True, "max_threads": limits.MAX_THREADS}
    _, address, _ = demo.launch(**settings, **options)
    try:
        yield address.rstrip("/"), worker
    finally:
        demo.close()


def write_endless(folder: Path, pieces: ClosedTokenizer) -> None:
    """Write a checkpoint of a random model that never ends a text."""
    sizes = {"writable": pieces.eos_id + 1, "vocab_size": pieces.vocab_size}
    save_checkpoint(folder, language_model(0, ending=-99.0, **sizes), [pieces], recipe={})


class SlowModel:
    """A model whose steps take so many seconds more."""

    def __init__(self, model: Any, seconds: float):
        self._model, self._seconds = model, seconds

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def __call__(self, *arguments: Any) -> Any:
        return self._model(*arguments)

    def step(self, *arguments: Any) -> Any:
        time.sleep(self._seconds)
        return self._model.step(*arguments)


def wait_until_begun(worker: Worker, patience: float = 10) -> None:
    """Wait until a text is being written."""
    end = time.monotonic() + patience
    while not worker.streams:
        assert time.monotonic() < end, "nothing is being written"
        time.sleep(0.005)


def wait_until_free(worker: Worker, patience: float, streams: int = 0) -> float:
    """Wait until no more than so many texts are being written; return the seconds that it took."""
    started = time.monotonic()
    while worker.streams > streams:
        assert time.monotonic() - started < patience, f"{worker.streams} are still being written"
        time.sleep(0.005)
    return time.monotonic() - started
