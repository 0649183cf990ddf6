"""The page over tiny models with random weights: what it does must not depend on what they say.

python -m tests.browser.tiny_app    serves it on GRADIO_SERVER_PORT
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from gradio import networking

from core.checkpoint import save_checkpoint
from core.service import Service
from core.tokenizers.protocol import ClosedTokenizer
from demo.ui import build_demo, launch_options
from tests.tiny import characters, language_model, words, write_checkpoint

WORDS, CHARACTERS, ENDING = "a-words", "b-characters", "c-ending"  # the first is the default


def write_writer(folder: Path, pieces: ClosedTokenizer, ending: float) -> None:
    """Write a language model to whose logit of `</s>` something is added."""
    sizes = {"writable": pieces.eos_id + 1, "vocab_size": pieces.vocab_size}
    model = language_model(0, ending=ending, **sizes)
    save_checkpoint(folder, model, [pieces], recipe={"name": folder.name})


def write_all(root: Path) -> None:
    write_checkpoint(root / "translate-de-en")
    write_writer(root / WORDS, words(), ending=-99.0)
    write_writer(root / CHARACTERS, characters(), ending=-99.0)
    write_writer(root / ENDING, words(), ending=4.0)


def main() -> None:
    # Gradio gives its own page three seconds to answer, and a busy machine takes more.
    networking.url_ok = lambda url: True
    with TemporaryDirectory() as folder:
        write_all(Path(folder))
        build_demo(Service(root=Path(folder), threads=1)).launch(**launch_options())


if __name__ == "__main__":
    main()
