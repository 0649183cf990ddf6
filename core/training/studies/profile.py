"""Where the time of an epoch goes, with teacher forcing and with scheduled sampling."""

import time
from typing import Any

import torch
from torch.profiler import ProfilerActivity, profile

from core.report import Report, report
from core.training.run import train
from core.training.studies.teacher_forcing import few_pairs, plan

_HIDDEN_SIZE = 256
_WAYS = {"teacher forcing": 1.0, "scheduled sampling, ratio 0.5": 0.5}
_TOP = 10  # operations


def teacher_forcing_profile(command: str) -> Report:
    """The most expensive operations of one epoch, on the CPU and, where there is one, the GPU."""
    # Fields of torch.profiler in which the time of a device stands.
    times = {"CPU": "self_cpu_time_total"}
    activities = [ProfilerActivity.CPU]
    if torch.cuda.is_available():
        times["GPU"] = "self_device_time_total"
        activities.append(ProfilerActivity.CUDA)
    rows: list[dict[str, Any]] = []
    told: list[str] = []
    for way, ratio in _WAYS.items():
        recipe, options = plan(_HIDDEN_SIZE, ratio, epochs=1, device="auto")
        clock, core = time.perf_counter(), time.process_time()
        with profile(activities=activities) as found:
            train(recipe, options, few_pairs())
            # The profiler reads the clock; other programs may have had the core in between.
            had = (time.process_time() - core) / (time.perf_counter() - clock)
        # An operation, with the kernels that it starts; these are not counted a second time.
        events = [one for one in found.key_averages() if one.device_type.name == "CPU"]
        for device, field in times.items():
            scale = (had if device == "CPU" else 1.0) / 1e6
            most, total = most_expensive(events, field, scale)
            rows += [{"way": way, "device": device, **row} for row in most]
            told.append(
                f"{way} takes {total:.1f} s of the {device},"
                f" {most[0]['share']:.0%} of it in {most[0]['operation']}"
            )
    steps = f"one epoch of {options.max_steps} optimizer steps"
    return report(
        f"Profile of {steps}, hidden size {_HIDDEN_SIZE}",
        "Which operations does an epoch spend its time in, with and without the decoder's own"
        " letters?",
        command,
        rows,
        [],
        f"In {steps}, with its validation: {'; '.join(told)}.",
    )


def most_expensive(
    events: list[Any], field: str, scale: float
) -> tuple[list[dict[str, Any]], float]:
    """Return rows of the ten operations that take most, and the seconds that all take.

    Args:
        events: averages of torch.profiler.
        field: in which the time of one stands.
        scale: what makes seconds of it.
    """
    total = sum(getattr(event, field) for event in events)
    most = sorted(events, key=lambda event: getattr(event, field), reverse=True)[:_TOP]
    rows = [
        {
            "operation": event.key,
            "calls": event.count,
            "seconds": round(getattr(event, field) * scale, 2),
            "share": round(getattr(event, field) / total, 3),
        }
        for event in most
    ]
    return rows, total * scale
