"""What a pipeline returns; the page, the API, the command line and the tests read the same."""

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from core.decoding.guide import ForcedAttention as ForcedAttention  # part of a result

Matrix = tuple[tuple[float, ...], ...]

BEGIN, END = "<s>", "</s>"  # how the tokens that are no text are shown


@dataclass(frozen=True)
class Token:
    """A piece of a text: ``text[start:end]`` without the space before it, or ``</s>``."""

    text: str
    start: int
    end: int
    word: int | None  # index of the word that it belongs to; None for </s>


@dataclass(frozen=True)
class Alternative:
    """A token that the model might have written at some place."""

    id: int
    text: str  # with the space before it, if any
    log_prob: float  # nats


@dataclass(frozen=True)
class Hypothesis:
    """A translation of one sentence with what the model gave while it wrote it."""

    text: str
    tokens: tuple[Token, ...]
    token_ids: tuple[int, ...]
    words: tuple[str, ...]
    log_probs: tuple[float, ...]  # nats, one a token
    # Sum of log_probs / number of tokens ** length penalty; of stochastic-beam the sum, and of a
    # target that is scored the mean.
    score: float
    attention: Matrix  # (T, S): rows are tokens, columns source tokens; each row adds to 1
    word_attention: Matrix  # (target words, source words), see core.pipelines.words
    alternatives: tuple[tuple[Alternative, ...], ...] = ()  # of each token, where asked for


@dataclass(frozen=True)
class Translation:
    """A text and its translation.

    Of a text of several sentences, ``sentences`` has the translation of each, with its n-best
    list, and ``hypotheses`` one: the best of each joined. Otherwise ``sentences`` is empty.
    """

    source: str
    text: str
    source_tokens: tuple[Token, ...]
    source_words: tuple[str, ...]
    hypotheses: tuple[Hypothesis, ...]  # best first; of stochastic-beam in the order drawn
    sentences: tuple["Translation", ...]
    checkpoint: str
    method: str
    beam: int
    length_penalty: float
    temperature: float
    seed: int
    prefix: str  # that it had to begin with; that of one sentence of several is the sentence's
    prefix_tokens: tuple[int, ...]  # the same by target ids, where it was given so
    forced: tuple[ForcedAttention, ...]  # attention that the caller chose
    seconds: float = field(compare=False)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain lists, strings and numbers, ready for JSON."""
        return dataclasses.asdict(self)


@dataclass(frozen=True)
class BeamNode:
    """A hypothesis that was alive after a step of beam search; see core.decoding.beam_tree."""

    parent: int | None  # index of the node before it; None for the root
    step: int
    text: str  # of its last token, with the space before it, if any
    token_id: int
    log_prob: float  # nats, of the token alone
    total: float  # nats, of all tokens so far
    score: float  # total / step ** length penalty
    status: str  # alive, pruned, finished or unfinished
    best: float | None  # of a pruned one: the total of its best continuation
    beaten_by: int | None  # of a pruned one: the node that was the last to stay


@dataclass(frozen=True)
class BeamTree:
    """All hypotheses of a beam search, each behind its parent, the root first."""

    nodes: tuple[BeamNode, ...]

    def path(self, number: int) -> tuple[int, ...]:
        """Return the token ids from behind the root to the node."""
        node, ids = self.nodes[number], []
        while node.parent is not None:
            ids.append(node.token_id)
            node = self.nodes[node.parent]
        return tuple(reversed(ids))


def entropy(row: Sequence[float]) -> float:
    """Return the entropy of a row of attention in bits: 0 for one word, log2(S) for all.

    A row that adds to less than 1 is normalised first; a row of zeros has 0.

    Args:
        row: (S,) weights, none negative.
    """
    total = sum(row)
    weights = [weight for weight in row if weight > 0]
    return sum(w / total * (math.log2(total) - math.log2(w)) for w in weights)
