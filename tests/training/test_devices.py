"""Several processes: what README calls `--devices`, here two on one machine's processor."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.checkpoint import load_checkpoint
from core.data.splits import load_own
from core.training.beginning import digest
from core.training.recipes import find_recipe
from core.training.translation import TranslationTask
from tests.tiny import PAIRS, write_checkpoint

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_two_processes_train_one_model_further(tmp_path: Path) -> None:
    start = tmp_path / "before" / "model"
    write_checkpoint(start)
    seen = {"step": 5, "epoch": 0, "seconds": 1.0, "tokens": 9, "train_loss": 9.5}
    history = [seen | {"valid_loss": 9.0, "learning_rate": 0.0}]
    (start / "history.json").write_text(json.dumps(history))
    pairs = tmp_path / "pairs.tsv"
    pairs.write_text("".join(f"{pair.source}\t{pair.target}\n" for pair in PAIRS * 3))
    task = TranslationTask(find_recipe("translate-de-en"), load_own(pairs))
    validation = digest(task.validation(load_checkpoint(start).target_tokenizer))
    config = json.loads((start / "config.json").read_text())
    config["recipe"] = {"data": "own", "validation_sha256": validation}
    (start / "config.json").write_text(json.dumps(config))
    command = [sys.executable, "-m", "core", "train", "translate-de-en", "--source", str(pairs)]
    command += ["--from", str(start), "--output", str(tmp_path / "model")]
    command += ["--devices", "2", "--device", "cpu", "--max-steps", "80"]
    settings = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=settings, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    first, *others = json.loads((tmp_path / "model" / "history.json").read_text())
    assert first == history[0]  # the run goes on from it
    assert [row["step"] for row in others] == [85]
    assert others[0]["valid_loss"] < 9.0
    assert (tmp_path / "model" / "model.safetensors").is_file()
