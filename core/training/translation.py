"""Training a translator: subwords of both languages, changed pairs, batches by token count."""

import dataclasses
import random
from collections.abc import Sequence

from core.data.augmentation import (
    as_typed,
    shared_numbers,
    with_digits,
    with_german_clock,
    with_other_numbers,
)
from core.data.batching import BatchStream
from core.data.corpora import Pair
from core.data.splits import LOADERS, ParallelData
from core.history import History
from core.models.seq2seq import Seq2Seq
from core.tokenizers.protocol import Tokenizer
from core.tokenizers.subword import SubwordTokenizer
from core.training.model_card import Origin, translation_card
from core.training.pairs import PairTask
from core.training.recipes import TranslationRecipe


class TranslationTask(PairTask):
    """See :class:`core.training.task.Task`."""

    recipe: TranslationRecipe

    def __init__(self, recipe: TranslationRecipe, data: ParallelData | None) -> None:
        """``data`` is a user's own; by default the recipe's."""
        self.recipe = recipe if data is None else dataclasses.replace(recipe, data="own")
        self.data = LOADERS[recipe.data]() if data is None else data

    def tokenizer(self) -> Tokenizer:
        # Lower-case copies are in the text as often as the model will read them.
        chance = random.Random(self.recipe.seed)
        texts = (
            text
            for pair in self.data.train
            for text in (as_typed(pair.source, chance, self.recipe.as_typed), pair.target)
        )
        return SubwordTokenizer.train(texts, self.recipe.vocab_size)

    def stream(self, tokenizer: Tokenizer) -> BatchStream:
        recipe = self.recipe
        pairs = [with_german_clock(pair) for pair in self.data.train]
        repeated = [pair for pair in pairs if shared_numbers(pair)] * (recipe.number_copies - 1)
        return BatchStream(
            [*pairs, *repeated],
            tokenizer,
            tokenizer,
            recipe.batch_tokens,
            recipe.seed,
            self._augment,
            recipe.source_dropout,
        )

    def _augment(self, pairs: Sequence[Pair], chance: random.Random) -> list[Pair]:
        return [self._changed(pair, chance) for pair in pairs]

    def _changed(self, pair: Pair, chance: random.Random) -> Pair:
        pair = with_other_numbers(pair, chance, self.recipe.other_numbers)
        pair = with_digits(pair, chance, self.recipe.digits)
        return Pair(as_typed(pair.source, chance, self.recipe.as_typed), pair.target)

    def valid_pairs(self) -> list[Pair]:
        return [pair for part in self.data.valid.values() for pair in part]

    def card(self, name: str, model: Seq2Seq, history: History, origin: Origin) -> str:
        return translation_card(name, self.recipe, model, history, origin)
