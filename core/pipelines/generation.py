"""What a language model writes and what it gives to a text, as results that everyone reads."""

import dataclasses
import math
from dataclasses import dataclass, field, replace
from typing import Any

from core.decoding.options import DecodingOptions as DecodingOptions  # part of a result
from core.errors import UserError
from core.pipelines.prettify import prettify
from core.pipelines.results import END, Alternative


@dataclass(frozen=True)
class Step:
    """A token that was written, with what might have stood in its place."""

    id: int
    text: str  # with the space before it, if any; empty for the end of the text
    log_prob: float  # nats, under the model, whatever the method and its filters
    alternatives: tuple[Alternative, ...] = ()  # the likeliest under the model, itself among them
    removed_by: tuple[str | None, ...] = ()  # of each alternative: the filter that removed it


@dataclass(frozen=True)
class Continuation:
    """One of several texts that a beam method has found."""

    text: str  # what stands behind the prompt
    score: float  # what it is ranked by, but for stochastic-beam
    log_prob: float  # nats, of the tokens that were searched for: not those written before


@dataclass(frozen=True)
class Generation:
    """A prompt and what was written behind it, so far."""

    prompt: str
    prompt_words: tuple[str, ...]  # or characters, as the model reads them
    prompt_ids: tuple[int, ...]
    unknown: tuple[str, ...]  # of the prompt: what the model does not know
    checkpoint: str
    units: str  # "word" or "character"
    options: DecodingOptions
    max_tokens: int  # of what is written
    steps: tuple[Step, ...] = ()
    finished: bool = False  # the model has ended the text
    # Of a beam method, best first; of stochastic-beam in the order drawn.
    hypotheses: tuple[Continuation, ...] = ()
    seconds: float = field(default=0.0, compare=False)

    @property
    def ids(self) -> tuple[int, ...]:
        """Prompt and text as ids."""
        return (*self.prompt_ids, *(step.id for step in self.steps))

    @property
    def text(self) -> str:
        """Prompt and what was written, as the model writes."""
        return self.prompt + "".join(step.text for step in self.steps)

    @property
    def pretty(self) -> str:
        """The text as readable English."""
        if self.units != "word":
            return self.text
        words = (step.text.strip() for step in self.steps)
        return prettify([*self.prompt_words, *filter(None, words)])

    @property
    def perplexity(self) -> float | None:
        """The exponential of the mean surprisal of the tokens written; None if there are none."""
        return perplexity([step.log_prob for step in self.steps])

    def written(self, *steps: Step, seconds: float = 0.0) -> "Generation":
        """Return it with more steps."""
        return replace(self, steps=(*self.steps, *steps), seconds=self.seconds + seconds)

    def with_rival(self, index: int, rank: int) -> "Generation":
        """Return it up to the token ``index``, with an alternative in the place of that token.

        Raises:
            IndexError: there is no such token or alternative.
            UserError: the alternative is one that can't be written.
        """
        step = self.steps[index]
        rival = step.alternatives[rank]
        if step.removed_by[rank : rank + 1] == ("never",):
            raise UserError(
                "What the model does not know can't be written: choose another token than"
                f" {rival.text.strip()}."
            )
        ends = rival.text == END
        text = "" if ends else rival.text
        changed = replace(step, id=rival.id, text=text, log_prob=rival.log_prob)
        return replace(
            self, steps=(*self.steps[:index], changed), finished=ends, hypotheses=(), seconds=0.0
        )

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain lists, strings and numbers, ready for JSON."""
        return {
            **dataclasses.asdict(self),
            "text": self.text,
            "pretty": self.pretty,
            "perplexity": self.perplexity,
        }


@dataclass(frozen=True)
class Candidate:
    """A token in a distribution, before the filters and after them."""

    id: int
    text: str
    before: float  # probability under the model
    after: float  # probability of being drawn
    removed_by: str | None  # the first filter that removed it, "never" if it can't be written


@dataclass(frozen=True)
class Distribution:
    """What the model gave to the next token at a step."""

    step: int
    candidates: tuple[Candidate, ...]  # the likeliest, best first
    rest_before: float  # probability of all others
    rest_after: float
    chosen: int | None  # index of the token that was written; None if it is among the others


@dataclass(frozen=True)
class ScoredText:
    """A text as the model reads it: how surprised it was by each token."""

    text: str
    checkpoint: str
    units: str
    steps: tuple[Step, ...]  # the last is the end of the text
    characters: int  # of the text as the model reads it, one for </s>
    unknown: tuple[str, ...]
    unknown_nats: float  # what it costs to spell them
    seconds: float = field(compare=False)
    # By which models of words and of characters compare; see core.evaluation.perplexity. A writer
    # leaves it out, Service gives it.
    comparable_bits_per_character: float | None = None

    @property
    def perplexity(self) -> float:
        """The exponential of the mean negative log-likelihood, in nats, of a token."""
        return perplexity([step.log_prob for step in self.steps]) or math.nan

    @property
    def bits_per_character(self) -> float:
        """Bits of the whole text, spelling of unknown words included, by its characters."""
        nats = self.unknown_nats - sum(step.log_prob for step in self.steps)
        return nats / math.log(2) / self.characters

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain lists, strings and numbers, ready for JSON."""
        figures = {"perplexity": self.perplexity, "bits_per_character": self.bits_per_character}
        return {**dataclasses.asdict(self), **figures, "tokens": len(self.steps)}


def perplexity(log_probs: list[float]) -> float | None:
    """Return the exponential of the mean of negative log-probabilities; None of none."""
    return math.exp(-sum(log_probs) / len(log_probs)) if log_probs else None
