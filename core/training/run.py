"""One training run, from a recipe to a checkpoint folder."""

import dataclasses
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import lightning
import torch
from lightning.pytorch.callbacks import Callback, EarlyStopping
from lightning.pytorch.loggers import TensorBoardLogger
from torch.utils.data import DataLoader

from core.checkpoint import WEIGHTS, save_checkpoint, sha256_of, write_json
from core.data.documents import TextData
from core.data.spelling import SpellingData
from core.data.splits import ParallelData
from core.errors import UserError
from core.training.beginning import digest, fresh, history_before, origin
from core.training.callbacks import KeepWeights, Progress, SaveState, Weights
from core.training.language_modelling import LanguageModelTask
from core.training.memory import keep_memory
from core.training.misspelling import MisspellingTask
from core.training.module import TrainingModule
from core.training.options import RunOptions
from core.training.recipes import (
    LanguageModelRecipe,
    MisspellingRecipe,
    Recipe,
    SpellingRecipe,
    TranslationRecipe,
)
from core.training.resuming import begin, check_same, check_state, read_begun, resumed
from core.training.spelling import SpellingTask
from core.training.task import Task
from core.training.translation import TranslationTask
from core.training.workers import loader
from core.whole_files import write_whole

Data = ParallelData | TextData | SpellingData
_SAVE_EVERY = 200  # optimizer steps: about a minute of two cores
_GPU_STEPS = 10  # that it takes in the time of one of two cores, roughly


def train(recipe: Recipe, options: RunOptions, data: Data | None = None) -> None:
    """Train, and write the checkpoint folder: at each best validation, and at last the best mean.

    Args:
        data: a user's own, or a study's; by default the recipe's.

    Raises:
        UserError: there is nothing to resume, a file is missing or damaged, or can't be written.
    """
    keep_memory()
    task = _task(recipe, data)
    try:
        _train(task, options)
    except OSError as error:
        place = error.filename or f"{options.work} or {options.output}"
        raise UserError(f"Training stopped: {place} can't be written: {error.strerror}.") from error


def _task(recipe: Recipe, data: Data | None) -> Task:
    if isinstance(recipe, LanguageModelRecipe):
        assert data is None or isinstance(data, TextData)
        return LanguageModelTask(recipe, data)
    if isinstance(recipe, MisspellingRecipe):
        assert data is None or isinstance(data, SpellingData)
        return MisspellingTask(recipe, data)
    if isinstance(recipe, SpellingRecipe):
        assert data is None or isinstance(data, SpellingData)
        return SpellingTask(recipe, data)
    assert isinstance(recipe, TranslationRecipe)
    assert data is None or isinstance(data, ParallelData)
    return TranslationTask(recipe, data)


def _train(task: Task, options: RunOptions) -> None:
    recipe, state = task.recipe, options.work / "state.ckpt"
    lightning.seed_everything(recipe.seed, verbose=False)
    if options.resume:
        check_state(state)
        saved = read_begun(options.work)
        model, tokenizer = resumed(saved, options, recipe)
        whence = saved.origin
    else:
        model, tokenizer = fresh(task, options)
        whence = origin(recipe, options)
    stream = task.stream(tokenizer)
    valid = task.validation(tokenizer)
    validation = digest(valid)
    if options.resume:
        check_same(saved, validation)
    else:
        begin(options, recipe, model, tokenizer, validation, whence)
    history = history_before(recipe, options, validation)
    module = TrainingModule(model, task, stream, options.minutes, options.max_steps, history)

    def export(module: TrainingModule) -> None:
        told = {
            **dataclasses.asdict(recipe),
            "validation_sha256": validation,
            "command": whence.command,
            "before": whence.before,
        }
        with _figures_of_weights(options.output):
            save_checkpoint(options.output, module.model, [tokenizer], told)
        write_json(options.output / "history.json", module.history)
        card = task.card(options.output.name, module.model, module.history, whence)
        write_whole(options.output / "README.md", card.encode("utf-8"))

    weights = KeepWeights(options.work / "weights", recipe.average, export)
    callbacks = [
        Progress(),
        weights,
        EarlyStopping("valid_loss", patience=recipe.patience),
        # The last, so that it saves what the others have done.
        SaveState(state, _SAVE_EVERY * (_GPU_STEPS if options.uses_gpu else 1)),
    ]
    trainer = _trainer(recipe, options, callbacks)
    stream.rank, stream.world = trainer.global_rank, trainer.world_size
    trainer.fit(
        module,
        loader(stream, options.uses_gpu, options.devices),
        DataLoader(valid, batch_size=None),  # type: ignore[arg-type]  # a list will do
        ckpt_path=state if options.resume else None,
        weights_only=True,
    )
    if trainer.is_global_zero:
        module.to(trainer.strategy.root_device)  # which Lightning has just taken it from
        _load_best(module, weights.candidates(), valid)
        export(module)


@contextmanager
def _figures_of_weights(folder: Path) -> Iterator[None]:
    """Leave metrics.json in the folder only where its weights stay what they are."""
    weights, metrics = folder / WEIGHTS, folder / "metrics.json"
    if not metrics.is_file():
        yield
        return
    before = sha256_of(weights) if weights.is_file() else ""
    figures = metrics.read_bytes()
    metrics.unlink()  # first, as the run may be killed
    try:
        yield
    finally:
        if weights.is_file() and sha256_of(weights) == before:
            write_whole(metrics, figures)


def _trainer(
    recipe: Recipe, options: RunOptions, callbacks: Sequence[Callback]
) -> lightning.Trainer:
    return lightning.Trainer(
        accelerator="gpu" if options.uses_gpu else "cpu",
        devices=options.devices,
        num_nodes=options.num_nodes,
        precision=_precision(options.uses_gpu),
        max_epochs=-1,
        max_steps=options.max_steps,
        gradient_clip_val=recipe.clip,
        val_check_interval=recipe.validate_every,
        check_val_every_n_epoch=None,
        num_sanity_val_steps=0,
        use_distributed_sampler=False,  # the stream deals the batches out itself
        callbacks=list(callbacks),
        logger=TensorBoardLogger(options.work / "tensorboard", name=None),
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )


def _precision(gpu: bool) -> Literal["bf16-mixed", "32-true"]:
    """bfloat16 where the hardware multiplies it: GPUs, and CPUs with AVX-512 BF16 or AMX."""
    return "bf16-mixed" if gpu or torch.cpu._is_avx512_bf16_supported() else "32-true"


def _load_best(module: TrainingModule, candidates: Sequence[Weights], valid: Sequence[Any]) -> None:
    """Load the weights that validate best."""
    parameters = dict(module.model.named_parameters())

    def load(candidate: Weights) -> None:
        with torch.no_grad():
            for name, value in candidate.items():
                parameters[name].copy_(value)

    losses = []
    for candidate in candidates:
        load(candidate)
        losses.append(module.validation_loss(valid))
    load(candidates[losses.index(min(losses))])
