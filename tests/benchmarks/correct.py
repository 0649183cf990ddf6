"""A text of 200 words through the spelling corrector, with the threads of the page."""

import random
import time

import torch

from core.data.misspell import misspell
from core.errors import UserError
from core.pipelines.corrector import find_words
from core.service import DEFAULT_CORRECTOR, Service
from demo import limits
from tests.benchmarks.report import Figure, percentile
from tests.browser.server import ROOT

WORDS, RUNS = 200, 20
_WRONG = 10  # one of so many words is misspelt


def different_words() -> list[str]:
    """Return words of the README, each once, some of them misspelt."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    words = dict.fromkeys(text[start:end].lower() for start, end in find_words(text))
    assert len(words) >= WORDS, "the README is too short to measure with"
    chance = random.Random(1)
    return [
        word if number % _WRONG else misspell(word, chance)
        for number, word in enumerate(list(words)[:WORDS])
    ]


def measure_correction(runs: int = RUNS) -> list[Figure]:
    """Return the figures of Service.correct, if there is a corrector."""
    before = torch.get_num_threads()
    try:
        service = Service(device="cpu", threads=limits.THREADS)  # of the whole process
        service.corrector()
        text = " ".join(different_words())
        seconds = [_timed(service, text) for _ in range(runs + 1)][1:]  # the first one warms up
    except UserError:
        return []
    finally:
        torch.set_num_threads(before)
    return [
        Figure(
            f"{DEFAULT_CORRECTOR}: a text of {WORDS} different words, 95th percentile",
            percentile(seconds, 0.95),
            "s",
            "≤ 1",
            f"{limits.THREADS} thread(s), {len(text):,} characters, {runs} runs",
        )
    ]


def _timed(service: Service, text: str) -> float:
    started = time.perf_counter()
    service.correct(text)
    return time.perf_counter() - started
