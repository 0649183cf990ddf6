"""Figures in the report form of the project: named rows, the machine, one sentence of finding."""

import datetime
import operator
import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from core.checkpoint import write_json
from core.report import processor


@dataclass(frozen=True)
class Figure:
    """One measured value, and what it has to reach where something was promised."""

    name: str
    value: float
    unit: str
    reach: str = ""  # "≥ 3.5, goal 6"
    note: str = ""

    @property
    def is_reached(self) -> bool:
        """Whether the value is what it has to be."""
        sign, bound = self.reach.partition(",")[0].split()
        compare = {"≥": operator.ge, "≤": operator.le, "<": operator.lt}[sign]
        return compare(self.value, float(bound))

    def row(self) -> dict[str, str | float]:
        """Return it as a row of a report."""
        return {
            "name": self.name,
            "value": float(f"{self.value:.4g}"),
            "unit": self.unit,
            "to reach": self.reach,
            "note": self.note,
        }


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that ``share`` of the values don't exceed, the nearest one measured."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


def latency(name: str, seconds: Sequence[float], note: str = "") -> list[Figure]:
    """Return the median and the 95th percentile of repeated timings, in milliseconds."""
    count = f"{len(seconds)} runs" + (f"; {note}" if note else "")
    return [
        Figure(f"{name}, median", 1e3 * statistics.median(seconds), "ms", note=count),
        Figure(f"{name}, 95th percentile", 1e3 * percentile(seconds, 0.95), "ms"),
    ]


def machine() -> dict[str, Any]:
    """Return what the figures depend on: processor, cores, threads, versions."""
    about: dict[str, Any] = {
        "processor": processor(),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "load before": round(os.getloadavg()[0], 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "torch": torch.__version__,
    }
    if torch.cuda.is_available():
        about["gpu"] = torch.cuda.get_device_name()
    return about


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as lines of text."""
    wide = max(len(figure.name) for figure in figures)
    lines = []
    for figure in figures:
        aside = "; ".join(filter(None, (figure.reach and f"to reach {figure.reach}", figure.note)))
        value = f"{figure.row()['value']:>10,g} {figure.unit:<11}"
        lines.append(f"{figure.name:<{wide}} {value} {aside}".rstrip())
    return "\n".join(lines)


def report(figures: Sequence[Figure], about: dict[str, Any], command: str) -> dict[str, Any]:
    """Return the figures in the form that the Reports tab draws."""
    promised = [figure for figure in figures if figure.reach]
    missed = [
        f"{one.name}, {one.value:.4g} {one.unit} (to reach {one.reach})"
        for one in promised
        if not one.is_reached
    ]
    said = f"{len(promised) - len(missed)} of {len(promised)} figures are what they have to be"
    return {
        "title": "Speed and memory",
        "question": "Are translating and writing as fast as they must be, and beside a peer?",
        "command": command,
        "date": datetime.date.today().isoformat(),
        "machine": about,
        "rows": [figure.row() for figure in figures],
        "series": [],
        "finding": f"{said}{'; not ' if missed else ''}{'; '.join(missed)}.",
    }


def store(content: dict[str, Any], path: Path) -> None:
    """Write the report; the folder is made if need be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_json(path, content)
