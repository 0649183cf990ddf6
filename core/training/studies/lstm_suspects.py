"""The study of an LSTM with matrices of its own that took minutes where torch's took seconds.

A published exercise met it, and a loss of 7,000, and left both open. Each suspect is one change;
all take the same batches in turns.
"""

import statistics
from collections.abc import Iterator
from itertools import islice
from typing import Any

import torch
from torch.profiler import ProfilerActivity, profile

from core.report import Report, curve, report
from core.training.studies.next_word import BATCH, Windows, load_windows, shuffled
from core.training.studies.suspect_threads import with_threads
from core.training.studies.suspects import (
    BASE,
    KEPT,
    PLAIN,
    SMOOTH,
    SUSPECTS,
    TORCH,
    UNSCALED,
    Trial,
)

_SIZES = (1, 32, BATCH)
_GROWING = 100  # steps of the suspect that takes longer at each
_MINUTES = 5  # times as long: what explains minutes in place of seconds
_LOST = 2  # times the perplexity: what keeps from learning


def lstm_suspects(
    command: str, steps: int = 200, few: int = 60, timed: int = 40, profiled: int = 5
) -> Report:
    """Each suspect at batch 1, 32 and 128, with one thread; the fastest also with two.

    Args:
        steps: at batch 128; ``few`` at the others.
        timed: steps with each number of threads.
        profiled: steps under torch's profiler.
    """
    parts, words = load_windows()
    before = torch.get_num_threads()
    rows: list[dict[str, Any]] = []
    try:
        torch.set_num_threads(1)
        for size in _SIZES:
            count = steps if size == BATCH else few
            trials = {name: Trial(one, words) for name, one in SUSPECTS.items()}
            _in_turns(trials, shuffled(parts["train"], size), count)
            epoch = len(parts["train"][1]) // size  # steps
            for name, one in SUSPECTS.items():
                batch = next(shuffled(parts["train"], size))
                most = _profile(Trial(one, words), batch, profiled)
                rows.append(_row(name, size, trials, epoch) | {"most_expensive": most})
        rows += with_threads(parts["train"], words, timed)
    finally:
        torch.set_num_threads(before)
    return report(
        "An LSTM with matrices of its own: what made it slow, and what kept it from learning",
        "Which suspect explains minutes an epoch in place of seconds, which a loss of 7,000, and"
        " which nothing?",
        command,
        rows,
        _curves(trials),
        _finding(rows, trials, words, _stops(parts["train"], words)),
    )


def _in_turns(trials: dict[str, Trial], stream: Iterator[Windows], count: int) -> None:
    for number, batch in enumerate(islice(stream, count)):
        for name, trial in trials.items():
            if name != KEPT or number < _GROWING:
                trial.step(*batch)


def _row(name: str, size: int, trials: dict[str, Trial], epoch: int) -> dict[str, Any]:
    forward, backward, optimizer = (
        1e3 * statistics.median(times) for times in zip(*trials[name].seconds, strict=True)
    )
    seconds, base = (trials[one].epoch(epoch) for one in (name, BASE))
    return {
        "suspect": name,
        "batch": size,
        "threads": 1,
        "forward_ms": round(forward, 2),
        "backward_ms": round(backward, 2),
        "optimizer_ms": round(optimizer, 2),
        "epoch_s": round(seconds, 1),
        "times": round(seconds / base, 2),
        "perplexity": round(trials[name].perplexity(), 1),
    }


def _profile(trial: Trial, batch: Windows, steps: int) -> str:
    """Return the operations that take most of a step, with their shares."""
    with profile(activities=[ProfilerActivity.CPU]) as found:
        for _ in range(steps):
            trial.step(*batch)
    events = sorted(found.key_averages(), key=lambda one: one.self_cpu_time_total, reverse=True)
    total = sum(one.self_cpu_time_total for one in events)
    return ", ".join(
        f"{one.key.removeprefix('aten::')} {one.self_cpu_time_total / total:.0%}"
        for one in events[:4]
    )


def _stops(part: Windows, words: int) -> bool:
    """Whether PyTorch refuses a state that keeps its graph where the weights are learnt."""
    trial = Trial(SUSPECTS[BASE]._replace(carried=True, detached=False, retain=True), words)
    try:
        for batch in islice(shuffled(part, 1), 3):
            trial.step(*batch)
    except RuntimeError:
        return True
    return False


def _curves(trials: dict[str, Trial]) -> list[dict[str, Any]]:
    series = []
    for name in (BASE, PLAIN, UNSCALED, TORCH):
        ends = range(SMOOTH, len(trials[name].losses) + 1, SMOOTH)
        means = [round(trials[name].perplexity(end), 1) for end in ends]
        series.append(curve(name, list(ends), means, "step of batch 128", "perplexity"))
    for name in (KEPT, "state carried and detached"):
        each = [round(1e3 * sum(times), 2) for times in trials[name].seconds[:_GROWING]]
        numbers = list(range(1, len(each) + 1))
        series.append(curve(name, numbers, each, "step of batch 128", "ms"))
    return series


def _finding(rows: list[dict[str, Any]], trials: dict[str, Trial], words: int, stops: bool) -> str:
    by_name = {row["suspect"]: row for row in rows if row["batch"] == BATCH}
    base = by_name[BASE]
    compared = [row for name, row in by_name.items() if name in trials and name != BASE]
    slow = [row for row in compared if row["times"] > _MINUTES]
    ignorant = [row for row in compared if _lag(trials, row["suspect"]) > _LOST]
    growth = 1e3 * trials[KEPT].growth()[1]
    (single,) = (row for row in rows if (row["suspect"], row["batch"]) == (TORCH, 1))
    stopped = ", and with learnt weights PyTorch stops" if stops else ""
    return (
        f"Minutes an epoch, where others take {base['epoch_s']:.0f} s with {BATCH} texts a batch,"
        f" are explained by {_told(slow, 'times', ' times as long')}: each step takes {growth:.2g}"
        f" ms longer than the one before{stopped}. With one text a batch torch.nn.LSTM too takes"
        f" {single['epoch_s']:,.0f} s. A perplexity that stays near the {words:,} of a guess is"
        f" explained by {_told(ignorant, 'perplexity', '')}; others come to"
        f" {base['perplexity']:,.0f} in {len(trials[BASE].losses)} steps."
    )


def _lag(trials: dict[str, Trial], name: str) -> float:
    """Return how many times as high the perplexity is as that of the base, after as many steps."""
    steps = len(trials[name].losses)
    return trials[name].perplexity(steps) / trials[BASE].perplexity(steps)


def _told(rows: list[dict[str, Any]], key: str, unit: str) -> str:
    return ", ".join(f"{row['suspect']} ({row[key]:,.4g}{unit})" for row in rows) or "none of them"
