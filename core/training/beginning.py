"""How a run begins: anew, from the weights of a checkpoint, or where it was stopped."""

import dataclasses
import json
import random
import shutil
from pathlib import Path
from typing import Any

import torch
from lightning.pytorch.utilities import rank_zero_only

from core.checkpoint import load_checkpoint, load_weights, read_config, read_history, write_json
from core.data.augmentation import as_typed
from core.data.splits import ParallelData
from core.errors import UserError
from core.models.seq2seq import Seq2Seq, Seq2SeqConfig
from core.tokenizers.subword import SubwordTokenizer
from core.training.options import RunOptions
from core.training.recipes import Recipe


def check_state(path: Path) -> None:
    """Raise UserError unless the state of a run can be read."""
    if not path.is_file():
        raise UserError(f"There is no run to resume in {path.parent}; start without --resume.")
    try:
        torch.load(path, map_location="cpu", weights_only=True)
    except Exception:  # unpickling raises anything
        raise UserError(
            f"{path} is damaged; start without --resume, and with --from to keep what was exported."
        ) from None


def history_before(recipe: Recipe, options: RunOptions) -> list[dict[str, Any]]:
    """Return that of the checkpoint to start from, where it was validated on the same text."""
    if options.start_from is None or options.start_from.name != options.output.name:
        return []
    before = read_config(options.start_from).get("recipe", {})
    return read_history(options.start_from) if before.get("data") == recipe.data else []


def fresh(
    recipe: Recipe, options: RunOptions, data: ParallelData
) -> tuple[Seq2Seq, SubwordTokenizer]:
    """Return model and tokenizer of a checkpoint to start from, or new ones."""
    if options.start_from is not None:
        checkpoint = load_checkpoint(options.start_from)
        assert isinstance(checkpoint.source_tokenizer, SubwordTokenizer)
        # Dropout is the recipe's, not the checkpoint's: it may train on under another.
        dropout = {k: v for k, v in recipe.model.items() if k in ("dropout", "word_dropout")}
        model = Seq2Seq(dataclasses.replace(checkpoint.model.config, **dropout))
        load_weights(options.start_from, model)
        return model, checkpoint.source_tokenizer
    tokenizer = _train_tokenizer(recipe, data)
    config = Seq2SeqConfig(
        tokenizer.vocab_size, tokenizer.vocab_size, tokenizer.eos_id + 1, **recipe.model
    )
    return Seq2Seq(config), tokenizer


@rank_zero_only
def begin(work: Path, model: Seq2Seq, tokenizer: SubwordTokenizer) -> None:
    """Empty the folder of the run, and write what a resumed run builds its model from."""
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    tokenizer.save(work / "tokenizer.json")
    write_json(work / "model.json", dataclasses.asdict(model.config))


def begun(work: Path) -> tuple[Seq2Seq, SubwordTokenizer]:
    """Return model and tokenizer of the run to resume; its weights are in its state."""
    config = Seq2SeqConfig(**json.loads((work / "model.json").read_text(encoding="utf-8")))
    return Seq2Seq(config), SubwordTokenizer.load(work / "tokenizer.json")


def _train_tokenizer(recipe: Recipe, data: ParallelData) -> SubwordTokenizer:
    # Lower-case copies are in the text as often as the model will read them.
    chance = random.Random(recipe.seed)
    texts = (
        text
        for pair in data.train
        for text in (as_typed(pair.source, chance, recipe.as_typed), pair.target)
    )
    return SubwordTokenizer.train(texts, recipe.vocab_size)
