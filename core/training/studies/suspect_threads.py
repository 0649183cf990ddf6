"""The study of suspects, continued: one thread and two."""

import time
from itertools import islice
from typing import Any

import torch

from core.training.studies.next_word import BATCH, Windows, shuffled
from core.training.studies.suspects import BASE, SUSPECTS, TORCH, Trial

_THREADS = (1, 2)


def with_threads(part: Windows, words: int, timed: int) -> list[dict[str, Any]]:
    """Return rows with one thread and with two; the least time, for two cores are rarely free."""
    rows: list[dict[str, Any]] = []
    for size in (1, BATCH):
        trials = {name: Trial(SUSPECTS[name], words) for name in (BASE, "our hoisted form", TORCH)}
        taken: dict[tuple[str, int], list[float]] = {}
        for batch in islice(shuffled(part, size), timed):
            for threads in _THREADS:
                torch.set_num_threads(threads)
                for name, trial in trials.items():
                    trial.step(*batch, time.perf_counter)
                    taken.setdefault((name, threads), []).append(sum(trial.seconds[-1]))
        epoch = len(part[1]) // size
        for (name, threads), each in taken.items():
            times = round(min(each) / min(taken[name, 1]), 2)
            clock = {"epoch_s": round(min(each) * epoch, 1), "times": times}
            told = {"suspect": f"by the clock: {name}", "batch": size, "threads": threads}
            rows.append(told | clock)
    return rows
