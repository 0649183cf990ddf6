"""Stored results and the training runs beside them, all in the form of core.report."""

from pathlib import Path
from typing import Any

from core.checkpoint import read_config, read_history, read_json
from core.errors import UserError
from core.report import Report as Report
from core.report import curve

_TEXTS, _LISTS = ("title", "question", "command", "date", "finding"), ("rows", "series")
_TRAINING = "training-"  # stands before the name of a checkpoint


def report_titles(root: Path) -> dict[str, str]:
    """Return the titles of all reports by name: stored results first, then training runs.

    What can't be read is left out; whoever asks for it by name is told why.
    """
    titles = {}
    for name in _names(root):
        try:
            titles[name] = find_report(root, name)["title"]
        except UserError:
            continue
    return titles


def find_report(root: Path, name: str) -> Report:
    """Return the report of that name: ``reports/NAME.json``, or ``training-CHECKPOINT``.

    Raises:
        UserError: there is none, or it is damaged.
    """
    names = _names(root)
    if name not in names:
        raise UserError(f"There is no report called {name!r}; there are {', '.join(names)}.")
    if name.startswith(_TRAINING):
        return _training(root / name.removeprefix(_TRAINING))
    path = root / "reports" / f"{name}.json"
    found = read_json(path)
    if not _is_report(found):
        raise UserError(f"{path} is damaged: it is no report.")
    return found


def _is_report(found: Any) -> bool:
    return (
        isinstance(found, dict)
        and "machine" in found
        and all(isinstance(found.get(field), str) for field in _TEXTS)
        and all(
            isinstance(found.get(field), list)
            and all(isinstance(one, dict) for one in found[field])
            for field in _LISTS
        )
    )


def _names(root: Path) -> list[str]:
    stored = sorted(path.stem for path in root.glob("reports/*.json"))
    trained = sorted(path.parent.name for path in root.glob("*/history.json"))
    return [*stored, *(_TRAINING + name for name in trained)]


def _training(folder: Path) -> Report:
    """Return what a run wrote down of itself, the curves of its losses."""
    history, config = read_history(folder), read_config(folder)
    if not history:
        raise UserError(f"{folder / 'history.json'} is empty: the run was never validated.")
    recipe = config.get("recipe")
    if not isinstance(recipe, dict) or not isinstance(recipe.get("command"), str):
        raise UserError(f"{folder / 'config.json'} is damaged: it does not tell its recipe.")
    best, last = min(history, key=lambda row: row["valid_loss"]), history[-1]
    steps = [row["step"] for row in history]
    return {
        "title": f"Training of {folder.name}",
        "question": "How did the loss fall?",
        "command": recipe["command"],
        "date": "",
        "machine": "",
        "rows": [
            {
                "checkpoint": folder.name,
                "steps": last["step"],
                "whole_epochs": last["epoch"],
                "minutes": round(last["seconds"] / 60, 1),
                "tokens": last["tokens"],
                "best_valid_loss": best["valid_loss"],
                "at_step": best["step"],
            }
        ],
        "series": [
            curve(name, steps, [row[key] for row in history], "optimizer step", "nats")
            for name, key in (("training", "train_loss"), ("validation", "valid_loss"))
        ],
        "finding": (
            f"The validation loss was lowest at step {best['step']:,} of {last['step']:,}:"
            f" {best['valid_loss']:.3f} nats a token."
        ),
    }
