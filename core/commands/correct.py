"""``python -m core correct``: the spelling of a text, or of a file line by line."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from tqdm import tqdm

from core.commands.options import Checkpoint, Device, Json, check_output, to_json, write_lines
from core.data.splits import read_lines
from core.errors import UserError
from core.pipelines.corrector import THRESHOLD
from core.service import DEFAULT_CORRECTOR, Service


def correct(
    text: Annotated[str | None, typer.Argument(help="English text.")] = None,
    input: Annotated[Path | None, typer.Option(help="A file, a text on each line.")] = None,
    output: Annotated[Path | None, typer.Option(help="Where to write; else stdout.")] = None,
    checkpoint: Checkpoint = DEFAULT_CORRECTOR,
    threshold: Annotated[
        float,
        typer.Option(help="Nats by which the model must be surer of another word to write it."),
    ] = THRESHOLD,
    device: Device = "auto",
    as_json: Json = False,
) -> None:
    """Correct the spelling of a text, or of a file line by line.

    With --input, each line in gives a line out.
    """
    if (text is None) == (input is None):
        raise UserError("Give either a text or --input FILE.")
    check_output(output)
    lines = [text] if text is not None else read_lines(input)  # type: ignore[arg-type]
    service = Service(device=device)
    service.corrector(checkpoint)  # loaded before anything is said of progress
    found = []
    for line in tqdm(lines, unit=" lines", file=sys.stderr, disable=input is None):
        result = service.correct(line, checkpoint, threshold)
        if not as_json:
            found.append(result.text)
        elif input is None:
            found.append(to_json(result.to_dict()))
        else:
            found.append(json.dumps(result.to_dict(), ensure_ascii=False))
    write_lines(found, output)
