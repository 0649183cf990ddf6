"""The one object that the page, the API and the command line call."""

import threading
from collections.abc import Sequence
from pathlib import Path

import torch

from core.checkpoint import WEIGHTS, load_checkpoint, read_config
from core.decoding.options import DecodingOptions
from core.errors import UserError
from core.evaluation.translation import TranslationScores as TranslationScores
from core.evaluation.translation import score_sentence, score_texts
from core.pipelines.joined import replace_sentence
from core.pipelines.results import BeamTree, ForcedAttention, Hypothesis, Translation
from core.pipelines.translator import Translator

CHECKPOINTS = Path(__file__).parent.parent / "checkpoints"
DEFAULT = "translate-de-en"


class Service:
    """Named checkpoints behind plain arguments; they are loaded once, when first asked for."""

    def __init__(
        self, root: Path = CHECKPOINTS, device: str = "auto", threads: int | None = None
    ) -> None:
        """``device`` is ``auto``, ``cpu`` or ``cuda``; ``root`` holds a folder a checkpoint.

        ``threads`` is torch's number of threads for one request, in the whole process; nothing
        else sets it.
        """
        if threads is not None:
            torch.set_num_threads(threads)
        self.root = root
        self.device = pick_device(device)
        self._lock = threading.Lock()
        self._translators: dict[str, Translator] = {}

    def checkpoints(self, kind: str = "seq2seq") -> list[str]:
        """Return the names of the checkpoints of a kind that can be loaded, the default first."""
        problems = self.problems()
        names = [name for name in self._folders() if name not in problems]
        names = [name for name in names if read_config(self.root / name)["kind"] == kind]
        return sorted(names, key=lambda name: (name != DEFAULT, name))

    def problems(self) -> dict[str, str]:
        """Return what is wrong with each checkpoint that can't be loaded, in one sentence."""
        found = {}
        for name in self._folders():
            try:
                self.translator(name)
            except UserError as error:
                found[name] = str(error)
        return found

    def translate(
        self,
        text: str,
        checkpoint: str = DEFAULT,
        method: str = "beam",
        beam: int = 5,
        length_penalty: float = 1.0,
        temperature: float = 1.0,
        seed: int = 0,
        prefix: str = "",
        tokens: Sequence[int] = (),
        forced: Sequence[ForcedAttention] = (),
    ) -> Translation:
        """Translate a text.

        Args:
            prefix: characters that the translation begins with; of one sentence alone.
            tokens: target ids that it begins with, in place of a prefix.
            forced: attention in place of the model's own; of one sentence alone.

        Raises:
            UserError: an unknown checkpoint, a value out of range, or nothing to translate.
        """
        options = DecodingOptions(method, beam, length_penalty, temperature, seed)
        return self.translator(checkpoint).translate(text, options, prefix, tokens, forced)

    def score(
        self,
        text: str,
        target: str | Sequence[int],
        checkpoint: str = DEFAULT,
        alternatives: int = 0,
        forced: Sequence[ForcedAttention] = (),
    ) -> Hypothesis:
        """Return what the model gives to a translation of one sentence; see Translator.score."""
        return self.translator(checkpoint).score(text, target, alternatives, forced)

    def beam_tree(
        self,
        text: str,
        checkpoint: str = DEFAULT,
        beam: int = 5,
        length_penalty: float = 1.0,
        prefix: str = "",
        tokens: Sequence[int] = (),
        forced: Sequence[ForcedAttention] = (),
    ) -> BeamTree:
        """Return all hypotheses of the beam search for one sentence; see Translator.beam_tree."""
        options = DecodingOptions("beam", beam, length_penalty)
        return self.translator(checkpoint).beam_tree(text, options, prefix, tokens, forced)

    def translate_lines(
        self,
        lines: Sequence[str],
        checkpoint: str = DEFAULT,
        method: str = "beam",
        beam: int = 5,
        length_penalty: float = 1.0,
        temperature: float = 1.0,
        seed: int = 0,
    ) -> list[str]:
        """Return the translation of each line, empty for a blank one."""
        options = DecodingOptions(method, beam, length_penalty, temperature, seed)
        found = dict(self.translator(checkpoint).translate_lines(lines, options))
        return [found[number] for number in range(len(lines))]

    def compare(self, translations: Sequence[str], references: Sequence[str]) -> TranslationScores:
        """Return BLEU, chrF and TER of translations, one or many, with a reference for each."""
        if len(translations) == len(references) == 1:
            return score_sentence(translations[0], references[0])
        return score_texts(translations, references, seconds=0.0)

    def replace_sentence(self, whole: Translation, index: int, part: Translation) -> Translation:
        """Return the translation of the whole text with another one of its sentence ``index``."""
        return replace_sentence(whole, index, part)

    def _folders(self) -> list[str]:
        # A folder that has lost one of the two is named as a problem, not passed over.
        files = [*self.root.glob("*/config.json"), *self.root.glob(f"*/{WEIGHTS}")]
        return sorted({file.parent.name for file in files})

    def translator(self, name: str = DEFAULT) -> Translator:
        """Return the loaded pipeline of a checkpoint, for work on whole files.

        Raises:
            UserError: there is no such checkpoint, or it can't be loaded.
        """
        with self._lock:
            if name not in self._translators:
                if name not in self._folders():
                    names = ", ".join(self._folders()) or "none yet"
                    raise UserError(f"There is no checkpoint called {name!r}; there are: {names}.")
                checkpoint = load_checkpoint(self.root / name, self.device)
                self._translators[name] = Translator(checkpoint)
            return self._translators[name]


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
