"""Misspellings as people make them: a model reads a word and writes a misspelling of it.

What it makes of the words that a corrector has to know is what that one learns from, though nobody
has misspelt most of them in a list: back-translation (Sennrich et al. 2016, arXiv 1511.06709).
"""

import random
from collections.abc import Sequence
from pathlib import Path

import torch

from core.checkpoint import WEIGHTS, Checkpoint, load_checkpoint
from core.data.batching import BatchStream
from core.data.corpora import Pair
from core.data.spelling import SLIPS, WORD, SpellingData, is_readable, load_spelling
from core.errors import UserError
from core.history import History
from core.models.seq2seq import Seq2Seq
from core.pipelines.sentence_model import SentenceModel
from core.tokenizers.character import CharacterTokenizer
from core.tokenizers.protocol import Tokenizer
from core.training.model_card import Origin, misspeller_card
from core.training.pairs import PairTask
from core.training.recipes import MisspellingRecipe

_BATCH = 128  # words that are misspelt together; more gains nothing on a CPU
_LONGER = 4  # letters by which a misspelling is longer than its word, at most


class MisspellingTask(PairTask):
    """See :class:`core.training.task.Task`; what can be read of the lists, the other way round."""

    recipe: MisspellingRecipe

    def __init__(self, recipe: MisspellingRecipe, data: SpellingData | None = None) -> None:
        """``data`` is by default that of the lists of slips."""
        self.recipe = recipe
        data = data or load_spelling(lists=SLIPS)
        self._words = [one.word for one in data.words]
        self._train, self._valid = (
            [Pair(pair.target, pair.source) for pair in pairs if is_readable(pair)]
            for pairs in (data.train, data.valid)
        )

    def tokenizer(self) -> Tokenizer:
        return CharacterTokenizer.train(self._words, min_frequency=2)

    def stream(self, tokenizer: Tokenizer) -> BatchStream:
        tokens, seed = self.recipe.batch_tokens, self.recipe.seed
        return BatchStream(
            self._train, tokenizer, tokenizer, tokens, seed, lambda pairs, chance: list(pairs), 0.0
        )

    def valid_pairs(self) -> list[Pair]:
        return self._valid

    def card(self, name: str, model: Seq2Seq, history: History, origin: Origin) -> str:
        return misspeller_card(name, model, history, origin)


def load_misspeller(folder: Path) -> Checkpoint[Seq2Seq]:
    """Return the misspeller in a folder, on the CPU.

    Raises:
        UserError: there is none, or its checkpoint can't be read.
    """
    if not (folder / WEIGHTS).is_file():
        raise UserError(
            f"A corrector learns from what a misspeller makes, and there is none in {folder}: run"
            " python -m core train misspell-en first."
        )
    return load_checkpoint(folder)


@torch.inference_mode()
def draw_misspellings(
    misspeller: Checkpoint[Seq2Seq], words: Sequence[str], chance: random.Random
) -> list[str]:
    """Return a draw of what the model makes of each word: it may be the word itself, or "".

    Without what :mod:`core.decoding` keeps of each step: twice as fast.
    """
    reader = SentenceModel(misspeller)
    model, tokenizer = reader.model, reader.target_tokenizer
    generator = torch.Generator(model.device).manual_seed(chance.getrandbits(63))
    made = [""] * len(words)
    order = sorted(range(len(words)), key=lambda number: len(words[number]))
    for begin in range(0, len(order), _BATCH):
        batch = order[begin : begin + _BATCH]
        rows = reader.encode([words[number] for number in batch])
        state = reader.start(rows)
        tokens = torch.full((len(rows),), tokenizer.bos_id, device=model.device)  # (B,)
        written: list[torch.Tensor] = []
        ended = torch.zeros_like(tokens, dtype=torch.bool)  # (B,)
        while len(written) < len(rows[-1]) + _LONGER and not ended.all():
            output = model.step(tokens, state)
            state = output.state
            tokens = output.logits.softmax(1).multinomial(1, generator=generator)[:, 0]
            written.append(tokens)
            ended |= tokens == tokenizer.eos_id
        for number, ids in zip(batch, torch.stack(written, 1).tolist(), strict=True):
            made[number] = _text(ids, tokenizer)
    return made


def _text(ids: list[int], tokenizer: Tokenizer) -> str:
    """Return what is written before the first end; nothing where that looks like no word."""
    text = tokenizer.decode(ids[: ids.index(tokenizer.eos_id)]) if tokenizer.eos_id in ids else ""
    return text if WORD.fullmatch(text) else ""
