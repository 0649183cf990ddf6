"""A run that is killed outright goes on as if nothing had happened."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from core.training.run import train
from tests.training.runs import RUNS, options

MARK = 12345.0
ROOT = Path(__file__).resolve().parents[2]

# Trains until it is killed, and writes its state every few steps.
SCRIPT = """
import sys
from pathlib import Path
from core.training import run
from tests.training.runs import RUNS, options
run._SAVE_EVERY = int(sys.argv[2])
recipe, data = RUNS[sys.argv[3]]
run.train(recipe, options(Path(sys.argv[1]), max_steps=60), data)
"""


def history(folder: Path) -> list[dict[str, Any]]:
    return json.loads((folder / "out" / "history.json").read_text(encoding="utf-8"))


def steps_of(state: Path) -> int:
    return torch.load(state, weights_only=True)["global_step"]


def mark(state: Path) -> None:
    """Write into the state what a run that begins anew could not know."""
    content = torch.load(state, weights_only=True)
    content["seqlens"]["history"][0]["seconds"] = MARK
    torch.save(content, state)


def kill_after(folder: Path, every: int, steps: int, kind: str) -> int:
    """Start a run of RUNS, kill it once its state has ``steps``, and return how many it has."""
    state = folder / "work" / "state.ckpt"
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(folder), str(every), kind],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    try:
        while process.poll() is None and not (state.is_file() and steps_of(state) >= steps):
            time.sleep(0.002)
    finally:
        process.kill()
        _, errors = process.communicate()
    assert process.returncode == -signal.SIGKILL, f"it ended by itself: {errors.decode()}"
    return steps_of(state)


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Gives the folder of a run of RUNS that was never stopped."""

    @cache
    def folder_of(kind: str) -> Path:
        folder = tmp_path_factory.mktemp("uninterrupted")
        recipe, data = RUNS[kind]
        train(recipe, options(folder, max_steps=60), data)
        return folder

    return folder_of


# A state in the midst of two validations, which come every 10 steps, and one at a validation. In
# the midst of a document the next chunk begins with the state behind the last one.
@pytest.mark.parametrize(
    ("kind", "every", "steps"),
    [
        ("translator", 7, 14),
        ("translator", 10, 20),
        ("characters", 7, 14),
        ("one text", 10, 20),
    ],
)
def test_a_killed_run_goes_on_as_if_nothing_had_happened(
    tmp_path: Path, uninterrupted: Callable[[str], Path], kind: str, every: int, steps: int
) -> None:
    assert steps <= kill_after(tmp_path, every, steps, kind) < 60
    mark(tmp_path / "work" / "state.ckpt")
    # As if the kill had come while the next state was written.
    (tmp_path / "work" / "state.part").write_bytes(b"half of it")
    recipe, data = RUNS[kind]
    train(recipe, options(tmp_path, max_steps=60, resume=True), data)
    whole = uninterrupted(kind)
    expected, found = history(whole), history(tmp_path)
    assert [row["step"] for row in found] == [row["step"] for row in expected]
    assert found[0]["seconds"] == MARK, "it must go on, not begin anew"
    for one, other in zip(found, expected, strict=True):
        assert (one["epoch"], one["tokens"]) == (other["epoch"], other["tokens"])
        for name in ("train_loss", "valid_loss", "learning_rate"):
            assert one[name] == pytest.approx(other[name], abs=1e-4)
    weights = [load_file(run / "out" / "model.safetensors") for run in (tmp_path, whole)]
    for name, tensor in weights[0].items():
        torch.testing.assert_close(tensor, weights[1][name], atol=1e-3, rtol=1e-3)
