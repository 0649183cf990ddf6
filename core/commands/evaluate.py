"""``python -m core evaluate``: the figures of a checkpoint on a file."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from tqdm import tqdm

from core.commands.options import Beam, Device, Json, LengthPenalty, Method, to_json
from core.data.splits import read_lines
from core.decoding.options import DecodingOptions
from core.errors import UserError
from core.evaluation.held_out import NUMERALS, held_out_part, numeral_sentences
from core.evaluation.metrics import sha256_of_lines, store_metrics
from core.evaluation.numerals import kept_share
from core.evaluation.translation import score_texts, translate_all
from core.service import Service


def evaluate(
    name: Annotated[str, typer.Argument(help="Name of a folder in checkpoints/.")],
    source: Annotated[Path | None, typer.Option(help="German sentences, one a line.")] = None,
    reference: Annotated[Path | None, typer.Option(help="Their English translations.")] = None,
    part: Annotated[str | None, typer.Option(help="A held-out part in place of files.")] = None,
    method: Method = "beam",
    beam: Beam = 5,
    length_penalty: LengthPenalty = 1.0,
    device: Device = "auto",
    store: Annotated[bool, typer.Option(help="Store the figures in metrics.json.")] = False,
    as_json: Json = False,
) -> None:
    """Measure BLEU, chrF and TER (sacrebleu: cased, detokenized) of a checkpoint."""
    options = DecodingOptions(method, beam, length_penalty)
    service = Service(device=device)
    translator = service.translator(name)
    command = f"python -m core evaluate {name}"
    if part in NUMERALS:
        file, sources = part, numeral_sentences(part)
        references: list[str] = []
    else:
        file, sources, references = _read(part, source, reference)
    with tqdm(total=len(sources), unit=" sentences", file=sys.stderr) as bar:
        translations, seconds = translate_all(translator, sources, options, bar.update)
    if part in NUMERALS:
        kept = kept_share(sources, translations)
        result = {**kept.to_dict(), "n": len(sources), "seconds": seconds}
        figures = {"kept": (kept.share, "")}
    else:
        scores = score_texts(translations, references, seconds)
        result = scores.to_dict()
        figures = scores.figures()
    if store:
        command += f" --part {part}" if part else f" --source {source} --reference {reference}"
        digest = sha256_of_lines(sources, references)
        store_metrics(
            service.root / name,
            {f"{method} {figure}": value for figure, value in figures.items()},
            file,
            digest,
            len(sources),
            f"{command} --method {method} --beam {beam} --length-penalty {length_penalty} --store",
            service.device,
            seconds,
        )
    lines = [f"{key}\t{value}" for key, value in result.items()]
    typer.echo(to_json(result) if as_json else "\n".join(lines))


def _read(
    part: str | None, source: Path | None, reference: Path | None
) -> tuple[str, list[str], list[str]]:
    """Return name, sources and references of a held-out part or of two files."""
    if part is not None:
        pairs = held_out_part(part)
        return part, [pair.source for pair in pairs], [pair.target for pair in pairs]
    if source is None or reference is None:
        raise UserError("Give --source and --reference, or --part.")
    sources, references = read_lines(source), read_lines(reference)
    if len(sources) != len(references):
        raise UserError(
            f"{source} has {len(sources)} lines and {reference} has {len(references)};"
            " each line needs its reference."
        )
    return source.name, sources, references
