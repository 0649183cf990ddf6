"""The gates and states of every layer of a model, over packed texts; see core.models.recurrence."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

from core.inspection.equations import CELLS
from core.models.language_model import LanguageModel
from core.models.recurrence import Weights, walk
from core.models.recurrent import Recurrent
from core.models.seq2seq import Seq2Seq

Quantities = dict[str, Tensor]  # name -> (N, H), of all steps


class Packed(NamedTuple):
    """The ids of B texts, those of step 0 first, then those of step 1; longer texts come first."""

    tokens: Tensor  # (N,)
    sizes: list[int]  # texts that have a step 0, a step 1 …
    order: list[int]  # of the texts
    places: list[tuple[int, int]]  # (N,) text and step, by the order in which texts were given

    def arrange(self, values: Sequence[Tensor]) -> Tensor:
        """Return (N, …) of the rows (T, …) of each text."""
        return torch.stack([values[text][step] for text, step in self.places])


def pack(rows: Sequence[Sequence[int]], device: torch.device) -> Packed:
    """Return the ids of texts, none of them empty, in one row."""
    order = sorted(range(len(rows)), key=lambda number: -len(rows[number]))
    longest = len(rows[order[0]])
    steps = [[text for text in order if len(rows[text]) > step] for step in range(longest)]
    places = [(text, step) for step, texts in enumerate(steps) for text in texts]
    tokens = torch.tensor([rows[text][step] for text, step in places], device=device)
    return Packed(tokens, list(map(len, steps)), order, places)


@torch.inference_mode()
def language_model_layers(model: LanguageModel, texts: Packed) -> dict[str, Quantities]:
    """Return what each layer of a language model does while it reads texts from an empty state."""
    found = {}
    outputs = model.embedding(texts.tokens)  # (N, E)
    for number, layer in enumerate(model.layers, 1):
        quantities = _run(layer, 0, False, outputs, texts.sizes)  # type: ignore[arg-type]
        found[f"layer {number}"] = quantities
        outputs = quantities["hidden"]
    return found


@torch.inference_mode()
def encoder_layers(model: Seq2Seq, sources: Packed) -> dict[str, Quantities]:
    """Return what each layer of an encoder does, in both directions."""
    found = {}
    outputs = model.source_embedding(sources.tokens)  # (N, E)
    for number in range(model.encoder.lstm.num_layers):
        sides = []
        for reverse, name in ((False, "forwards"), (True, "backwards")):
            quantities = _run(model.encoder.lstm, number, reverse, outputs, sources.sizes)
            found[f"encoder layer {number + 1}, {name}"] = quantities
            sides.append(quantities["hidden"])
        outputs = torch.cat(sides, dim=1)  # (N, 2H)
    return found


@torch.inference_mode()
def decoder_layers(
    model: Seq2Seq, targets: Packed, hidden: Tensor, cell: Tensor
) -> dict[str, Quantities]:
    """Return what each layer of a decoder does; it reads nothing of the attention.

    Args:
        targets: input ids, each text beginning with ``<s>``.
        hidden: (L, B, H) initial states, of the texts as they were given; ``cell`` likewise.
    """
    found = {}
    outputs = model.target_embedding(targets.tokens)  # (N, E)
    for number in range(model.decoder.lstm.num_layers):
        before = (hidden[number, targets.order], cell[number, targets.order])
        quantities = _run(model.decoder.lstm, number, False, outputs, targets.sizes, before)
        found[f"decoder layer {number + 1}"] = quantities
        outputs = quantities["hidden"]
    return found


def _run(
    layers: nn.RNNBase | Recurrent,
    number: int,
    reverse: bool,
    inputs: Tensor,
    sizes: list[int],
    before: Sequence[Tensor] = (),
) -> Quantities:
    """Run one direction of a layer from a state of parts (B, H), by default an empty one."""
    kind = CELLS[layers.mode]
    suffix = f"l{number}_reverse" if reverse else f"l{number}"
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    weights = Weights(*(getattr(layers, f"{name}_{suffix}") for name in names))
    entering = linear(inputs, weights.of_input, weights.bias_input)  # (N, GH)
    empty = inputs.new_zeros(sizes[0], layers.hidden_size)
    state = torch.cat([*before, *[empty] * (len(kind.quantities) - len(before))], dim=1)

    # The state that is carried on holds all quantities of a step, so that the walk keeps each.
    def step(entered: Tensor, state: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        return (kind.step(entered, weights, state[0]),)

    outputs, _ = walk(step, entering, sizes, reverse, (state,))  # (N, QH)
    parts = outputs.chunk(len(kind.quantities), dim=1)
    return dict(zip(kind.quantities, parts, strict=True))
