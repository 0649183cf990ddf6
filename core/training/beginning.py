"""How a run begins: with new weights, or with those of a checkpoint."""

import dataclasses
import hashlib
from collections.abc import Sequence
from typing import Any

from torch import Tensor

from core.checkpoint import (
    load_checkpoint,
    load_weights,
    read_config,
    read_history,
)
from core.errors import UserError
from core.history import History
from core.models.language_model import LanguageModel
from core.models.seq2seq import Seq2Seq
from core.tokenizers.protocol import Tokenizer
from core.training.model_card import Origin
from core.training.options import RunOptions
from core.training.recipes import LanguageModelRecipe, Recipe, TranslationRecipe
from core.training.task import Task


def digest(batches: Sequence[Any]) -> str:
    """Return the SHA-256 of validation batches, by which a further run knows them again."""
    whole = hashlib.sha256()
    for batch in batches:
        for part in vars(batch).values():
            if isinstance(part, Tensor):
                whole.update(part.numpy().tobytes())
    return whole.hexdigest()


def history_before(recipe: Recipe, options: RunOptions, validation: str) -> History:
    """Return that of the checkpoint to start from, where it was validated on the same text.

    Args:
        validation: digest of what this run is validated on.
    """
    if options.start_from is None or options.start_from.name != options.output.name:
        return []
    before = read_config(options.start_from).get("recipe", {})
    if before.get("data") != recipe.data:
        return []
    # A user's own may be another text each time.
    if recipe.data == "own" and before.get("validation_sha256") != validation:
        return []
    return read_history(options.start_from)


def origin(recipe: Recipe, options: RunOptions) -> Origin:
    """Return where the weights come from, for the card."""
    if options.start_from is None:
        return Origin(options.command)
    before = read_config(options.start_from).get("recipe", {})
    read = dict.fromkeys((*before.get("before", ()), before.get("data", "own")))
    if recipe.data != "own":  # a user's own is another text each time
        read.pop(recipe.data, None)
    return Origin(options.command, options.start_from.name, tuple(read))


def fresh(task: Task, options: RunOptions) -> tuple[Seq2Seq | LanguageModel, Tokenizer]:
    """Return model and tokenizer of a checkpoint to start from, or new ones."""
    if options.start_from is None:
        tokenizer = task.tokenizer()
        return task.model(tokenizer), tokenizer
    checkpoint = load_checkpoint(options.start_from)
    tokenizer = checkpoint.target_tokenizer
    found, wanted = _trained(checkpoint.model, tokenizer.kind), _trained_by(task.recipe)
    if found != wanted:
        raise UserError(f"{options.start_from} is {found}; {task.recipe.name} trains {wanted}.")
    if len(checkpoint.tokenizers) > 1:
        raise UserError(f"{options.start_from} has two vocabularies; a run trains one for both.")
    # Dropout is the recipe's, not the checkpoint's: it may train on under another.
    config = checkpoint.model.config
    dropout = {
        one.name: task.recipe.model.get(one.name, one.default)
        for one in dataclasses.fields(config)
        if one.name.endswith("dropout")
    }
    model = type(checkpoint.model)(dataclasses.replace(config, **dropout))
    load_weights(options.start_from, model)
    return model, tokenizer


def _trained(model: Seq2Seq | LanguageModel, unit: str) -> str:
    """Return in words what a model is; ``unit`` is the kind of its tokenizer."""
    if isinstance(model, LanguageModel):
        return f"a language model of {unit}s"
    return "a spelling corrector" if unit == "character" else "a translator"


def _trained_by(recipe: Recipe) -> str:
    """Return in the same words what a recipe trains."""
    if isinstance(recipe, TranslationRecipe):
        return "a translator"
    if not isinstance(recipe, LanguageModelRecipe):
        return "a spelling corrector"
    return f"a language model of {'character' if recipe.tokens == 'character' else 'word'}s"
