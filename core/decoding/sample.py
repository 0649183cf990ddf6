"""Greedy decoding and sampling: one loop, which differ in how a token is chosen."""

from collections.abc import Callable

import torch
from torch import Tensor

from core.decoding.guide import Guide
from core.decoding.hypothesis import DecodedSequence, Limits, length_normalised
from core.decoding.options import DecodingOptions
from core.models.protocol import State, StepModel

Choose = Callable[[Tensor, int], Tensor]  # (logits (B, V), step) -> (B,) ids


def take_likeliest(logits: Tensor, step: int) -> Tensor:
    """Choose the likeliest token of each row."""
    return logits.argmax(dim=-1)


def draw(temperature: float, seed: int) -> Choose:
    """Return a chooser that draws from softmax(logits / temperature).

    The draw is the argmax of logits plus Gumbel noise (Gumbel 1954). The noise is keyed by (seed,
    step) and made on the CPU: no other request, row or device changes it.
    """

    def choose(logits: Tensor, step: int) -> Tensor:
        noise = keyed_uniform(seed, step, logits.size(-1)).log_().neg_().log_().neg_()
        return (logits.float() / temperature + noise.to(logits.device)).argmax(dim=-1)

    return choose


def keyed_uniform(seed: int, step: int, count: int) -> Tensor:
    """Return ``count`` numbers in (0, 1) that depend on (seed, step) alone."""
    # Neighbouring keys are spread by two odd constants, or their generators would start alike.
    key = (seed * 0x9E3779B97F4A7C15 + step * 0xBF58476D1CE4E5B9) % 2**63
    generator = torch.Generator().manual_seed(key)
    return torch.rand(count, generator=generator).clamp_(1e-10, 1 - 1e-7)


@torch.inference_mode()
def decode_one_by_one(
    model: StepModel,
    state: State,
    options: DecodingOptions,
    limits: Limits,
    guide: Guide | None = None,
) -> list[DecodedSequence]:
    """Decode each of B rows greedily or by sampling.

    Args:
        model: anything with ``step``.
        state: of B rows, one a source.
        options: method ``greedy`` or ``sample``.
        limits: of the B sources.
        guide: what is fixed about the sequence, of one source alone.
    """
    guide = guide or Guide()
    greedy = options.method == "greedy"
    choose = take_likeliest if greedy else draw(options.temperature, options.seed)
    count = len(limits.max_tokens)
    tokens: list[list[int]] = [[] for _ in range(count)]
    log_probs: list[list[float]] = [[] for _ in range(count)]
    attention: list[list[Tensor]] = [[] for _ in range(count)]
    active = list(range(count))  # the source of each row
    last = torch.full((count,), limits.bos_id, device=limits.device)
    step, rest = 0, guide.rest
    length = limits.source_lengths[0] if limits.source_lengths else 0
    while active:
        forced = guide.attention(step, len(active), length, limits.device)
        output = model.step(last, state, forced)
        possible = guide.restrict(output.logits, step, [rest] * len(active))
        last, state = choose(possible, step), output.state
        everything = output.logits.log_softmax(dim=-1, dtype=torch.float32)
        chosen = everything.gather(1, last[:, None])[:, 0].tolist()
        rest = guide.after(rest, int(last[0]), step)
        step += 1
        going_on = []
        for row, (source, token) in enumerate(zip(active, last.tolist(), strict=True)):
            tokens[source].append(token)
            log_probs[source].append(chosen[row])
            if output.attention is not None:
                attention[source].append(output.attention[row])
            if token != limits.eos_id and step < limits.max_tokens[source]:
                going_on.append(row)
        if len(going_on) < len(active):
            rows = torch.tensor(going_on, dtype=torch.long, device=last.device)
            active = [active[row] for row in going_on]
            last, state = last[rows], state.select(rows[:, None]) if active else state
    return [
        DecodedSequence(
            tokens[n],
            log_probs[n],
            length_normalised(sum(log_probs[n]), len(tokens[n]), options.length_penalty),
            limits.cut(torch.stack(attention[n]).cpu(), n) if attention[n] else None,
        )
        for n in range(count)
    ]
