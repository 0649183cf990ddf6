"""Training a translator: subwords of both languages, changed pairs, batches by token count."""

import dataclasses
import random

from torch import Tensor

from core.data.augmentation import (
    as_typed,
    shared_numbers,
    with_digits,
    with_german_clock,
    with_other_numbers,
)
from core.data.batching import Batch, BatchStream, by_token_count, make_batch
from core.data.corpora import Pair
from core.data.splits import LOADERS, ParallelData
from core.models.seq2seq import Seq2Seq, Seq2SeqConfig
from core.tokenizers.protocol import Tokenizer
from core.tokenizers.subword import SubwordTokenizer
from core.training.loss import projected_loss
from core.training.model_card import translation_card
from core.training.recipes import TranslationRecipe
from core.training.task import Carried, History

_VALID_TOKENS = 4_096  # padded target ids of a validation batch


class TranslationTask:
    """See :class:`core.training.task.Task`."""

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

    def model(self, tokenizer: Tokenizer) -> Seq2Seq:
        size, writable = tokenizer.vocab_size, tokenizer.eos_id + 1
        return Seq2Seq(Seq2SeqConfig(size, size, writable, **self.recipe.model))

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

    def _augment(self, pair: Pair, chance: random.Random) -> Pair:
        pair = with_other_numbers(pair, chance, self.recipe.other_numbers)
        pair = with_digits(pair, chance, self.recipe.digits)
        return Pair(as_typed(pair.source, chance, self.recipe.as_typed), pair.target)

    def validation(self, tokenizer: Tokenizer) -> list[Batch]:
        pairs = [pair for part in self.data.valid.values() for pair in part]
        rows = list(
            zip(
                tokenizer.encode_batch([pair.source for pair in pairs]),
                tokenizer.encode_batch([pair.target for pair in pairs]),
                strict=True,
            )
        )
        return [
            make_batch([rows[number] for number in batch], tokenizer, tokenizer)
            for batch in by_token_count(rows, _VALID_TOKENS)
        ]

    def loss(
        self, model: Seq2Seq, batch: Batch, carried: Carried, smoothing: float
    ) -> tuple[Tensor, Tensor, Carried]:
        features, _ = model(batch.source, batch.lengths, batch.target_input)
        decoder = model.decoder
        loss, nll = projected_loss(
            features[batch.is_target],  # padding costs nothing from here on
            decoder.embedding.weight,
            decoder.bias,
            batch.target_output[batch.is_target],
            decoder.writable,
            smoothing,
        )
        return loss, nll, None

    def card(self, name: str, model: Seq2Seq, history: History) -> str:
        return translation_card(name, self.recipe, model, history)
