"""A language model as a writer: it goes on from a prompt, and says what it gives to a text."""

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from core.checkpoint import Checkpoint
from core.data.text import normalise
from core.decoding.decode import SEARCHES
from core.decoding.force import force_decode
from core.decoding.hypothesis import DecodedSequence, Limits
from core.decoding.options import DecodingOptions
from core.decoding.sample import SampledStep, sample_steps
from core.errors import UserError
from core.models.language_model import LanguageModel, RecurrentState
from core.pipelines.generation import (
    Candidate,
    Continuation,
    Distribution,
    Generation,
    ScoredText,
    Step,
)
from core.pipelines.results import END, Alternative
from core.tokenizers.protocol import closed

_RIVALS = 10  # alternatives kept of each token
_CANDIDATES = 30  # of a distribution


class TextGenerator:
    """Writes and scores with one checkpoint; holds no state of a request."""

    def __init__(self, checkpoint: Checkpoint[LanguageModel]) -> None:
        self.checkpoint, self.model = checkpoint, checkpoint.model
        self.tokenizer = closed(checkpoint.target_tokenizer)
        self._space = " " if self.tokenizer.kind == "word" else ""
        self._rivals = min(_RIVALS, self.tokenizer.eos_id + 1)
        # What each id adds to a text, at its beginning and further on.
        begins = [self.tokenizer.decode([token]) for token in range(self.tokenizer.vocab_size)]
        self._texts_of = {True: begins, False: [self._space + text for text in begins]}
        for texts in self._texts_of.values():
            texts[self.tokenizer.eos_id] = END

    def prompt(self, text: str, options: DecodingOptions, max_tokens: int) -> Generation:
        """Return a generation of which nothing is written yet.

        It is cleaned as those that the model has learnt from. One without anything to read is
        fine: the model begins a document of its own.
        """
        ends = text[-1:].isspace() and not self._space
        text = normalise(text)
        text += " " if ends and text else ""  # to a model of characters, one of the prompt
        pieces = self.tokenizer.encode(text)
        return Generation(
            text,
            tuple(self.tokenizer.tokens(text)),
            tuple(piece.id for piece in pieces),
            tuple(dict.fromkeys(self.tokenizer.unknown(text))),
            self.checkpoint.name,
            self.tokenizer.kind,
            options,
            max_tokens,
        )

    def write(self, generation: Generation) -> Iterator[Step]:
        """Yield steps until the text ends or ``max_tokens`` are written, those before included.

        It goes on from the steps that are there as if it had never stopped. A beam method yields
        its best text; what it had written before is kept as it is.

        Raises:
            UserError: the filters leave nothing to draw.
        """
        if not _goes_on(generation):
            return
        if generation.options.method in SEARCHES:
            yield from self.search(generation).steps[len(generation.steps) :]
            return
        state, limits = self._begin([generation])
        begins = not generation.ids
        for sampled in sample_steps(self.model, state, generation.options, limits):
            yield self._step(sampled, begins)
            begins = False

    def write_all(self, generations: Sequence[Generation]) -> list[Generation]:
        """Return the generations written to their ends, of a batch with the same options."""
        started = time.perf_counter()
        options = generations[0].options
        if options.method in SEARCHES:
            return [self.search(generation) for generation in generations]
        steps: list[list[Step]] = [[] for _ in generations]
        numbers = [number for number, one in enumerate(generations) if _goes_on(one)]
        if not numbers:
            return list(generations)
        state, limits = self._begin([generations[number] for number in numbers])
        for sampled in sample_steps(self.model, state, options, limits):
            for row, source in enumerate(sampled.sources):
                number = numbers[source]
                begins = not generations[number].ids and not steps[number]
                steps[number].append(self._step(sampled, begins, row))
        seconds = (time.perf_counter() - started) / len(generations)
        return [
            self.ended(one.written(*new, seconds=seconds))
            for one, new in zip(generations, steps, strict=True)
        ]

    def search(self, generation: Generation) -> Generation:
        """Return the generation written to its end by a beam method, with all hypotheses."""
        if not _goes_on(generation):
            return generation
        started = time.perf_counter()
        state, limits = self._begin([generation])
        search = SEARCHES[generation.options.method]
        options = generation.options
        found = search(self.model, state, options, limits, options.beam)[0]
        best = self._read_steps(generation, found[0])
        hypotheses = tuple(
            Continuation(
                self._text([*(step.id for step in generation.steps), *one.tokens], generation),
                one.score,
                sum(one.log_probs),
            )
            for one in found
        )
        written = generation.written(*best, seconds=time.perf_counter() - started)
        return self.ended(replace(written, hypotheses=hypotheses))

    def ended(self, generation: Generation) -> Generation:
        """Return the generation with the mark whether the model has ended it."""
        last = generation.steps[-1].id if generation.steps else None
        return replace(generation, finished=last == self.tokenizer.eos_id)

    def distribution(self, generation: Generation, index: int) -> Distribution:
        """Return what the model gave to the token ``index``, before the filters and after.

        Greedy decoding and beam search have no filters: they take the model's own probabilities.
        """
        before = replace(generation, steps=generation.steps[:index], finished=False)
        method = "greedy" if generation.options.method in ("greedy", "beam") else "sample"
        options = replace(generation.options, method=method)
        state, limits = self._begin([before], one_more=True)
        sampled = next(sample_steps(self.model, state, options, limits))
        drawn = sampled.filtered[-1][1] if sampled.filtered else sampled.log_probs
        after = drawn[0].softmax(dim=0, dtype=torch.float64).tolist()
        probabilities = sampled.log_probs[0].double().exp()
        top = probabilities.topk(min(_CANDIDATES, self.tokenizer.eos_id + 1))
        ids, values = top.indices.tolist(), top.values.tolist()
        texts = self._texts(ids, begins=not before.ids)
        removed = _removed_by(sampled, top.indices)
        rows = zip(ids, texts, values, (after[token] for token in ids), removed, strict=True)
        candidates = tuple(Candidate(*row) for row in rows)
        written = generation.steps[index].id if index < len(generation.steps) else None
        return Distribution(
            index,
            candidates,
            rest_before=max(0.0, 1 - sum(values)),
            rest_after=max(0.0, 1 - sum(one.after for one in candidates)),
            chosen=ids.index(written) if written in ids else None,
        )

    def score(self, text: str) -> ScoredText:
        """Return how surprised the model is by each token of a text, its end included.

        Raises:
            UserError: there is nothing to score.
        """
        started = time.perf_counter()
        text = normalise(text)
        pieces = self.tokenizer.encode(text)
        if not pieces:
            raise UserError("There is nothing to score: type a text first.")
        ids = [*(piece.id for piece in pieces), self.tokenizer.eos_id]
        limits = Limits(self.tokenizer.bos_id, self.tokenizer.eos_id, [len(ids)], self.model.device)
        with torch.inference_mode():
            state = self.model.start(1)
        scored = force_decode(self.model, state, ids, limits, self._rivals)
        texts = [text[piece.start : piece.end] for piece in pieces]
        spaced = [self._space * (number > 0) + one for number, one in enumerate(texts)]
        return ScoredText(
            text,
            self.checkpoint.name,
            self.tokenizer.kind,
            self._steps(scored, [*spaced, ""], begins=True),
            len("".join(spaced)) + 1,
            tuple(dict.fromkeys(self.tokenizer.unknown(text))),
            self.tokenizer.unknown_nats(text),
            time.perf_counter() - started,
        )

    @torch.inference_mode()
    def _begin(
        self, generations: Sequence[Generation], one_more: bool = False
    ) -> tuple[RecurrentState, Limits]:
        """Return the state behind all that is there but the last token, and where it goes on."""
        states = [self.model.read((self.tokenizer.bos_id, *one.ids)[:-1]) for one in generations]
        lefts = [one.max_tokens - len(one.steps) for one in generations]
        limits = Limits(
            self.tokenizer.bos_id,
            self.tokenizer.eos_id,
            [1 for _ in lefts] if one_more else lefts,
            self.model.device,
            before=[list(one.ids) for one in generations],
            never=(self.tokenizer.unk_id,),
        )
        return RecurrentState(
            *(torch.cat(parts, dim=1) for parts in zip(*states, strict=True))
        ), limits

    def _step(self, sampled: SampledStep, begins: bool, row: int = 0) -> Step:
        token, log_probs = sampled.tokens[row], sampled.log_probs[row]
        values, ids = log_probs.topk(self._rivals)
        return Step(
            token,
            self._written(token, begins),
            log_probs[token].item(),
            self._alternatives(ids.tolist(), values.tolist(), begins),
            tuple(_removed_by(sampled, ids, row)),
        )

    def _read_steps(self, generation: Generation, found: DecodedSequence) -> tuple[Step, ...]:
        """Return the steps of a sequence that was searched for, with their rivals."""
        state, limits = self._begin([generation])
        last = (self.tokenizer.bos_id, *generation.ids)[-1]
        forced = force_decode(
            self.model, state, found.tokens, replace(limits, bos_id=last), self._rivals
        )
        begins = not generation.ids
        texts = [
            self._written(token, begins and not number) for number, token in enumerate(found.tokens)
        ]
        return self._steps(forced, texts, begins)

    def _steps(
        self, forced: DecodedSequence, texts: Sequence[str], begins: bool
    ) -> tuple[Step, ...]:
        rows = zip(forced.tokens, texts, forced.log_probs, forced.alternatives, strict=True)
        return tuple(
            Step(
                token,
                text,
                log_prob,
                self._alternatives(
                    [other for other, _ in others],
                    [value for _, value in others],
                    begins and not number,
                ),
                tuple("never" if other == self.tokenizer.unk_id else None for other, _ in others),
            )
            for number, (token, text, log_prob, others) in enumerate(rows)
        )

    def _alternatives(
        self, ids: Sequence[int], log_probs: Sequence[float], begins: bool
    ) -> tuple[Alternative, ...]:
        texts = self._texts(ids, begins)
        return tuple(Alternative(*row) for row in zip(ids, texts, log_probs, strict=True))

    def _written(self, token: int, begins: bool) -> str:
        """Return what a token adds to the text."""
        return "" if token == self.tokenizer.eos_id else self._texts([token], begins)[0]

    def _texts(self, ids: Sequence[int], begins: bool) -> list[str]:
        """Return each token as it stands in a text, or at its beginning."""
        texts = self._texts_of[begins]
        return [texts[token] for token in ids]

    def _text(self, ids: Sequence[int], generation: Generation) -> str:
        text = self.tokenizer.decode(ids)
        return self._space + text if generation.prompt_ids and text else text


def _goes_on(generation: Generation) -> bool:
    """Return whether there is anything left to write."""
    return not generation.finished and len(generation.steps) < generation.max_tokens


def _removed_by(sampled: SampledStep, ids: Tensor, row: int = 0) -> list[str | None]:
    """Return for each id of (N,) the first filter that has removed it."""
    found: list[str | None] = [None] * len(ids)
    # From the last filter back: what it leaves, no other one has removed.
    for name, logits in reversed(sampled.filtered):
        left = logits[row].index_select(0, ids).tolist()
        if -math.inf not in left:
            break
        found = [
            name if value == -math.inf else other for value, other in zip(left, found, strict=True)
        ]
    return found
