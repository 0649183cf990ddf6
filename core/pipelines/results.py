"""What a pipeline returns; the page, the API, the command line and the tests read the same."""

import dataclasses
from dataclasses import dataclass, field
from typing import Any

Matrix = tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Token:
    """A piece of a text: ``text[start:end]`` without the space before it, or ``</s>``."""

    text: str
    start: int
    end: int
    word: int | None  # index of the word that it belongs to; None for </s>


@dataclass(frozen=True)
class Hypothesis:
    """A translation of one sentence with what the model gave while it wrote it."""

    text: str
    tokens: tuple[Token, ...]
    words: tuple[str, ...]
    log_probs: tuple[float, ...]  # nats, one a token
    score: float  # sum of log_probs / number of tokens ** length penalty
    attention: Matrix  # (T, S): rows are tokens, columns source tokens; each row adds to 1
    word_attention: Matrix  # (target words, source words), see core.pipelines.words


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
    hypotheses: tuple[Hypothesis, ...]  # best first
    sentences: tuple["Translation", ...]
    checkpoint: str
    method: str
    beam: int
    length_penalty: float
    temperature: float
    seed: int
    seconds: float = field(compare=False)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain lists, strings and numbers, ready for JSON."""
        return dataclasses.asdict(self)
