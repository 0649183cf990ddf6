"""``python -m core train``: a recipe on its own data, or on a user's."""

import dataclasses
import shlex
from pathlib import Path
from typing import Annotated

import typer

from core.commands.options import was_given
from core.data.documents import TextData, load_own_text
from core.data.splits import ParallelData, load_own
from core.errors import UserError
from core.service import CHECKPOINTS


def train(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="A recipe; see `python -m core info`.")],
    source: Annotated[
        Path | None, typer.Option(help="Your own text: source sentences, or a TSV of pairs.")
    ] = None,
    target: Annotated[Path | None, typer.Option(help="Their translations, line by line.")] = None,
    text: Annotated[
        Path | None,
        typer.Option(help="Your own text for a language model, a document on each line."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            help="Checkpoint folder; by default checkpoints/NAME, for misspell-en runs/export/NAME."
        ),
    ] = None,
    max_minutes: Annotated[
        float | None, typer.Option(help="Time of training in all; the schedule is laid over it.")
    ] = None,
    max_steps: Annotated[
        int | None, typer.Option(help="Optimizer steps in place of minutes.")
    ] = None,
    resume: Annotated[bool, typer.Option(help="Go on with a run that was stopped.")] = False,
    start_from: Annotated[
        Path | None, typer.Option("--from", help="A checkpoint folder to train further.")
    ] = None,
    learning_rate: Annotated[
        float | None,
        typer.Option(help="At its highest; by default the recipe's."),
    ] = None,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    devices: Annotated[int, typer.Option(help="Devices of each machine.")] = 1,
    num_nodes: Annotated[int, typer.Option(help="Machines; start the command on each.")] = 1,
) -> None:
    """Train a recipe, on its own data or on yours; the page then offers the checkpoint."""
    # Lightning takes seconds to import, and nothing else needs it.
    from core.training.options import RunOptions
    from core.training.recipes import (
        MISSPELLER,
        LanguageModelRecipe,
        MisspellingRecipe,
        SpellingRecipe,
        find_recipe,
    )
    from core.training.run import train as run

    recipe = find_recipe(name)
    if learning_rate is not None:
        if not 0 < learning_rate <= 1:  # NaN as well
            raise UserError(f"learning_rate must be from above 0 to 1, not {learning_rate}.")
        recipe = dataclasses.replace(recipe, learning_rate=learning_rate)
    spells = isinstance(recipe, MisspellingRecipe | SpellingRecipe)
    if spells and (source or target or text):
        raise UserError(f"{name} is trained on its own lists alone.")
    data = _own_data(isinstance(recipe, LanguageModelRecipe), source, target, text)
    if data is not None and output is None:
        raise UserError("Give --output checkpoints/NAME: your text makes a checkpoint of its own.")
    if max_steps is None:
        max_steps = recipe.max_steps if max_minutes is None else -1
    misspells = isinstance(recipe, MisspellingRecipe)
    folder = output or (Path(MISSPELLER) if misspells else CHECKPOINTS / name)
    run(
        recipe,
        RunOptions(
            output=folder,
            work=_work(folder),
            command=_command(context),
            minutes=recipe.minutes if max_minutes is None else max_minutes,
            max_steps=max_steps,
            resume=resume,
            start_from=start_from,
            device=device,
            devices=devices,
            num_nodes=num_nodes,
        ),
        data,
    )


def _command(context: typer.Context) -> str:
    """Return the command with the options that were given, but for --resume."""
    words = ["python", "-m", "core", "train", context.params["name"]]
    for option in context.command.params:
        name = str(option.name)
        if name not in ("name", "resume") and was_given(context, name):
            words += [option.opts[0], str(context.params[name])]
    return shlex.join(words)


def _work(output: Path) -> Path:
    """Return where the run of an output keeps its state; a folder that can be read as its path."""
    place, here = output.resolve(), Path.cwd()
    parts = place.relative_to(here if place.is_relative_to(here) else place.anchor).parts
    return Path("runs", "work", "-".join(parts))


def _own_data(
    writes: bool, source: Path | None, target: Path | None, text: Path | None
) -> ParallelData | TextData | None:
    """Return a user's own data, None if there is none; a language model (``writes``) has text."""
    if writes and (source or target):
        raise UserError("A language model is trained on --text FILE, not on --source and --target.")
    if not writes and text is not None:
        raise UserError("A translator is trained on --source and --target, not on --text.")
    if text is not None:
        return load_own_text(text)
    if target is not None and source is None:
        raise UserError("--target needs --source.")
    return None if source is None else load_own(source, target)
