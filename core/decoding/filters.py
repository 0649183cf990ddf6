"""Filters: what may be drawn at a step, and how likely it is.

A filter is a function (tokens, logits) -> logits: ``tokens`` are those of each of the B rows so
far, ``logits`` (B, V) are left as they are, and what may not be drawn is -inf in the result.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from core.decoding.options import DecodingOptions
from core.errors import UserError

Tokens = Sequence[Sequence[int]]
Filter = Callable[[Tokens, Tensor], Tensor]


def never_written(ids: Sequence[int]) -> Filter:
    """Remove ids that stand for no text, such as ``<unk>``."""

    places = torch.tensor(ids)

    def apply(tokens: Tokens, logits: Tensor) -> Tensor:
        return logits.index_fill(1, places.to(logits.device), -torch.inf)

    return apply


def repetition_penalty(penalty: float) -> Filter:
    """Make tokens that were written less likely (Keskar et al. 2019, arXiv 1909.05858).

    Their logits are divided by ``penalty`` where positive and multiplied by it where negative.
    """

    def apply(tokens: Tokens, logits: Tensor) -> Tensor:
        changed = logits.clone()
        for row, written in enumerate(tokens):
            if written:
                ids = torch.tensor(sorted(set(written)), device=logits.device)
                values = logits[row, ids]
                changed[row, ids] = torch.where(values > 0, values / penalty, values * penalty)
        return changed

    return apply


def no_repeat_ngram(size: int) -> Filter:
    """Remove what would write a sequence of ``size`` tokens again (Paulus et al. 2018,
    arXiv 1705.04304)."""

    def apply(tokens: Tokens, logits: Tensor) -> Tensor:
        changed = logits.clone()
        for row, written in enumerate(tokens):
            last = tuple(written[len(written) - size + 1 :])
            for end in range(size - 1, len(written)):
                if tuple(written[end - size + 1 : end]) == last:
                    changed[row, written[end]] = -torch.inf
        return changed

    return apply


def temperature(value: float) -> Filter:
    """Divide logits by ``value``: below 1 sharpens, above 1 flattens (Ackley et al. 1985).

    Below 0.01 it is the limit, the likeliest token alone: quotients could be infinite.
    """
    return top_k(1) if value < 0.01 else lambda tokens, logits: logits / value


def top_k(count: int) -> Filter:
    """Keep the ``count`` likeliest tokens (Fan et al. 2018, arXiv 1805.04833)."""

    def apply(tokens: Tokens, logits: Tensor) -> Tensor:
        # By place and not by value: of equal logits no more than ``count`` stay.
        values, kept = logits.topk(min(count, logits.size(1)), dim=1)
        return torch.full_like(logits, -torch.inf).scatter_(1, kept, values)

    return apply


def top_p(mass: float) -> Filter:
    """Keep the smallest set of likeliest tokens that reaches ``mass`` (Holtzman et al. 2020,
    arXiv 1904.09751). The token that crosses it stays; 1 keeps all."""

    def apply(tokens: Tokens, logits: Tensor) -> Tensor:
        if mass >= 1:
            return logits
        return _keep_until(logits, logits.float().softmax(dim=1), mass)

    return apply


def min_p(share: float) -> Filter:
    """Keep tokens with at least ``share`` of the likeliest one's probability (Nguyen et al. 2024,
    arXiv 2407.01082)."""

    def apply(tokens: Tokens, logits: Tensor) -> Tensor:
        if share <= 0:
            return logits
        least = logits.amax(dim=1, keepdim=True) + math.log(share)
        return logits.masked_fill(logits < least, -torch.inf)

    return apply


def typical(mass: float) -> Filter:
    """Keep tokens whose surprisal is nearest to the entropy, until they reach ``mass`` (Meister et
    al. 2023, arXiv 2202.00666). 1 keeps all."""

    def apply(tokens: Tokens, logits: Tensor) -> Tensor:
        if mass >= 1:
            return logits
        log_probs = logits.float().log_softmax(dim=1)
        probabilities = log_probs.exp()
        entropy = -torch.where(probabilities > 0, probabilities * log_probs, 0.0).sum(1, True)
        return _keep_until(logits, probabilities, mass, ranks=-(log_probs + entropy).abs())

    return apply


def filters_of(options: DecodingOptions, never: Sequence[int] = ()) -> list[tuple[str, Filter]]:
    """Return the filters that the options ask for, by name, in the order of their use.

    Greedy decoding and beam search have none but that against ids that are never written.
    """
    always = [("never", never_written(never))] if never else []
    if options.method in ("greedy", "beam"):
        return always
    chosen: list[tuple[str, Callable[[Any], Filter], float, float]] = [
        ("repetition_penalty", repetition_penalty, options.repetition_penalty, 1.0),
        ("no_repeat_ngram", no_repeat_ngram, options.no_repeat_ngram, 0),
        ("temperature", temperature, options.temperature, 1.0),
        ("top_k", top_k, options.top_k, 0),
        ("top_p", top_p, options.top_p, 1.0),
        ("min_p", min_p, options.min_p, 0.0),
        ("typical", typical, options.typical, 1.0),
    ]
    return always + [(name, make(value)) for name, make, value, off in chosen if value != off]


def check_drawable(largest: float) -> None:
    """Raise UserError unless filters have left something in a row, whose largest logit this is."""
    if largest == -math.inf:
        raise UserError("These settings leave no token to draw: loosen no_repeat_ngram.")


def _keep_until(
    logits: Tensor, probabilities: Tensor, mass: float, ranks: Tensor | None = None
) -> Tensor:
    """Keep the tokens of the highest ``ranks`` (B, V) up to and with the one that reaches ``mass``.

    The logits are ranks by themselves. All this by NumPy, which finds a few among many in a
    fraction of the time that torch takes.
    """
    values, shares = logits.float().cpu().numpy(), probabilities.cpu().numpy()
    order = values if ranks is None else ranks.cpu().numpy()
    kept = np.full_like(values, -np.inf)
    for row in range(len(values)):
        ids = _smallest_set(order[row], shares[row], mass)
        kept[row, ids] = values[row, ids]
    return torch.from_numpy(kept).to(logits.device)


def _smallest_set(ranks: np.ndarray, probabilities: np.ndarray, mass: float) -> np.ndarray:
    """Return the ids of the highest ranks that together reach ``mass``, one at least."""
    # To sort all would take longer than the model's step; mostly the likeliest ones are enough.
    highest = ranks.max()
    for reach in (4, 6, 8, 10, math.inf):
        near = (ranks >= highest - reach).nonzero()[0]
        if probabilities[near].sum(dtype=np.float64) >= mass:
            break
    order = near[(-ranks[near]).argsort(kind="stable")]  # of equals the first id first
    reached = probabilities[order].cumsum(dtype=np.float64)  # with each token itself
    return order[: 1 + int(reached.searchsorted(mass))]
