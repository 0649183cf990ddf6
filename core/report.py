"""The form of a stored result, checkpoints/reports/<name>.json, which the Reports tab draws."""

import platform
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

Report = dict[str, Any]


class Study(NamedTuple):
    """A comparison that answers one question, and can be repeated."""

    run: Callable[..., Report]  # (command, **sizes) -> report
    quick: dict[str, Any]  # sizes with which it takes a minute, or a few


def report(
    title: str,
    question: str,
    command: str,
    rows: Sequence[dict[str, Any]],
    series: Sequence[dict[str, Any]],
    finding: str,
) -> Report:
    """Return a report with today's date and this machine.

    Args:
        command: that repeats it.
        rows: of its table; what a row does not have is an empty cell.
        series: of its plot, see :func:`curve`.
        finding: one sentence, made of the figures above.
    """
    return {
        "title": title,
        "question": question,
        "command": command,
        "date": date.today().isoformat(),
        "machine": processor(),
        "rows": list(rows),
        "series": list(series),
        "finding": finding,
    }


def curve(
    name: str, x: Sequence[float], y: Sequence[float], x_label: str, y_label: str
) -> dict[str, Any]:
    """Return one line of a plot."""
    return {"name": name, "x": list(x), "y": list(y), "x_label": x_label, "y_label": y_label}


def processor() -> str:
    """Return the name of this machine's processor, as well as it is known."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.is_file() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
