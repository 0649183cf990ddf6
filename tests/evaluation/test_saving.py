"""What loading a file may do: unpickling runs its code, and safetensors has none."""

from pathlib import Path

import torch

from core.evaluation.saving import WHOLE, runs_code, saving_report
from tests.tiny import write_language_model


def test_unpickling_runs_code_of_the_file_unless_it_is_told_not_to(tmp_path: Path) -> None:
    assert runs_code(lambda path: torch.load(path, weights_only=False), tmp_path)
    assert not runs_code(lambda path: torch.load(path, weights_only=True), tmp_path)
    assert not runs_code(Path.read_bytes, tmp_path)  # though it was run before


def test_each_way_is_weighed(tmp_path: Path) -> None:
    write_language_model(tmp_path / "mine")
    report = saving_report(tmp_path / "mine", "a command", rounds=1)
    half, single, state, whole = report["rows"]
    assert half["mib"] < single["mib"] <= state["mib"] <= whole["mib"]
    assert [row["runs_code_of_the_file"] for row in report["rows"]] == ["no", "no", "no", "yes"]
    assert [row["names_our_classes"] for row in report["rows"]] == ["no", "no", "no", "yes"]
    assert f"was run by: {WHOLE}" in report["finding"]
