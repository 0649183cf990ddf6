"""One decoder step against a lower bound: its matrix products alone, timed in turns with it.

Both work with batch 1 on 12 source tokens. The bound is float32 with preallocated inputs: the gates
of each layer over [input, hidden], attention score and context, the attentional layer, the output
projection. Each product is written in the ways that plain PyTorch offers (``linear``, ``addmm``,
``addmv``), and the bound is the sum of the fastest ones, so that no slow kernel flatters the step.
"""

import statistics
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from core.measuring import in_turns
from core.models.seq2seq import Seq2Seq
from tests.benchmarks.report import Figure

SOURCE_TOKENS = 12
ROUNDS, REPEATS = 200, 5

Call = Callable[[], object]


@torch.inference_mode()
def measure_step(model: Seq2Seq, rounds: int = ROUNDS) -> list[Figure]:
    """Time step and bound of a model on the CPU."""
    source = torch.randint(0, model.config.writable, (1, SOURCE_TOKENS))
    state = model.start(source, torch.tensor([SOURCE_TOKENS]))
    token = torch.tensor([model.config.writable - 2])
    state = model.step(token, state).state  # a state as decoding meets it, not the first one
    quickest = [fastest(ways) for ways in products(model)]

    def bound() -> None:
        for product in quickest:
            product()

    calls: dict[str, Call] = {"step": lambda: model.step(token, state), "bound": bound}
    taken = in_turns(calls, rounds, REPEATS)
    step, least = (1e6 * statistics.median(taken[name]) for name in ("step", "bound"))
    ratio = statistics.median(a / b for a, b in zip(taken["step"], taken["bound"], strict=True))
    return [
        Figure("decoder step, batch 1", step, "µs", note=f"{rounds} rounds of {REPEATS}"),
        Figure("its matrix products alone, float32", least, "µs"),
        Figure("step / products", ratio, "×", "≤ 1.6, goal 1.2"),
    ]


def products(model: Seq2Seq) -> list[list[Call]]:
    """Return the products of one step, each in several ways."""
    sizes, decoder = model.config, model.decoder
    lstm, hidden = decoder.lstm, sizes.decoder_hidden_size
    memory = 2 * sizes.encoder_hidden_size
    calls = []
    for layer in range(sizes.decoder_layers):
        names = (f"weight_ih_l{layer}", f"weight_hh_l{layer}")
        weight = torch.cat([getattr(lstm, name) for name in names], dim=1)  # (4H, in + H)
        calls.append(affine(weight, getattr(lstm, f"bias_ih_l{layer}")))
    calls.append(affine(decoder.combine.weight, decoder.combine.bias))
    calls.append(affine(decoder.embedding.weight, decoder.bias))
    query, keys = torch.randn(1, hidden), torch.randn(hidden, SOURCE_TOKENS)
    weights, values = torch.randn(1, SOURCE_TOKENS), torch.randn(SOURCE_TOKENS, memory)
    calls.append(_plain(query, keys))
    calls.append(_plain(weights, values))
    return calls


def affine(weight: Tensor, bias: Tensor) -> list[Call]:
    """Return the ways to multiply one row by a weight (N, M) and add a bias (N,)."""
    weight, bias = weight.detach(), bias.detach()
    row = torch.randn(1, weight.size(1), device=weight.device)
    vector, across, turned = row[0], weight.t(), weight.t().contiguous()
    return [
        lambda: functional.linear(row, weight, bias),
        lambda: torch.addmm(bias, row, across),
        lambda: torch.addmm(bias, row, turned),
        lambda: torch.addmv(bias, weight, vector),
    ]


def _plain(left: Tensor, right: Tensor) -> list[Call]:
    batched = left[None], right[None]
    return [lambda: torch.mm(left, right), lambda: torch.bmm(*batched)]


def fastest(ways: list[Call]) -> Call:
    """Return the way that takes the least time."""
    taken = in_turns(dict(enumerate(ways)), 30, REPEATS)
    return ways[min(taken, key=lambda way: min(taken[way]))]
