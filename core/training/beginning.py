"""How a run begins: anew, from the weights of a checkpoint, or where it was stopped."""

import dataclasses
import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from lightning.pytorch.utilities import rank_zero_only
from torch import Tensor

from core.checkpoint import (
    KINDS,
    kind_of,
    load_checkpoint,
    load_weights,
    read_config,
    read_history,
    read_json,
    write_json,
)
from core.errors import UserError
from core.history import History
from core.models.language_model import LanguageModel
from core.models.seq2seq import Seq2Seq
from core.tokenizers.kinds import LOADERS
from core.tokenizers.protocol import Tokenizer
from core.training.model_card import Origin
from core.training.options import RunOptions
from core.training.recipes import LanguageModelRecipe, Recipe, TranslationRecipe
from core.training.task import Task

_BEGUN = {  # what `begin` writes
    *("recipe", "data", "validation", "output", "start", "before"),
    *("kind", "model", "tokenizer", "frozen"),
}


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


def origin_of_begun(options: RunOptions) -> Origin:
    """Return where the weights of the run to resume come from, which began with another command."""
    saved = _read_begun(options.work)
    return Origin(options.command, saved["start"], tuple(saved["before"]))


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


def _of(recipe: str, data: str) -> str:
    return f"{recipe} on {'your own text' if data == 'own' else 'its own corpora'}"


@rank_zero_only
def begin(
    options: RunOptions,
    recipe: Recipe,
    model: Any,
    tokenizer: Tokenizer,
    validation: str,
    whence: Origin,
) -> None:
    """Empty the folder of the run, and write what a resumed run builds its model from."""
    work = options.work
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    tokenizer.save(work / "tokenizer.json")
    sizes = dataclasses.asdict(model.config)
    frozen = [name for name, one in model.named_parameters() if not one.requires_grad]
    begun = {
        "recipe": recipe.name,
        "data": recipe.data,
        "validation": validation,
        "output": str(options.output.resolve()),
        "start": whence.start,
        "before": whence.before,
        "kind": kind_of(model),
        "model": sizes,
        "tokenizer": tokenizer.kind,
        "frozen": frozen,
    }
    write_json(work / "model.json", begun)


def _read_begun(work: Path) -> dict[str, Any]:
    """Return what `begin` wrote; raises UserError where it did not, or as another version does."""
    try:
        saved = read_json(work / "model.json")
        if saved.keys() == _BEGUN:
            return dict(saved)
    except (UserError, AttributeError):
        pass
    raise UserError(
        f"The run in {work} can't be resumed: its model.json is missing, damaged or of another"
        " version; start without --resume."
    )


def check_same(work: Path, validation: str) -> None:
    """Raise UserError where the run to resume was validated on another text than ``validation``."""
    if _read_begun(work)["validation"] != validation:
        raise UserError(
            "The run to resume is of another text: give it the one that it was started with, or"
            " start without --resume."
        )


def begun(options: RunOptions, recipe: Recipe) -> tuple[Seq2Seq | LanguageModel, Tokenizer]:
    """Return model and tokenizer of the run to resume; its weights are in its state."""
    work = options.work
    saved = _read_begun(work)
    if saved["output"] != str(options.output.resolve()):
        raise UserError(f"{work} has the run of another output, {saved['output']}.")
    was, wanted = (saved["recipe"], saved["data"]), (recipe.name, recipe.data)
    if was != wanted:
        raise UserError(
            f"The run to resume is one of {_of(*was)}, not of {_of(*wanted)}: give it the recipe"
            " and the text that it was started with."
        )
    kind = KINDS[saved["kind"]]
    model: Seq2Seq | LanguageModel = kind.model(kind.config(**saved["model"]))
    for name in saved["frozen"]:
        model.get_parameter(name).requires_grad_(False)
    return model, LOADERS[saved["tokenizer"]](work / "tokenizer.json")
