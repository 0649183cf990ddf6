"""The page over tiny models with random weights: what it does must not depend on what they say.

python -m tests.browser.tiny_app    serves it on GRADIO_SERVER_PORT
"""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from core.checkpoint import save_checkpoint
from core.inspection.held_out import weights_of, write_units
from core.inspection.results import FoundUnit, Units
from core.report import report
from core.service import Service
from core.tokenizers.protocol import ClosedTokenizer
from demo.ui import build_demo, launch_options
from tests.tiny import characters, language_model, letters, words, write_checkpoint

WORDS, CHARACTERS, ENDING = "a-words", "b-characters", "c-ending"  # the first is the default
SPELLER, OTHER_SPELLER = "spell-en", "spell-other"
MEASURED = {"threshold": 1.0, "precision": 0.75, "recall": 0.5, "right_words_kept": 0.875}

FOUND = (
    FoundUnit("layer 1", "cell", 3, "inside brackets", -0.75),
    FoundUnit("layer 1", "forget gate", 7, "word length", 0.5),
    FoundUnit("layer 2", "cell", 5, "position", 0.25),
)


def write_writer(folder: Path, pieces: ClosedTokenizer, ending: float) -> None:
    """Write a language model to whose logit of `</s>` something is added."""
    sizes = {"writable": pieces.eos_id + 1, "vocab_size": pieces.vocab_size}
    model = language_model(0, ending=ending, **sizes)
    save_checkpoint(folder, model, [pieces], recipe={"name": folder.name})


def write_all(root: Path) -> None:
    write_checkpoint(root / "translate-de-en")
    write_writer(root / WORDS, words(), ending=-99.0)
    told = ("made up", 20, 200, "python -m core", "2026-01-02", weights_of(root / WORDS))
    write_units(root / WORDS, Units(*told, FOUND))
    write_writer(root / CHARACTERS, characters(), ending=-99.0)
    write_writer(root / ENDING, words(), ending=4.0)
    write_checkpoint(root / SPELLER, 4, letters())
    write_checkpoint(root / OTHER_SPELLER, 6, letters())
    (root / "reports").mkdir()
    made = report("Thresholds", "How sure?", "python -m core", [MEASURED], [], "Made up.")
    (root / "reports" / "spelling-thresholds.json").write_text(json.dumps(made), encoding="utf-8")


def main() -> None:
    with TemporaryDirectory() as folder:
        write_all(Path(folder))
        build_demo(Service(root=Path(folder), threads=1)).launch(**launch_options())


if __name__ == "__main__":
    main()
