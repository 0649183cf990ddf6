"""Greedy decoding and sampling: one loop for all, which yields each step as it is taken."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.decoding.filters import Filter, Tokens, check_drawable, filters_of
from core.decoding.guide import Guide
from core.decoding.hypothesis import DecodedSequence, Limits, length_normalised
from core.decoding.options import DecodingOptions
from core.decoding.stopping import check_wanted
from core.models.protocol import State, StepModel

_LEAST, _MOST = 1e-10, 1 - 1e-7  # of the numbers drawn, so that their noise is finite
_MANY = 2_000  # ids, whose noise takes longer than to look for those that it could help
_SPREAD = math.log(math.log(_LEAST) / math.log(_MOST))  # of the noise, 19.3


@dataclass(frozen=True)
class SampledStep:
    """One token for each of the B' sources that are not done."""

    sources: list[int]
    tokens: list[int]
    log_probs: Tensor  # (B', V) of the model, before any filter
    filtered: list[tuple[str, Tensor]]  # (B', V) the logits after each filter, by its name
    attention: Tensor | None  # (B', S)


def gumbel_noise(seed: int, step: int, count: int) -> Tensor:
    """Return ``count`` draws from a Gumbel distribution (Gumbel 1954).

    Logits plus such noise are largest at a draw from their softmax. The noise depends on (seed,
    step) alone and is made on the CPU: no other request, row or device changes it.
    """
    return keyed_uniform(seed, step, count).log_().neg_().log_().neg_()


def draw_without_replacement(
    logits: Tensor, count: int, seed: int, step: int
) -> tuple[Tensor, Tensor]:
    """Return the ``count`` largest of logits (B', K, V) with noise, and their ids, (B', K, C).

    These are draws without replacement from the softmax, in their order (Vieira 2014, "Gumbel-max
    trick and weighted reservoir sampling"). Each of the K hypotheses has noise of its own, the
    same for every source; that of the first is what sampling adds.
    """
    width, size = logits.shape[1:]
    noise = gumbel_noise(seed, step, width * size).view(width, size)
    keys, ids = (logits + noise.to(logits.device)).topk(min(count, size), dim=2)
    return keys, ids


def keyed_uniform(seed: int, step: int, count: int) -> Tensor:
    """Return ``count`` numbers in (0, 1) that depend on (seed, step) alone."""
    # Neighbouring keys are spread by two odd constants, or their generators would start alike.
    key = (seed * 0x9E3779B97F4A7C15 + step * 0xBF58476D1CE4E5B9) % 2**63
    generator = torch.Generator().manual_seed(key)
    return torch.rand(count, generator=generator).clamp_(_LEAST, _MOST)


def sample_steps(
    model: StepModel,
    state: State,
    options: DecodingOptions,
    limits: Limits,
    guide: Guide | None = None,
) -> Iterator[SampledStep]:
    """Yield the steps of decoding each of B rows greedily or by sampling.

    A caller that stops taking steps stops the work. Draws are keyed by the place of a token in its
    sequence, that of a given beginning included: who begins with what was written goes on as if
    never stopped.

    Args:
        model: anything with ``step``.
        state: of B rows, one a source.
        options: method ``greedy``, or ``sample`` with its filters.
        limits: of the B sources.
        guide: what is fixed about the sequence, of one source alone.

    Raises:
        UserError: the filters leave nothing to draw.
        Stopped: nobody waits for the next step any longer.
    """
    guide = guide or Guide()
    filters = filters_of(options, limits.never)
    active = list(range(len(limits.max_tokens)))  # the source of each row
    written = limits.beginnings()  # by source
    last = limits.first_tokens()
    step, rest = 0, guide.rest
    length = limits.source_lengths[0] if limits.source_lengths else 0
    while active:
        check_wanted()
        # Not around the loop: the mode would stay on in the caller between two steps.
        with torch.inference_mode():
            forced = guide.attention(step, len(active), length, limits.device)
            output = model.step(last, state, forced)
            state = output.state
            possible = guide.restrict(output.logits, step, [rest] * len(active)).float()
            # What a caller fixed is written whatever the filters say.
            is_free = step >= len(guide.tokens) and not rest
            so_far = [written[source] for source in active]
            filtered = _filter(filters if is_free else [], so_far, possible)
            tokens = _choose(filtered[-1][1] if filtered else possible, options, so_far)
            last = torch.tensor(tokens, device=limits.device)
            log_probs = output.logits.log_softmax(dim=1, dtype=torch.float32)
        for source, token in zip(active, tokens, strict=True):
            written[source].append(token)
        yield SampledStep(active, tokens, log_probs, filtered, output.attention)
        rest = guide.after(rest, tokens[0], step)
        step += 1
        going_on = [
            row
            for row, (source, token) in enumerate(zip(active, tokens, strict=True))
            if token != limits.eos_id and step < limits.max_tokens[source]
        ]
        if len(going_on) < len(active):
            rows = torch.tensor(going_on, dtype=torch.long, device=last.device)
            active = [active[row] for row in going_on]
            last, state = last[rows], state.select(rows[:, None]) if active else state


def _filter(
    filters: list[tuple[str, Filter]], tokens: Tokens, logits: Tensor
) -> list[tuple[str, Tensor]]:
    """Return the logits (B', V) after each filter, by its name."""
    filtered = []
    for name, apply in filters:
        logits = apply(tokens, logits)
        filtered.append((name, logits))
    return filtered


def _choose(logits: Tensor, options: DecodingOptions, tokens: Tokens) -> list[int]:
    """Return an id for each row of (B', V): the likeliest, or a draw keyed by its place.

    Raises:
        UserError: there is nothing to choose from.
    """
    if options.method != "sample":
        values, ids = logits.max(dim=1)
        check_drawable(values.amin().item())
        return ids.tolist()
    rows = logits.cpu().numpy()  # whose search for a few among many is much faster than torch's
    largest = rows.max(axis=1, keepdims=True)
    check_drawable(largest.min())
    able = [row.nonzero()[0] for row in rows > largest - _SPREAD]
    places = [len(written) for written in tokens]
    count = 1 + max(int(ids[-1]) for ids in able)  # ids behind them need no number
    uniform = {place: keyed_uniform(options.seed, place, count) for place in set(places)}
    return [
        _draw(row, ids, uniform[place].numpy())
        for row, ids, place in zip(rows, able, places, strict=True)
    ]


def _gumbel(uniform: np.ndarray) -> np.ndarray:
    return -np.log(-np.log(uniform))


def _draw(logits: np.ndarray, able: np.ndarray, uniform: np.ndarray) -> int:
    """Return the id among ``able`` for which logits and the noise of ``uniform`` add to most."""
    if len(able) > _MANY:
        # Those that could be first with the largest noise of all.
        best = int(logits.argmax())
        spread = _gumbel(uniform.max()) - _gumbel(uniform[best])
        able = (logits[: len(uniform)] >= logits[best] - spread - 1e-4).nonzero()[0]
    return int(able[(logits[able] + _gumbel(uniform[able])).argmax()])


def decode_one_by_one(
    model: StepModel,
    state: State,
    options: DecodingOptions,
    limits: Limits,
    guide: Guide | None = None,
) -> list[DecodedSequence]:
    """Return the sequences that :func:`sample_steps` writes, one for each source."""
    count = len(limits.max_tokens)
    tokens: list[list[int]] = [[] for _ in range(count)]
    log_probs: list[list[float]] = [[] for _ in range(count)]
    attention: list[list[Tensor]] = [[] for _ in range(count)]
    for step in sample_steps(model, state, options, limits, guide):
        chosen = torch.tensor(step.tokens, device=step.log_probs.device)[:, None]
        values = step.log_probs.gather(1, chosen)[:, 0].tolist()
        for row, source in enumerate(step.sources):
            tokens[source].append(step.tokens[row])
            log_probs[source].append(values[row])
            if step.attention is not None:
                attention[source].append(step.attention[row])
    return [
        DecodedSequence(
            tokens[n],
            log_probs[n],
            length_normalised(sum(log_probs[n]), len(tokens[n]), options.length_penalty),
            limits.cut(torch.stack(attention[n]).cpu(), n) if attention[n] else None,
        )
        for n in range(count)
    ]
