"""Text in one language in, text in the other out, with the attention of each hypothesis."""

import dataclasses
import time
from collections.abc import Iterator, Sequence

from core.data.text import normalise
from core.decoding.beam_search import search
from core.decoding.beam_tree import beam_tree
from core.decoding.force import force_decode
from core.decoding.guide import ForcedAttention
from core.decoding.hypothesis import DecodedSequence
from core.decoding.options import DecodingOptions
from core.errors import UserError
from core.pipelines.hypotheses import make_hypothesis, piece_text
from core.pipelines.joined import join_translations
from core.pipelines.results import BeamNode, BeamTree, Hypothesis, Token, Translation
from core.pipelines.sentence_model import SentenceModel
from core.pipelines.sentences import join, split_sentences
from core.pipelines.words import end_token, split_words, to_tokens

MAX_SCORED = 500  # tokens of a translation that is read by force; it is one sentence


class Translator(SentenceModel):
    """Translates with one checkpoint, and shows what it gives to any translation."""

    def translate(
        self,
        text: str,
        options: DecodingOptions,
        prefix: str = "",
        tokens: Sequence[int] = (),
        forced: Sequence[ForcedAttention] = (),
    ) -> Translation:
        """Translate a text of one sentence or several, paragraphs kept.

        Args:
            prefix: characters that the translation begins with; of one sentence alone.
            tokens: target ids that it begins with, in place of a prefix. They, and what is forced,
                are of a translation that is there: the text is its sentence, and is not split.
            forced: attention in place of the model's own.

        Raises:
            UserError: there is nothing to translate, or what is fixed does not fit it.
        """
        started = time.perf_counter()
        spans = [span for span in split_sentences(text) if normalise(span.text)]
        if not spans:
            raise UserError("There is no text to translate; type a German sentence.")
        sentences = [normalise(span.text) for span in spans]
        if tokens or forced:
            whole = self._translate_guided(normalise(text), options, prefix, tokens, forced)
        elif prefix:
            whole = self._translate_guided(_the_one(sentences), options, prefix, tokens, forced)
        else:
            decoded = self.decode(sentences, options)
            parts = map(self._translation, sentences, decoded, [options] * len(sentences))
            whole = join_translations(text, spans, list(parts))
        return dataclasses.replace(whole, seconds=time.perf_counter() - started)

    def translate_lines(
        self, lines: Sequence[str], options: DecodingOptions
    ) -> Iterator[tuple[int, str]]:
        """Yield (line number, translation) as they are ready; a blank line stays empty.

        Sentences of all lines are sorted by length and decoded in batches.
        """
        spans = [[s for s in split_sentences(line) if normalise(s.text)] for line in lines]
        places = [
            (number, place) for number, line in enumerate(spans) for place in range(len(line))
        ]
        sentences = [normalise(spans[number][place].text) for number, place in places]
        done: list[dict[int, str]] = [{} for _ in lines]  # of each line: place -> translation
        yield from ((number, "") for number, line in enumerate(spans) if not line)
        for index, decoded in self.decode_sorted(sentences, options, 1):
            number, place = places[index]
            done[number][place] = self.target_tokenizer.decode(decoded[0].tokens).strip()
            if len(done[number]) == len(spans[number]):
                texts = [text for _, text in sorted(done[number].items())]
                yield number, join(lines[number], spans[number], texts).strip()

    def score(
        self,
        sentence: str,
        target: str | Sequence[int],
        alternatives: int = 0,
        forced: Sequence[ForcedAttention] = (),
    ) -> Hypothesis:
        """Return what the model gives to a translation that it need not have chosen.

        Args:
            sentence: one source sentence.
            target: its translation, read to its end; or target ids, read as they are.
            alternatives: for each token, so many of the likeliest ones at its place.
            forced: attention in place of the model's own.

        Raises:
            UserError: one of the two is empty or too long, an id is none that can be written, or
                what is forced does not fit.
        """
        (row,) = self.encode([normalise(sentence)])
        if isinstance(target, str):
            (ids,) = self.target_tokenizer.encode_batch([normalise(target)])
            target = [*ids, self.target_tokenizer.eos_id] if ids else []
        if len(row) == 1 or not 1 <= len(target) <= MAX_SCORED:
            raise UserError(
                "To score a translation, give a sentence and one translation of it, of at most"
                f" {MAX_SCORED} pieces of words."
            )
        self.check_ids(target)
        if self.target_tokenizer.eos_id in target[:-1]:
            raise UserError("tokens may have the end of the sentence only as their last.")
        guide, limits = self.guide(row, forced=forced), self.limits([row])
        state = self.start([row])
        decoded = force_decode(self.model, state, target, limits, alternatives, guide=guide)
        tokens, words = self._source(normalise(sentence))
        return make_hypothesis(self.target_tokenizer, decoded, tokens, len(words))

    def beam_tree(
        self,
        sentence: str,
        options: DecodingOptions,
        prefix: str = "",
        tokens: Sequence[int] = (),
        forced: Sequence[ForcedAttention] = (),
    ) -> BeamTree:
        """Return every hypothesis that is alive while beam search translates the sentence.

        Raises:
            UserError: there is no sentence, or what is fixed does not fit it.
        """
        (row,) = self.encode([_the_one([normalise(sentence)])])
        guide = self.guide(row, prefix, tokens, forced)
        limits = self.limits([row], guide)
        record = search(self.model, self.start([row]), options, limits, guide)
        nodes = []
        for node in beam_tree(record, limits.bos_id, options.length_penalty):
            fields = dataclasses.asdict(node)
            token = fields.pop("token")
            text = piece_text(self.target_tokenizer, token) if node.step else "<s>"
            nodes.append(BeamNode(text=text, token_id=token, **fields))
        return BeamTree(tuple(nodes))

    def _translate_guided(
        self,
        sentence: str,
        options: DecodingOptions,
        prefix: str,
        tokens: Sequence[int],
        forced: Sequence[ForcedAttention],
    ) -> Translation:
        (row,) = self.encode([sentence])
        guide = self.guide(row, prefix, tokens, forced)
        (decoded,) = self.decode_rows([row], options, options.beam, guide)
        made = self._translation(sentence, decoded, options, len(prefix))
        begun = prefix or self.target_tokenizer.decode(tokens)
        return dataclasses.replace(
            made, prefix=begun, prefix_tokens=tuple(tokens), forced=tuple(forced)
        )

    def _source(self, sentence: str) -> tuple[tuple[Token, ...], tuple[str, ...]]:
        """Return tokens, ``</s>`` included, and words of a source sentence."""
        tokens = to_tokens(sentence, self.source_tokenizer.encode(sentence))
        return (*tokens, end_token(sentence)), split_words(sentence)

    def _translation(
        self,
        sentence: str,
        decoded: Sequence[DecodedSequence],
        options: DecodingOptions,
        kept: int = 0,
    ) -> Translation:
        tokens, words = self._source(sentence)
        hypotheses = tuple(
            make_hypothesis(self.target_tokenizer, sequence, tokens, len(words), kept)
            for sequence in decoded
        )
        return Translation(
            source=sentence,
            text=hypotheses[0].text,
            source_tokens=tokens,
            source_words=words,
            hypotheses=hypotheses,
            sentences=(),
            checkpoint=self.checkpoint.name,
            method=options.method,
            beam=options.beam,
            length_penalty=options.length_penalty,
            temperature=options.temperature,
            seed=options.seed,
            prefix="",
            prefix_tokens=(),
            forced=(),
            seconds=0.0,
        )


def _the_one(sentences: Sequence[str]) -> str:
    """Return the only sentence, or raise UserError."""
    if not any(sentences):
        raise UserError("There is nothing to translate: give a sentence.")
    if len(sentences) != 1:
        raise UserError(
            f"A beginning, forced attention or a tree is for one sentence; there are"
            f" {len(sentences)} here. Give them one at a time."
        )
    return sentences[0]
