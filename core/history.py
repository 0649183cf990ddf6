"""What training wrote down of itself: the rows of history.json, one a validation."""

from collections.abc import Sequence
from typing import Any

History = list[dict[str, Any]]
_RISES = 1.1  # times: a learning rate that rises more belongs to another run

_NUMBERS = ("step", "epoch", "seconds", "tokens", "train_loss", "valid_loss", "learning_rate")


def is_row(row: Any) -> bool:
    """Return whether this is a row of history.json: an object with all its numbers."""
    return isinstance(row, dict) and all(
        isinstance(row.get(name), int | float) for name in _NUMBERS
    )


def separate_runs(history: Sequence[dict[str, Any]]) -> list[History]:
    """Return the rows of each run that made a checkpoint, for ``--from`` goes on with its history.

    Within a run the learning rate never rises again once it has fallen, but for a little where a
    stopped run goes on from a state that is older than its last row.
    """
    runs: list[History] = [[]]
    falling = False
    for row in history:
        rate, before = row["learning_rate"], runs[-1][-1]["learning_rate"] if runs[-1] else 0.0
        if falling and rate > _RISES * before:
            runs.append([])
            falling = False
        else:
            falling = falling or rate < before
        runs[-1].append(row)
    return runs
