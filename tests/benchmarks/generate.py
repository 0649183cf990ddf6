"""One stream of a language model, with all that a visitor is sent of each token.

Against a lower bound, the step's matrix products alone in float32, in turns with it; and against
the same loop over a model that keeps no state and runs the whole prefix again at each token.
"""

import statistics
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import replace
from itertools import count, islice
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from core.decoding.options import DecodingOptions
from core.measuring import in_turns
from core.models.language_model import LanguageModel, RecurrentState
from core.models.protocol import StepOutput
from core.pipelines.generation import Generation, Step
from core.pipelines.generator import TextGenerator
from core.service import CHECKPOINTS, Service
from demo import limits
from tests.benchmarks.report import Figure
from tests.benchmarks.step import Call, affine, fastest

WRITERS = ("lm-arxiv-word", "lm-arxiv-char")
OPTIONS = DecodingOptions("sample", temperature=0.8, top_p=0.9)
LENGTHS = (50, 200, 1_000)  # tokens before those that are timed
TIMED = 50  # tokens, before it begins again behind so many
ROUNDS = 100
REACH = {"lm-arxiv-word": "≥ 60"}  # percent of the bound's rate


class PrefixAgain:
    """A language model that runs the whole prefix through ``forward`` at each step.

    The ids so far stand in the place of its state, (1, R, T).
    """

    def __init__(self, model: LanguageModel) -> None:
        self.model, self.device = model, model.device

    def read(self, tokens: Sequence[int]) -> RecurrentState:
        """Keep the ids."""
        return RecurrentState(*[torch.tensor([[tokens]], device=self.device)] * 2)

    def step(self, tokens: Tensor, state: RecurrentState, forced: Any = None) -> StepOutput:
        """Run all ids so far, and one more for each row."""
        ids = torch.cat((state.hidden[0], tokens[:, None]), dim=1)  # (R, T)
        features, _ = self.model(ids, self.model.start(len(ids)))
        logits = self.model.project(features[:, -1])
        return StepOutput(logits, RecurrentState(ids[None], ids[None]), None)


def measure_generation(
    device: str = "cpu",
    root: Path = CHECKPOINTS,
    rounds: int = ROUNDS,
    threads: int = limits.THREADS,
) -> list[Figure]:
    """Return the figures of those language models that are there, with the threads of the page."""
    before = torch.get_num_threads()
    try:
        service = Service(root=root, device=device, threads=threads)  # of the whole process
        return [
            figure
            for name in WRITERS
            if (root / name).is_dir()
            for figure in measure_writer(service.generator(name), rounds)
        ]
    finally:
        torch.set_num_threads(before)


@torch.no_grad()
def measure_writer(writer: TextGenerator, rounds: int = ROUNDS) -> list[Figure]:
    """Time a stream of a language model, its matrix products, and the loop without a state.

    The model forgets how to end a text, so that reading a new beginning is hardly ever timed.
    """
    writer.model.bias[writer.tokenizer.eos_id] = -1e9
    again = TextGenerator(replace(writer.checkpoint, model=PrefixAgain(writer.model)))
    _check_same(writer, again)

    def behind(length: int, one: TextGenerator = writer) -> Call:
        return stream(one, begin_behind(writer, length)).__next__

    alone = in_turns({"stream": behind(LENGTHS[0]), "products": bound(writer.model)}, rounds)
    grown = in_turns({length: behind(length) for length in (LENGTHS[0], LENGTHS[-1])}, rounds)
    prefix = {
        length: in_turns({"again": behind(length, again), "stream": behind(length)}, 8, repeats=2)
        for length in LENGTHS
    }
    name, device = writer.checkpoint.name, writer.model.device.type
    reach = REACH.get(name, "") if device == "cpu" else ""
    return _figures(f"{name}, {device}", reach, alone, grown, prefix)


def _figures(name: str, reach: str, alone: dict, grown: dict, prefix: dict) -> list[Figure]:
    first, last = LENGTHS[0], LENGTHS[-1]
    rates = {call: 1 / statistics.median(seconds) for call, seconds in alone.items()}
    settings = (
        f"{OPTIONS.method}, temperature {OPTIONS.temperature}, top-p {OPTIONS.top_p};"
        f" {torch.get_num_threads()} thread(s)"
    )
    share = 100 * _ratio(alone, "products", "stream")
    return [
        Figure(f"{name}: one stream", rates["stream"], "tokens/s", note=settings),
        Figure(f"{name}: matrix products alone, float32", rates["products"], "tokens/s"),
        Figure(f"{name}: stream / products", share, "%", reach),
        Figure(
            f"{name}: a token behind {last:,} / behind {first}",
            _ratio(grown, last, first),
            "×",
            "≤ 1.1",
        ),
        *(
            Figure(
                f"{name}: running the prefix again / stream, behind {length:,} tokens",
                _ratio(taken, "again", "stream"),
                "×",
            )
            for length, taken in prefix.items()
        ),
    ]


def _ratio(taken: dict, one: Hashable, other: Hashable) -> float:
    """Return the median of how many times longer one call took than the other in its turn."""
    return statistics.median(a / b for a, b in zip(taken[one], taken[other], strict=True))


def bound(model: LanguageModel) -> Call:
    """Return a call of all matrix products of one step, each in its fastest way."""
    weights = [
        (torch.cat([layer.weight_ih_l0, layer.weight_hh_l0], dim=1), layer.bias_ih_l0)
        for layer in model.layers
    ]
    if model.narrow is not None:
        weights.append((model.narrow.weight, model.narrow.bias))
    weights.append((model.output.weight, model.bias))
    quickest = [fastest(affine(weight, bias)) for weight, bias in weights]
    wait = torch.cuda.synchronize if model.device.type == "cuda" else lambda: None

    def call() -> None:
        for product in quickest:
            product()
        wait()

    return call


def begin_behind(writer: TextGenerator, length: int) -> Generation:
    """Return a generation that goes on behind so many tokens, which the model has written."""
    ids = tuple(step.id for step in writer.write(writer.prompt("", OPTIONS, length)))
    return replace(writer.prompt("", OPTIONS, TIMED), prompt_ids=ids)


def stream(writer: TextGenerator, begun: Generation) -> Iterator[Step]:
    """Yield tokens for ever, of one text after another from the same beginning."""
    for seed in count():
        yield from writer.write(replace(begun, options=replace(OPTIONS, seed=seed)))


def _check_same(writer: TextGenerator, again: TextGenerator) -> None:
    begun = begin_behind(writer, 3)
    found = [[step.id for step in islice(stream(one, begun), 10)] for one in (writer, again)]
    if found[0] != found[1]:
        raise RuntimeError("Running the prefix again gave another text.")
