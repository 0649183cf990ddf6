"""What the tasks of training an encoder and a decoder share: pairs of texts, one vocabulary."""

from collections.abc import Sequence

from torch import Tensor

from core.data.batching import Batch, by_token_count, make_batch
from core.data.corpora import Pair
from core.errors import UserError
from core.models.seq2seq import Seq2Seq, Seq2SeqConfig
from core.tokenizers.protocol import Tokenizer
from core.training.loss import projected_loss
from core.training.recipes import Recipe
from core.training.scheduled_sampling import mixed_inputs
from core.training.task import Carried

_VALID_TOKENS = 4_096  # padded target ids of a validation batch


class PairTask:
    """The part of a :class:`core.training.task.Task` that is the same for all pairs."""

    recipe: Recipe
    teacher_forcing = 1.0  # see core.training.recipes.SpellingRecipe

    def model(self, tokenizer: Tokenizer) -> Seq2Seq:
        """Return a new model."""
        size, writable = tokenizer.vocab_size, tokenizer.eos_id + 1
        return Seq2Seq(Seq2SeqConfig(size, size, writable, **self.recipe.model))

    def valid_pairs(self) -> Sequence[Pair]:
        """Return the validation part."""
        raise NotImplementedError

    def validation(self, tokenizer: Tokenizer) -> list[Batch]:
        """Return the validation batches.

        Raises:
            UserError: all pairs are too long.
        """
        pairs = self.valid_pairs()
        rows = list(
            zip(
                tokenizer.encode_batch([pair.source for pair in pairs]),
                tokenizer.encode_batch([pair.target for pair in pairs]),
                strict=True,
            )
        )
        batches = by_token_count(rows, _VALID_TOKENS)
        if not batches:
            raise UserError("No pair that is held out for validation is short enough.")
        return [
            make_batch([rows[number] for number in batch], tokenizer, tokenizer)
            for batch in batches
        ]

    def loss(
        self, model: Seq2Seq, batch: Batch, carried: Carried, smoothing: float
    ) -> tuple[Tensor, Tensor, Carried]:
        """Return (loss, negative log-likelihood, nothing); see :class:`core.training.task.Task`."""
        state, inputs = model.start(batch.source, batch.lengths), batch.target_input
        if model.training and self.teacher_forcing < 1.0:  # losses of validations compare
            inputs = mixed_inputs(model, state, inputs, self.teacher_forcing)
        features, _ = model.read(inputs, state)
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
