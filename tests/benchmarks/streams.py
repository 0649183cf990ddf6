"""Texts that are written live over HTTP: one alone, then eight at once, each as it was alone."""

import statistics
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from core.service import CHECKPOINTS
from tests.benchmarks.generate import OPTIONS, WRITERS
from tests.benchmarks.report import Figure, percentile
from tests.browser.server import running_app
from tests.calls import updates

CLIENTS, ROUNDS = 8, 3
TOKENS = {"lm-arxiv-word": 150, "lm-arxiv-char": 500}  # at most


@dataclass(frozen=True)
class Visit:
    """What a client has got, and when."""

    text: str
    tokens: int
    first: float  # seconds from asking to the first token
    seconds: float  # from asking to the end


def measure_streams() -> list[Figure]:
    """Return the figures of those language models that are there, on the real page."""
    names = [name for name in WRITERS if (CHECKPOINTS / name).is_dir()]
    if not names:
        return []
    with running_app() as app:
        return [figure for name in names for figure in measure_clients(app, name)]


def measure_clients(app: str, name: str) -> list[Figure]:
    """Time clients of a language model, alone and together."""
    seeds = range(CLIENTS)
    visit(app, name, 0)  # warms up
    alone = [visit(app, name, seed) for seed in seeds]
    rates, visits = [], []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        with ThreadPoolExecutor(CLIENTS) as pool:
            together = list(pool.map(lambda seed: visit(app, name, seed), seeds))
        rates.append(sum(one.tokens for one in together) / (time.perf_counter() - started))
        visits += together
        _check_same(alone, together)
    firsts = [1e3 * one.first for one in visits]
    one = statistics.median(each.tokens / each.seconds for each in alone)
    note = f"{ROUNDS} rounds; each text is the one that its client gets alone"
    return [
        Figure(f"{name}: one client over HTTP", one, "tokens/s", note="the whole answer included"),
        Figure(
            f"{name}: {CLIENTS} clients at once, all together",
            statistics.median(rates),
            "tokens/s",
            note=note,
        ),
        Figure(
            f"{name}: time to first token of {CLIENTS}, median", statistics.median(firsts), "ms"
        ),
        Figure(
            f"{name}: time to first token of {CLIENTS}, 95th percentile",
            percentile(firsts, 0.95),
            "ms",
        ),
    ]


def visit(app: str, name: str, seed: int) -> Visit:
    """Ask for a text and read it as it is written."""
    settings = {"temperature": OPTIONS.temperature, "top_p": OPTIONS.top_p, "seed": seed}
    request = {"prompt": "We", "checkpoint": name, "max_tokens": TOKENS[name], **settings}
    started = time.perf_counter()
    found = updates(app, "generate", **request)
    next(found)
    first = time.perf_counter() - started
    last = list(found)[-1]
    return Visit(last["text"], len(last["steps"]), first, time.perf_counter() - started)


def _check_same(alone: Sequence[Visit], together: Sequence[Visit]) -> None:
    if [one.text for one in alone] != [one.text for one in together]:
        raise RuntimeError("A client among others got another text than alone.")
