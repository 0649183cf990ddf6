"""Options that several commands share, and how they print."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from core.decoding.options import METHODS
from core.errors import UserError

Checkpoint = Annotated[str, typer.Option(help="Name of a folder in checkpoints/.")]
Method = Annotated[str, typer.Option(help="One of " + ", ".join(METHODS) + ".")]
Beam = Annotated[int, typer.Option(help="Hypotheses that the beam methods keep.")]
LengthPenalty = Annotated[float, typer.Option(help="Scores are divided by length to this power.")]
Temperature = Annotated[float, typer.Option(help="Of drawing; higher is bolder.")]
Seed = Annotated[int, typer.Option(help="Of drawing; the same seed gives the same text.")]
TopK = Annotated[int, typer.Option(help="Draw among so many of the likeliest tokens; 0 is all.")]
TopP = Annotated[
    float, typer.Option(help="Draw among the likeliest that together reach this; 1 is all.")
]
MinP = Annotated[
    float, typer.Option(help="Draw what has this share of the likeliest's probability; 0 is all.")
]
Typical = Annotated[
    float, typer.Option(help="Draw among the most typical that reach this; 1 is all.")
]
RepetitionPenalty = Annotated[float, typer.Option(help="Of what was written before; 1 is none.")]
NoRepeat = Annotated[
    int, typer.Option(help="Tokens in a row that are not written twice; 0 allows all.")
]
Device = Annotated[str, typer.Option(help="auto, cpu or cuda.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def was_given(context: typer.Context, name: str) -> bool:
    """Return whether an option stands in the command."""
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def to_json(content: Any) -> str:
    """Return readable JSON."""
    return json.dumps(content, indent=1, ensure_ascii=False)


def check_output(output: Path | None) -> None:
    """Raise UserError where a file, if any, can't be written: before the work, not after it."""
    if output is None:
        return
    if not output.parent.is_dir():
        raise UserError(f"{output} can't be written: there is no folder {output.parent}.")
    if output.is_dir():
        raise UserError(f"{output} can't be written: it is a folder.")
    if not os.access(output if output.exists() else output.parent, os.W_OK):
        raise UserError(f"{output} can't be written: it is not allowed.")


@contextmanager
def written(path: Path) -> Iterator[None]:
    """Turn the error of a file or a folder that can't be written into a UserError."""
    try:
        yield
    except OSError as error:
        raise UserError(f"{path} can't be written: {error.strerror}.") from None


def write_lines(lines: list[str], output: Path | None) -> None:
    """Write lines to a file, or to stdout.

    Raises:
        UserError: the file can't be written, or the text was given in bytes that are no UTF-8.
    """
    text = "".join(line + "\n" for line in lines)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise UserError("The text that was given is not UTF-8.") from None
    if output is None:
        sys.stdout.write(text)
        return
    with written(output):
        output.write_text(text, encoding="utf-8")
