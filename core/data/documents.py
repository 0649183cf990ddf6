"""Texts for language models: abstracts and a user's own, in training, validation and test parts."""

import gzip
import hashlib
import os
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from core.data.corpora import ARXIV, Abstract
from core.data.splits import read_lines
from core.data.text import normalise, sentence_key
from core.errors import UserError

_WIKITEXT_TOKENS = {"train": 2_088_628, "valid": 217_646, "test": 245_569}  # <eos> included
_SUBSET = (1_800, 200)  # training and validation abstracts of the studies


@dataclass(frozen=True)
class TextData:
    """The parts of a language model's data; a document is a string on one line."""

    train: list[str]
    valid: list[str]
    test: list[str]


def split_of(key: str) -> str:
    """Return the part that a document belongs to for ever: train (90 %), valid or test (5 %)."""
    place = int(hashlib.sha256(key.encode("utf-8")).hexdigest(), 16) % 20
    return {0: "valid", 1: "test"}.get(place, "train")


def split_documents(documents: Iterable[Abstract]) -> TextData:
    """Return the documents in parts by a hash of their ids, one of each id.

    A training document that says the same as a held-out one is left out.
    """
    texts = {paper.arxiv_id: normalise(paper.text) for paper in documents}
    parts: dict[str, list[str]] = {"train": [], "valid": [], "test": []}
    for key, text in texts.items():
        if text:
            parts[split_of(key)].append(text)
    train = _without(parts["train"], parts["valid"] + parts["test"])
    return TextData(train, parts["valid"], parts["test"])


def _without(texts: Iterable[str], held_out: Iterable[str]) -> list[str]:
    """Return the texts that say something else than the held-out ones."""
    keys = set(map(sentence_key, held_out))
    return [text for text in texts if sentence_key(text) not in keys]


def load_arxiv() -> TextData:
    """Return the abstracts of cs.CL and cs.NE; a paper in both is there once."""
    return split_documents(paper for part in ARXIV.parts().values() for paper in part)


def load_arxiv_subset() -> TextData:
    """Return the few abstracts that the studies of over-fitting train on."""
    data = load_arxiv()
    # Evenly spread: the corpora are in the order of years.
    train, valid = (
        part[:: len(part) // size][:size]
        for part, size in zip((data.train, data.valid), _SUBSET, strict=True)
    )
    return TextData(train, valid, data.test)


def load_wikitext() -> TextData:
    """Return WikiText-2 (Merity et al. 2016, arXiv 1609.07843), each line a document.

    It has no address that stays: the files wiki.train.tokens and so on, gzipped or not, are taken
    from ``$SEQLENS_DATA/wikitext-2``.

    Raises:
        UserError: a file is missing or damaged: its number of tokens is the published one.
    """
    folder = Path(os.environ.get("SEQLENS_DATA", ".")) / "wikitext-2"
    parts = {part: _wikitext_part(folder, part) for part in _WIKITEXT_TOKENS}
    return TextData(**parts)


def read_zipped(path: Path, where: str) -> str:
    """Return the text of a file that is not downloaded, gzipped (``.gz`` behind its name) or not.

    Args:
        where: what to do where it is missing.

    Raises:
        UserError: it is missing or damaged.
    """
    zipped = path.with_name(path.name + ".gz")
    try:
        content = gzip.decompress(zipped.read_bytes()) if zipped.is_file() else path.read_bytes()
        return content.decode("utf-8")
    except FileNotFoundError:
        raise UserError(f"{path} is missing; {where}.") from None
    except (OSError, EOFError, zlib.error, UnicodeDecodeError):
        raise UserError(f"{path} can't be read, or is damaged.") from None


def _wikitext_part(folder: Path, part: str) -> list[str]:
    path = folder / f"wiki.{part}.tokens"
    where = "put the files of WikiText-2 into $SEQLENS_DATA/wikitext-2"
    lines = read_zipped(path, where).removesuffix("\n").split("\n")
    tokens = sum(len(line.split()) + 1 for line in lines)
    if tokens != _WIKITEXT_TOKENS[part]:
        raise UserError(f"{path} has {tokens:,} tokens, not {_WIKITEXT_TOKENS[part]:,}.")
    return lines


def read_documents(path: Path) -> list[str]:
    """Return a user's own documents, one a line, cleaned as those of the corpora.

    Raises:
        UserError: it can't be read, or there is nothing to read.
    """
    documents = list(filter(None, map(normalise, read_lines(path))))
    if not documents:
        raise UserError(f"{path} has no text to read.")
    return documents


def load_own_text(path: Path) -> TextData:
    """Return a user's own text, a document a line, of which a tenth is held out for validation.

    Raises:
        UserError: it can't be read, or has fewer than ten different lines, whatever their case.
    """
    lines = list(dict.fromkeys(read_documents(path)))
    keys = set(map(sentence_key, lines))  # lines that say the same are in one part
    if len(keys) < 10:
        raise UserError(f"{path}: {len(keys)} different lines are too few; give at least 10.")
    # By hash, so that most lines stay in their part when others are added.
    order = sorted(keys, key=lambda key: hashlib.sha256(key.encode("utf-8")).digest())
    held_out = set(order[: max(1, min(500, len(order) // 10))])
    valid = [line for line in lines if sentence_key(line) in held_out]
    return TextData(_without(lines, valid), valid, [])


TEXTS: dict[str, Callable[[], TextData]] = {
    "arxiv": load_arxiv,
    "arxiv-subset": load_arxiv_subset,
    "wikitext": load_wikitext,
}
