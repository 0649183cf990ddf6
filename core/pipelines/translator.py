"""Text in one language in, text in the other out, with the attention of each hypothesis."""

import dataclasses
import time
from collections.abc import Iterator, Sequence

import torch

from core.checkpoint import Checkpoint
from core.data.batching import pad_rows
from core.data.text import normalise
from core.decoding.beam_search import beam_search
from core.decoding.hypothesis import DecodedSequence, Limits
from core.decoding.options import DecodingOptions
from core.decoding.sample import decode_one_by_one
from core.errors import UserError
from core.pipelines.joined import join_translations
from core.pipelines.results import Hypothesis, Token, Translation
from core.pipelines.sentences import join, split_sentences
from core.pipelines.words import end_token, find_words, to_tokens, word_attention
from core.tokenizers.protocol import Piece

_BATCH_TOKENS = 1_024  # padded source ids decoded together; more gains nothing on a CPU


class Translator:
    """Translates with one checkpoint; holds no state of a request, so threads may share it."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        self.checkpoint = checkpoint
        self.model = checkpoint.model
        self.source_tokenizer = checkpoint.source_tokenizer
        self.target_tokenizer = checkpoint.target_tokenizer

    def translate(self, text: str, options: DecodingOptions) -> Translation:
        """Translate a text of one sentence or several, paragraphs kept.

        Raises:
            UserError: there is nothing to translate in it.
        """
        started = time.perf_counter()
        spans = [span for span in split_sentences(text) if normalise(span.text)]
        if not spans:
            raise UserError("There is no text to translate; type a German sentence.")
        sentences = [normalise(span.text) for span in spans]
        parts = [
            self._translation(sentence, decoded, options)
            for sentence, decoded in zip(sentences, self.decode(sentences, options), strict=True)
        ]
        whole = join_translations(text, spans, parts)
        return dataclasses.replace(whole, seconds=time.perf_counter() - started)

    def translate_lines(
        self, lines: Sequence[str], options: DecodingOptions
    ) -> Iterator[tuple[int, str]]:
        """Yield (line number, translation) as they are ready; a blank line stays empty.

        Sentences of all lines are sorted by length and decoded in batches.
        """
        spans = [[s for s in split_sentences(line) if normalise(s.text)] for line in lines]
        sentences = [(n, normalise(span.text)) for n, line in enumerate(spans) for span in line]
        missing = [len(line) for line in spans]
        done: list[dict[int, str]] = [{} for _ in lines]
        first = [0] * len(lines)
        for number in range(1, len(lines)):
            first[number] = first[number - 1] + missing[number - 1]
        yield from ((number, "") for number, count in enumerate(missing) if not count)
        for index, decoded in self._decode_sorted([s for _, s in sentences], options, 1):
            number = sentences[index][0]
            text = self.target_tokenizer.decode(decoded[0].tokens).strip()
            done[number][index - first[number]] = text
            if len(done[number]) == missing[number]:
                texts = [done[number][place] for place in range(missing[number])]
                yield number, join(lines[number], spans[number], texts).strip()

    def decode(
        self, sentences: Sequence[str], options: DecodingOptions
    ) -> list[list[DecodedSequence]]:
        """Return the hypotheses of each sentence, best first."""
        found = dict(self._decode_sorted(sentences, options, options.beam))
        return [found[number] for number in range(len(sentences))]

    def _decode_sorted(
        self, sentences: Sequence[str], options: DecodingOptions, n_best: int
    ) -> Iterator[tuple[int, list[DecodedSequence]]]:
        encoded = self.source_tokenizer.encode_batch(sentences)
        rows = [[*ids, self.source_tokenizer.eos_id] for ids in encoded]
        order = sorted(range(len(rows)), key=lambda number: len(rows[number]))
        while order:
            longest = 0
            batch: list[int] = []
            while order and (not batch or (len(batch) + 1) * longest <= _BATCH_TOKENS):
                batch.append(order.pop())  # the longest first: it tells how many fit
                longest = max(longest, len(rows[batch[-1]]))
            decoded = self._decode_batch([rows[number] for number in batch], options, n_best)
            yield from zip(batch, decoded, strict=True)

    @torch.inference_mode()
    def _decode_batch(
        self, rows: list[list[int]], options: DecodingOptions, n_best: int
    ) -> list[list[DecodedSequence]]:
        device = self.model.device
        lengths = [len(row) for row in rows]
        limits = Limits(
            bos_id=self.target_tokenizer.bos_id,
            eos_id=self.target_tokenizer.eos_id,
            # Translations of training are at most twice as long; the rest would be a loop.
            max_tokens=[2 * length + 10 for length in lengths],
            source_lengths=lengths,
            device=device,
        )
        source = pad_rows(rows, self.source_tokenizer.pad_id).to(device)
        state = self.model.start(source, torch.tensor(lengths))
        if options.method == "beam":
            return beam_search(self.model, state, options, limits, n_best)
        return [[one] for one in decode_one_by_one(self.model, state, options, limits)]

    def _translation(
        self, sentence: str, decoded: Sequence[DecodedSequence], options: DecodingOptions
    ) -> Translation:
        pieces = self.source_tokenizer.encode(sentence)
        source_tokens = (*to_tokens(sentence, pieces), end_token(sentence))
        source_words = tuple(sentence[start:end] for start, end in find_words(sentence))
        hypotheses = tuple(
            self._hypothesis(sequence, source_tokens, len(source_words)) for sequence in decoded
        )
        return Translation(
            source=sentence,
            text=hypotheses[0].text,
            source_tokens=source_tokens,
            source_words=source_words,
            hypotheses=hypotheses,
            sentences=(),
            checkpoint=self.checkpoint.name,
            method=options.method,
            beam=options.beam,
            length_penalty=options.length_penalty,
            temperature=options.temperature,
            seed=options.seed,
            seconds=0.0,
        )

    def _hypothesis(
        self, sequence: DecodedSequence, source_tokens: tuple[Token, ...], source_words: int
    ) -> Hypothesis:
        text, pieces = _strip(*self.target_tokenizer.decode_pieces(sequence.tokens))
        tokens = to_tokens(text, pieces)
        if sequence.tokens[-1] == self.target_tokenizer.eos_id:
            tokens = (*tokens, end_token(text))
        words = tuple(text[start:end] for start, end in find_words(text))
        assert sequence.attention is not None  # a Seq2Seq always attends
        shape = (len(words), source_words)
        by_word = word_attention(sequence.attention, tokens, source_tokens, shape)
        return Hypothesis(
            text=text,
            tokens=tokens,
            words=words,
            log_probs=tuple(sequence.log_probs),
            score=sequence.score,
            attention=tuple(map(tuple, sequence.attention.tolist())),
            word_attention=tuple(map(tuple, by_word.tolist())),
        )


def _strip(text: str, pieces: Sequence[Piece]) -> tuple[str, list[Piece]]:
    """Return the text without the space around it, and its pieces moved along."""
    stripped, before = text.strip(), len(text) - len(text.lstrip())

    def moved(place: int) -> int:
        return min(max(place - before, 0), len(stripped))

    return stripped, [Piece(piece.id, moved(piece.start), moved(piece.end)) for piece in pieces]
