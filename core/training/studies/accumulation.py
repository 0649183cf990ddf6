"""The study of saving memory: gradients accumulated over parts of a batch, and chunks computed
twice (torch.utils.checkpoint; Chen et al. 2016, arXiv 1604.06174).
"""

import statistics
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

from core.measuring import in_fresh_process, peak_mebibytes
from core.models.language_model import LanguageModel, LanguageModelConfig, RecurrentState
from core.report import Report, curve, report

_PART = 8  # texts of a part of a batch
_LENGTH, _CHUNK = 64, 8  # tokens of a text, and of a chunk that is computed twice
_WORDS = 4_096
_SIZES: dict[str, Any] = {"embedding_size": 128, "hidden_size": 128, "num_layers": 2}

Batch = tuple[Tensor, Tensor]  # tokens (B, T + 1), and (B, T) True where one is to be predicted
Way = Callable[[LanguageModel, Batch], None]  # leaves the gradients of a batch


def _chunk(
    model: LanguageModel, tokens: Tensor, real: Tensor, *state: Tensor
) -> tuple[Tensor, ...]:
    """Return (loss, hidden, cell): the sum in nats of a chunk, and the state behind it."""
    features, after = model(tokens[:, :-1], RecurrentState(*state))
    logits = model.project(features[real])
    return functional.cross_entropy(logits, tokens[:, 1:][real], reduction="sum"), *after


def _loss(model: LanguageModel, batch: Batch, twice: bool = False) -> Tensor:
    """Return the sum in nats; with ``twice`` chunks keep nothing but the state between them."""
    tokens, real = batch
    total, state = tokens.new_zeros((), dtype=torch.float32), tuple(model.start(len(tokens)))
    for begin in range(0, real.size(1), _CHUNK):
        part = tokens[:, begin : begin + _CHUNK + 1], real[:, begin : begin + _CHUNK]
        if twice:
            loss, *after = checkpoint(_chunk, model, *part, *state, use_reentrant=False)
        else:
            loss, *after = _chunk(model, *part, *state)
        total, state = total + loss, tuple(after)
    return total


def _whole(model: LanguageModel, batch: Batch) -> None:
    (_loss(model, batch) / batch[1].sum()).backward()


def _checkpointed(model: LanguageModel, batch: Batch) -> None:
    (_loss(model, batch, twice=True) / batch[1].sum()).backward()


def _accumulated(model: LanguageModel, batch: Batch) -> None:
    for part in zip(*(tensor.split(_PART) for tensor in batch), strict=True):
        (_loss(model, part) / batch[1].sum()).backward()


def _means_of_means(model: LanguageModel, batch: Batch) -> None:
    # What is often written: each part's own mean, as if all parts had as many tokens.
    parts = list(zip(*(tensor.split(_PART) for tensor in batch), strict=True))
    for part in parts:
        (_loss(model, part) / part[1].sum() / len(parts)).backward()


WHOLE, WRONG = "whole batch", "accumulated, mean of means"
WAYS: dict[str, Way] = {
    WHOLE: _whole,
    "accumulated": _accumulated,
    "checkpointed": _checkpointed,
    WRONG: _means_of_means,
}


def accumulation(
    command: str, batches: tuple[int, ...] = (8, 16, 32, 64), steps: int = 5
) -> Report:
    """Time and peak memory of each way at each batch size, in a process of its own."""
    rows: list[dict[str, Any]] = []
    found = {way: in_fresh_process(measure, way, batches, steps) for way in WAYS}
    for size in batches:
        wanted = gradients(WHOLE, size)
        for way in WAYS:
            seconds, peak = found[way][size]
            rows.append(
                {
                    "way": way,
                    "batch": size,
                    "core_ms": round(1e3 * seconds, 1),
                    "times": round(seconds / found[WHOLE][size][0], 2),
                    "peak_mib": round(peak, 1),
                    "gradient_difference": float(
                        f"{_difference(gradients(way, size), wanted):.2g}"
                    ),
                }
            )
    return report(
        f"Gradient accumulation in parts of {_PART}, and chunks of {_CHUNK} tokens computed twice",
        "What do they cost in time, what do they save in memory, and are the gradients the same?",
        command,
        rows,
        _curves(rows, batches),
        _finding([row for row in rows if row["batch"] == batches[-1]], rows),
    )


def measure(way: str, batches: tuple[int, ...], steps: int) -> dict[int, tuple[float, float]]:
    """Return (core seconds of a batch, MiB above what the model takes) by batch size.

    The sizes rise, so that each peak is that of its own size.
    """
    torch.set_num_threads(1)
    model, found = make_model(), {}
    WAYS[way](model, make_batch(1))  # what is loaded at the first use
    before = peak_mebibytes()
    for size in sorted(batches):
        batch, taken = make_batch(size), []
        for _ in range(steps):
            model.zero_grad()
            started = time.process_time()
            WAYS[way](model, batch)
            taken.append(time.process_time() - started)
        found[size] = statistics.median(taken), peak_mebibytes() - before
    return found


def make_model() -> LanguageModel:
    """Return the model that all ways train."""
    torch.manual_seed(1)
    return LanguageModel(LanguageModelConfig(_WORDS, _WORDS, **_SIZES))


def make_batch(size: int) -> Batch:
    """Return so many random texts of different lengths, each longer than half of the longest."""
    chance = torch.Generator().manual_seed(size)
    tokens = torch.randint(_WORDS, (size, _LENGTH + 1), generator=chance)
    lengths = torch.randint(_LENGTH // 2, _LENGTH + 1, (size, 1), generator=chance)
    return tokens, torch.arange(_LENGTH) < lengths


def gradients(way: str, size: int) -> list[Tensor]:
    """Return the gradient of each parameter."""
    model = make_model()
    WAYS[way](model, make_batch(size))
    return [parameter.grad for parameter in model.parameters() if parameter.grad is not None]


def _difference(found: list[Tensor], wanted: list[Tensor]) -> float:
    """Return the largest difference, relative to the largest entry of its gradient."""
    return max(
        ((one - other).abs().max() / other.abs().max()).item()
        for one, other in zip(found, wanted, strict=True)
    )


def _curves(rows: list[dict[str, Any]], batches: tuple[int, ...]) -> list[dict[str, Any]]:
    return [
        curve(
            way, batches, [row[key] for row in rows if row["way"] == way], "texts of a batch", label
        )
        for key, label in (("peak_mib", "MiB"), ("core_ms", "ms of a core"))
        for way in WAYS
        if way != WRONG
    ]


def _finding(last: list[dict[str, Any]], rows: list[dict[str, Any]]) -> str:
    by_way = {row["way"]: row for row in last}
    told = "; ".join(
        f"{way} {row['peak_mib']:,.0f} MiB and {row['times']} times the time"
        for way, row in by_way.items()
        if way != WRONG
    )
    most = {
        way: max(row["gradient_difference"] for row in rows if row["way"] == way) for way in WAYS
    }
    return (
        f"With {last[0]['batch']} texts: {told}. With any number accumulated gradients differ from"
        f" those of the whole batch by at most {most['accumulated']:.2g} of the largest,"
        f" checkpointed ones by {most['checkpointed']:.2g}; by up to {most[WRONG]:.2g} where each"
        f" part counts the same, whatever its tokens."
    )
