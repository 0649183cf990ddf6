"""Stored results and training runs, found by their names."""

import json
from pathlib import Path

import pytest

from core.checkpoint import write_json
from core.errors import UserError
from core.evaluation.stored_reports import Report, find_report, report_titles
from core.report import curve, report

ROW = {"epoch": 0, "seconds": 60.0, "tokens": 100, "train_loss": 3.0, "learning_rate": 0.1}
RECIPE = {"name": "r", "command": "python -m core train r --max-minutes 1"}


def made() -> Report:
    lines = [curve("a", [1, 2], [3, 4], "x", "y")]
    return report("Title", "Why?", "python -m core study x", [{"a": 1}], lines, "So it is.")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_json(tmp_path / "reports" / "x.json", made())
    write_json(tmp_path / "mine" / "config.json", {"kind": "seq2seq", "recipe": RECIPE})
    history = [
        {**ROW, "step": n, "valid_loss": loss} for n, loss in ((10, 2.0), (20, 1.0), (30, 1.5))
    ]
    write_json(tmp_path / "mine" / "history.json", history)
    return tmp_path


def test_a_users_own_training_run_stands_beside_the_stored_results(root: Path) -> None:
    assert report_titles(root) == {"x": "Title", "training-mine": "Training of mine"}
    found = find_report(root, "training-mine")
    assert found.keys() == find_report(root, "x").keys()
    assert "step 20 of 30: 1.000" in found["finding"]
    assert found["command"] == "python -m core train r --max-minutes 1"
    assert found["series"][1]["y"] == [2.0, 1.0, 1.5]


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("reports/x.json", "{"),
        ("reports/x.json", "[1]"),
        ("reports/x.json", '{"title": "no more"}'),
        ("reports/x.json", json.dumps({**made(), "series": None})),
        ("reports/x.json", json.dumps({**made(), "rows": [1]})),
        ("reports/x.json", json.dumps({**made(), "title": None})),
        ("mine/history.json", "[]"),
        ("mine/history.json", "[1]"),
        ("mine/history.json", '{"a": 1}'),
        ("mine/history.json", '[{"step": 1}]'),
        ("mine/history.json", json.dumps([{**ROW, "step": 1, "valid_loss": None}])),
        ("mine/config.json", '{"kind": "seq2seq", "recipe": null}'),
        ("mine/config.json", '{"kind": "seq2seq", "recipe": {"name": "r"}}'),
    ],
)
def test_what_is_damaged_is_told_by_name_and_left_out_of_the_list(
    root: Path, path: str, content: str
) -> None:
    (root / path).write_text(content, encoding="utf-8")
    name = "x" if "reports" in path else "training-mine"
    with pytest.raises(UserError, match=Path(path).name):
        find_report(root, name)
    assert name not in report_titles(root)


@pytest.mark.parametrize("name", ["y", "", "../x", "training-x", "training-../mine"])
def test_a_report_that_is_not_there_is_told_with_those_that_are(root: Path, name: str) -> None:
    with pytest.raises(UserError, match="there are x, training-mine"):
        find_report(root, name)
