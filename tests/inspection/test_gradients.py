"""Gradient flow against finite differences, and against torch's own backward pass."""

import copy
import json
import math
from collections.abc import Sequence
from dataclasses import replace

import pytest
import torch

from core.checkpoint import Checkpoint
from core.errors import UserError
from core.inspection.gradients import GradientFlow, StateFlow, compare_gradients
from core.models.language_model import LanguageModel
from tests.tiny import characters, language_model, words

TEXT = "Der Hund schläft hier."  # five tokens
SMALL = {"embedding_size": 8, "hidden_size": 8}
Change = tuple[int, int, str, torch.Tensor]  # layer, step, state, what is added to it


def checkpoint(cell: str, pieces=None, **sizes) -> Checkpoint[LanguageModel]:
    """A random model with its tokenizer."""
    pieces = pieces or words()
    settings = {"writable": pieces.eos_id + 1, "vocab_size": pieces.vocab_size, "cell": cell}
    return Checkpoint(f"tiny-{cell}", language_model(1, **settings, **sizes), (pieces,), {})


def ids_of(tiny: Checkpoint[LanguageModel]) -> list[int]:
    tokenizer = tiny.target_tokenizer
    return [tokenizer.bos_id, *(piece.id for piece in tokenizer.encode(TEXT))]


def loss_by_layers(model: LanguageModel, ids: Sequence[int], change: Change | None = None):
    """The loss of the last id by torch's own layers, step by step, with one state changed."""
    states: list = [None] * len(model.layers)
    for step, token in enumerate(ids[:-1]):
        output = model.embedding.weight[token].view(1, 1, -1)
        for number, layer in enumerate(model.layers, 1):
            _, state = layer(output, states[number - 1])
            hidden, cell = state if isinstance(state, tuple) else (state, None)
            if change and change[:2] == (number, step):
                hidden, cell = changed(hidden, cell, *change[2:])
            states[number - 1] = hidden if cell is None else (hidden, cell)
            output = hidden
    features = output if model.narrow is None else model.narrow(output)
    return -model.project(features)[0, 0].log_softmax(dim=0)[ids[-1]]


def changed(hidden, cell, state: str, by):
    """The states of a step with one of them changed: h = o ⊙ tanh(c) follows its c."""
    if state == "h":
        return hidden + by, cell
    return hidden / cell.tanh() * (cell + by).tanh(), cell + by


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_each_norm_is_that_of_finite_differences(cell: str) -> None:
    tiny = checkpoint(cell, num_layers=2, **SMALL)
    ids, exact = ids_of(tiny), copy.deepcopy(tiny.model).double()
    (flow,) = compare_gradients([tiny], TEXT).flows
    states = "hc" if cell == "lstm" else "h"
    assert [(one.layer, one.state) for one in flow.states] == [
        (layer, state) for layer in (1, 2) for state in states
    ]
    with torch.no_grad():
        assert flow.log_prob == pytest.approx(-loss_by_layers(exact, ids).item(), rel=1e-12)
        for one in flow.states:
            for back, norm in enumerate(one.norms):
                place = (one.layer, len(ids) - 2 - back, one.state)
                slopes = [
                    (
                        loss_by_layers(exact, ids, (*place, unit))
                        - loss_by_layers(exact, ids, (*place, -unit))
                    ).item()
                    / 2e-5
                    for unit in 1e-5 * torch.eye(8, dtype=torch.float64)
                ]
                assert norm == pytest.approx(math.hypot(*slopes), rel=1e-6), (place, back)


@pytest.mark.parametrize(
    ("cell", "sizes"),
    [
        ("rnn", {"tied": False}),
        ("gru", {"hidden_size": 24}),  # narrowed before the output
        ("lstm", {"num_layers": 3}),
        ("own", {}),
    ],
)
def test_the_norm_of_all_weights_is_that_of_torch(cell: str, sizes: dict) -> None:
    tiny = checkpoint(cell, **{**SMALL, "num_layers": 1} | sizes)
    ids, exact = ids_of(tiny), copy.deepcopy(tiny.model).double()
    loss_by_layers(exact, ids).backward()
    squares = sum(weight.grad.square().sum().item() for weight in exact.parameters())
    (flow,) = compare_gradients([tiny], TEXT).flows
    assert flow.norm == pytest.approx(math.sqrt(squares), rel=1e-10)
    assert all(weight.grad is None for weight in tiny.model.parameters())


def test_a_gradient_counts_as_faded_below_a_hundredth_of_its_last_norm() -> None:
    flow = StateFlow(1, "h", (2.0, 0.5, 0.02, 0.019, 4.0))
    assert (flow.share(1), flow.share(5), flow.faded_after) == (0.25, None, 3)
    assert replace(flow, norms=(2.0, 1.0)).faded_after is None
    certain = replace(flow, norms=(0.0, 0.0))  # a token of probability 1
    assert (certain.share(1), certain.faded_after) == (None, None)


def test_clipping_shortens_what_is_longer_alone() -> None:
    flow = GradientFlow("tiny", "rnn", -1.0, (), norm=4.0, seconds=0)
    assert (flow.clip_scale(1.0), flow.clip_scale(4.0), flow.clip_scale(9.0)) == (0.25, 1.0, 1.0)


def test_models_are_compared_on_the_same_token() -> None:
    tiny, other = checkpoint("rnn", **SMALL), checkpoint("lstm", **SMALL)
    found = compare_gradients([tiny, other], TEXT, index=2, clip=0.5)
    assert found.tokens == ("Der", "Hund", "schläft", "hier", ".", "</s>")
    assert found.read == ("Hund", "Der", "<s>")
    assert {len(one.norms) for flow in found.flows for one in flow.states} == {3}
    shown = json.loads(json.dumps(found.to_dict()))
    assert shown["token"] == "schläft"
    assert shown["flows"][1]["clip_scale"] == found.flows[1].clip_scale(0.5)
    assert compare_gradients([tiny], TEXT).index == 4
    assert len(compare_gradients([tiny], TEXT, index=5).read) == 6  # that of </s>


@pytest.mark.parametrize(
    ("request_", "sentence"),
    [
        ({"text": " \n"}, "nothing to read"),
        ({"text": TEXT, "index": 6}, "must be 0 to 5, not 6"),
        ({"text": TEXT, "index": -1}, "must be 0 to 5, not -1"),
        ({"text": TEXT, "clip": 0.0}, "clip must be above 0"),
        ({"text": TEXT, "clip": math.nan}, "clip must be above 0"),
    ],
)
def test_what_is_asked_for_in_vain_is_said(request_: dict, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        compare_gradients([checkpoint("rnn", **SMALL)], **request_)


def test_models_that_do_not_read_alike_are_not_compared() -> None:
    pair = [checkpoint("rnn", **SMALL), checkpoint("rnn", characters(), **SMALL)]
    with pytest.raises(UserError, match="read alike"):
        compare_gradients(pair, TEXT)
