"""Backpropagation through time for a short text that a visitor types, beside autograd's results."""

import dataclasses
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from core.data.text import normalise
from core.errors import UserError
from core.inspection.bptt import (
    SLIPS,
    Forward,
    StepBack,
    Weights,
    autograd,
    make_weights,
    run_back,
    run_forward,
    sum_up,
)
from core.pipelines.results import END

MOST_TOKENS = 10  # more can't be followed step by step
MOST_HIDDEN = 16
UNITS = ("word", "character")

Vector = tuple[float, ...]
Matrix = tuple[Vector, ...]


@dataclass(frozen=True)
class DerivedStep:
    """The figures of one step; its fields are named in core.inspection.bptt."""

    t: int  # from 1
    token: str  # what x_t stands for
    target: str  # what y_t stands for: the next token
    x: Vector
    h_before: Vector
    h: Vector
    y_hat: Vector
    y: Vector
    of_o: Vector
    by_output: Vector
    by_next: Vector
    of_h: Vector
    of_a: Vector
    added: dict[str, Matrix]  # to the sum of each parameter; that of b and c is a single row


@dataclass(frozen=True)
class CheckedGradient:
    """The gradient with respect to one parameter, by hand and by autograd."""

    parameter: str
    shape: tuple[int, ...]
    by_hand: float  # its norm
    by_autograd: float
    difference: float  # the largest of any entry


@dataclass(frozen=True)
class Derivation:
    """The derivation for a text, with a slip or without."""

    text: str
    units: str
    tokens: tuple[str, ...]
    vocabulary: tuple[str, ...]  # of the text, </s> last
    hidden: int
    seed: int
    slip: str
    loss: float  # nats
    steps: tuple[DerivedStep, ...]  # from the last token back to the first
    gradients: tuple[CheckedGradient, ...]
    differences: dict[str, dict[str, float]]  # by slip and parameter: the largest of any entry

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain lists, strings and numbers, ready for JSON."""
        return dataclasses.asdict(self)


def derive(
    text: str, units: str = "word", hidden: int = 4, seed: int = 0, slip: str = "none"
) -> Derivation:
    """Return the derivation for a network with random weights that predicts each next token.

    Args:
        units: "word", what stands between spaces, or "character".
        hidden: number of hidden units.
        slip: a key of SLIPS.

    Raises:
        UserError: a value is out of range, or the text has no token or more than MOST_TOKENS.
    """
    if slip not in SLIPS:
        raise UserError(f"slip must be one of {', '.join(SLIPS)}, not {slip!r}.")
    if hidden not in range(1, MOST_HIDDEN + 1):
        raise UserError(f"hidden must be 1 to {MOST_HIDDEN}, not {hidden}.")
    tokens = _cut(text, units)
    words = tuple(dict.fromkeys(tokens))
    vocabulary = (*words, END)  # the last, though a text may spell it as well
    ids = torch.tensor([*map(words.index, tokens), len(words)])
    one_hot = functional.one_hot(ids, len(vocabulary)).double()
    x, y, targets = one_hot[:-1], one_hot[1:], ids[1:]
    weights = make_weights(len(vocabulary), hidden, seed)
    forward = run_forward(weights, x, targets)
    backs = {name: run_back(weights, x, y, forward, name) for name in SLIPS}
    by_autograd = autograd(weights, x, targets)
    return Derivation(
        text=normalise(text),
        units=units,
        tokens=tokens,
        vocabulary=vocabulary,
        hidden=hidden,
        seed=seed,
        slip=slip,
        loss=forward.loss.item(),
        steps=_steps((*tokens, END), x, y, forward, backs[slip]),
        gradients=_compare(sum_up(backs[slip]), by_autograd),
        differences={name: _differences(sum_up(back), by_autograd) for name, back in backs.items()},
    )


def _cut(text: str, units: str) -> tuple[str, ...]:
    if units not in UNITS:
        raise UserError(f"units must be word or character, not {units!r}.")
    text = normalise(text)
    tokens = tuple(text.split() if units == "word" else text)
    if not tokens:
        raise UserError("There is nothing to derive: type a few words first.")
    if len(tokens) > MOST_TOKENS:
        raise UserError(
            f"The text has {len(tokens):,} {units}s; the limit is {MOST_TOKENS}, "
            "so that each step can be followed."
        )
    return tokens


def _compare(by_hand: Weights, by_autograd: Weights) -> tuple[CheckedGradient, ...]:
    differences = _differences(by_hand, by_autograd)
    return tuple(
        CheckedGradient(
            name, tuple(one.shape), one.norm().item(), other.norm().item(), differences[name]
        )
        for name, one, other in zip(Weights._fields, by_hand, by_autograd, strict=True)
    )


def _differences(one: Weights, other: Weights) -> dict[str, float]:
    pairs = zip(Weights._fields, one, other, strict=True)
    return {name: (a - b).abs().max().item() for name, a, b in pairs}


def _steps(
    tokens: tuple[str, ...], x: Tensor, y: Tensor, forward: Forward, back: list[StepBack]
) -> tuple[DerivedStep, ...]:
    h, y_hat = forward.h, forward.o.softmax(dim=1)
    before = torch.cat((torch.zeros_like(h[:1]), h[:-1]))
    return tuple(
        DerivedStep(
            t=t + 1,
            token=tokens[t],
            target=tokens[t + 1],
            x=_vector(x[t]),
            h_before=_vector(before[t]),
            h=_vector(h[t]),
            y_hat=_vector(y_hat[t]),
            y=_vector(y[t]),
            of_o=_vector(step.of_o),
            by_output=_vector(step.by_output),
            by_next=_vector(step.by_next),
            of_h=_vector(step.of_h),
            of_a=_vector(step.of_a),
            added={name: _matrix(part) for name, part in step.added._asdict().items()},
        )
        for t, step in zip(reversed(range(len(x))), back, strict=True)
    )


def _vector(values: Tensor) -> Vector:
    return tuple(values.tolist())


def _matrix(values: Tensor) -> Matrix:
    return tuple(map(_vector, torch.atleast_2d(values)))
