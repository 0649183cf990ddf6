"""From ``python app.py`` to the page and to its first answer, over plain HTTP."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.material import SENTENCE
from tests.benchmarks.report import Figure

ROOT = Path(__file__).parents[2]
PATIENCE = 120.0  # seconds until a page that does not come up counts as broken


def measure_start(runs: int = 3) -> list[Figure]:
    """Start the page several times and return the median of the seconds it takes."""
    taken = sorted((_start_once() for _ in range(runs)), key=lambda pair: pair[1])
    page, answer = taken[len(taken) // 2]
    note = f"median of {runs} starts; /translate by HTTP, beam 5"
    return [
        Figure("start to the page", page, "s"),
        Figure("start to the first answer", answer, "s", "≤ 10", note),
    ]


def _start_once() -> tuple[float, float]:
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    started = time.perf_counter()
    with _page(port) as process:
        while not _is_up(address):
            if process.poll() is not None or time.perf_counter() - started > PATIENCE:
                raise RuntimeError("app.py did not come up; start it by hand to see why.")
            time.sleep(0.02)
        page = time.perf_counter() - started
        answer = _translate(address)
        if not answer["text"].strip():
            raise RuntimeError("The page answered without a translation.")
        return page, time.perf_counter() - started


@contextmanager
def _page(port: int) -> Iterator[subprocess.Popen]:
    environment = {**os.environ, "GRADIO_SERVER_PORT": str(port)}
    with subprocess.Popen(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            yield process
        finally:
            process.terminate()


def _translate(address: str) -> dict:
    """Call /translate: one request gives a number, a second one its events."""
    call = f"{address}/gradio_api/call/translate"
    values = {"data": [SENTENCE, "translate-de-en", "beam", 5, 1.0, 1.0, 0, ""]}
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(call, json.dumps(values).encode(), headers)
    with urllib.request.urlopen(request, timeout=PATIENCE) as response:
        number = json.load(response)["event_id"]
    with urllib.request.urlopen(f"{call}/{number}", timeout=PATIENCE) as events:
        complete = False
        for line in events:
            kind, _, rest = line.decode().strip().partition(": ")
            if kind == "event" and rest == "error":
                raise RuntimeError("The page answered with an error.")
            complete = complete or (kind == "event" and rest == "complete")
            if complete and kind == "data":
                return json.loads(rest)[0]
    raise RuntimeError("The page ended its answer too early.")


def _is_up(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=PATIENCE):
            return True
    except (urllib.error.URLError, ConnectionError):
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
