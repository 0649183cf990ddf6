"""Our layers give what torch's give, outputs and gradients, whatever the sizes and the lengths."""

import copy
from typing import Any, NamedTuple

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence

from core.models.recurrent import GRU, LSTM, LSTM_FORMS, RNN
from core.training.recipes import find_recipe
from tests.tiny import language_model, model

# Ours, torch's, and what ours is told beside the sizes.
KINDS: dict[str, tuple[type, type, dict]] = {
    "rnn": (RNN, nn.RNN, {}),
    "gru": (GRU, nn.GRU, {}),
    **{form: (LSTM, nn.LSTM, {"form": form}) for form in LSTM_FORMS},
}
kinds = pytest.mark.parametrize("kind", KINDS)
LIMITS = {torch.float32: 1e-5, torch.float64: 1e-10}


class Case(NamedTuple):
    """A batch, and what reads it."""

    sizes: tuple[int, int, int]  # input_size, hidden_size, num_layers
    settings: dict[str, bool]
    lengths: list[int]  # of each text
    packed: bool  # else all are as long as the longest
    given_state: bool
    seed: int


CASES = st.builds(
    Case,
    st.tuples(st.integers(1, 5), st.integers(1, 5), st.integers(1, 3)),
    st.fixed_dictionaries(
        {name: st.booleans() for name in ("bias", "batch_first", "bidirectional")}
    ),
    st.lists(st.integers(1, 6), min_size=1, max_size=4),
    st.booleans(),
    st.booleans(),
    st.integers(0, 99),
)
UNEVEN = Case((3, 4, 2), {"bidirectional": True}, [2, 5, 1, 5], True, True, 7)


def pair(kind: str, case: Case, dtype: torch.dtype = torch.float32, **more: Any) -> tuple[Any, Any]:
    """One layer of ours and one of torch's with the same large weights."""
    ours, theirs, told = KINDS[kind]
    torch.manual_seed(case.seed)
    peer = theirs(*case.sizes, **case.settings, **more).to(dtype)
    with torch.no_grad():
        for parameter in peer.parameters():
            parameter.normal_()
    made = ours(*case.sizes, **case.settings, **more, **told).to(dtype)
    made.load_state_dict(peer.state_dict())
    return made, peer


def batch(made: Any, case: Case, dtype: torch.dtype = torch.float32) -> tuple[Any, Any]:
    """Inputs (padded or packed) and an initial state or None; all of them take gradients."""
    chance = torch.Generator().manual_seed(case.seed)
    input_size, hidden_size, num_layers = case.sizes
    rows, first = len(case.lengths), case.settings.get("batch_first", False)
    shape = (rows, max(case.lengths)) if first else (max(case.lengths), rows)
    inputs: Any = torch.randn(*shape, input_size, generator=chance, dtype=dtype)
    inputs = inputs.requires_grad_()
    layers = num_layers * (2 if case.settings.get("bidirectional") else 1)
    state = tuple(
        torch.randn(layers, rows, hidden_size, generator=chance, dtype=dtype).requires_grad_()
        for _ in range(2 if isinstance(made, LSTM | nn.LSTM) else 1)
    )
    if case.packed:
        lengths = torch.tensor(case.lengths)
        inputs = pack_padded_sequence(inputs, lengths, first, enforce_sorted=False)
    if not case.given_state:
        return inputs, None
    return inputs, state if len(state) > 1 else state[0]


def found(made: nn.Module, inputs: Any, state: Any) -> list[Tensor]:
    """Outputs, final states, and the gradients of a sum of all of them by all there is."""
    outputs, after = made(inputs, state)
    after = after if isinstance(after, tuple) else (after,)
    given = state if isinstance(state, tuple) else () if state is None else (state,)
    data = outputs.data if isinstance(outputs, PackedSequence) else outputs
    entered = inputs.data if isinstance(inputs, PackedSequence) else inputs
    results = [data, *after]
    chance = torch.Generator().manual_seed(1)
    loss = sum(
        (part * torch.randn(part.shape, generator=chance, dtype=part.dtype)).sum()
        for part in results
    )
    return results + list(torch.autograd.grad(loss, [entered, *given, *made.parameters()]))


def check(kind: str, case: Case, dtype: torch.dtype) -> None:
    made, peer = pair(kind, case, dtype)
    inputs, state = batch(made, case, dtype)
    ours, theirs = found(made, inputs, state), found(peer, inputs, state)
    parts = 3 if isinstance(made, LSTM) else 2
    near = LIMITS[dtype]
    for one, other in zip(ours[:parts], theirs[:parts], strict=True):
        assert one.shape == other.shape and one.dtype == dtype
        torch.testing.assert_close(one, other, atol=near, rtol=0)
    for one, other in zip(ours[parts:], theirs[parts:], strict=True):
        # Large weights make rounding grow on the way back, to a share of the largest gradient.
        largest = max(1.0, other.abs().max().item()) if other.numel() else 1.0
        torch.testing.assert_close(one, other, atol=10 * near * largest, rtol=0)


@kinds
@pytest.mark.parametrize("dtype", LIMITS, ids=str)
@settings(max_examples=60)
@given(case=CASES)
def test_outputs_states_and_gradients_are_those_of_torch(
    kind: str, dtype: torch.dtype, case: Case
) -> None:
    check(kind, case, dtype)


@kinds
@pytest.mark.parametrize("case", [UNEVEN, UNEVEN._replace(packed=False)], ids=["packed", "plain"])
def test_uneven_texts_are_read_as_torch_reads_them(kind: str, case: Case) -> None:
    check(kind, case, torch.float64)


@kinds
def test_a_packed_batch_stays_packed_in_its_order(kind: str) -> None:
    made, peer = pair(kind, UNEVEN)
    inputs, state = batch(made, UNEVEN)
    ours, theirs = made(inputs, state)[0], peer(inputs, state)[0]
    assert isinstance(ours, PackedSequence)
    for one, other in zip(ours[1:], theirs[1:], strict=True):  # sizes and both orders
        assert one.equal(other)
    # Texts in the order of length need no order of their own.
    inputs = pack_padded_sequence(torch.randn(5, 2, 3), torch.tensor([5, 2]))
    assert inputs.sorted_indices is None
    torch.testing.assert_close(made(inputs)[0].data, peer(inputs)[0].data)


@kinds
def test_weights_load_both_ways(kind: str) -> None:
    made, peer = pair(kind, UNEVEN)
    assert list(made.state_dict()) == list(peer.state_dict())
    other = copy.deepcopy(peer)
    other.reset_parameters()
    other.load_state_dict(made.state_dict())
    for one, loaded in zip(peer.parameters(), other.parameters(), strict=True):
        assert one.equal(loaded)


@kinds
def test_a_new_layer_has_the_weights_of_a_new_one_of_torch(kind: str) -> None:
    ours, theirs, told = KINDS[kind]
    torch.manual_seed(3)
    made = ours(3, 4, 2, bidirectional=True, **told)
    torch.manual_seed(3)
    peer = theirs(3, 4, 2, bidirectional=True)
    for one, other in zip(made.parameters(), peer.parameters(), strict=True):
        assert one.equal(other)


@kinds
@pytest.mark.parametrize("packed", [False, True])
def test_dropout_stands_between_layers_as_in_torch(kind: str, packed: bool) -> None:
    case = UNEVEN._replace(packed=packed)
    made, peer = pair(kind, case, dropout=0.5)
    inputs, state = batch(made, case)
    results = []
    for layers in (made, peer):
        torch.manual_seed(5)  # the same draws
        results.append(found(layers, inputs, state)[0])
    torch.testing.assert_close(*results, atol=1e-5, rtol=0)
    whole = found(pair(kind, case)[0], inputs, state)[0]
    assert not torch.allclose(results[0], whole, atol=1e-2)
    torch.testing.assert_close(found(made.eval(), inputs, state)[0], whole)


@kinds
@pytest.mark.parametrize("batch_first", [False, True])
def test_a_text_alone_needs_no_batch(kind: str, batch_first: bool) -> None:
    case = UNEVEN._replace(settings={"batch_first": batch_first})
    made, peer = pair(kind, case)
    text, hidden = torch.randn(6, 3), torch.randn(2, 4)
    state = (hidden, hidden.tanh()) if isinstance(made, LSTM) else hidden
    for given_state in (None, state):
        ours, theirs = made(text, given_state), peer(text, given_state)
        torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=0)


@kinds
def test_a_state_of_another_shape_is_refused(kind: str) -> None:
    made, _ = pair(kind, UNEVEN)
    for shape in ((4, 1, 4), (2, 4, 4), (4, 4, 3)):
        wrong = torch.zeros(shape)
        with pytest.raises(ValueError, match=r"must have the shape \(4, 4, 4\)"):
            made(torch.randn(5, 4, 3), (wrong, wrong) if isinstance(made, LSTM) else wrong)


@kinds
def test_a_call_may_bring_other_weights(kind: str) -> None:
    made, peer = pair(kind, UNEVEN)
    inputs, state = batch(made, UNEVEN)
    other = {"weight_hh_l0": torch.randn_like(made.weight_hh_l0)}
    ours = functional_call(made, other, (inputs, state))[0].data
    theirs = functional_call(peer, other, (inputs, state))[0].data
    torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=0)
    assert not torch.allclose(ours, made(inputs, state)[0].data, atol=1e-2)


@kinds
@pytest.mark.parametrize("bidirectional", [False, True])
def test_outputs_may_be_changed_in_place_and_gone_through_twice(
    kind: str, bidirectional: bool
) -> None:
    case = UNEVEN._replace(settings={"bidirectional": bidirectional})
    made, _ = pair(kind, case)
    inputs, state = batch(made, case)
    once = made(inputs, state)[0].data.tanh().sum()
    expected = torch.autograd.grad(once, list(made.parameters()))
    loss = made(inputs, state)[0].data.tanh_().sum()
    for _ in range(2):
        again = torch.autograd.grad(loss, list(made.parameters()), retain_graph=True)
        for one, other in zip(again, expected, strict=True):
            torch.testing.assert_close(one, other)


@pytest.mark.parametrize("packed", [False, True])
def test_the_backward_pass_by_hand_is_that_of_finite_differences(packed: bool) -> None:
    case = UNEVEN._replace(packed=packed)
    made, _ = pair("hoisted", case, torch.float64)
    inputs, state = batch(made, case, torch.float64)
    names, parameters = zip(*made.named_parameters(), strict=True)
    data = inputs.data.detach().requires_grad_() if packed else inputs

    def run(data: Tensor, hidden: Tensor, cell: Tensor, *weights: Tensor) -> tuple[Tensor, ...]:
        entered = PackedSequence(data, *inputs[1:]) if packed else data
        named = dict(zip(names, weights, strict=True))
        outputs, after = functional_call(made, named, (entered, (hidden, cell)))
        return outputs.data, *after

    assert torch.autograd.gradcheck(run, (data, *state, *parameters))


@kinds
def test_lower_precision_on_the_way_leaves_states_and_gradients_near(kind: str) -> None:
    case = Case((16, 16, 2), {"bidirectional": True}, [4, 9, 7], True, True, 1)
    made, _ = pair(kind, case)
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.mul_(0.2)
    inputs, state = batch(made, case)
    exact = found(made, inputs, state)
    with torch.autocast("cpu", torch.bfloat16):
        low = found(made, inputs, state)
    for one, other in zip(low, exact, strict=True):
        scale = other.abs().max().item()
        torch.testing.assert_close(one.float(), other, atol=0.05 * scale, rtol=0)
    assert not torch.equal(low[0].float(), exact[0])


def test_without_gradients_the_hoisted_form_gives_the_same() -> None:
    made, _ = pair("hoisted", UNEVEN)
    inputs, state = batch(made, UNEVEN)
    with torch.inference_mode():
        outputs, _ = made(inputs, state)
    assert outputs.data.equal(found(made, inputs, state)[0])


def test_a_language_model_of_our_layers_is_that_of_torch_s() -> None:
    made, peer = language_model(0, cell="own"), language_model(0, cell="lstm")
    made.load_state_dict(peer.state_dict())
    tokens = torch.randint(12, (3, 7))
    ours, theirs = made(tokens, made.start(3)), peer(tokens, peer.start(3))
    torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=0)
    assert all(type(layer) is LSTM for layer in made.layers)


def test_an_encoder_and_a_decoder_of_our_layers_are_those_of_torch_s() -> None:
    made, peer = model(0, cell="own"), model(0, cell="lstm")
    made.load_state_dict(peer.state_dict())
    source, target = torch.randint(12, (3, 6)), torch.randint(12, (3, 5))
    for lengths in (torch.tensor([6, 2, 4]), torch.tensor([6, 6, 6])):
        ours, theirs = made(source, lengths, target), peer(source, lengths, target)
        torch.testing.assert_close(ours, theirs, atol=1e-4, rtol=1e-4)
    assert type(made.encoder.lstm) is LSTM and type(made.decoder.lstm) is LSTM


def test_the_own_recipe_differs_in_its_cell_alone() -> None:
    own, lstm = (vars(find_recipe(f"lm-arxiv-word-lstm{end}")) for end in ("-own", ""))
    assert {key for key in own if own[key] != lstm[key]} == {"name", "model"}
    assert own["model"] == {**lstm["model"], "cell": "own"}
