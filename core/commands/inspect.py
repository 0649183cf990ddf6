"""``python -m core inspect``: what happens inside a checkpoint while it reads a text."""

import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from tqdm import tqdm

from core.commands.inspect_gradients import bptt_lines, gradient_lines
from core.commands.options import Checkpoint, Device, Json, to_json, was_given, written
from core.errors import UserError
from core.inspection.bptt import SLIPS
from core.inspection.held_out import look_for_units, write_units
from core.inspection.results import Inspection, Units
from core.service import DEFAULT_WRITER, KINDS, Service

_SHOWN = 10  # units that are printed
_ASKED = ("units", "gradients", "bptt")  # in place of gates and states
_ONLY_WITH = {
    "held_out": "units",
    "compare": "gradients",
    "token": "gradients",
    "clip": "gradients",
    "characters": "bptt",
    "slip": "bptt",
}


def inspect(
    context: typer.Context,
    text: Annotated[str | None, typer.Argument(help="What the model reads.")] = None,
    checkpoint: Checkpoint = DEFAULT_WRITER,
    units: Annotated[
        str | None,
        typer.Option(help="A folder in checkpoints/ to find units of, stored as its units.json."),
    ] = None,
    held_out: Annotated[
        Path | None,
        typer.Option(help="With --units: texts, one a line, in place of the recipe's test part."),
    ] = None,
    gradients: Annotated[
        bool, typer.Option("--gradients", help="How the gradient of a token's loss fades instead.")
    ] = False,
    compare: Annotated[
        list[str], typer.Option(help="With --gradients: a language model; may be repeated.")
    ] = list(KINDS),  # noqa: B006
    token: Annotated[
        int | None, typer.Option(help="With --gradients: which token, from 0; else the last.")
    ] = None,
    clip: Annotated[
        float, typer.Option(help="With --gradients: what the norm of all weights is clipped at.")
    ] = 1.0,
    bptt: Annotated[
        bool, typer.Option("--bptt", help="Backpropagation by hand for up to 10 words instead.")
    ] = False,
    characters: Annotated[
        bool, typer.Option("--characters", help="With --bptt: characters, not words.")
    ] = False,
    slip: Annotated[
        str, typer.Option(help="With --bptt: one of " + ", ".join(SLIPS) + ".")
    ] = "none",
    device: Device = "auto",
    as_json: Json = False,
) -> None:
    """Show the gates and states of every layer while a checkpoint reads a text.

    With --units, find the units whose traces go along with something visible in held-out text.
    """
    _check_options(context)
    # The products of a step are small: threads that wait for each other cost more than they gain.
    service = Service(device=device, threads=1)
    if units is not None:
        found_units = _find_units(service, units, held_out)
        typer.echo(to_json(asdict(found_units)) if as_json else "\n".join(_best(found_units)))
        return
    if text is None:
        raise UserError("Give a text, or --units CHECKPOINT.")
    found: Any
    lines_of: Callable[[Any], list[str]]
    if gradients:
        found, lines_of = service.gradient_flow(text, compare, token, clip), gradient_lines
    elif bptt:
        unit = "character" if characters else "word"
        found, lines_of = service.bptt(text, unit, slip=slip), bptt_lines
    else:
        found, lines_of = service.inspect(text, checkpoint), _lines
    typer.echo(to_json(found.to_dict()) if as_json else "\n".join(lines_of(found)))


def _check_options(context: typer.Context) -> None:
    """Raise UserError for what was given and would be ignored."""
    given = {name for name in context.params if was_given(context, name)}
    asked = [name for name in _ASKED if name in given]
    if len(asked) > 1:
        raise UserError(f"Give either --{asked[0]} or --{asked[1]}.")
    for name, owner in _ONLY_WITH.items():
        if name in given and owner not in given:
            raise UserError(f"--{name.replace('_', '-')} is for --{owner}.")
    if asked and "checkpoint" in given:
        raise UserError(f"--checkpoint is not for --{asked[0]}; see --help.")
    if "units" in given and "text" in given:
        raise UserError("--units reads held-out texts, not the one that you give.")


def _find_units(service: Service, name: str, held_out: Path | None) -> Units:
    command = f"python -m core inspect --units {name}"
    command += "" if held_out is None else f" --held-out {held_out}"
    checkpoint, folder = service.checkpoint(name), service.root / name
    with tqdm(unit=" texts", file=sys.stderr) as bar:
        units = look_for_units(folder, checkpoint, held_out, command, bar.update)
    with written(folder):
        write_units(folder, units)
    return units


def _lines(found: Inspection) -> list[str]:
    """Return a table of the gates: of each layer, how much of them is saturated; and the units."""
    lines = [] if found.written is None else [f"written\t{found.written}"]
    lines.append("layer\tgate\tbelow 0.1\tabove 0.9")
    for trace in found.layers:
        for one in trace.quantities:
            if one.saturated:
                shut, open = one.saturated
                lines.append(f"{trace.name}\t{one.name}\t{shut:.1%}\t{open:.1%}")
    return lines + ([] if found.units is None else _best(found.units))


def _best(units: Units) -> list[str]:
    """Return a table of the strongest units."""
    return ["layer\tunit\tquantity\tgoes along with\tr"] + [
        f"{one.layer}\t{one.unit}\t{one.quantity}\t{one.feature}\t{one.r:.2f}"
        for one in units.found[:_SHOWN]
    ]
