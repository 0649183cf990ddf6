"""``python -m core info``: checkpoints, recipes, versions."""

from typing import Any

import torch
import typer

from core.commands.options import Json, to_json
from core.errors import UserError
from core.evaluation.metrics import read_metrics
from core.pipelines.named import PIPELINES
from core.service import Service


def info(as_json: Json = False) -> None:
    """List checkpoints with their figures, recipes, and versions."""
    from core.training.recipes import RECIPES

    service = Service()
    checkpoints: dict[str, Any] = {}
    problems = service.problems()
    for kind in PIPELINES:
        for name in service.checkpoints(kind):
            weights = sum(p.numel() for p in service.model(name).parameters())
            checkpoints[name] = {"kind": kind, "weights": weights, "metrics": []}
            try:
                checkpoints[name]["metrics"] = read_metrics(service.root / name)
            except UserError as error:
                problems[name] = str(error)
    facts = {
        "checkpoints": checkpoints,
        "problems": problems,
        "recipes": {recipe.name: _cost(recipe) for recipe in RECIPES},
        "torch": torch.__version__,
        "device": str(service.device),
        "threads": torch.get_num_threads(),
    }
    typer.echo(to_json(facts) if as_json else _as_text(facts))


def _cost(recipe: Any) -> str:
    """Return the time of a recipe, or its steps where these are fixed."""
    steps = recipe.max_steps
    return f"{steps:,} steps" if steps > 0 else f"{recipe.minutes:g} minutes"


def _as_text(facts: dict[str, Any]) -> str:
    lines = []
    for name, checkpoint in facts["checkpoints"].items():
        lines.append(f"{name}: {checkpoint['kind']}, {checkpoint['weights']:,} weights")
        lines += [f"  {m['name']}: {m['value']} (n = {m['n']})" for m in checkpoint["metrics"]]
    lines += [f"{name}: {why}" for name, why in facts["problems"].items()]
    lines += [f"recipe {name}: {cost}" for name, cost in facts["recipes"].items()]
    return "\n".join([*lines, f"torch {facts['torch']} on {facts['device']}"])
