"""Ways of saving a model: size, time to load, and whether loading runs code of the file."""

import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from core.checkpoint import WEIGHTS, load_checkpoint
from core.measuring import in_turns
from core.report import report

Load = Callable[[Path], object]
SHIPPED, WHOLE = "safetensors, float16, as shipped", "pickle of the whole module"


class _Stranger:
    """Stands for anybody's file: unpickling it makes another file, and could do anything else."""

    def __init__(self, made: Path) -> None:
        self.made = made

    def __reduce__(self) -> tuple[Callable[..., None], tuple[Path]]:
        return Path.touch, (self.made,)


def runs_code(load: Load, folder: Path) -> bool:
    """Return whether loading a file that asks for it makes another file in the folder."""
    path, made = folder / "stranger", folder / "made-by-loading"
    made.unlink(missing_ok=True)
    torch.save(_Stranger(made), path)
    try:
        load(path)
    except Exception:  # a loader that refuses the file raises what it likes
        return False
    return made.exists()


def saving_report(checkpoint: Path, command: str, rounds: int = 20) -> dict[str, Any]:
    """Return the report on one checkpoint's model, saved in each way into a temporary folder."""
    model = load_checkpoint(checkpoint).model
    with tempfile.TemporaryDirectory() as name:
        rows = _rows(_save(model, checkpoint, Path(name)), Path(name), rounds)
    return report(
        f"Ways of saving {checkpoint.name}",
        "What does a file of weights alone weigh against a pickled module, and why is only the"
        " first one offered?",
        command,
        rows,
        [],
        _finding({row["way"]: row for row in rows}),
    )


def _rows(ways: dict[str, tuple[Path, Load]], folder: Path, rounds: int) -> list[dict[str, Any]]:
    calls: dict[str, Callable[[], object]] = {
        way: partial(load, path) for way, (path, load) in ways.items()
    }
    # Of the processor, not of the clock: other programs may share its cores.
    taken = in_turns(calls, rounds, 1, time.process_time)
    return [
        {
            "way": way,
            "mib": round(path.stat().st_size / 2**20, 2),
            "load_ms": round(1e3 * statistics.median(taken[way]), 2),
            "runs_code_of_the_file": _said(runs_code(load, folder)),
            "names_our_classes": _said(b"core.models" in path.read_bytes()),
        }
        for way, (path, load) in ways.items()
    ]


def _save(model: nn.Module, checkpoint: Path, folder: Path) -> dict[str, tuple[Path, Load]]:
    """Write the model in each way, and return the files with what loads them."""
    single, state, whole = (folder / name for name in ("single", "state", "whole"))
    weights = {key: one.detach().clone() for key, one in model.named_parameters()}
    save_file(weights, single)
    torch.save(weights, state)
    torch.save(model, whole)
    return {
        SHIPPED: (checkpoint / WEIGHTS, lambda path: _copy(load_file(path), model)),
        "safetensors, float32": (single, lambda path: _copy(load_file(path), model)),
        "pickle of the weights, weights_only=True": (
            state,
            lambda path: _copy(torch.load(path, weights_only=True), model),
        ),
        WHOLE: (whole, lambda path: torch.load(path, weights_only=False)),
    }


@torch.no_grad()
def _copy(weights: Mapping[str, Tensor], model: nn.Module) -> None:
    for name, parameter in model.named_parameters():
        parameter.copy_(weights[name])


def _said(answer: bool) -> str:
    return "yes" if answer else "no"


def _finding(rows: dict[str, dict[str, Any]]) -> str:
    shipped, whole = rows[SHIPPED], rows[WHOLE]
    bound = whole["names_our_classes"] == "yes"
    dangerous = [way for way, row in rows.items() if row["runs_code_of_the_file"] == "yes"]
    return (
        f"The shipped weights take {shipped['mib']} MiB and {shipped['load_ms']} ms to load, the"
        f" pickled module {whole['mib']} MiB and {whole['load_ms']} ms. Code that a stranger put"
        f" into the file was run by: {', '.join(dangerous) or 'none of them'}; the pickled module"
        f" {'is lost when one of our classes moves' if bound else 'names none of our classes'}."
    )
