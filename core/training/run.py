"""One training run, from a recipe to a checkpoint folder."""

import dataclasses
import random
from collections.abc import Sequence
from typing import Literal

import lightning
import torch
from lightning.pytorch.callbacks import Callback, EarlyStopping
from lightning.pytorch.loggers import TensorBoardLogger
from torch.utils.data import DataLoader

from core.checkpoint import save_checkpoint, write_json
from core.data.augmentation import (
    as_typed,
    shared_numbers,
    with_digits,
    with_german_clock,
    with_other_numbers,
)
from core.data.batching import Batch, BatchStream, by_token_count, make_batch
from core.data.corpora import Pair
from core.data.splits import LOADERS, ParallelData
from core.errors import UserError
from core.tokenizers.protocol import Tokenizer
from core.training.beginning import begin, begun, check_state, fresh, history_before
from core.training.callbacks import KeepWeights, Progress, SaveState, Weights
from core.training.model_card import model_card
from core.training.module import TranslationModule
from core.training.options import RunOptions
from core.training.recipes import Recipe

_SAVE_EVERY = 200  # optimizer steps: about a minute of two cores
_VALID_TOKENS = 4_096  # padded target ids of a validation batch


def train(recipe: Recipe, options: RunOptions, data: ParallelData | None = None) -> None:
    """Train, and write the checkpoint folder: first at each best validation, at last the average.

    Args:
        data: a user's own; by default the recipe's.

    Raises:
        UserError: there is nothing to resume, a file is missing or damaged, or can't be written.
    """
    if data is None:
        data = LOADERS[recipe.data]()
    else:
        recipe = dataclasses.replace(recipe, data="own")
    try:
        _train(recipe, options, data)
    except OSError as error:
        place = error.filename or f"{options.work} or {options.output}"
        raise UserError(f"Training stopped: {place} can't be written: {error.strerror}.") from error


def _train(recipe: Recipe, options: RunOptions, data: ParallelData) -> None:
    state = options.work / "state.ckpt"
    lightning.seed_everything(recipe.seed, verbose=False)
    if options.resume:
        check_state(state)
        model, tokenizer = begun(options.work)
    else:
        model, tokenizer = fresh(recipe, options, data)
        begin(options.work, model, tokenizer)
    pairs = [with_german_clock(pair) for pair in data.train]
    repeated = [pair for pair in pairs if shared_numbers(pair)] * (recipe.number_copies - 1)
    stream = BatchStream(
        [*pairs, *repeated],
        tokenizer,
        tokenizer,
        recipe.batch_tokens,
        recipe.seed,
        lambda pair, chance: _augment(recipe, pair, chance),
        recipe.source_dropout,
    )
    history = history_before(recipe, options)
    module = TranslationModule(model, recipe, stream, options.minutes, options.max_steps, history)

    def export(module: TranslationModule) -> None:
        save_checkpoint(
            options.output, module.model, tokenizer, tokenizer, dataclasses.asdict(recipe)
        )
        write_json(options.output / "history.json", module.history)
        card = model_card(options.output.name, recipe, module.model, module.history)
        (options.output / "README.md").write_text(card, encoding="utf-8")

    weights = KeepWeights(options.work / "weights", recipe.average, export)
    callbacks = [
        Progress(),
        weights,
        EarlyStopping("valid_loss", patience=recipe.patience),
        SaveState(state, _SAVE_EVERY),  # the last, so that it saves what the others have done
    ]
    trainer = _trainer(recipe, options, callbacks)
    stream.rank, stream.world = trainer.global_rank, trainer.world_size
    valid = _validation_batches(data, tokenizer)
    trainer.fit(
        module,
        stream,
        DataLoader(valid, batch_size=None),  # type: ignore[arg-type]  # a list will do
        ckpt_path=state if options.resume else None,
    )
    if trainer.is_global_zero:
        _load_better(module, weights, valid)
        export(module)


def _augment(recipe: Recipe, pair: Pair, chance: random.Random) -> Pair:
    pair = with_other_numbers(pair, chance, recipe.other_numbers)
    pair = with_digits(pair, chance, recipe.digits)
    return Pair(as_typed(pair.source, chance, recipe.as_typed), pair.target)


def _validation_batches(data: ParallelData, tokenizer: Tokenizer) -> list[Batch]:
    pairs = [pair for part in data.valid.values() for pair in part]
    rows = list(
        zip(
            tokenizer.encode_batch([pair.source for pair in pairs]),
            tokenizer.encode_batch([pair.target for pair in pairs]),
            strict=True,
        )
    )
    return [
        make_batch([rows[number] for number in batch], tokenizer, tokenizer)
        for batch in by_token_count(rows, _VALID_TOKENS)
    ]


def _trainer(
    recipe: Recipe, options: RunOptions, callbacks: Sequence[Callback]
) -> lightning.Trainer:
    return lightning.Trainer(
        accelerator="gpu" if options.device == "cuda" else options.device,
        devices=options.devices,
        num_nodes=options.num_nodes,
        precision=_precision(options.device),
        max_epochs=-1,
        max_steps=options.max_steps,
        accumulate_grad_batches=recipe.accumulate,
        gradient_clip_val=recipe.clip,
        val_check_interval=recipe.validate_every * recipe.accumulate,
        check_val_every_n_epoch=None,
        num_sanity_val_steps=0,
        use_distributed_sampler=False,  # the stream deals the batches out itself
        callbacks=list(callbacks),
        logger=TensorBoardLogger(options.work / "tensorboard", name=None),
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )


def _precision(device: str) -> Literal["bf16-mixed", "32-true"]:
    """bfloat16 where the hardware multiplies it: GPUs, and CPUs with AVX-512 BF16 or AMX."""
    if device != "cpu" and torch.cuda.is_available():
        return "bf16-mixed"
    return "bf16-mixed" if torch.cpu._is_avx512_bf16_supported() else "32-true"


def _load_better(module: TranslationModule, weights: KeepWeights, valid: list[Batch]) -> None:
    """Load the best weights or the average of the last, whichever validates better."""
    parameters = dict(module.model.named_parameters())

    def load(candidate: Weights) -> None:
        with torch.no_grad():
            for name, value in candidate.items():
                parameters[name].copy_(value)

    losses = []
    for candidate in (weights.best(), weights.average()):
        load(candidate)
        losses.append(module.validation_loss(valid))
    if losses[0] < losses[1]:
        load(weights.best())
