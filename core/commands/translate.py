"""``python -m core translate``: a text, or a file line by line."""

import json
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer
from tqdm import tqdm

from core.commands.options import (
    Beam,
    Checkpoint,
    Device,
    Json,
    LengthPenalty,
    Method,
    Seed,
    Temperature,
    check_output,
    to_json,
    write_lines,
)
from core.data.splits import read_lines
from core.data.text import normalise
from core.decoding.options import DecodingOptions
from core.errors import UserError
from core.evaluation.translation import translate_all
from core.service import DEFAULT, Service


def translate(
    text: Annotated[str | None, typer.Argument(help="German text.")] = None,
    input: Annotated[Path | None, typer.Option(help="A file, a text on each line.")] = None,
    output: Annotated[Path | None, typer.Option(help="Where to write; else stdout.")] = None,
    checkpoint: Checkpoint = DEFAULT,
    method: Method = "beam",
    beam: Beam = 5,
    length_penalty: LengthPenalty = 1.0,
    temperature: Temperature = 1.0,
    seed: Seed = 0,
    prefix: Annotated[
        str, typer.Option(help="What the translation of a single sentence begins with.")
    ] = "",
    device: Device = "auto",
    as_json: Json = False,
) -> None:
    """Translate a text, or a file line by line.

    With --input, each line in gives a line out, empty for empty.
    """
    if (text is None) == (input is None):
        raise UserError("Give either a text or --input FILE.")
    if prefix and text is None:
        raise UserError("--prefix is for a text of one sentence, not for a file.")
    check_output(output)
    settings: dict[str, Any] = {
        "method": method,
        "beam": beam,
        "length_penalty": length_penalty,
        "temperature": temperature,
        "seed": seed,
    }
    options = DecodingOptions(**settings)  # checked before a model is loaded
    service = Service(device=device)
    if text is not None:
        result = service.translate(text, checkpoint, **settings, prefix=prefix)
        write_lines([to_json(result.to_dict()) if as_json else result.text], output)
        return
    assert input is not None
    lines = read_lines(input)
    translator = service.translator(checkpoint)  # loaded before the clock starts
    started = time.perf_counter()
    with tqdm(total=len(lines), unit=" sentences", file=sys.stderr) as bar:
        if as_json:
            found = [_as_json(service, line, checkpoint, settings, bar) for line in lines]
        else:
            found, _ = translate_all(translator, lines, options, bar.update)
    seconds = time.perf_counter() - started
    write_lines(found, output)
    tokenizer = translator.target_tokenizer
    tokens = 0 if as_json else sum(map(len, tokenizer.encode_batch(found)))
    rate = f"{len(lines) / seconds:,.1f} sentences/s"
    rate += "" if as_json else f", {tokens / seconds:,.0f} tokens/s"
    typer.echo(f"{len(lines)} lines in {seconds:.1f} s: {rate}", err=True)


def _as_json(
    service: Service, line: str, checkpoint: str, settings: dict[str, Any], bar: tqdm
) -> str:
    """Return one line's translation as a line of JSON, ``null`` for a blank line."""
    result = None
    if normalise(line):
        result = service.translate(line, checkpoint, **settings).to_dict()
    bar.update()
    return json.dumps(result, ensure_ascii=False)
