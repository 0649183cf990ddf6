"""The page starts where requirements.txt alone is installed, and where `spaces` is too.

One fresh environment serves both tests: pip takes most of the time.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Any

import pytest
from gradio_client import Client

from tests.browser.server import free_port, wait_for

ROOT = Path(__file__).resolve().parent.parent
SPACES = "spaces==0.51.3"
# Nothing listens at the proxy's address, so a download at run time would fail.
NOTHING_OUTSIDE = {
    "HF_HUB_OFFLINE": "1",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "HTTPS_PROXY": "http://127.0.0.1:9",
    "NO_PROXY": "127.0.0.1,localhost",
}
# How pip says that it could not reach the place where packages are.
UNREACHABLE = ("connection broken by", "Failed to establish a new connection", "ConnectTimeout")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def python() -> Iterator[Path]:
    """The interpreter of a fresh environment that holds requirements.txt and nothing else."""
    with TemporaryDirectory(prefix="seqlens-install-") as folder:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        interpreter = Path(folder, "bin", "python")
        install(interpreter, "-r", str(ROOT / "requirements.txt"))
        yield interpreter


def install(python: Path, *what: str) -> None:
    """Install with pip, or skip the test where pip reaches no packages."""
    # Few of the modules are ever imported, so compiling all of them would cost more than it saves.
    command = [str(python), "-m", "pip", "install", "--quiet", "--no-compile", *what]
    result = subprocess.run(command, text=True, capture_output=True)
    if result.returncode and any(sign in result.stderr for sign in UNREACHABLE):
        pytest.skip("pip cannot reach the packages: no network?")
    assert result.returncode == 0, result.stderr


@contextmanager
def page(python: Path) -> Iterator[str]:
    """Start app.py, cut off from everything but this machine; yields the page's address."""
    port = free_port()
    environment = os.environ | {"GRADIO_SERVER_PORT": str(port)} | NOTHING_OUTSIDE
    with TemporaryFile("w+") as log:
        command = [str(python), "app.py"]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            wait_for(f"http://127.0.0.1:{port}", process, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()
            process.wait()


def translate(address: str) -> dict[str, Any]:
    """One request to the public endpoint, with every setting left at its default."""
    client = Client(address, verbose=False)
    result: dict[str, Any] = client.predict(text="Guten Morgen!", api_name="/translate")
    return result


@pytest.fixture(scope="module")
def translation(python: Path) -> dict[str, Any]:
    """What the page answers where nothing else is installed."""
    with page(python) as address:
        return translate(address)


def test_the_requirements_are_enough(translation: dict[str, Any]) -> None:
    assert translation["source"] == "Guten Morgen!"
    assert translation["text"] == translation["hypotheses"][0]["text"] != ""


def test_the_spaces_package_changes_nothing(python: Path, translation: dict[str, Any]) -> None:
    install(python, SPACES)
    with page(python) as address:
        assert translate(address)["text"] == translation["text"]
