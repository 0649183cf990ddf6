"""From a text to an Inspection, for each kind of pipeline."""

import time
from collections.abc import Callable, Sequence
from typing import Any

import torch

from core.checkpoint import Checkpoint
from core.data.text import normalise
from core.decoding.options import DecodingOptions
from core.errors import UserError
from core.inspection.layers import (
    Quantities,
    decoder_layers,
    encoder_layers,
    language_model_layers,
    pack,
)
from core.inspection.results import Inspection, LayerTrace, Quantity
from core.pipelines.corrector import SpellingCorrector, find_words
from core.pipelines.generator import TextGenerator
from core.pipelines.results import BEGIN, END
from core.pipelines.sentences import split_sentences
from core.pipelines.translator import Translator
from core.tokenizers.protocol import ClosedTokenizer, Piece

# As the gates come before what they make: the order in which quantities are shown.
ORDER = (
    "input gate",
    "forget gate",
    "output gate",
    "reset gate",
    "update gate",
    "candidate",
    "cell",
    "hidden",
)


def inspect(pipeline: Translator | TextGenerator | SpellingCorrector, text: str) -> Inspection:
    """Return what the model of a pipeline does while it reads a text, and writes its answer.

    Raises:
        UserError: there is nothing to read, or more than the model reads at a time.
    """
    started = time.perf_counter()
    text = normalise(text)
    if not text:
        raise UserError("There is nothing to inspect: type a text first.")
    text, written, layers = _INSPECTORS[type(pipeline)](pipeline, text)
    checkpoint = pipeline.checkpoint
    source = checkpoint.source_tokenizer
    unknown = source.unknown(text) if isinstance(source, ClosedTokenizer) else ()
    return Inspection(
        text=text,
        written=written,
        checkpoint=checkpoint.name,
        unknown=tuple(dict.fromkeys(unknown)),
        layers=layers,
        seconds=time.perf_counter() - started,
    )


# What the model reads of a text, what it writes (a language model nothing), and its layers.
_Inspected = tuple[str, str | None, tuple[LayerTrace, ...]]


def _writer(pipeline: TextGenerator, text: str) -> _Inspected:
    tokenizer = pipeline.tokenizer
    pieces = tokenizer.encode(text)
    ids = [tokenizer.bos_id, *(piece.id for piece in pieces)]
    found = language_model_layers(pipeline.model, pack([ids], pipeline.model.device))
    return text, None, _traces(found, [BEGIN, *_labels(text, pieces)])


def _translator(pipeline: Translator, text: str) -> _Inspected:
    count = len(split_sentences(text))
    if count != 1:
        raise UserError(
            f"A translator reads one sentence at a time, and there are {count} here: give one."
        )
    best = pipeline.translate(text, DecodingOptions()).hypotheses[0]
    return _pair(pipeline.checkpoint, text, best.token_ids)


def _corrector(pipeline: SpellingCorrector, text: str) -> _Inspected:
    if find_words(text) != [(0, len(text))]:
        raise UserError("A corrector reads a single word of 2 to 30 letters at a time: give one.")
    word = text.lower().replace("’", "'")
    best = pipeline.check([word])[word].candidates[0].text
    (ids,) = pipeline.checkpoint.target_tokenizer.encode_batch([best])
    return _pair(pipeline.checkpoint, word, ids)


_INSPECTORS: dict[type, Callable[[Any, str], _Inspected]] = {
    TextGenerator: _writer,
    Translator: _translator,
    SpellingCorrector: _corrector,
}


@torch.inference_mode()
def _pair(checkpoint: Checkpoint, text: str, written: Sequence[int]) -> _Inspected:
    """Return the text, that of the written ids, and the layers of encoder and decoder."""
    model, tokenizer = checkpoint.model, checkpoint.source_tokenizer
    pieces = tokenizer.encode(text)
    source = [*(piece.id for piece in pieces), tokenizer.eos_id]
    encoded = encoder_layers(model, pack([source], model.device))
    target, target_pieces = checkpoint.target_tokenizer.decode_pieces(written)
    # The decoder never reads the </s> that it writes.
    read = [checkpoint.target_tokenizer.bos_id, *(piece.id for piece in target_pieces)]
    state = model.start(torch.tensor([source], device=model.device), torch.tensor([len(source)]))
    decoded = decoder_layers(model, pack([read], model.device), state.hidden, state.cell)
    layers = (
        *_traces(encoded, [*_labels(text, pieces), END]),
        *_traces(decoded, [BEGIN, *_labels(target, target_pieces)]),
    )
    return text, target.strip(), layers


def _traces(found: dict[str, Quantities], tokens: Sequence[str]) -> tuple[LayerTrace, ...]:
    return tuple(
        LayerTrace(
            name,
            tuple(tokens),
            tuple(Quantity(key, quantities[key].cpu()) for key in ORDER if key in quantities),
        )
        for name, quantities in found.items()
    )


def _labels(text: str, pieces: Sequence[Piece]) -> list[str]:
    """Return what each piece adds to the text, the space before it included."""
    ends = [0, *(piece.end for piece in pieces)]
    # A character that is cut into several pieces stands at each of them.
    return [
        text[end : piece.end] or text[piece.start : piece.end]
        for end, piece in zip(ends, pieces, strict=False)
    ]
