"""The study of how documents are put into batches: sorted by length, shuffled, or in buckets.

An earlier system found sorted batches fast and over-fitting. Here whole documents stand side by
side; the peak memory of each order is that of an epoch in a process of its own.
"""

import math
import random
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from core.data.documents import TEXTS, TextData
from core.data.text_batching import TextBatch, framed, similar_lengths, text_chunks
from core.measuring import in_fresh_process, peak_mebibytes
from core.models.language_model import LanguageModel, LanguageModelConfig
from core.report import Report, curve, report
from core.tokenizers.word import WordTokenizer
from core.training.loss import projected_loss

_BATCH, _MIN_FREQUENCY, _LEARNING_RATE, _CLIP = 16, 3, 3e-3, 1.0
_SIZES: dict[str, Any] = {"embedding_size": 64, "hidden_size": 128, "num_layers": 1}
Groups = list[list[int]]  # numbers of the documents of each batch


def _shuffled(lengths: Sequence[int], size: int, chance: random.Random) -> Groups:
    order = chance.sample(range(len(lengths)), len(lengths))
    return [order[begin : begin + size] for begin in range(0, len(order), size)]


# Sorted batches are the same in each epoch, the shortest documents first.
ORDERS: dict[str, Callable[[Sequence[int], int, random.Random], Groups]] = {
    "sorted": lambda lengths, size, chance: similar_lengths(lengths, size),
    "shuffled": _shuffled,
    "bucketed": similar_lengths,
}


class Trained:
    """A model that reads the documents in one order, and what is known of it."""

    def __init__(self, order: str, data: TextData) -> None:
        torch.manual_seed(1)
        self.order, self.chance = ORDERS[order], random.Random(1)
        self.tokenizer = WordTokenizer.train(data.train, _MIN_FREQUENCY)
        self.texts, held_out = (
            [framed(self.tokenizer, ids) for ids in self.tokenizer.encode_batch(part)]
            for part in (data.train, data.valid)
        )
        sizes = (self.tokenizer.vocab_size, self.tokenizer.eos_id + 1)
        self.model = LanguageModel(LanguageModelConfig(*sizes, **_SIZES))
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=_LEARNING_RATE)
        groups = similar_lengths([len(ids) for ids, _ in held_out], _BATCH)
        self.held_out = _batches(held_out, groups, self.tokenizer)
        self.train: list[float] = []  # mean loss in nats of a token, of each epoch
        self.valid: list[float] = []
        self.core_seconds: list[float] = []  # of each epoch, without its validation
        self.places = 0  # of all batches so far, padding included

    def epoch(self) -> None:
        """Read all documents once, and validate."""
        # Of the processor, not of the clock: other programs may share its cores.
        started = time.process_time()
        groups = self.order([len(ids) for ids, _ in self.texts], _BATCH, self.chance)
        batches = _batches(self.texts, groups, self.tokenizer)
        self.places += sum(batch.inputs.numel() for batch in batches)
        self.train.append(_mean_loss(self.model, batches, self.optimizer))
        self.core_seconds.append(time.process_time() - started)
        with torch.no_grad():
            self.valid.append(_mean_loss(self.model, self.held_out, None))

    @property
    def padding(self) -> float:
        """Return the share of the places of the batches that hold no token."""
        tokens = sum(len(ids) for ids, _ in self.texts)
        return 1 - len(self.train) * tokens / self.places


def peak_of(order: str, data: TextData) -> float:
    """Return the MiB that one epoch takes, more than before: to be run in a fresh process."""
    trained, before = Trained(order, data), peak_mebibytes()
    trained.epoch()
    return peak_mebibytes() - before


def batching(command: str, documents: int = 900, epochs: int = 12) -> Report:
    """The same documents in three orders; epoch by epoch, all three in turns."""
    data = TEXTS["arxiv-subset"]()
    few = TextData(data.train[:documents], data.valid, [])
    peaks = {order: in_fresh_process(peak_of, order, few) for order in ORDERS}
    runs = {order: Trained(order, few) for order in ORDERS}
    for _ in range(epochs):
        for run in runs.values():
            run.epoch()
    rows = [_row(order, run, peaks[order]) for order, run in runs.items()]
    numbers = list(range(1, epochs + 1))
    return report(
        f"Sorted, shuffled and bucketed batches of {len(few.train):,} abstracts",
        "Sorted batches were found fast and over-fitting: does that hold?",
        command,
        rows,
        [
            curve(f"{order}, {part}", numbers, [round(x, 4) for x in losses], "epoch", "nats")
            for order, run in runs.items()
            for part, losses in (("training", run.train), ("validation", run.valid))
        ],
        _finding({row["order"]: row for row in rows}),
    )


def _batches(
    texts: Sequence[tuple[list[int], list[int]]], groups: Groups, tokenizer: WordTokenizer
) -> list[TextBatch]:
    longest = max(len(ids) for ids, _ in texts)
    return [
        batch
        for group in groups
        for batch in text_chunks([texts[number] for number in group], tokenizer.pad_id, longest)
    ]


def _mean_loss(
    model: LanguageModel, batches: list[TextBatch], optimizer: torch.optim.Optimizer | None
) -> float:
    """Return the mean loss of a token, from batches on which the optimizer, if any, learns."""
    nats, tokens = 0.0, 0
    for batch in batches:
        loss = _loss(model, batch)
        if optimizer is not None:
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), _CLIP)
            optimizer.step()
        count = int(batch.is_target.sum())
        nats, tokens = nats + loss.item() * count, tokens + count
    return nats / tokens


def _loss(model: LanguageModel, batch: TextBatch) -> Tensor:
    features, _ = model(batch.inputs, model.start(len(batch.inputs)))
    real, targets = features[batch.is_target], batch.targets[batch.is_target]
    weights = (model.output.weight, model.bias)
    return projected_loss(real, *weights, targets, model.config.writable, 0.0)[0]


def _row(order: str, run: Trained, peak: float) -> dict[str, Any]:
    best = min(run.valid)
    return {
        "order": order,
        "core_seconds_per_epoch": round(statistics.median(run.core_seconds), 2),
        "padding": round(run.padding, 3),
        "peak_mib": round(peak),
        "best_perplexity": round(math.exp(best), 1),
        "best_epoch": run.valid.index(best) + 1,
        "last_perplexity": round(math.exp(run.valid[-1]), 1),
        "last_train": round(math.exp(run.train[-1]), 1),
    }


def _finding(rows: dict[str, dict[str, Any]]) -> str:
    one, other, near = rows["sorted"], rows["shuffled"], rows["bucketed"]
    fast = one["core_seconds_per_epoch"] < other["core_seconds_per_epoch"]
    worse = one["best_perplexity"] > other["best_perplexity"]
    # How much higher the perplexity is in validation than in training, behind the last epoch.
    gap, usual = (row["last_perplexity"] / row["last_train"] for row in (one, other))
    return (
        f"Sorted batches are {'fast' if fast else 'not faster'}"
        f" ({one['core_seconds_per_epoch']} s an epoch, {one['padding']:.1%} padding; shuffled"
        f" {other['core_seconds_per_epoch']} s, {other['padding']:.1%}) and validate"
        f" {'worse' if worse else 'no worse'} than shuffled ones (perplexity"
        f" {one['best_perplexity']}, {other['best_perplexity']}),"
        f" {'and over-fit more' if gap > usual else 'without over-fitting more'}; bucketed ones"
        f" take {near['core_seconds_per_epoch']} s and have {near['best_perplexity']}."
    )
