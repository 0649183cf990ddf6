"""A sample of the Penn Treebank, a tenth of it, that one published exercise trains on."""

import gzip
import os
import zlib
from pathlib import Path

from core.errors import UserError

_PARTS = ("train", "valid", "test")


def load_penn_small() -> dict[str, list[list[str]]]:
    """Return the words of each sentence of each part, ``<sos>`` and ``<eos>`` around them.

    The files train.txt.gz and so on are taken from ``$SEQLENS_DATA/penn-small``.

    Raises:
        UserError: a file is damaged, or missing: it may not be passed on, so nothing downloads it.
    """
    folder = Path(os.environ.get("SEQLENS_DATA", ".")) / "penn-small"
    return {part: _sentences(folder / f"{part}.txt.gz") for part in _PARTS}


def _sentences(path: Path) -> list[list[str]]:
    try:
        content = gzip.decompress(path.read_bytes()).decode("utf-8")
    except FileNotFoundError:
        raise UserError(f"{path} is missing; put a sample of the Penn Treebank there.") from None
    except (OSError, EOFError, zlib.error, UnicodeDecodeError):
        raise UserError(f"{path} can't be read, or is damaged.") from None
    return [["<sos>", *line.split(), "<eos>"] for line in content.splitlines()]
