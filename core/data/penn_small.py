"""A sample of the Penn Treebank, a tenth of it, that one published exercise trains on."""

import os
from pathlib import Path

from core.data.documents import read_zipped

_PARTS = ("train", "valid", "test")


def load_penn_small() -> dict[str, list[list[str]]]:
    """Return the words of each sentence of each part, ``<sos>`` and ``<eos>`` around them.

    The files train.txt and so on, gzipped or not, are taken from ``$SEQLENS_DATA/penn-small``.

    Raises:
        UserError: a file is damaged, or missing: it may not be passed on, so nothing downloads it.
    """
    folder = Path(os.environ.get("SEQLENS_DATA", ".")) / "penn-small"
    return {part: _sentences(folder / f"{part}.txt") for part in _PARTS}


def _sentences(path: Path) -> list[list[str]]:
    content = read_zipped(path, "put a sample of the Penn Treebank there")
    return [["<sos>", *line.split(), "<eos>"] for line in content.splitlines()]
