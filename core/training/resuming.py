"""How a run goes on where it was stopped, and what it writes down for that as it begins."""

import dataclasses
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from lightning.pytorch.utilities import rank_zero_only

from core.checkpoint import KINDS, kind_of, read_json, write_json
from core.errors import UserError
from core.models.language_model import LanguageModel
from core.models.seq2seq import Seq2Seq
from core.tokenizers.kinds import LOADERS
from core.tokenizers.protocol import Tokenizer
from core.training.model_card import Origin
from core.training.options import RunOptions
from core.training.recipes import Recipe

FILE = "model.json"


@dataclass(frozen=True)
class Begun:
    """What a run writes down as it begins, for one that resumes it."""

    recipe: str  # its name
    data: str
    validation: str  # digest of what it is validated on
    output: str  # where it exports to
    command: str
    start: str  # name of the checkpoint that it started from, if any
    before: list[str]  # data that this one had read
    kind: str  # of the model
    model: dict[str, Any]  # its sizes
    tokenizer: str  # its kind
    frozen: list[str]  # parameters that are not trained

    @property
    def origin(self) -> Origin:
        """Where the weights of the run come from, and the command that began it."""
        return Origin(self.command, self.start, tuple(self.before))


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
    begun = Begun(
        recipe=recipe.name,
        data=recipe.data,
        validation=validation,
        output=str(options.output.resolve()),
        command=whence.command,
        start=whence.start,
        before=list(whence.before),
        kind=kind_of(model),
        model=dataclasses.asdict(model.config),
        tokenizer=tokenizer.kind,
        frozen=[name for name, one in model.named_parameters() if not one.requires_grad],
    )
    write_json(work / FILE, dataclasses.asdict(begun))


def read_begun(work: Path) -> Begun:
    """Return what `begin` wrote; raises UserError where it did not, or as another version does."""
    try:
        return Begun(**read_json(work / FILE))
    except (UserError, TypeError):
        raise UserError(
            f"The run in {work} can't be resumed: its {FILE} is missing, damaged or of another"
            " version; start without --resume."
        ) from None


def check_same(saved: Begun, validation: str) -> None:
    """Raise UserError where the run to resume was validated on another text than ``validation``."""
    if saved.validation != validation:
        raise UserError(
            "The run to resume is of another text: give it the one that it was started with, or"
            " start without --resume."
        )


def resumed(
    saved: Begun, options: RunOptions, recipe: Recipe
) -> tuple[Seq2Seq | LanguageModel, Tokenizer]:
    """Return model and tokenizer of the run to resume; its weights are in its state."""
    work = options.work
    if saved.output != str(options.output.resolve()):
        raise UserError(f"{work} has the run of another output, {saved.output}.")
    was, wanted = (saved.recipe, saved.data), (recipe.name, recipe.data)
    if was != wanted:
        raise UserError(
            f"The run to resume is one of {_of(*was)}, not of {_of(*wanted)}: give it the recipe"
            " and the text that it was started with."
        )
    kind = KINDS[saved.kind]
    model: Seq2Seq | LanguageModel = kind.model(kind.config(**saved.model))
    for name in saved.frozen:
        model.get_parameter(name).requires_grad_(False)
    return model, LOADERS[saved.tokenizer](work / "tokenizer.json")


def _of(recipe: str, data: str) -> str:
    return f"{recipe} on {'your own text' if data == 'own' else 'its own corpora'}"


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
