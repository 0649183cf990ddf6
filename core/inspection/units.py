"""Units whose traces go along with something visible, looked for in held-out texts.

In the manner of Karpathy, Johnson and Fei-Fei 2015 (arXiv 1506.02078), who found by eye units for
brackets, quotes and the place in a line. Here every unit of every gate and state is compared with
every feature, by Pearson's correlation over tokens. Among thousands the best is partly luck, so
units are chosen by one half of the texts, and r is that of the other half.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from core.checkpoint import Checkpoint
from core.data.batching import pad_rows
from core.data.corpora import Pair
from core.inspection.features import IN_SENTENCE, Features, features, is_mark
from core.inspection.layers import (
    Quantities,
    decoder_layers,
    encoder_layers,
    language_model_layers,
    pack,
)
from core.inspection.results import FoundUnit
from core.models.decoder import DecoderState
from core.models.language_model import LanguageModel
from core.tokenizers.protocol import Piece, Tokenizer

BEST = 3  # units of each feature and layer
FEWEST = 50  # tokens with a mark, in each half; of fewer nothing is said
_DOCUMENTS, _PAIRS = 10, 100  # read together


class Reading(NamedTuple):
    """What a layer did over a batch of texts, and what could be seen there."""

    layer: str
    quantities: Quantities  # (N, H) each
    features: list[str]
    visible: Tensor  # (N, F) float64, NaN at <s> and </s>


class Sums(NamedTuple):
    """What Pearson's r of each of X columns with each of F others is made of; float64."""

    n: Tensor  # (), rows
    x: Tensor  # (X,)
    xx: Tensor  # (X,)
    f: Tensor  # (F,)
    ff: Tensor  # (F,)
    xf: Tensor  # (X, F)

    @classmethod
    def of(cls, x: Tensor, f: Tensor) -> "Sums":
        """Return those of rows (N, X) and (N, F)."""
        n = torch.tensor(len(x))
        return cls(n, x.sum(0), x.square().sum(0), f.sum(0), f.square().sum(0), x.T @ f)

    def plus(self, other: "Sums") -> "Sums":
        """Return those of the rows of both."""
        return Sums(*(one + more for one, more in zip(self, other, strict=True)))

    @property
    def r(self) -> Tensor:
        """(X, F), 0 where a column never changes."""
        of_x, of_f = self.n * self.xx - self.x**2, self.n * self.ff - self.f**2
        of_both = self.n * self.xf - torch.outer(self.x, self.f)
        scale = torch.outer(of_x.clamp(min=0), of_f.clamp(min=0)).sqrt()
        # What is left of a constant is rounding.
        return torch.where(scale > 1e-9 * self.n**2, of_both / scale, 0.0)


def find_units(
    checkpoint: Checkpoint,
    texts: Sequence[str] | Sequence[Pair],
    progress: Callable[[int], None] = lambda texts: None,
) -> tuple[tuple[FoundUnit, ...], int]:
    """Return the units that go along best with each feature, and how many tokens were read.

    Args:
        texts: two or more; documents for a language model, pairs for a translator or a corrector,
            whose decoder reads the given target.
        progress: called with the number of texts behind each batch.
    """
    halves: tuple[dict[str, Sums], dict[str, Sums]] = ({}, {})
    about: dict[str, Reading] = {}  # a reading of each layer
    size = _DOCUMENTS if isinstance(checkpoint.model, LanguageModel) else _PAIRS
    size = min(size, len(texts) // 2)  # one for each half at least
    for number, start in enumerate(range(0, len(texts), size)):
        batch, half = texts[start : start + size], halves[number % 2]
        for reading in _read(checkpoint, batch):
            sums = _sums(reading)
            before = half.get(reading.layer)
            half[reading.layer] = sums if before is None else before.plus(sums)
            about[reading.layer] = reading
        progress(len(batch))
    found = [
        one
        for layer, reading in about.items()
        for one in _best(reading, halves[0][layer], halves[1][layer])
    ]
    tokens = sum(int(half[next(iter(about))].n) for half in halves)
    return tuple(sorted(found, key=lambda one: -abs(one.r))), tokens


def _column(seen: Features, before: int = 0, behind: int = 0) -> Tensor:
    """Return the features of a text as (T, F), with rows of NaN for ``<s>`` or ``</s>``."""
    values = torch.tensor(list(seen.values()), dtype=torch.float64).T  # (T, F)
    return torch.nn.functional.pad(values, (0, 0, before, behind), value=torch.nan)


def _sums(reading: Reading) -> Sums:
    seen = ~reading.visible.isnan().any(1)
    traces = torch.cat(list(reading.quantities.values()), dim=1)
    return Sums.of(traces[seen].cpu().double(), reading.visible[seen])


def _best(reading: Reading, choose: Sums, measure: Sums) -> Iterator[FoundUnit]:
    """Yield the units of a layer that the one half chooses, with the r of the other."""
    chosen, measured = choose.r, measure.r
    names, width = list(reading.quantities), next(iter(reading.quantities.values())).size(1)
    for column, feature in enumerate(reading.features):
        if is_mark(feature) and min(choose.f[column], measure.f[column]) < FEWEST:
            continue
        best: dict[int, FoundUnit] = {}  # by unit, once each
        for place in chosen[:, column].abs().argsort(descending=True).tolist():
            quantity, unit = names[place // width], place % width
            r = measured[place, column].item()
            best.setdefault(unit, FoundUnit(reading.layer, quantity, unit, feature, r))
            if len(best) == BEST:
                break
        yield from best.values()


def _read(checkpoint: Checkpoint, texts: Sequence[str] | Sequence[Pair]) -> Iterator[Reading]:
    if isinstance(checkpoint.model, LanguageModel):
        return _read_documents(checkpoint, [text for text in texts if isinstance(text, str)])
    return _read_pairs(checkpoint, [pair for pair in texts if not isinstance(pair, str)])


def _read_documents(checkpoint: Checkpoint, texts: Sequence[str]) -> Iterator[Reading]:
    tokenizer, model = checkpoint.target_tokenizer, checkpoint.model
    pieces = [tokenizer.encode(text) for text in texts]
    packed = pack([[tokenizer.bos_id, *_ids(one)] for one in pieces], model.device)
    seen = [features(text, one, tokenizer) for text, one in zip(texts, pieces, strict=True)]
    visible = packed.arrange([_column(one, before=1) for one in seen])
    for layer, quantities in language_model_layers(model, packed).items():
        yield Reading(layer, quantities, list(seen[0]), visible)


def _read_pairs(checkpoint: Checkpoint, pairs: Sequence[Pair]) -> Iterator[Reading]:
    source, model = checkpoint.source_tokenizer, checkpoint.model
    texts = [pair.source for pair in pairs]
    pieces = [source.encode(text) for text in texts]
    rows = [[*_ids(one), source.eos_id] for one in pieces]
    packed = pack(rows, model.device)
    layers = encoder_layers(model, packed)
    for backwards in (False, True):
        seen = _of_sentences(texts, pieces, source, backwards)
        visible = packed.arrange([_column(one, behind=1) for one in seen])
        for layer, quantities in layers.items():
            if layer.endswith("backwards") == backwards:
                yield Reading(layer, quantities, list(seen[0]), visible)
    with torch.inference_mode():
        padded = pad_rows(rows, source.pad_id).to(model.device)
        state = model.start(padded, torch.tensor(list(map(len, rows))))
    yield from _read_targets(checkpoint, [pair.target for pair in pairs], state)


def _read_targets(
    checkpoint: Checkpoint, texts: Sequence[str], state: DecoderState
) -> Iterator[Reading]:
    tokenizer, model = checkpoint.target_tokenizer, checkpoint.model
    pieces = [tokenizer.encode(text) for text in texts]
    packed = pack([[tokenizer.bos_id, *_ids(one)] for one in pieces], model.device)
    seen = _of_sentences(texts, pieces, tokenizer)
    visible = packed.arrange([_column(one, before=1) for one in seen])
    for layer, quantities in decoder_layers(model, packed, state.hidden, state.cell).items():
        yield Reading(layer, quantities, list(seen[0]), visible)


def _ids(pieces: Sequence[Piece]) -> list[int]:
    return [piece.id for piece in pieces]


def _of_sentences(
    texts: Sequence[str],
    pieces: Sequence[Sequence[Piece]],
    tokenizer: Tokenizer,
    backwards: bool = False,
) -> list[Features]:
    """Return the features of texts of one sentence, where the place in it is that in the text."""
    found = [
        features(text, one, tokenizer, backwards) for text, one in zip(texts, pieces, strict=True)
    ]
    return [{name: one[name] for name in one if name not in IN_SENTENCE} for one in found]
