"""The training runs of a study: so many whole epochs, each validated."""

import dataclasses
from itertools import takewhile
from pathlib import Path
from typing import Any, NamedTuple

from core.checkpoint import load_checkpoint, read_history
from core.evaluation.perplexity import TextScores, score_documents
from core.pipelines.generator import TextGenerator
from core.report import curve
from core.training.language_modelling import LanguageModelTask
from core.training.options import RunOptions
from core.training.recipes import LanguageModelRecipe
from core.training.run import train

WORK = Path("runs") / "studies"


class Run(NamedTuple):
    """What a run of a study gives."""

    writer: TextGenerator
    history: list[dict[str, float]]  # a row an epoch
    weights: int  # that are trained
    scores: TextScores  # on the validation part


def run(name: str, recipe: LanguageModelRecipe, epochs: int) -> Run:
    """Train for so many epochs, each validated, whatever its loss."""
    task = LanguageModelTask(recipe, None)
    steps = steps_of(task, epochs)
    recipe = dataclasses.replace(recipe, validate_every=-(-steps // epochs), patience=epochs)
    folder = WORK / name
    train(
        recipe,
        RunOptions(folder, WORK / f"{name}-run", "", minutes=1, max_steps=steps, device="cpu"),
    )
    checkpoint = load_checkpoint(folder)
    frozen = checkpoint.model.embedding.weight.numel() if recipe.freeze_vectors else 0
    weights = sum(p.numel() for p in checkpoint.model.parameters()) - frozen
    writer = TextGenerator(checkpoint)
    scores = score_documents(writer.model, writer.tokenizer, task.data.valid)
    return Run(writer, read_history(folder), weights, scores)


def steps_of(task: LanguageModelTask, epochs: int) -> int:
    """Return the batches of so many epochs; documents make another number of them in each order."""
    stream = task.stream(task.tokenizer())
    return sum(1 for _ in takewhile(lambda batch: batch.next_place[0] < epochs, stream))


def curves(name: str, history: list[dict[str, float]]) -> list[dict[str, Any]]:
    """Return the lines of a plot: training and validation loss by epoch."""
    epochs = list(range(1, len(history) + 1))
    return [
        curve(f"{name}, {part}", epochs, [row[f"{part}_loss"] for row in history], "epoch", "nats")
        for part in ("train", "valid")
    ]
