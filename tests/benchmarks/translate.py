"""Latency of one sentence and throughput of a file, through the objects that the page calls."""

import time

import torch

from core.decoding.options import DecodingOptions
from core.service import Service
from tests.benchmarks.material import SENTENCE, TEST_SET, test_set
from tests.benchmarks.report import Figure, latency

RUNS = 60


def measure_sentence(runs: int = RUNS) -> list[Figure]:
    """Time Service.translate on a sentence of 12 words; greedy and beam 5 take turns."""
    service = Service(device="cpu")
    seconds: dict[str, list[float]] = {"greedy": [], "beam": []}
    for _ in range(runs + 3):  # the first three warm up
        for method, taken in seconds.items():
            started = time.perf_counter()
            translation = service.translate(SENTENCE, method=method)
            taken.append(time.perf_counter() - started)
    tokens = len(translation.hypotheses[0].tokens)
    return [
        figure
        for method, name in (("greedy", "greedy"), ("beam", "beam 5"))
        for figure in latency(
            f"one sentence of 12 words, {name}", seconds[method][3:], f"{tokens} target tokens"
        )
    ]


def measure_file(device: str = "cpu") -> list[Figure]:
    """Translate the test set with beam 5 in batches; text in, text out."""
    translator = Service(device=device).translator()
    sources = [pair.source for pair in test_set()]
    options = DecodingOptions(method="beam", beam=5)
    list(translator.translate_lines(sources[:64], options))  # warm-up
    _wait_for(device)
    started = time.perf_counter()
    done = list(translator.translate_lines(sources, options))
    _wait_for(device)
    seconds = time.perf_counter() - started
    assert len(done) == len(sources)
    name = f"{TEST_SET}, beam 5, batched, {device}"
    note = f"{len(sources)} sentences in {seconds:.1f} s, tokenizing included"
    return [Figure(name, len(sources) / seconds, "sentences/s", note=note)]


def _wait_for(device: str) -> None:
    if device == "cuda":
        torch.cuda.synchronize()
