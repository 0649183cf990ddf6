"""``python -m core evaluate``: the figures of a checkpoint on a file."""

from pathlib import Path
from typing import Annotated

import typer

from core.commands.evaluate_corrector import measure_corrector
from core.commands.evaluate_language_model import measure_language_model
from core.commands.evaluate_translator import measure_translator
from core.commands.measured import Measured
from core.commands.options import (
    Beam,
    Device,
    Json,
    LengthPenalty,
    Method,
    to_json,
    was_given,
    written,
)
from core.decoding.options import DecodingOptions
from core.errors import UserError
from core.evaluation.metrics import store_metrics
from core.pipelines.corrector import SpellingCorrector
from core.pipelines.generator import TextGenerator
from core.service import CHECKPOINTS, Service

PART = "A held-out part in place of files; numerals or alignments, of hand-written sentences."


def evaluate(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="A folder in checkpoints/, or the path of one.")],
    source: Annotated[Path | None, typer.Option(help="German sentences, one a line.")] = None,
    reference: Annotated[Path | None, typer.Option(help="Their English translations.")] = None,
    text: Annotated[
        Path | None, typer.Option(help="For a language model: documents, one a line.")
    ] = None,
    pairs: Annotated[
        Path | None, typer.Option(help="For a spelling corrector: misspelling, tab, word.")
    ] = None,
    part: Annotated[str | None, typer.Option(help=PART)] = None,
    method: Method = "beam",
    beam: Beam = 5,
    length_penalty: LengthPenalty = 1.0,
    device: Device = "auto",
    store: Annotated[bool, typer.Option(help="Store the figures in metrics.json.")] = False,
    as_json: Json = False,
) -> None:
    """Measure a checkpoint on held-out text.

    Of a translator, BLEU, chrF and TER (sacrebleu, detokenized); with --part numerals, the
    share of numerals that arrive unchanged; with --part alignments, how often attention points at
    the right word, for which nothing is searched. Of a language model, perplexity and bits per
    character. Of a spelling corrector, BLEU-4 of characters, exact words and edits.
    """
    if part and (source or reference or text or pairs):
        raise UserError("Give --part or files, not both.")
    options = DecodingOptions(method, beam, length_penalty)
    folder = Path(name)
    service = Service(folder.parent if "/" in name else CHECKPOINTS, device)
    name = folder.name
    how = ""
    pipeline = service.pipeline(name)
    writes, spells = (isinstance(pipeline, kind) for kind in (TextGenerator, SpellingCorrector))
    _check_options(context, "text" if writes else "pairs" if spells else "")
    if writes:
        measured = measure_language_model(service.generator(name), part, text)
    elif spells:
        measured = measure_corrector(service.corrector(name), part, pairs)
    else:
        translator = service.translator(name)
        measured = measure_translator(translator, part, source, reference, options)
        if part != "alignments":
            how = f" --method {method} --beam {beam} --length-penalty {length_penalty}"
    lines = [f"{key}\t{value}" for key, value in measured.result.items()]
    typer.echo(to_json(measured.result) if as_json else "\n".join(lines))
    if store:
        files = f"--source {source} --reference {reference}"
        if writes or spells:
            files = f"--text {text}" if writes else f"--pairs {pairs}"
        what = f"--part {part}" if part else files
        _store(service, name, measured, f"python -m core evaluate {folder} {what}{how} --store")


def _check_options(context: typer.Context, file: str) -> None:
    """Raise UserError for options that this kind of checkpoint would ignore.

    Args:
        file: that of a language model or a corrector; a translator has none of the two.
    """
    of_translators = () if not file else ("source", "reference", "method", "beam", "length_penalty")
    of_others = {"text", "pairs"} - {file}
    for name in (*of_translators, *sorted(of_others)):
        if was_given(context, name):
            raise UserError(f"--{name.replace('_', '-')} is not for {context.params['name']}.")


def _store(service: Service, name: str, measured: Measured, command: str) -> None:
    """Write the figures into the checkpoint's metrics.json."""
    with written(service.root / name):
        store_metrics(
            service.root / name,
            measured.figures,
            measured.file,
            measured.digest,
            measured.n,
            command,
            service.device,
            measured.seconds,
        )
