"""One training run, from a recipe to a checkpoint folder."""

import dataclasses
import random
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import lightning
import torch
from lightning.pytorch.callbacks import Callback, EarlyStopping
from lightning.pytorch.loggers import TensorBoardLogger
from lightning.pytorch.utilities import rank_zero_only
from torch.utils.data import DataLoader

from core.checkpoint import (
    load_checkpoint,
    load_weights,
    read_config,
    read_history,
    save_checkpoint,
    write_json,
)
from core.data.augmentation import (
    as_typed,
    shared_numbers,
    with_digits,
    with_other_numbers,
)
from core.data.batching import Batch, BatchStream, by_token_count, make_batch
from core.data.corpora import Pair
from core.data.splits import LOADERS, ParallelData
from core.errors import UserError
from core.models.seq2seq import Seq2Seq, Seq2SeqConfig
from core.tokenizers.protocol import Tokenizer
from core.tokenizers.subword import SubwordTokenizer
from core.training.callbacks import KeepWeights, Progress, SaveState, Weights
from core.training.model_card import model_card
from core.training.module import TranslationModule
from core.training.recipes import Recipe

_SAVE_EVERY = 200  # optimizer steps: about a minute of two cores
_VALID_TOKENS = 4_096  # padded target ids of a validation batch


@dataclass(frozen=True)
class RunOptions:
    """Where a run writes, how long it takes, and what it starts from."""

    output: Path  # the checkpoint folder
    work: Path  # state, logs and weights of the run
    minutes: float  # of training, those of the run that it resumes included
    max_steps: int = -1  # > 0: so many optimizer steps instead of minutes
    resume: bool = False
    start_from: Path | None = None  # a checkpoint folder
    device: str = "auto"  # of Lightning: auto, cpu, gpu
    devices: int = 1
    num_nodes: int = 1


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
    if options.resume:
        _check_state(state)
    else:
        _make_empty(options.work)
    lightning.seed_everything(recipe.seed, verbose=False)
    model, tokenizer = _model_and_tokenizer(recipe, options, data)
    repeated = [pair for pair in data.train if shared_numbers(pair)] * (recipe.number_copies - 1)
    stream = BatchStream(
        [*data.train, *repeated],
        tokenizer,
        tokenizer,
        recipe.batch_tokens,
        recipe.seed,
        lambda pair, chance: _augment(recipe, pair, chance),
        recipe.source_dropout,
    )
    history = _history_before(recipe, options)
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


def _check_state(path: Path) -> None:
    if not path.is_file():
        raise UserError(f"There is no run to resume in {path.parent}; start without --resume.")
    try:
        torch.load(path, map_location="cpu", weights_only=True)
    except Exception:  # unpickling raises anything
        raise UserError(
            f"{path} is damaged; start without --resume, and with --from to keep what was exported."
        ) from None


def _history_before(recipe: Recipe, options: RunOptions) -> list[dict[str, Any]]:
    """Return that of the checkpoint to start from, where it was validated on the same text."""
    if options.start_from is None or options.start_from.name != options.output.name:
        return []
    before = read_config(options.start_from).get("recipe", {})
    return read_history(options.start_from) if before.get("data") == recipe.data else []


def _model_and_tokenizer(
    recipe: Recipe, options: RunOptions, data: ParallelData
) -> tuple[Seq2Seq, SubwordTokenizer]:
    if options.start_from is not None:
        checkpoint = load_checkpoint(options.start_from)
        assert isinstance(checkpoint.source_tokenizer, SubwordTokenizer)
        # Dropout is the recipe's, not the checkpoint's: it may train on under another.
        sizes = dataclasses.replace(checkpoint.model.config, **_dropout(recipe))
        model = Seq2Seq(sizes)
        load_weights(options.start_from, model)
        return model, checkpoint.source_tokenizer
    path = options.work / "tokenizer.json"
    tokenizer = SubwordTokenizer.load(path) if options.resume else _train_tokenizer(recipe, data)
    rank_zero_only(tokenizer.save)(path)
    config = Seq2SeqConfig(
        tokenizer.vocab_size, tokenizer.vocab_size, tokenizer.eos_id + 1, **recipe.model
    )
    return Seq2Seq(config), tokenizer


def _train_tokenizer(recipe: Recipe, data: ParallelData) -> SubwordTokenizer:
    # Lower-case copies are in the text as often as the model will read them.
    chance = random.Random(recipe.seed)
    texts = (
        text
        for pair in data.train
        for text in (as_typed(pair.source, chance, recipe.as_typed), pair.target)
    )
    return SubwordTokenizer.train(texts, recipe.vocab_size)


@rank_zero_only
def _make_empty(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


def _dropout(recipe: Recipe) -> dict[str, Any]:
    return {k: v for k, v in recipe.model.items() if k in ("dropout", "word_dropout")}


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
        accelerator=options.device,
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

    def validated(candidate: Weights) -> float:
        with torch.no_grad():
            for name, value in candidate.items():
                parameters[name].copy_(value)
        return module.validation_loss(valid)

    best, average = weights.best(), weights.average()
    if validated(average) > validated(best):
        return
    validated(average)
