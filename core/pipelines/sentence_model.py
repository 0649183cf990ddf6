"""A checkpoint as a function of sentences: text in, decoded ids out."""

from collections.abc import Iterator, Sequence

import torch

from core.checkpoint import Checkpoint
from core.data.batching import pad_rows
from core.decoding.decode import decode
from core.decoding.guide import ForcedAttention, Guide, Spelling, check_forced
from core.decoding.hypothesis import DecodedSequence, Limits
from core.decoding.options import DecodingOptions
from core.errors import UserError
from core.models.decoder import DecoderState

_BATCH_TOKENS = 1_024  # padded source ids decoded together; more gains nothing on a CPU


class SentenceModel:
    """Encodes and decodes sentences; holds no state of a request, so threads may share it."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        self.checkpoint = checkpoint
        self.model = checkpoint.model
        self.source_tokenizer = checkpoint.source_tokenizer
        self.target_tokenizer = checkpoint.target_tokenizer
        self._spelling = Spelling(self.target_tokenizer.spelling())

    def decode(
        self, sentences: Sequence[str], options: DecodingOptions
    ) -> list[list[DecodedSequence]]:
        """Return the hypotheses of each sentence, best first."""
        found = dict(self.decode_sorted(sentences, options, options.beam))
        return [found[number] for number in range(len(sentences))]

    def decode_sorted(
        self, sentences: Sequence[str], options: DecodingOptions, n_best: int
    ) -> Iterator[tuple[int, list[DecodedSequence]]]:
        """Yield (number, hypotheses) of each sentence, in batches of similar length."""
        rows = self.encode(sentences)
        order = sorted(range(len(rows)), key=lambda number: len(rows[number]))
        while order:
            longest = 0
            batch: list[int] = []
            while order and (not batch or (len(batch) + 1) * longest <= _BATCH_TOKENS):
                batch.append(order.pop())  # the longest first: it tells how many fit
                longest = max(longest, len(rows[batch[-1]]))
            decoded = self.decode_rows([rows[number] for number in batch], options, n_best)
            yield from zip(batch, decoded, strict=True)

    @torch.inference_mode()
    def decode_rows(
        self,
        rows: list[list[int]],
        options: DecodingOptions,
        n_best: int,
        guide: Guide | None = None,
    ) -> list[list[DecodedSequence]]:
        """Return the hypotheses of each row of source ids; a guide is for a single row."""
        state, limits = self.start(rows), self.limits(rows, guide)
        return decode(self.model, state, options, limits, n_best, guide)

    def encode(self, sentences: Sequence[str]) -> list[list[int]]:
        """Return the source ids of each sentence, ``</s>`` included."""
        encoded = self.source_tokenizer.encode_batch(sentences)
        return [[*ids, self.source_tokenizer.eos_id] for ids in encoded]

    @torch.inference_mode()
    def start(self, rows: list[list[int]]) -> DecoderState:
        """Return the state of the model before its first token, for B rows of source ids."""
        source = pad_rows(rows, self.source_tokenizer.pad_id).to(self.model.device)
        return self.model.start(source, torch.tensor([len(row) for row in rows]))

    def limits(self, rows: list[list[int]], guide: Guide | None = None) -> Limits:
        """Return where decoding of the rows begins and ends."""
        lengths = [len(row) for row in rows]
        given = guide.longest if guide else 0
        return Limits(
            bos_id=self.target_tokenizer.bos_id,
            eos_id=self.target_tokenizer.eos_id,
            # Translations of training are at most twice as long; the rest would be a loop.
            max_tokens=[2 * length + 10 + given for length in lengths],
            source_lengths=lengths,
            device=self.model.device,
        )

    def guide(
        self,
        row: list[int],
        prefix: str = "",
        tokens: Sequence[int] = (),
        forced: Sequence[ForcedAttention] = (),
    ) -> Guide:
        """Return what is fixed about the translation of one row of source ids.

        Args:
            prefix: text that the translation begins with, which may end inside of a word.
            tokens: target ids that it begins with, in place of a prefix.
            forced: attention in place of the model's own.

        Raises:
            UserError: forced attention or a token is not there, or a prefix is no text.
        """
        check_forced(forced, len(row))
        self.check_ids(tokens)
        if prefix:
            try:
                begun, rest = self.target_tokenizer.begin(prefix)
            except UnicodeEncodeError:
                raise UserError("The prefix that was given is not UTF-8.") from None
            return Guide(tuple(begun), rest, self._spelling, tuple(forced))
        return Guide(tuple(tokens), forced=tuple(forced))

    def check_ids(self, tokens: Sequence[int]) -> None:
        """Raise UserError unless all are target ids that can be written."""
        if not all(0 <= token <= self.target_tokenizer.eos_id for token in tokens):
            raise UserError(f"tokens must be ids from 0 to {self.target_tokenizer.eos_id}.")
