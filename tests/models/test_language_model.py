"""One token at a time gives what whole texts give, for each kind of cell, whatever is beside."""

import dataclasses
from copy import deepcopy

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from core.errors import UserError
from core.models.language_model import LanguageModel, LanguageModelConfig, RecurrentState
from tests.tiny import language_model

TIED: dict[str, dict] = {
    "tied": {},
    "narrow": {"embedding_size": 8, "hidden_size": 24},  # tied, with a layer between
    "untied": {"tied": False, "embedding_size": 8, "hidden_size": 24},
}
KINDS = [
    {"cell": cell, "num_layers": layers, **sizes}
    for cell in ("rnn", "gru", "lstm", "own")
    for layers in (1, 2, 3)
    for sizes in TIED.values()
]
# Weights of float16, and so many that a step packs them.
SIZES = {"hidden_size": 256, "embedding_size": 64, "vocab_size": 2048, "writable": 1990}
LARGE = [
    {"cell": cell, "tied": tied, "float16": True, **SIZES}
    for cell in ("rnn", "gru", "lstm", "own")
    for tied in (True, False)
]
TOKENS = torch.randint(12, (5, 9), generator=torch.Generator().manual_seed(1))
close = {"atol": 1e-4, "rtol": 1e-4}


def name(kind: dict) -> str:
    return "-".join(str(value) for value in kind.values())


@pytest.fixture(params=KINDS, ids=name)
def made(request: pytest.FixtureRequest) -> LanguageModel:
    return language_model(0, **request.param)


@torch.inference_mode()
def by_forward(
    made: LanguageModel, tokens: Tensor, state: RecurrentState | None = None
) -> tuple[Tensor, RecurrentState]:
    """Logits (B, T, V) and the state behind."""
    features, after = made(tokens, made.start(len(tokens)) if state is None else state)
    return made.project(features), after


@torch.inference_mode()
def by_steps(
    made: LanguageModel, tokens: Tensor, state: RecurrentState | None = None
) -> tuple[Tensor, RecurrentState]:
    state, logits = made.start(len(tokens)) if state is None else state, []
    for column in tokens.unbind(1):
        output = made.step(column, state)
        state = output.state
        logits.append(output.logits)
        assert output.attention is None
    return torch.stack(logits, 1), state


def check_equal(made: LanguageModel, tokens: Tensor) -> None:
    stepped, whole = by_steps(made, tokens), by_forward(made, tokens)
    torch.testing.assert_close(stepped[0], whole[0], **close)
    for one, other in zip(stepped[1], whole[1], strict=True):
        torch.testing.assert_close(one, other, **close)


def test_steps_give_what_forward_gives(made: LanguageModel) -> None:
    check_equal(made, TOKENS)


@pytest.mark.parametrize("kind", LARGE, ids=name)
def test_steps_of_packed_weights_give_what_forward_gives(kind: dict) -> None:
    check_equal(language_model(1, **kind), TOKENS)


@given(
    rows=st.integers(1, 4),
    length=st.integers(1, 40),
    seed=st.integers(0, 9),
    kind=st.sampled_from(KINDS),
)
def test_steps_give_what_forward_gives_for_texts_of_any_length(
    rows: int, length: int, seed: int, kind: dict
) -> None:
    chance = torch.Generator().manual_seed(seed)
    # Ids that can't be written can be read, <s> among them.
    check_equal(language_model(seed, **kind), torch.randint(64, (rows, length), generator=chance))


def test_the_models_of_these_tests_have_preferences_and_a_memory(made: LanguageModel) -> None:
    # Were they indifferent, much of this would hold for wrong reasons.
    logits, _ = by_forward(made, TOKENS)
    assert logits[..., :12].std(-1).mean() > 0.5
    changed = TOKENS.clone()
    changed[:, 3] = (changed[:, 3] + 5) % 12
    other, _ = by_forward(made, changed)
    torch.testing.assert_close(other[:, :3], logits[:, :3], **close)  # nothing looks ahead
    assert (other[:, 4, :12] - logits[:, 4, :12]).abs().max() > 0.1


def test_reading_gives_the_state_of_the_steps_to_the_last_bit(made: LanguageModel) -> None:
    for length in (0, 1, 9):
        tokens = TOKENS[0, :length].tolist()
        state = made.read(tokens)
        expected = by_steps(made, TOKENS[:1, :length])[1] if length else made.start(1)
        assert state.hidden.equal(expected.hidden) and state.cell.equal(expected.cell)


def test_an_empty_state_is_nothing_for_each_layer_and_row(made: LanguageModel) -> None:
    state = made.start(3)
    for part in state:
        assert part.shape == (made.config.num_layers, 3, made.config.hidden_size)
        assert not part.any()


def test_padding_changes_nothing_before_it(made: LanguageModel) -> None:
    plain, _ = by_forward(made, TOKENS)
    padded = TOKENS.clone()
    padded[2, 5:] = padded[3, 1:] = 14
    found, _ = by_forward(made, padded)
    torch.testing.assert_close(found[2, :5], plain[2, :5], **close)
    torch.testing.assert_close(found[3, :1], plain[3, :1], **close)
    torch.testing.assert_close(found[[0, 1, 4]], plain[[0, 1, 4]], **close)
    more = torch.cat((TOKENS, torch.full((5, 3), 14)), 1)
    torch.testing.assert_close(by_forward(made, more)[0][:, :9], plain, **close)


def test_texts_beside_it_change_nothing(made: LanguageModel) -> None:
    for run in (by_forward, by_steps):
        together, state = run(made, TOKENS)
        for row in range(5):
            alone, own = run(made, TOKENS[row : row + 1])
            torch.testing.assert_close(alone[0], together[row], **close)
            torch.testing.assert_close(own.hidden[:, 0], state.hidden[:, row], **close)


@pytest.mark.parametrize("cuts", [[4], [1, 2, 8], list(range(1, 9))])
def test_the_state_carried_over_chunks_gives_what_one_long_text_gives(
    made: LanguageModel, cuts: list[int]
) -> None:
    whole, after = by_forward(made, TOKENS)
    state, found = made.start(5), []
    for chunk in torch.tensor_split(TOKENS, cuts, dim=1):
        logits, state = by_forward(made, chunk, state)
        found.append(logits)
    torch.testing.assert_close(torch.cat(found, 1), whole, **close)
    torch.testing.assert_close(state.hidden, after.hidden, **close)
    torch.testing.assert_close(state.cell, after.cell, **close)
    # And a step goes on where forward has stopped.
    stepped, _ = by_steps(made, TOKENS[:, 4:], by_forward(made, TOKENS[:, :4])[1])
    torch.testing.assert_close(stepped, whole[:, 4:], **close)


def test_select_reorders_states(made: LanguageModel) -> None:
    _, state = by_steps(made, TOKENS)
    rows = torch.tensor([[3, 0], [0, 4]])
    picked = state.select(rows)
    for part, whole in zip(picked, state, strict=True):
        assert part.equal(whole[:, [3, 0, 0, 4]])
    tokens = torch.tensor([4, 5, 6, 7])
    with torch.inference_mode():
        output = made.step(tokens, picked)
        for place, row in enumerate((3, 0, 0, 4)):
            alone = made.step(tokens[place : place + 1], state.select(torch.tensor([[row]])))
            torch.testing.assert_close(output.logits[place], alone.logits[0], **close)


def test_a_step_leaves_its_state_as_it_was(made: LanguageModel) -> None:
    _, state = by_steps(made, TOKENS)
    before = [part.clone() for part in state]
    with torch.inference_mode():
        first = made.step(TOKENS[:, 1], state)
        made.step(TOKENS[:, 2], state)
        again = made.step(TOKENS[:, 1], state)
    assert all(part.equal(old) for part, old in zip(state, before, strict=True))
    assert first.logits.equal(again.logits)
    assert first.state.hidden.equal(again.state.hidden)
    empty = made.start(5)
    made.step(TOKENS[:, 0], empty)
    assert not empty.hidden.any() and not empty.cell.any()


def test_ids_that_can_not_be_written_are_never_likely(made: LanguageModel) -> None:
    for logits, _ in (by_steps(made, TOKENS), by_forward(made, TOKENS)):
        assert logits.shape == (5, 9, 64)
        assert (logits[..., 12:] == -torch.inf).all()
        assert logits[..., :12].isfinite().all()


def test_a_tied_output_is_the_embedding_and_another_is_not() -> None:
    for kind, sizes in TIED.items():
        made = language_model(0, **sizes)
        assert (made.output is made.embedding) == (kind != "untied")
        assert (made.narrow is not None) == (kind == "narrow")
    counts = [
        sum(p.numel() for p in language_model(0, tied=tied).parameters()) for tied in (True, False)
    ]
    assert counts[1] - counts[0] == 64 * 16


def test_a_new_model_is_nearly_uniform() -> None:
    torch.manual_seed(0)
    sizes = LanguageModelConfig(1024, 1000, embedding_size=64, hidden_size=64)
    new = LanguageModel(sizes).eval()
    logits, _ = by_forward(new, torch.randint(1000, (4, 50)))
    entropy = torch.distributions.Categorical(logits=logits[..., :1000]).entropy().mean()
    assert entropy == pytest.approx(torch.tensor(1000.0).log().item(), abs=0.1)


def test_an_optimizer_step_is_seen_by_the_next_step(made: LanguageModel) -> None:
    before, _ = by_steps(made, TOKENS)
    features, _ = made(TOKENS, made.start(5))
    made.project(features)[..., :12].square().mean().backward()
    torch.optim.AdamW(made.parameters(), lr=0.1).step()
    after, _ = by_steps(made, TOKENS)
    assert (after - before)[..., :12].abs().max() > 0.1
    check_equal(made, TOKENS)


@pytest.mark.parametrize("kind", [KINDS[-1], *LARGE], ids=name)
def test_each_weight_that_is_changed_in_place_is_seen_by_the_next_step(kind: dict) -> None:
    made = language_model(0, **kind)
    by_steps(made, TOKENS[:1])
    for parameter in made.parameters():
        with torch.no_grad():
            parameter.mul_(0.5)
        check_equal(made, TOKENS[:1])


def test_weights_that_are_loaded_after_a_step_are_used_by_the_next(made: LanguageModel) -> None:
    by_steps(made, TOKENS)
    other = deepcopy(made)
    with torch.no_grad():
        for parameter in other.parameters():
            parameter.copy_(parameter.roll(1))
    made.load_state_dict(other.state_dict())
    stepped, _ = by_steps(made, TOKENS)
    torch.testing.assert_close(stepped, by_forward(other, TOKENS)[0], **close)


def test_a_model_is_copied_after_a_step_and_the_copy_has_weights_of_its_own(
    made: LanguageModel,
) -> None:
    by_steps(made, TOKENS)
    copy = deepcopy(made)
    with torch.no_grad():
        for parameter in copy.parameters():
            parameter.mul_(0.5)
    for one in (made, copy):
        check_equal(one, TOKENS)


def test_every_parameter_has_a_gradient(made: LanguageModel) -> None:
    made.train()
    features, _ = made(TOKENS, made.start(5))
    made.project(features)[..., :12].logsumexp(-1).sum().backward()
    for key, parameter in made.named_parameters():
        assert parameter.grad is not None and parameter.grad.abs().sum() > 0, key


def test_a_detached_state_has_no_gradient(made: LanguageModel) -> None:
    _, after = made.train()(TOKENS, made.start(5))
    assert after.hidden.requires_grad
    cut = after.detach()
    assert not cut.hidden.requires_grad and not cut.cell.requires_grad
    assert cut.hidden.equal(after.hidden) and cut.cell.equal(after.cell)


def masks(made: LanguageModel, tokens: Tensor) -> list[Tensor]:
    """What forward multiplies with behind the embedding and behind each layer: (B, T, F) each."""
    read: list[Tensor] = []
    written: list[Tensor] = [made.embedding(tokens).transpose(0, 1)]

    def note(layer: torch.nn.Module, inputs: tuple, outputs: tuple) -> None:
        read.append(inputs[0])
        written.append(outputs[0])

    for layer in made.layers:
        layer.register_forward_hook(note)
    assert made.narrow is None
    features, _ = made(tokens, made.start(len(tokens)))
    read.append(features.transpose(0, 1))
    return [(after / before).transpose(0, 1) for after, before in zip(read, written, strict=True)]


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm", "own"])
def test_what_is_dropped_of_a_text_is_dropped_at_each_of_its_places(cell: str) -> None:
    made = language_model(0, cell=cell, dropout=0.5, embedding_size=64, hidden_size=64).train()
    found = masks(made, TOKENS)
    assert len(found) == 3  # embeddings, between the two layers, before the output
    for mask in found:
        torch.testing.assert_close(mask, mask[:, :1].expand_as(mask))
        assert set(mask.round(decimals=3).unique().tolist()) == {0.0, 2.0}
        assert 0.35 < mask[:, 0].bool().float().mean() < 0.65
        # Other texts have other masks.
        assert len({tuple(row) for row in mask[:, 0].tolist()}) == 5
    assert not found[1].equal(found[2])


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm", "own"])
def test_dropped_recurrent_weights_are_those_of_a_whole_text_and_come_back(cell: str) -> None:
    made = language_model(0, cell=cell, num_layers=1).train()
    dropping = language_model(0, cell=cell, num_layers=1, weight_dropout=0.5).train()
    layer = made.layers[0]
    torch.manual_seed(3)
    features, _ = dropping(TOKENS, dropping.start(5))
    torch.manual_seed(3)
    kept = torch.nn.functional.dropout(layer.weight_hh_l0, 0.5)
    with torch.no_grad():
        layer.weight_hh_l0.copy_(kept)
    torch.testing.assert_close(features, made(TOKENS, made.start(5))[0])
    whole = language_model(0, cell=cell, num_layers=1)
    assert by_forward(dropping.eval(), TOKENS)[0].equal(by_forward(whole, TOKENS)[0])


def test_a_dropped_word_loses_its_whole_embedding() -> None:
    made = language_model(0, word_dropout=0.5).train()
    found, whole = made._embed(TOKENS), made.embedding(TOKENS)
    kept = found.abs().sum(-1) > 0
    assert 0.2 < kept.float().mean() < 0.8
    assert found[kept].equal(whole[kept])


def test_evaluation_drops_nothing_and_training_draws_anew() -> None:
    made, plain = (language_model(0, dropout=dropout) for dropout in (0.5, 0.0))
    expected, _ = by_forward(plain, TOKENS)
    assert by_forward(made, TOKENS)[0].equal(expected)
    made.train()
    one, other = (by_forward(made, TOKENS)[0] for _ in range(2))
    assert not one.equal(expected) and not one.equal(other)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("vocab_size", 100),
        ("vocab_size", 0),
        ("vocab_size", "64"),
        ("embedding_size", 20),
        ("embedding_size", 16.0),
        ("hidden_size", -8),
        ("hidden_size", None),
        ("writable", 0),
        ("writable", 65),
        ("cell", "transformer"),
        ("cell", ""),
        ("num_layers", 0),
        ("num_layers", 17),
        ("num_layers", 1.5),
        ("dropout", 1.0),
        ("word_dropout", 1.0),
        ("weight_dropout", -0.1),
        ("dropout", -0.1),
        ("dropout", float("nan")),
    ],
)
def test_a_wrong_size_is_refused_by_its_name(field: str, value: object) -> None:
    good = LanguageModelConfig(64, 12)
    with pytest.raises(UserError, match=f"^{field} must be"):
        dataclasses.replace(good, **{field: value})
