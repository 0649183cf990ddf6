"""Gradient flow: how much of a loss reaches the states of the steps before it.

The loss is that of one token, -log p of it given those before it, in nats. At each step back the
norm of ∂loss/∂h and ∂loss/∂c says how much that state still counts: where it falls to nothing the
model can't learn from what it read there (Hochreiter 1991; Pascanu, Mikolov and Bengio 2013,
arXiv 1211.5063). Both are total derivatives, through all that came of the state. Everything is in
float64: what vanishes soon leaves the range of float32.
"""

import dataclasses
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from core.checkpoint import Checkpoint
from core.data.text import normalise
from core.errors import UserError
from core.inspection.unrolled import Unrolled
from core.models.language_model import LanguageModel
from core.pipelines.results import BEGIN, END
from core.tokenizers.protocol import Piece, closed

FADED = 0.01  # the share of its last norm below which a gradient counts as vanished
SIGNS = {"hidden": "h", "cell": "c"}


@dataclass(frozen=True)
class StateFlow:
    """The gradient with respect to the hidden states of a layer, or to its cell states."""

    layer: int  # 1 is the lowest
    state: str  # "h", or "c" of an LSTM
    norms: tuple[float, ...]  # ‖∂loss/∂state‖ at 0, 1, … steps back from the last

    def share(self, back: int) -> float | None:
        """Return the norm so many steps back as a share of that at the last; None for no such."""
        known = back < len(self.norms) and self.norms[0] > 0  # of a certain token it is 0
        return self.norms[back] / self.norms[0] if known else None

    @property
    def faded_after(self) -> int | None:
        """The first number of steps back at which less than FADED is left; None if it never is."""
        rest = (back for back, norm in enumerate(self.norms) if norm < FADED * self.norms[0])
        return next(rest, None)


@dataclass(frozen=True)
class GradientFlow:
    """What one model makes of it."""

    checkpoint: str
    cell: str  # "rnn", "gru", "lstm", "own"
    log_prob: float  # nats, of the chosen token
    states: tuple[StateFlow, ...]
    norm: float  # of the gradient of all parameters together
    seconds: float = field(compare=False)

    def clip_scale(self, clip: float) -> float:
        """Return what clipping the norm at ``clip`` multiplies the gradient with."""
        return clip / self.norm if self.norm > clip else 1.0

    def at(self, layer: int) -> list[StateFlow]:
        """Return the flow through each kind of state of a layer."""
        return [one for one in self.states if one.layer == layer]


@dataclass(frozen=True)
class GradientComparison:
    """Several models on the same token of the same text."""

    text: str
    tokens: tuple[str, ...]  # of the whole text, </s> at its end
    index: int  # of the token whose loss it is; the step before it is the last
    read: tuple[str, ...]  # what is read 0, 1, … steps back: the token before it, …, <s>
    clip: float
    flows: tuple[GradientFlow, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain lists, strings and numbers, ready for JSON."""
        flows = [
            {
                **dataclasses.asdict(flow),
                "clip_scale": flow.clip_scale(self.clip),
                "states": [
                    {**dataclasses.asdict(one), "faded_after": one.faded_after}
                    for one in flow.states
                ],
            }
            for flow in self.flows
        ]
        return {**dataclasses.asdict(self), "token": self.tokens[self.index], "flows": flows}


def compare_gradients(
    checkpoints: Sequence[Checkpoint[LanguageModel]],
    text: str,
    index: int | None = None,
    clip: float = 1.0,
) -> GradientComparison:
    """Return the gradient flow from one token of a text in each of the models.

    Args:
        index: of the token, by default the last of the text; that behind it is the text's end.
        clip: what the norm of the gradient of all parameters is clipped at.

    Raises:
        UserError: there is no such token, or the models do not read the same tokens.
    """
    text = normalise(text)
    cuts = [closed(one.target_tokenizer).encode(text) for one in checkpoints]
    tokens = (*_shared_tokens(text, cuts), END)
    index = len(tokens) - 2 if index is None else index
    if index not in range(len(tokens)):
        raise UserError(f"token must be 0 to {len(tokens) - 1}, not {index}.")
    if not clip > 0:
        raise UserError(f"clip must be above 0, not {clip}.")
    flows = []
    for checkpoint, pieces in zip(checkpoints, cuts, strict=True):
        tokenizer = checkpoint.target_tokenizer
        ids = [tokenizer.bos_id, *(piece.id for piece in pieces), tokenizer.eos_id]
        flows.append(_flow(checkpoint, ids[: index + 2]))
    read = (BEGIN, *tokens[:index])[::-1]
    return GradientComparison(text, tokens, index, read, clip, tuple(flows))


def _shared_tokens(text: str, cuts: Sequence[Sequence[Piece]]) -> list[str]:
    """Return the tokens that every model cuts the text into."""
    spans = [[(piece.start, piece.end) for piece in pieces] for pieces in cuts]
    if not spans[0]:
        raise UserError("There is nothing to read: type a text first.")
    if any(other != spans[0] for other in spans):
        raise UserError("Compare models that read alike: all words, or all characters.")
    return [text[start:end] for start, end in spans[0]]


def _flow(checkpoint: Checkpoint[LanguageModel], ids: Sequence[int]) -> GradientFlow:
    """Return the flow from the last of the ids to the steps that read the others."""
    started = time.perf_counter()
    with torch.enable_grad():
        run = Unrolled(checkpoint.model, ids[:-1])
        log_prob = run.log_probs()[ids[-1]]
        layers, norm = run.gradients(-log_prob)
    states = tuple(
        StateFlow(number, SIGNS[name], tuple(step[name].norm().item() for step in steps[::-1]))
        for number, steps in enumerate(layers, 1)
        for name in steps[0]
    )
    return GradientFlow(
        checkpoint.name,
        checkpoint.model.config.cell,
        log_prob.item(),
        states,
        norm.item(),
        time.perf_counter() - started,
    )
