"""The pipelines of the checkpoints in a folder, by name, whatever their kind."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import nn

from core.checkpoint import WEIGHTS, Checkpoint, load_checkpoint, read_config
from core.errors import UserError
from core.pipelines.corrector import SpellingCorrector
from core.pipelines.generator import TextGenerator
from core.pipelines.translator import Translator

CHECKPOINTS = Path(__file__).parents[2] / "checkpoints"
DEFAULT = "translate-de-en"
DEFAULT_WRITER = "lm-arxiv-word"
DEFAULT_CORRECTOR = "spell-en"
Pipeline = Translator | TextGenerator | SpellingCorrector
Wanted = TypeVar("Wanted", Translator, TextGenerator, SpellingCorrector)
PIPELINES: dict[str, Callable[[Checkpoint[Any]], Pipeline]] = {
    "seq2seq": Translator,
    "language-model": TextGenerator,
    "spelling": SpellingCorrector,
}
_DOES = {
    Translator: "is a translator",
    TextGenerator: "is a language model",
    SpellingCorrector: "corrects spelling",
}


class NamedPipelines:
    """Named checkpoints, each with the pipeline of its kind; loaded once, when first asked for."""

    def __init__(
        self,
        root: Path = CHECKPOINTS,
        device: str = "auto",
        threads: int | None = None,
        writer_device: str | None = None,
    ) -> None:
        """``device`` is ``auto``, ``cpu`` or ``cuda``; ``root`` holds a folder a checkpoint.

        ``writer_device`` is that of language models, if it is another one.

        ``threads`` is torch's number of threads for one request, in the whole process; nothing
        else sets it.
        """
        if threads is not None:
            torch.set_num_threads(threads)
        self.root = root
        self.device = pick_device(device)
        self.writer_device = pick_device(writer_device or device)
        self._lock = threading.Lock()
        self._pipelines: dict[str, Pipeline] = {}

    def checkpoints(self, kind: str = "seq2seq") -> list[str]:
        """Return the names of the checkpoints of a kind that can be loaded, the default first.

        ``kind`` is a key of PIPELINES.
        """
        problems = self.problems()
        names = [name for name in self._folders() if name not in problems]
        names = [name for name in names if _kind_of(read_config(self.root / name)) == kind]
        defaults = (DEFAULT, DEFAULT_WRITER, DEFAULT_CORRECTOR)
        return sorted(names, key=lambda name: (name not in defaults, name))

    def problems(self) -> dict[str, str]:
        """Return what is wrong with each checkpoint that can't be loaded, in one sentence."""
        found = {}
        for name in self._folders():
            try:
                self.pipeline(name)
            except UserError as error:
                found[name] = str(error)
        return found

    def translator(self, name: str = DEFAULT) -> Translator:
        """Return the loaded pipeline of a translator, for work on whole files.

        Raises:
            UserError: there is no such checkpoint, it can't be loaded, or does not translate.
        """
        return self._pipeline_of(Translator, name, "it does not translate")

    def generator(self, name: str) -> TextGenerator:
        """Return the loaded pipeline of a language model; errors are those of ``translator``."""
        return self._pipeline_of(TextGenerator, name, "it has no language model to write with")

    def corrector(self, name: str = DEFAULT_CORRECTOR) -> SpellingCorrector:
        """Return the loaded pipeline of a spelling corrector; errors as of ``translator``."""
        return self._pipeline_of(SpellingCorrector, name, "it does not correct spelling")

    def model(self, name: str) -> nn.Module:
        """Return the model of a checkpoint of any kind; errors are those of ``translator``."""
        return self.checkpoint(name).model

    def checkpoint(self, name: str) -> Checkpoint[Any]:
        """Return a loaded checkpoint of any kind; errors are those of ``translator``."""
        return self.pipeline(name).checkpoint

    def pipeline(self, name: str) -> Pipeline:
        """Return the loaded pipeline of any checkpoint; errors are those of ``translator``."""
        with self._lock:
            if name not in self._pipelines:
                if name not in self._folders():
                    names = ", ".join(self._folders()) or "none yet"
                    raise UserError(f"There is no checkpoint called {name!r}; there are: {names}.")
                kind = _kind_of(read_config(self.root / name))
                device = self.writer_device if kind == "language-model" else self.device
                self._pipelines[name] = PIPELINES[kind](load_checkpoint(self.root / name, device))
            return self._pipelines[name]

    def _pipeline_of(self, wanted: type[Wanted], name: str, lacks: str) -> Wanted:
        pipeline = self.pipeline(name)
        if not isinstance(pipeline, wanted):
            raise UserError(f"{name} {_DOES[type(pipeline)]}: {lacks}.")
        return pipeline

    def _folders(self) -> list[str]:
        # A folder that has lost one of the two is named as a problem, not passed over.
        files = [*self.root.glob("*/config.json"), *self.root.glob(f"*/{WEIGHTS}")]
        return sorted({file.parent.name for file in files})


def _kind_of(config: dict[str, Any]) -> str:
    """Return the kind of pipeline that a checkpoint is for, a key of PIPELINES.

    An encoder and a decoder of single letters correct words; of pieces, they translate.
    """
    letters = config["kind"] == "seq2seq" and config.get("tokenizer") == "character"
    return "spelling" if letters else config["kind"]


def pick_device(name: str) -> torch.device:
    """Return the device of that name; ``auto`` takes a GPU where there is one.

    Raises:
        UserError: it is not there.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if name == "cpu" or (name == "cuda" and torch.cuda.is_available()):
        return torch.device(name)
    raise UserError(f"device must be auto, cpu or cuda where there is a GPU, not {name!r}.")
