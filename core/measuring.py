"""How time and memory are measured, by the studies and by the benchmarks."""

import multiprocessing
import resource
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

Name = TypeVar("Name")
Result = TypeVar("Result")

_WARM_UP = 3  # rounds that are not counted


def in_turns(
    calls: Mapping[Name, Callable[[], object]],
    rounds: int,
    repeats: int = 5,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[Name, list[float]]:
    """Return the seconds of each call by name, ``rounds`` of them: drift meets all alike.

    Args:
        clock: ``time.process_time`` counts the time of all cores together, and none of it where
            other programs have them.
    """
    taken: dict[Name, list[float]] = {name: [] for name in calls}
    for turn in range(rounds + _WARM_UP):
        for name, call in calls.items():
            started = clock()
            for _ in range(repeats):
                call()
            if turn >= _WARM_UP:
                taken[name].append((clock() - started) / repeats)
    return taken


def peak_mebibytes() -> float:
    """Return the most memory that this process has held so far."""
    status = Path("/proc/self/status")
    if status.is_file():
        # Not getrusage: on Linux that begins with the peak of the process that started this one.
        lines = status.read_text(encoding="utf-8").splitlines()
        (peak,) = (line.split()[1] for line in lines if line.startswith("VmHWM"))
        return int(peak) / 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20  # bytes on macOS


def in_fresh_process(function: Callable[..., Result], *arguments: Any) -> Result:
    """Return what a function returns in a process of its own, whose peak is its own as well."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()
