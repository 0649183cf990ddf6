"""A few sentences in the place of the sample of the Penn Treebank, for the studies that read it."""

import gzip
from pathlib import Path

import pytest

from core.training.studies import lstm_suspects, next_word, suspect_threads

LINES = {
    "train": ["the dog sat on the mat"] * 4 + ["a cat ran", "the <unk> ran off"],
    "valid": ["the cat sat on a mat"] * 4,
    "test": ["the cow sat on the mat"] * 4,
}


def write_penn(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Write the files, and let the studies read them in batches of 4 with a large learning rate."""
    folder = root / "penn-small"
    folder.mkdir()
    for part, lines in LINES.items():
        content = "".join(f" {line} \n" for line in lines)
        (folder / f"{part}.txt.gz").write_bytes(gzip.compress(content.encode()))
    monkeypatch.setenv("SEQLENS_DATA", str(root))
    monkeypatch.setattr(next_word, "LEARNING_RATE", 2e-3)
    for module in (next_word, lstm_suspects, suspect_threads):
        monkeypatch.setattr(module, "BATCH", 4)
    monkeypatch.setattr(lstm_suspects, "_SIZES", (1, 4))
