"""What ``evaluate`` measures of a translator: BLEU and the like, numerals, alignments."""

import sys
import time
from pathlib import Path

from tqdm import tqdm

from core.commands.measured import Measured
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
from core.evaluation.metrics import sha256_of_lines
from core.evaluation.numerals import kept_share
from core.evaluation.translation import score_texts, translate_all
from core.pipelines.translator import Translator
from core.pipelines.words import split_words


def measure_translator(
    translator: Translator,
    part: str | None,
    source: Path | None,
    reference: Path | None,
    options: DecodingOptions,
) -> Measured:
    """Return the figures of a held-out part, or of a file of sentences and one of references."""
    if part == ALIGNMENTS.stem:
        return _alignments(translator)  # nothing is searched for
    if part in NUMERALS:
        return _numerals(translator, part, options)
    return _translations(translator, *_read(part, source, reference), options)


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
