"""Misspellings as people make them: a model reads a word and writes a misspelling of it.

What it makes of the words that a corrector has to know is what that one learns from, though nobody
has misspelt most of them in a list: back-translation (Sennrich et al. 2016, arXiv 1511.06709).
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import torch
from tqdm import tqdm

from core.checkpoint import WEIGHTS, Checkpoint, load_checkpoint, sha256_of
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
from core.whole_files import write_whole

_EACH = 40  # misspellings of a word
_BATCH = 64  # words that are misspelt together
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
            self._train, tokenizer, tokenizer, tokens, seed, lambda pair, chance: pair, 0.0
        )

    def valid_pairs(self) -> list[Pair]:
        return self._valid

    def card(self, name: str, model: Seq2Seq, history: History, origin: Origin) -> str:
        return misspeller_card(name, model, history, origin)


def misspellings(folder: Path, words: Sequence[str]) -> dict[str, list[str]]:
    """Return what the misspeller in a folder makes of each word: some is the word itself, or "".

    That takes minutes, so it is kept beside the weights, under a name that only they and the words
    have.

    Raises:
        UserError: there is no misspeller, its checkpoint can't be read, or nothing written there.
    """
    if not (folder / WEIGHTS).is_file():
        raise UserError(
            f"A corrector learns from what a misspeller makes, and there is none in {folder}: run"
            " python -m core train misspell-en first."
        )
    made_of = "\n".join((sha256_of(folder / WEIGHTS), str(_EACH), *words))
    kept = folder / f"misspellings-{hashlib.sha256(made_of.encode()).hexdigest()[:12]}.tsv"
    if not kept.is_file():
        made = draw_misspellings(load_checkpoint(folder), words, _EACH)
        text = "\n".join("\t".join((word, *made[word])) for word in words)
        try:
            write_whole(kept, text.encode("utf-8"))
        except OSError as error:
            raise UserError(f"{kept} can't be written: {error.strerror}.") from error
    rows = (line.split("\t") for line in kept.read_text(encoding="utf-8").split("\n"))
    return {word: made for word, *made in rows}


@torch.inference_mode()
def draw_misspellings(
    misspeller: Checkpoint[Seq2Seq], words: Sequence[str], each: int
) -> dict[str, list[str]]:
    """Return ``each`` draws of what the model makes of each word.

    All at once and without what :mod:`core.decoding` keeps of each step: twice as fast.
    """
    reader = SentenceModel(misspeller)
    model, tokenizer = reader.model, reader.target_tokenizer
    chance = torch.Generator(model.device).manual_seed(1)
    made: dict[str, list[str]] = {}
    ordered = sorted(words, key=len)
    for begin in tqdm(range(0, len(ordered), _BATCH), desc="misspelling words"):
        batch = ordered[begin : begin + _BATCH]
        rows = reader.encode(batch)
        every = torch.arange(len(batch), device=model.device)[:, None].expand(-1, each)  # (B, K)
        state = reader.start(rows).select(every)
        tokens = torch.full((every.numel(),), tokenizer.bos_id, device=model.device)  # (B·K,)
        written = []
        for _ in range(len(rows[-1]) + _LONGER):
            output = model.step(tokens, state)
            state = output.state
            tokens = output.logits.softmax(1).multinomial(1, generator=chance)[:, 0]
            written.append(tokens)
        texts = [_text(ids, tokenizer) for ids in torch.stack(written, 1).tolist()]
        made |= {word: texts[n * each : (n + 1) * each] for n, word in enumerate(batch)}
    return made


def _text(ids: list[int], tokenizer: Tokenizer) -> str:
    """Return what is written before the first end; nothing where that looks like no word."""
    text = tokenizer.decode(ids[: ids.index(tokenizer.eos_id)]) if tokenizer.eos_id in ids else ""
    return text if WORD.fullmatch(text) else ""
