"""``python -m core study``: one or all, in full or quick, and where the reports go."""

import json
from pathlib import Path
from typing import Any

import pytest

from core.commands import study
from core.errors import UserError
from core.report import Study, report
from core.training.studies import table


@pytest.fixture(autouse=True)
def two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two studies, of which one can't be run, and empty folders for reports."""

    def good(command: str, epochs: int = 10) -> dict[str, Any]:
        return report("", "", command, [], [], f"{epochs} epochs")

    def bad(command: str) -> dict[str, Any]:
        raise UserError("its text is missing.")

    monkeypatch.setattr(table, "STUDIES", {"bad": Study(bad, {})})
    monkeypatch.setattr(study, "STUDIES", {"good": Study(good, {"epochs": 1})})
    monkeypatch.setattr(study, "CHECKPOINTS", tmp_path / "checkpoints")
    monkeypatch.setattr(study, "_QUICK", tmp_path / "runs")


def stored(folder: Path) -> dict[str, str]:
    return {
        path.name: json.loads(path.read_text(encoding="utf-8"))["finding"]
        for path in folder.rglob("*.json")
    }


def test_a_quick_report_does_not_replace_the_one_that_took_its_time(tmp_path: Path) -> None:
    study.study("good")
    study.study("good", quick=True)
    assert stored(tmp_path / "checkpoints" / "reports") == {"good.json": "10 epochs"}
    assert stored(tmp_path / "runs") == {"good.json": "1 epochs"}
    command = json.loads((tmp_path / "runs" / "good.json").read_text(encoding="utf-8"))["command"]
    assert command == "python -m core study good --quick"


def test_all_goes_on_behind_a_study_whose_text_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    study.study(every=True, quick=True)
    out, err = capsys.readouterr()
    assert (out, err) == ("good: 1 epochs\n", "bad is left out: its text is missing.\n")
    assert stored(tmp_path) == {"good.json": "1 epochs"}


@pytest.mark.parametrize("name", [None, "wrong"])
def test_without_a_right_name_all_are_named(name: str | None) -> None:
    with pytest.raises(UserError, match="there are bad, good"):
        study.study(name)
