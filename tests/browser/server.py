"""Start a page as a process of its own, as a visitor's server would be."""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120  # seconds; a busy machine starts slowly


@contextmanager
def running_app(**environment: str) -> Iterator[str]:
    """Run app.py on a free port; yield its address, and end it afterwards."""
    with running("app.py", **environment) as address:
        yield address


@contextmanager
def running(*arguments: str, **environment: str) -> Iterator[str]:
    """Run python with these arguments, as `running_app` does."""
    port = free_port()
    settings = os.environ | {"GRADIO_SERVER_PORT": str(port)} | environment
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(
            [sys.executable, *arguments], cwd=ROOT, env=settings, stdout=log, stderr=log
        )
        try:
            address = f"http://127.0.0.1:{port}"
            wait_for(address, process, log)
            yield address
        finally:
            process.terminate()
            process.wait(PATIENCE)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_for(address: str, process: subprocess.Popen, log) -> None:
    """Return when the page answers; raise with its output when it does not."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
        else:
            return
    log.seek(0)
    raise RuntimeError(f"The page did not start:\n{log.read()}")
