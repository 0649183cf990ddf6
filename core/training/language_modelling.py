"""Training a language model: words or characters, chunks of documents, the state carried on."""

import dataclasses
import logging
from pathlib import Path

from torch import Tensor

from core.data.documents import TEXTS, TextData
from core.data.text_batching import TextBatch, TextStream, text_batches
from core.data.word_vectors import place_vectors
from core.errors import UserError
from core.history import History
from core.models.language_model import LanguageModel, LanguageModelConfig, RecurrentState
from core.tokenizers.character import CharacterTokenizer
from core.tokenizers.protocol import Tokenizer
from core.tokenizers.word import WordTokenizer
from core.training.loss import projected_loss
from core.training.model_card import Origin, language_model_card
from core.training.recipes import LanguageModelRecipe
from core.training.task import Carried

log = logging.getLogger(__name__)


class LanguageModelTask:
    """See :class:`core.training.task.Task`."""

    def __init__(self, recipe: LanguageModelRecipe, data: TextData | None) -> None:
        """``data`` is a user's own; by default the recipe's."""
        self.recipe = recipe if data is None else dataclasses.replace(recipe, data="own")
        self.data = TEXTS[recipe.data]() if data is None else data

    def tokenizer(self) -> Tokenizer:
        tokens, least = self.recipe.tokens, self.recipe.min_frequency
        if tokens == "character":
            return CharacterTokenizer.train(self.data.train, least)
        split = "space" if tokens == "space" else "razdel"
        return WordTokenizer.train(self.data.train, least, split)

    def model(self, tokenizer: Tokenizer) -> LanguageModel:
        sizes = LanguageModelConfig(tokenizer.vocab_size, tokenizer.eos_id + 1, **self.recipe.model)
        model = LanguageModel(sizes)
        if self.recipe.vectors:
            self._place_vectors(model, tokenizer)
        return model

    def _place_vectors(self, model: LanguageModel, tokenizer: Tokenizer) -> None:
        if not isinstance(tokenizer, WordTokenizer):
            raise UserError("Word vectors are for a model of words.")
        if self.recipe.freeze_vectors and model.config.tied:
            raise UserError("Vectors can't be frozen where the output is tied to them.")
        path = Path(self.recipe.vectors)
        coverage = place_vectors(model.embedding.weight, tokenizer.vocabulary, path)
        log.info("%s has %.1f %% of the vocabulary.", path, 100 * coverage.share)
        model.embedding.weight.requires_grad_(not self.recipe.freeze_vectors)

    def stream(self, tokenizer: Tokenizer) -> TextStream:
        recipe = self.recipe
        return TextStream(
            tokenizer.encode_batch(self.data.train),
            tokenizer,
            recipe.batch,
            recipe.length,
            recipe.continuous,
            recipe.seed,
        )

    def validation(self, tokenizer: Tokenizer) -> list[TextBatch]:
        recipe, rows = self.recipe, tokenizer.encode_batch(self.data.valid)
        batches = text_batches(rows, tokenizer, recipe.batch, recipe.length, recipe.continuous)
        try:
            return list(batches)
        except UserError as error:
            raise UserError(f"The part that is held out is too short: {error}") from None

    def loss(
        self, model: LanguageModel, batch: TextBatch, carried: Carried, smoothing: float
    ) -> tuple[Tensor, Tensor, Carried]:
        if batch.begins or carried is None:
            state = model.start(len(batch.inputs))
        else:  # that of a resumed run was read from its file, onto the CPU
            state = RecurrentState(*(part.to(model.device) for part in carried))
        features, after = model(batch.inputs, state)
        loss, nll = projected_loss(
            features[batch.is_target],  # padding costs nothing from here on
            model.output.weight,
            model.bias,
            batch.targets[batch.is_target],
            model.config.writable,
            smoothing,
        )
        return loss, nll, tuple(after.detach())

    def card(self, name: str, model: LanguageModel, history: History, origin: Origin) -> str:
        return language_model_card(name, self.recipe, model, history, origin)
