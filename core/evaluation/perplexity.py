"""Perplexity and bits per character of a language model.

Perplexity is the exponential of the mean negative log-likelihood, in nats, of a predicted token,
``</s>`` included, pooled over all documents.
"""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import razdel
import torch
from torch import Tensor

from core.data.text_batching import text_batches
from core.models.language_model import LanguageModel
from core.tokenizers.protocol import ClosedTokenizer

_BATCH, _LENGTH = 32, 128  # documents side by side, tokens of a chunk
_ROWS = 512  # tokens whose logits are computed together: those of more leave the cache


@dataclass(frozen=True)
class TextScores:
    """Figures of a file of n documents."""

    perplexity: float
    bits_per_token: float
    bits_per_character: float | None  # of the text as it is; None if the model reads words
    comparable_bits_per_character: float  # of lower-cased tokens, unknown ones spelt
    tokens: int  # predicted, ``</s>`` of each document included
    characters: int  # of the text as it is, one for each ``</s>``
    unknown_share: float  # of the tokens
    n: int
    seconds: float

    def to_dict(self) -> dict[str, Any]:
        """Return it ready for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class _Sums:
    nats: float
    tokens: int
    unknown: int


def comparable_text(document: str) -> str:
    """Return the text on which word and character models compare.

    That is razdel's tokens in lower case with single spaces between them.
    """
    return " ".join(token.text.lower() for token in razdel.tokenize(document))


def score_documents(
    model: LanguageModel,
    tokenizer: ClosedTokenizer,
    documents: Sequence[str],
    continuous: bool = False,
    progress: Callable[[int], None] = lambda tokens: None,
) -> TextScores:
    """Measure a model on documents.

    Word and character models compare by ``comparable_bits_per_character`` alone: both read the
    same text, and an unknown token costs its ``<unk>`` and its spelling.

    Args:
        continuous: the state is carried from one document to the next, in place of an empty one.
        progress: called with the number of tokens behind each chunk.
    """
    started = time.perf_counter()
    plain = _sums(model, tokenizer, documents, continuous, progress)
    characters = sum(map(len, documents)) + len(documents)
    texts = list(map(comparable_text, documents))
    # Words in lower case are the same tokens in both: nothing is read twice.
    same = tokenizer.encode_batch(texts) == tokenizer.encode_batch(documents)
    sums = plain if same else _sums(model, tokenizer, texts, continuous, progress)
    length = sum(map(len, texts)) + len(texts)
    return TextScores(
        perplexity=math.exp(plain.nats / plain.tokens),
        bits_per_token=plain.nats / plain.tokens / math.log(2),
        bits_per_character=(
            None
            if tokenizer.kind == "word"
            else _with_spelling(plain, tokenizer, documents) / characters
        ),
        comparable_bits_per_character=_with_spelling(sums, tokenizer, texts) / length,
        tokens=plain.tokens,
        characters=characters,
        unknown_share=plain.unknown / plain.tokens,
        n=len(documents),
        seconds=time.perf_counter() - started,
    )


def _with_spelling(sums: _Sums, tokenizer: ClosedTokenizer, texts: Sequence[str]) -> float:
    """Return bits, those of spelling the unknown tokens included."""
    return (sums.nats + sum(map(tokenizer.unknown_nats, texts))) / math.log(2)


@torch.inference_mode()
def _sums(
    model: LanguageModel,
    tokenizer: ClosedTokenizer,
    documents: Sequence[str],
    continuous: bool,
    progress: Callable[[int], None],
) -> _Sums:
    rows = tokenizer.encode_batch(documents)
    size = 1 if continuous else _BATCH
    nats, tokens, unknown = 0.0, 0, 0
    state = model.start(size)
    for batch in text_batches(rows, tokenizer, size, _LENGTH, continuous):
        batch = batch.to(model.device)
        if batch.begins:
            state = model.start(len(batch.inputs))
        features, state = model(batch.inputs, state)
        targets = batch.targets[batch.is_target]
        nats += _nats(model, features[batch.is_target], targets)
        tokens += len(targets)
        unknown += int((targets == tokenizer.unk_id).sum())
        progress(len(targets))
    return _Sums(nats, tokens, unknown)


def _nats(model: LanguageModel, features: Tensor, targets: Tensor) -> float:
    """Return the sum of the negative log-likelihoods of N targets, given (N, F) features."""
    total = 0.0
    for begin in range(0, len(targets), _ROWS):
        logits = model.project(features[begin : begin + _ROWS])
        wanted = targets[begin : begin + _ROWS]
        total += torch.nn.functional.cross_entropy(logits, wanted, reduction="sum").item()
    return total
