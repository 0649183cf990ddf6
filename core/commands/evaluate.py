"""``python -m core evaluate``: the figures of a checkpoint on a file."""

import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from tqdm import tqdm

from core.commands.options import Beam, Device, Json, LengthPenalty, Method, to_json
from core.data.splits import read_lines
from core.decoding.options import DecodingOptions
from core.errors import UserError
from core.evaluation.alignment import (
    ALIGNMENTS,
    diagonal,
    read_aligned_pairs,
    score_alignments,
    strongest,
)
from core.evaluation.held_out import NUMERALS, held_out_part, numeral_sentences
from core.evaluation.metrics import sha256_of_lines, store_metrics
from core.evaluation.numerals import kept_share
from core.evaluation.translation import score_texts, translate_all
from core.pipelines.translator import Translator
from core.pipelines.words import split_words
from core.service import Service

PART = "A held-out part in place of files; numerals or alignments, of hand-written sentences."


@dataclass(frozen=True)
class Measured:
    """What was measured on a part or a file."""

    file: str
    result: dict[str, Any]  # what is printed
    figures: dict[str, tuple[float, str]]  # what is stored: name -> (value, signature)
    digest: str  # of the text, see sha256_of_lines
    n: int
    seconds: float


def evaluate(
    name: Annotated[str, typer.Argument(help="Name of a folder in checkpoints/.")],
    source: Annotated[Path | None, typer.Option(help="German sentences, one a line.")] = None,
    reference: Annotated[Path | None, typer.Option(help="Their English translations.")] = None,
    part: Annotated[str | None, typer.Option(help=PART)] = None,
    method: Method = "beam",
    beam: Beam = 5,
    length_penalty: LengthPenalty = 1.0,
    device: Device = "auto",
    store: Annotated[bool, typer.Option(help="Store the figures in metrics.json.")] = False,
    as_json: Json = False,
) -> None:
    """Measure BLEU, chrF and TER (sacrebleu: cased, detokenized) of a checkpoint.

    With --part numerals, the share of numerals that arrive unchanged; with --part alignments, how
    often attention points at the right word, for which nothing is searched.
    """
    options = DecodingOptions(method, beam, length_penalty)
    service = Service(device=device)
    translator = service.translator(name)
    how = f" --method {method} --beam {beam} --length-penalty {length_penalty}"
    if part == ALIGNMENTS.stem:
        measured, how = _alignments(translator), ""  # nothing is searched for
    elif part in NUMERALS:
        measured = _numerals(translator, part, options)
    else:
        measured = _translations(translator, *_read(part, source, reference), options)
    if store:
        what = f"--part {part}" if part else f"--source {source} --reference {reference}"
        _store(service, name, measured, f"python -m core evaluate {name} {what}{how} --store")
    lines = [f"{key}\t{value}" for key, value in measured.result.items()]
    typer.echo(to_json(measured.result) if as_json else "\n".join(lines))


def _store(service: Service, name: str, measured: Measured, command: str) -> None:
    """Write the figures into the checkpoint's metrics.json."""
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


def _alignments(translator: Translator) -> Measured:
    """Compare the attention of forced decoding, and the diagonal, with hand-written links."""
    pairs = read_aligned_pairs()
    started = time.perf_counter()
    attended = [
        strongest(translator.score(pair.source, pair.target).word_attention)
        for pair in tqdm(pairs, unit=" sentences", file=sys.stderr)
    ]
    seconds = time.perf_counter() - started
    straight = [
        diagonal(len(split_words(pair.target)), len(split_words(pair.source))) for pair in pairs
    ]
    model, line = score_alignments(pairs, attended), score_alignments(pairs, straight)
    figures = {
        "accuracy": model.accuracy,
        "error rate": model.error_rate,
        "diagonal accuracy": line.accuracy,
        "diagonal error rate": line.error_rate,
    }
    beside = {f"diagonal_{key}": value for key, value in line.to_dict().items()}
    return Measured(
        ALIGNMENTS.stem,
        {**model.to_dict(), **beside, "seconds": seconds},
        {figure: (value, "") for figure, value in figures.items()},
        sha256_of_lines(read_lines(ALIGNMENTS)),  # the links too: the figures depend on them
        len(pairs),
        seconds,
    )


def _numerals(translator: Translator, part: str, options: DecodingOptions) -> Measured:
    """Count the numerals that arrive unchanged."""
    sources = numeral_sentences(part)
    translations, seconds = _translate(translator, sources, options)
    kept = kept_share(sources, translations)
    result = {**kept.to_dict(), "n": len(sources), "seconds": seconds}
    figures = {f"{options.method} kept": (kept.share, "")}
    return Measured(part, result, figures, sha256_of_lines(sources), len(sources), seconds)


def _translations(
    translator: Translator,
    file: str,
    sources: list[str],
    references: list[str],
    options: DecodingOptions,
) -> Measured:
    """Compare translations with their references."""
    translations, seconds = _translate(translator, sources, options)
    scores = score_texts(translations, references, seconds)
    figures = {f"{options.method} {figure}": value for figure, value in scores.figures().items()}
    digest = sha256_of_lines(sources, references)
    return Measured(file, scores.to_dict(), figures, digest, len(sources), seconds)


def _translate(
    translator: Translator, sources: list[str], options: DecodingOptions
) -> tuple[list[str], float]:
    """Return the translations, and the seconds that they took; a bar on stderr counts them."""
    with tqdm(total=len(sources), unit=" sentences", file=sys.stderr) as bar:
        return translate_all(translator, sources, options, bar.update)


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
