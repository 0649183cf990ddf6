"""What early stopping would have cost and saved, on the curves of runs that went on."""

import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from core.checkpoint import read_history
from core.errors import UserError
from core.evaluation.stored_reports import find_report
from core.history import separate_runs
from core.report import curve, report

_PATIENCES = range(1, 11)  # evaluations without a better loss
_X = "evaluations without progress"
_CURVES = "overfitting"  # the report of runs that were meant to go on for too long


class Outcome(NamedTuple):
    """What stopping early does to one run."""

    saved: float  # share of the evaluations that the run would not have come to
    cost: float  # nats, of the best loss before it stops against the best of the whole run


def stopped(losses: Sequence[float], patience: int) -> int:
    """Return the evaluation, from 0, that ends a run: so many behind the best, or the last."""
    best = 0
    for number, loss in enumerate(losses):
        if loss < losses[best]:
            best = number
        if number - best >= patience:
            return number
    return len(losses) - 1


def outcome(losses: Sequence[float], patience: int) -> Outcome:
    """Return what it would have saved and cost to stop after so many without progress."""
    end = stopped(losses, patience)
    return Outcome(1 - (end + 1) / len(losses), min(losses[: end + 1]) - min(losses))


def stored_losses(root: Path) -> dict[str, list[float]]:
    """Return the validation losses of the stored runs, those of checkpoints and of a study.

    Raises:
        UserError: there are none.
    """
    runs: dict[str, list[float]] = {}
    if (root / "reports" / f"{_CURVES}.json").is_file():
        for line in find_report(root, _CURVES)["series"]:
            name, _, part = line["name"].rpartition(", ")
            if part == "valid":
                runs[f"{name}, {len(line['y'])} epochs"] = line["y"]
    for path in sorted(root.glob("*/history.json")):
        if history := read_history(path.parent):
            parts = separate_runs(history)
            for number, rows in enumerate(parts, start=1):
                name = path.parent.name + (f", run {number}" if len(parts) > 1 else "")
                runs[name] = [row["valid_loss"] for row in rows]
    if not runs:
        raise UserError(f"No run is stored in {root}: train one first.")
    return runs


def early_stopping_report(root: Path, command: str) -> dict[str, Any]:
    """Return the report on all stored runs, for each number of evaluations without progress."""
    runs = stored_losses(root)
    found = {
        name: [outcome(losses, patience) for patience in _PATIENCES]
        for name, losses in runs.items()
    }
    rows = [_row(patience, found) for patience in _PATIENCES]
    series = [
        curve(name, _PATIENCES, [round(getattr(one, key), 4) for one in outcomes], _X, label)
        for key, label in (("saved", "share of the run saved"), ("cost", "nats lost"))
        for name, outcomes in found.items()
    ]
    free = next((row for row in rows if row["most_lost_nats"] == 0), None)
    first = rows[0]
    told = (
        f"from {free['evaluations']} on nothing is lost, and {free['mean_saved']:.0%} saved"
        if free
        else f"even {rows[-1]['evaluations']} lose up to {rows[-1]['most_lost_nats']} nats"
    )
    return report(
        f"Early stopping on {len(runs)} stored runs",
        "What would it have cost or saved to stop after k evaluations without progress?",
        command,
        rows,
        series,
        f"Stopping at the first evaluation without progress would have saved"
        f" {first['mean_saved']:.0%} of the evaluations and lost up to {first['most_lost_nats']}"
        f" nats ({first['by']}); {told}.",
    )


def _row(patience: int, found: dict[str, list[Outcome]]) -> dict[str, Any]:
    outcomes = {name: one[patience - _PATIENCES.start] for name, one in found.items()}
    worst = max(outcomes, key=lambda name: outcomes[name].cost)
    return {
        "evaluations": patience,
        "runs_stopped": sum(one.saved > 0 for one in outcomes.values()),
        "mean_saved": round(statistics.mean(one.saved for one in outcomes.values()), 3),
        "runs_that_lose": sum(one.cost > 0 for one in outcomes.values()),
        "mean_lost_nats": round(statistics.mean(one.cost for one in outcomes.values()), 4),
        "most_lost_nats": round(outcomes[worst].cost, 4),
        "by": worst if outcomes[worst].cost > 0 else "",
    }
