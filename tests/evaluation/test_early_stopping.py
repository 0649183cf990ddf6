"""Early stopping on losses that a reader can follow."""

from pathlib import Path

import pytest

from core.checkpoint import write_json
from core.errors import UserError
from core.evaluation.early_stopping import (
    early_stopping_report,
    outcome,
    stopped,
    stored_losses,
)
from core.report import curve, report


@pytest.mark.parametrize(
    ("losses", "evaluation"),
    [
        ([5, 4, 3, 3.5, 3.4, 3.3], 4),  # two behind the best, at 2
        ([5, 4, 4.5, 3, 3.5, 2], 5),  # never two in a row: the last
        ([1, 2, 3], 2),
    ],
)
def test_it_ends_after_so_many_without_progress(losses: list[float], evaluation: int) -> None:
    assert stopped(losses, patience=2) == evaluation


def test_it_saves_what_is_not_run_and_costs_what_it_misses() -> None:
    losses = [3, 4, 2, 2.5, 2.5, 1, 2, 2, 2, 2]
    assert outcome(losses, 1) == (0.8, 2)  # ends at 1, its best is 3
    assert outcome(losses, 2) == pytest.approx((0.5, 1))
    assert outcome(losses, 3) == (pytest.approx(0.1), 0)
    assert outcome(losses, 10) == (0, 0)


def row(loss: float, rate: float) -> dict[str, float]:
    rest = dict.fromkeys(("step", "epoch", "seconds", "tokens", "train_loss"), 1)
    return {**rest, "valid_loss": loss, "learning_rate": rate}


def test_the_report_reads_the_stored_runs(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="No run is stored"):
        early_stopping_report(tmp_path, "a command")
    history = [row(loss, -n) for n, loss in enumerate((3, 4, 2, 2.5))]
    write_json(tmp_path / "mine" / "history.json", history)
    lines = [
        curve(f"word-rnn, {part}", [1, 2], [1.0, 2.0], "epoch", "nats")
        for part in ("train", "valid")
    ]
    write_json(tmp_path / "reports" / "overfitting.json", report("", "", "", [], lines, ""))
    made = early_stopping_report(tmp_path, "a command")
    assert [line["name"] for line in made["series"]] == ["word-rnn, 2 epochs", "mine"] * 2
    first, second = made["rows"][:2]
    assert (first["runs_stopped"], first["most_lost_nats"], first["by"]) == (1, 1, "mine")
    assert (second["runs_stopped"], second["most_lost_nats"], second["by"]) == (0, 0, "")
    assert "from 2 on nothing is lost" in made["finding"]


def test_a_run_that_goes_on_with_another_is_a_run_of_its_own(tmp_path: Path) -> None:
    rates, losses = (3, 2, 0, 3, 2, 0), (3, 2, 1, 1.5, 0.5, 0.25)
    history = [row(loss, rate) for loss, rate in zip(losses, rates, strict=True)]
    write_json(tmp_path / "mine" / "history.json", history)
    assert stored_losses(tmp_path) == {
        "mine, run 1": [3, 2, 1],
        "mine, run 2": [1.5, 0.5, 0.25],
    }
