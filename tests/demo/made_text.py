"""Texts made by hand, small enough to check their figures by reading, and who writes them."""

import math
from collections.abc import Iterator
from dataclasses import replace

from core.errors import UserError
from core.pipelines.generation import (
    Candidate,
    DecodingOptions,
    Distribution,
    Generation,
    ScoredText,
    Step,
)
from core.pipelines.results import Alternative
from core.service import Service

LOG_HALF, LOG_QUARTER = math.log(1 / 2), math.log(1 / 4)
ENDS = 9  # the id of </s>


def step(token: int, text: str, log_prob: float = LOG_HALF) -> Step:
    """A token with one rival, which is its own text in capitals, and the end."""
    return Step(
        token,
        text,
        log_prob,
        (
            Alternative(token, text, log_prob),
            Alternative(token + 100, text.upper(), LOG_QUARTER),
            Alternative(ENDS, "</s>", LOG_QUARTER),
        ),
        (None, "top_p", None),
    )


WORDS = (step(1, " a"), step(2, " novel", LOG_QUARTER), step(3, " net"), step(4, " ."))
END = Step(ENDS, "", 0.0, (Alternative(ENDS, "</s>", 0.0), Alternative(1, " a", LOG_QUARTER)))
WHOLE = (*WORDS, END)  # what is written behind every beginning

BEGUN = Generation(
    prompt="We propose",
    prompt_words=("we", "propose"),
    prompt_ids=(5, 6),
    unknown=(),
    checkpoint="tiny-words",
    units="word",
    options=DecodingOptions("sample", temperature=0.8, top_p=0.9, seed=3),
    max_tokens=20,
)
WRITTEN = replace(BEGUN, steps=WHOLE, finished=True, seconds=0.5)


def scored(text: str, checkpoint: str) -> ScoredText:
    """Two tokens of one bit and the end for nothing: six bits of spelling, on 8 characters."""
    return ScoredText(
        text=text,
        checkpoint=checkpoint,
        units="word" if checkpoint == "tiny-words" else "character",
        steps=(step(1, "so"), step(2, " what"), END),
        characters=8,
        unknown=("what",),
        unknown_nats=6 * math.log(2),
        seconds=0.25,
        comparable_bits_per_character=1.25,
    )


class Writer:
    """The part of a Service that writes: always the same text, or less of it, or a fault."""

    fault: Exception | None
    fails_at: int | None = None  # the step that raises the fault, if it should not come at once

    diversity = Service.diversity  # needs no model

    def prompt(
        self, prompt: str = "", checkpoint: str = "", max_tokens: int = 100, **options
    ) -> Generation:
        self.requests.append(
            {"prompt": prompt, "checkpoint": checkpoint, "max_tokens": max_tokens} | options
        )
        if self.fault and self.fails_at is None:
            raise self.fault
        words = tuple(prompt.lower().split())
        return replace(
            BEGUN,
            prompt=prompt,
            prompt_words=words,
            prompt_ids=tuple(range(5, 5 + len(words))),
            unknown=tuple(word for word in words if word.startswith("z")),
            checkpoint=checkpoint,
            units="word" if checkpoint == "tiny-words" else "character",
            max_tokens=max_tokens,
            options=DecodingOptions(**options),
        )

    def generate(self, generation: Generation) -> Iterator[Step]:
        for number in range(len(generation.steps), min(len(WHOLE), generation.max_tokens)):
            if number == self.fails_at:
                raise self.fault
            yield WHOLE[number]

    def ended(self, generation: Generation) -> Generation:
        return replace(generation, finished=generation.steps[-1:] == (END,))

    def search(self, generation: Generation) -> Generation:
        return self.ended(generation.written(*self.generate(generation), seconds=0.5))

    def distribution(self, generation: Generation, index: int) -> Distribution:
        if self.fault:
            raise self.fault
        likeliest = Candidate(1, " a", 0.5, 1.0, None)
        return Distribution(index, (likeliest, Candidate(2, " b", 0.25, 0, "top_p")), 0.25, 0, 0)

    def score_text(self, text: str, checkpoint: str) -> ScoredText:
        if self.fault:
            raise self.fault
        if not text.strip():
            raise UserError("There is nothing to score: type a text first.")
        return scored(text, checkpoint)
