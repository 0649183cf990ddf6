"""python -m tests.benchmarks: every figure of speed and memory, or some of them by name.

Prints a table on stderr and the report as JSON on stdout; ``--store`` also writes the report to
checkpoints/reports/speed.json. Close other programs first: the line "load before" should be near 0.
"""

import argparse
import json
import sys
from collections.abc import Callable

import torch

from core.service import CHECKPOINTS
from tests.benchmarks import (
    correct,
    generate,
    generate_page,
    joey,
    material,
    memory,
    own_cells,
    page,
    startup,
    step,
    streams,
    translate,
)
from tests.benchmarks.report import Figure, machine, report, store, table

STORED = CHECKPOINTS / "reports" / "speed.json"


def _parts(threads: int) -> dict[str, Callable[[], list[Figure]]]:
    def against_bound() -> list[Figure]:
        model, _, _ = material.shipped()
        return step.measure_step(model)

    def against_joey() -> list[Figure]:
        model, tokenizer, _ = material.shipped()
        return joey.measure_joey(model.config, material.lengths(material.test_set(), tokenizer))

    parts: dict[str, Callable[[], list[Figure]]] = {
        "start": startup.measure_start,
        "page": page.measure_page,
        "sentence": translate.measure_sentence,
        "file": translate.measure_file,
        "memory": lambda: memory.measure_memory(threads),
        "step": against_bound,
        "joey": against_joey,
        "stream": generate.measure_generation,
        "streams": streams.measure_streams,
        "writing": generate_page.measure_writing,
        "spelling": correct.measure_correction,
        "cells": own_cells.measure_cells,
    }
    if torch.cuda.is_available():
        parts["gpu"] = lambda: translate.measure_file("cuda")
        parts["gpu-stream"] = lambda: generate.measure_generation("cuda")
    return parts


def main() -> None:
    """Measure, print, and store if asked to."""
    reader = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    reader.add_argument("--threads", type=int, default=2, help="of PyTorch, for both programs")
    parts = _parts(reader.parse_known_args()[0].threads)
    reader.add_argument("--only", nargs="+", choices=parts, default=list(parts), metavar="PART")
    reader.add_argument("--store", action="store_true", help=f"write {STORED.name} as well")
    chosen = reader.parse_args()
    torch.set_num_threads(chosen.threads)
    about = {**machine(), "model": material.shipped()[2]}
    figures: list[Figure] = []
    for name in chosen.only:
        found = parts[name]()
        if found:
            print(table(found), file=sys.stderr, flush=True)
        figures += found
    content = report(figures, about, " ".join(["python -m tests.benchmarks", *sys.argv[1:]]))
    print(json.dumps(content, indent=1, ensure_ascii=False))
    if chosen.store:
        store(content, STORED)


if __name__ == "__main__":
    main()
