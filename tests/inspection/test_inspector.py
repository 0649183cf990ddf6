"""A text is inspected as the model reads it."""

from pathlib import Path

import pytest

from core.checkpoint import load_checkpoint
from core.inspection.inspector import inspect
from core.pipelines.corrector import SpellingCorrector
from tests.tiny import letters, write_checkpoint


@pytest.mark.parametrize(("text", "read"), [("Teh", "teh"), ("DON’T", "don't"), ("teh", "teh")])
def test_a_corrector_reads_small_letters_and_knows_them_all(
    tmp_path: Path, text: str, read: str
) -> None:
    write_checkpoint(tmp_path / "speller", 3, letters())
    found = inspect(SpellingCorrector(load_checkpoint(tmp_path / "speller")), text)
    assert (found.text, found.unknown) == (read, ())
    assert found.layers[0].tokens == (*read, "</s>")
