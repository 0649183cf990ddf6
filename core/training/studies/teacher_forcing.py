"""The study of teacher forcing: a spelling corrector that reads its own letters in training."""

import dataclasses
import random
import time
from functools import cache
from typing import Any, NamedTuple

import torch

from core.checkpoint import load_checkpoint, read_history
from core.data.spelling import SpellingData, load_spelling
from core.decoding.options import DecodingOptions
from core.evaluation.spelling import score_spelling
from core.pipelines.sentence_model import SentenceModel
from core.report import Report, curve, report
from core.training.callbacks import kept_weights
from core.training.options import RunOptions
from core.training.recipes import SpellingRecipe
from core.training.run import train
from core.training.spelling import SpellingTask
from core.training.studies.runs import WORK

_PAIRS, _VALID = 16_000, 400  # misspellings to train on and to validate with
_HIDDEN_SIZES, _RATIOS = (256, 512), (1.0, 0.5, 0.0)
_RECIPE = SpellingRecipe(
    name="teacher-forcing",
    data="spelling",
    minutes=1,
    model={"embedding_size": 64, "encoder_layers": 1, "decoder_layers": 1, "dropout": 0.1},
    batch_tokens=1_024,
    made_up=0,
    right=0,
    learning_rate=2e-3,
    warmup_steps=100,
)


class _Run(NamedTuple):
    losses: list[float]  # of each epoch, on the validation part, under teacher forcing
    bleu4: list[float]  # of each epoch
    weights: int
    core_seconds: float  # of an epoch, on all cores together


@cache
def few_pairs() -> SpellingData:
    """Return the same few misspellings of the lists whenever they are wanted."""
    data, chance = load_spelling(), random.Random(1)
    train, valid = chance.sample(data.train, _PAIRS), chance.sample(data.valid, _VALID)
    return dataclasses.replace(data, train=train, valid=valid)


def plan(
    hidden_size: int, ratio: float, epochs: int, device: str
) -> tuple[SpellingRecipe, RunOptions]:
    """Return how to train for so many epochs on the few pairs.

    Each epoch is validated, and its weights are kept.

    Args:
        hidden_size: of the decoder; each direction of the encoder has half of it.
        ratio: ``teacher_forcing`` of the recipe.
    """
    sizes = {"encoder_hidden_size": hidden_size // 2, "decoder_hidden_size": hidden_size}
    recipe = dataclasses.replace(_RECIPE, model=_RECIPE.model | sizes, teacher_forcing=ratio)
    steps = _steps_of_epoch(SpellingTask(recipe, few_pairs()))
    recipe = dataclasses.replace(recipe, validate_every=steps, patience=epochs, average=epochs)
    folder = WORK / f"teacher-forcing-{hidden_size}-{ratio}"
    work = folder.with_name(f"{folder.name}-run")
    return recipe, RunOptions(folder, work, "", minutes=1, max_steps=epochs * steps, device=device)


def _steps_of_epoch(task: SpellingTask) -> int:
    stream = enumerate(task.stream(task.tokenizer()), start=1)
    return next(number for number, batch in stream if batch.next_place == (1, 0))


def _run(hidden_size: int, ratio: float, epochs: int) -> _Run:
    recipe, options = plan(hidden_size, ratio, epochs, device="cpu")
    # Of the processor, not of the clock: other programs may share its cores.
    started = time.process_time()
    train(recipe, options, few_pairs())
    seconds = (time.process_time() - started) / epochs
    checkpoint = load_checkpoint(options.output)
    weights = sum(parameter.numel() for parameter in checkpoint.model.parameters())
    losses = [row["valid_loss"] for row in read_history(options.output)]
    corrector, bleu4 = SentenceModel(checkpoint), []
    for kept in kept_weights(options.work / "weights"):
        with torch.no_grad():
            for name, parameter in checkpoint.model.named_parameters():
                parameter.copy_(kept[name])
        bleu4.append(_bleu4(corrector))
    return _Run(losses, bleu4, weights, seconds)


def _bleu4(corrector: SentenceModel) -> float:
    """Return character BLEU-4 of greedy decoding, without a threshold."""
    pairs = few_pairs().valid
    found = corrector.decode([pair.source for pair in pairs], DecodingOptions("greedy"))
    outputs = [corrector.target_tokenizer.decode(one[0].tokens) for one in found]
    return score_spelling(pairs, outputs).bleu4


def teacher_forcing(command: str, epochs: int = 10) -> Report:
    """Hidden sizes 256 and 512, each with the ratios 1, 0.5 and 0, on few misspellings."""
    rows: list[dict[str, Any]] = []
    series: list[dict[str, Any]] = []
    numbers = list(range(1, epochs + 1))
    for hidden_size in _HIDDEN_SIZES:
        for ratio in _RATIOS:
            done = _run(hidden_size, ratio, epochs)
            best = max(done.bleu4)
            rows.append(
                {
                    "hidden_size": hidden_size,
                    "ratio": ratio,
                    "weights": done.weights,
                    "core_seconds_per_epoch": round(done.core_seconds, 1),
                    "best_loss": round(min(done.losses), 3),
                    "best_bleu4": round(best, 3),
                    "best_epoch": done.bleu4.index(best) + 1,
                }
            )
            name = f"{hidden_size}, ratio {ratio:g}"
            series.append(curve(f"{name}, loss", numbers, done.losses, "epoch", "nats"))
            bleu4 = [round(one, 4) for one in done.bleu4]
            series.append(curve(f"{name}, BLEU-4", numbers, bleu4, "epoch", "BLEU-4"))
    return report(
        f"Teacher forcing: a spelling corrector on {_PAIRS:,} misspellings, {epochs} epochs",
        "Does a decoder correct better that has read some of its own letters in training?",
        command,
        rows,
        series,
        _finding(rows),
    )


def _finding(rows: list[dict[str, Any]]) -> str:
    best = max(rows, key=lambda row: row["best_bleu4"])
    told = "; ".join(
        f"hidden size {size}: "
        + ", ".join(
            f"{row['best_bleu4']} at ratio {row['ratio']:g}"
            for row in rows
            if row["hidden_size"] == size
        )
        for size in _HIDDEN_SIZES
    )
    return (
        f"Reading its own letters {'helps' if best['ratio'] < 1 else 'does not help'}: BLEU-4 on"
        f" {_VALID} validation pairs, one run each, with {told}."
    )
