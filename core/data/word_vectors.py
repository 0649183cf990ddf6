"""Word vectors in the text format of GloVe: a word and its numbers on each line."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from core.errors import UserError


@dataclass(frozen=True)
class Coverage:
    """How much of a vocabulary a file of vectors has."""

    found: int
    words: int

    @property
    def share(self) -> float:
        return self.found / self.words


def read_vectors(path: Path) -> Iterator[tuple[str, list[float]]]:
    """Yield each word with its vector; a first line of two numbers (word2vec's) is passed over.

    Raises:
        UserError: the file can't be read, or a line is no word with as many numbers as the first.
    """
    size = 0
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                word, *fields = line.rstrip().split(" ")
                if number == 1 and len(fields) == 1:
                    continue
                try:
                    vector = [float(field) for field in fields]
                except ValueError:
                    raise UserError(f"{path}, line {number}: not a word and numbers.") from None
                size = size or len(vector)
                if not vector or len(vector) != size:
                    raise UserError(
                        f"{path}, line {number}: {len(vector)} numbers, the lines before {size}."
                    )
                yield word, vector
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path} can't be read as UTF-8 text ({type(error).__name__}).") from None


@torch.no_grad()
def place_vectors(weight: Tensor, words: Sequence[str], path: Path) -> Coverage:
    """Copy the vectors of a file into the rows of their words; other rows stay as they are.

    Args:
        weight: (V, E); row n belongs to ``words[n]``, and there may be more rows than words.
        words: different words.

    Raises:
        UserError: the file is damaged, or its vectors have not E numbers.
    """
    row_of = {word: number for number, word in enumerate(words)}
    rows, vectors = [], []
    for word, vector in read_vectors(path):
        if len(vector) != weight.size(1):
            raise UserError(
                f"{path} has vectors of {len(vector)} numbers, the embedding has {weight.size(1)}."
            )
        if word in row_of:
            rows.append(row_of.pop(word))  # the first of a word that stands there twice
            vectors.append(vector)
    if rows:
        weight[torch.tensor(rows)] = torch.tensor(vectors, dtype=weight.dtype)
    return Coverage(len(rows), len(words))


def write_vectors(path: Path, words: Sequence[str], vectors: Sequence[Sequence[float]]) -> None:
    """Write vectors in the format of :func:`read_vectors`."""
    lines = (
        f"{word} {' '.join(f'{value:.5f}' for value in vector)}\n"
        for word, vector in zip(words, vectors, strict=True)
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(lines), encoding="utf-8")
