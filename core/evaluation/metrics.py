"""metrics.json of a checkpoint: figures, each with its text, command, device and date."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

import torch

from core.checkpoint import read_json, write_json
from core.errors import UserError


@dataclass(frozen=True)
class Metric:
    """One measured figure."""

    name: str
    value: float
    file: str  # what it was measured on
    sha256: str  # of that text, see sha256_of_lines
    n: int
    signature: str
    command: str
    device: str
    threads: int
    seconds: float
    date: str


def sha256_of_lines(*columns: Sequence[str]) -> str:
    """Return the SHA-256 of lines joined by line feeds, sources first."""
    text = "\n".join(line for column in columns for line in column)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def read_metrics(folder: Path) -> list[dict[str, Any]]:
    """Return the stored figures of a checkpoint folder, none if nothing was measured.

    Raises:
        UserError: metrics.json is damaged.
    """
    path = folder / "metrics.json"
    metrics: list[dict[str, Any]] = read_json(path) if path.is_file() else []
    names = {field.name for field in fields(Metric)}
    whole = isinstance(metrics, list) and all(isinstance(one, dict) for one in metrics)
    if not whole or not all(names <= one.keys() for one in metrics):
        raise UserError(f"{path} is damaged: it holds no figures.")
    return metrics


def store_metrics(
    folder: Path,
    figures: dict[str, tuple[float, str]],
    file: str,
    sha256: str,
    n: int,
    command: str,
    device: torch.device,
    seconds: float,
) -> None:
    """Write figures, name -> (value, signature), in place of older ones of the same name."""
    older = read_metrics(folder)
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu"
    new = [
        Metric(
            name=f"{file} {figure}",
            value=round(value, 4),
            file=file,
            sha256=sha256,
            n=n,
            signature=signature,
            command=command,
            device=name,
            threads=torch.get_num_threads(),
            seconds=round(seconds, 2),
            date=date.today().isoformat(),
        )
        for figure, (value, signature) in figures.items()
    ]
    names = {metric.name for metric in new}
    kept = [metric for metric in older if metric["name"] not in names]
    write_json(folder / "metrics.json", [*kept, *map(asdict, new)])
