"""What ``evaluate`` measures of a language model: perplexity and bits per character."""

import sys
from pathlib import Path

import torch
from tqdm import tqdm

from core.commands.measured import Measured
from core.data.documents import load_arxiv, load_wikitext, read_documents
from core.errors import UserError
from core.evaluation.metrics import sha256_of_lines
from core.evaluation.perplexity import score_documents
from core.models.language_model import LanguageModel
from core.pipelines.generator import TextGenerator

PARTS = ("arxiv", "valid-arxiv", "wikitext", "valid-wikitext")
_FIGURES = (
    "perplexity",
    "bits_per_token",
    "bits_per_character",
    "comparable_bits_per_character",
    "unknown_share",
)


def measure_language_model(writer: TextGenerator, part: str | None, text: Path | None) -> Measured:
    """Return the figures of a held-out part or of a file, a document on each line.

    Of a part, those of the same model before its training stand beside them. WikiText is read as
    the field does: the state is carried through the file.
    """
    if text is not None:
        file, documents = text.name, read_documents(text)
    else:
        file, documents = _held_out(part)
    continuous = part is not None and part.endswith("wikitext")
    with tqdm(unit=" tokens", file=sys.stderr) as bar:
        scores = score_documents(writer.model, writer.tokenizer, documents, continuous, bar.update)
        result = scores.to_dict()
        if part is not None:
            torch.manual_seed(1)
            untrained = LanguageModel(writer.model.config).to(writer.model.device).eval()
            before = score_documents(untrained, writer.tokenizer, documents, continuous, bar.update)
            result |= {f"untrained_{name}": before.to_dict()[name] for name in _FIGURES[:-1]}
    figures = {
        name.replace("_", " "): (value, "")
        for name, value in result.items()
        if value is not None and name.removeprefix("untrained_") in _FIGURES
    }
    digest = sha256_of_lines(documents)
    return Measured(file, result, figures, digest, len(documents), scores.seconds)


def _held_out(part: str | None) -> tuple[str, list[str]]:
    if part not in PARTS:
        raise UserError(f"Give --text FILE, or --part with one of {', '.join(PARTS)}.")
    data = load_arxiv() if part.endswith("arxiv") else load_wikitext()
    return part, data.valid if part.startswith("valid-") else data.test
