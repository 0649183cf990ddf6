"""One step at a time gives what whole sequences give, whatever else is in the batch."""

import dataclasses
from copy import deepcopy

import pytest
import torch
from torch import Tensor

from core.errors import UserError
from core.models.decoder import DecoderState
from core.models.seq2seq import Seq2Seq, Seq2SeqConfig
from tests.tiny import model

# Of every length, so that four of five rows are padded.
SOURCES = [[3, 4, 5, 6, 7, 11], [5, 11], [8, 9, 10, 11], [11], [1, 2, 3, 4, 11]]
TARGETS = torch.tensor([[12, 4, 5, 6, 7], [12, 1, 1, 1, 1], [12, 0, 9, 8, 7], [12, 2, 3, 2, 3]])
TARGETS = torch.cat((TARGETS, TARGETS[:1].flip(1)))  # (5, 5)
KINDS = [
    {"score": "general"},
    {"score": "general", "float16": True},
    {"score": "dot"},
    {"score": "dot", "float16": True},
    {"score": "general", "decoder_hidden_size": 24, "embedding_size": 8},
    {"score": "general", "joint_vocabulary": False},
    {"score": "dot", "encoder_layers": 1, "decoder_layers": 1},
    {"score": "general", "encoder_layers": 3, "decoder_layers": 3},
    {"score": "general", "cell": "own"},
]
close = {"atol": 1e-5, "rtol": 1e-5}


def padded(rows: list[list[int]], longest: int | None = None) -> tuple[Tensor, Tensor]:
    longest = longest or max(map(len, rows))
    source = torch.tensor([[*row, *[13] * (longest - len(row))] for row in rows])
    return source, torch.tensor([len(row) for row in rows])


@torch.inference_mode()
def by_forward(made: Seq2Seq, source: Tensor, lengths: Tensor, target: Tensor) -> list[Tensor]:
    features, attention = made(source, lengths, target)
    return [made.decoder.project(features), attention]


@torch.inference_mode()
def by_steps(made: Seq2Seq, source: Tensor, lengths: Tensor, target: Tensor) -> list[Tensor]:
    state, outputs = made.start(source, lengths), []
    for tokens in target.unbind(1):
        outputs.append(made.step(tokens, state))
        state = outputs[-1].state
    return [
        torch.stack([output.logits for output in outputs], 1),
        torch.stack([output.attention for output in outputs], 1),
    ]


@pytest.fixture(params=KINDS, ids=lambda kind: "-".join(map(str, kind.values())))
def made(request: pytest.FixtureRequest) -> Seq2Seq:
    return model(0, **request.param)


def test_steps_give_what_forward_gives(made: Seq2Seq) -> None:
    batch = (*padded(SOURCES), TARGETS)
    for stepped, whole in zip(by_steps(made, *batch), by_forward(made, *batch), strict=True):
        torch.testing.assert_close(stepped, whole, **close)


def test_steps_give_what_forward_gives_for_several_hypotheses_of_a_source(made: Seq2Seq) -> None:
    # Rows of one source stand together and share its memory: 2 sources × 3 hypotheses.
    source, lengths = padded(SOURCES[:2])
    rows = torch.tensor([[0, 0, 0], [1, 1, 1]])
    targets = torch.tensor(
        [[12, a, b] for a, b in [(1, 2), (3, 4), (5, 6), (7, 8), (9, 0), (2, 2)]]
    )
    with torch.inference_mode():
        state = made.start(source, lengths).select(rows)
        for place in range(3):
            output = made.step(targets[:, place], state)
            state = output.state
    logits, attention = by_forward(made, *padded([SOURCES[n] for n in rows.flatten()]), targets)
    torch.testing.assert_close(output.logits, logits[:, -1], **close)
    torch.testing.assert_close(output.attention, attention[:, -1], **close)


def test_padding_changes_nothing(made: Seq2Seq) -> None:
    plain = by_forward(made, *padded(SOURCES), TARGETS)
    more = by_forward(made, *padded(SOURCES, longest=20), TARGETS)
    torch.testing.assert_close(more[0], plain[0], **close)
    torch.testing.assert_close(more[1][:, :, :6], plain[1], **close)


def test_batch_mates_change_nothing(made: Seq2Seq) -> None:
    together = by_steps(made, *padded(SOURCES), TARGETS)
    for number, row in enumerate(SOURCES):
        logits, attention = by_steps(made, *padded([row]), TARGETS[number : number + 1])
        torch.testing.assert_close(logits[0], together[0][number], **close)
        torch.testing.assert_close(attention[0], together[1][number, :, : len(row)], **close)


def test_what_padding_holds_does_not_matter(made: Seq2Seq) -> None:
    source, lengths = padded(SOURCES)
    other = source.where(source != 13, torch.tensor(7))
    assert not other.equal(source)
    for one, two in zip(
        by_steps(made, source, lengths, TARGETS),
        by_steps(made, other, lengths, TARGETS),
        strict=True,
    ):
        torch.testing.assert_close(one, two, **close)


def test_attention_adds_to_one_and_is_zero_on_padding(made: Seq2Seq) -> None:
    source, lengths = padded(SOURCES)
    for _, attention in (
        by_steps(made, source, lengths, TARGETS),
        by_forward(made, source, lengths, TARGETS),
    ):
        torch.testing.assert_close(attention.sum(-1), torch.ones(5, 5))
        for row, length in zip(attention, lengths, strict=True):
            assert (row[:, length:] == 0).all()
            assert (row[:, :length] > 0).all()


def test_the_models_of_these_tests_have_preferences(made: Seq2Seq) -> None:
    # Were they indifferent, all of the above would hold for wrong reasons.
    logits, attention = by_forward(made, *padded(SOURCES), TARGETS)
    assert logits[..., :12].std(-1).mean() > 0.5
    assert attention[0].std(-1).mean() > 0.02
    assert (logits[0, 1, :12] - logits[0, 3, :12]).abs().max() > 0.5


def test_select_reorders_states(made: Seq2Seq) -> None:
    source, lengths = padded(SOURCES)
    order = torch.tensor([[3], [0], [0], [4]])
    tokens = torch.tensor([4, 5, 6, 7])
    with torch.inference_mode():
        state = made.step(TARGETS[:, 0], made.start(source, lengths)).state
        whole = made.step(tokens[torch.tensor([1, 2, 0, 0, 3])], state)
        picked = made.step(tokens, state.select(order))
    torch.testing.assert_close(picked.logits[0], made_logits(made, state, 3, tokens[0]), **close)
    torch.testing.assert_close(picked.logits[1], whole.logits[0], **close)
    torch.testing.assert_close(picked.logits[2], made_logits(made, state, 0, tokens[2]), **close)
    torch.testing.assert_close(picked.logits[3], whole.logits[4], **close)


@torch.inference_mode()
def made_logits(made: Seq2Seq, state: DecoderState, row: int, token: Tensor) -> Tensor:
    """The logits of one row of a state, stepped alone."""
    return made.step(token[None], state.select(torch.tensor([[row]]))).logits[0]


def test_select_within_a_source_keeps_the_memory_uncopied(made: Seq2Seq) -> None:
    state = made.start(*padded(SOURCES[:2]))
    wide = state.select(torch.tensor([[0, 0], [1, 1]]))
    assert wide.memory is state.memory
    crossed = wide.select(torch.tensor([[1, 0], [3, 3]]))
    assert crossed.memory is state.memory
    assert crossed.hidden[0].tolist() == wide.hidden[0][[1, 0, 3, 3]].tolist()
    swapped = wide.select(torch.tensor([[2, 3], [0, 1]]))
    assert swapped.memory.values.tolist() == state.memory.values[[1, 0]].tolist()


def test_a_step_leaves_its_state_as_it_was(made: Seq2Seq) -> None:
    with torch.inference_mode():
        state = made.step(TARGETS[:, 0], made.start(*padded(SOURCES))).state
        first = made.step(TARGETS[:, 1], state)
        hidden, cell = state.hidden.clone(), state.cell.clone()
        made.step(TARGETS[:, 2], state)
        again = made.step(TARGETS[:, 1], state)
    assert state.hidden.equal(hidden) and state.cell.equal(cell)
    assert first.logits.equal(again.logits)
    assert first.state.hidden.equal(again.state.hidden)


def test_ids_that_can_not_be_written_are_never_likely(made: Seq2Seq) -> None:
    batch = (*padded(SOURCES), TARGETS)
    for logits, _ in (by_steps(made, *batch), by_forward(made, *batch)):
        assert logits.shape[-1] == 64
        assert (logits[..., 12:] == -torch.inf).all()
        assert logits[..., :12].isfinite().all()


def test_forced_attention_takes_the_place_of_the_computed_one(made: Seq2Seq) -> None:
    source, lengths = padded(SOURCES[:1] * 2)
    forced = torch.zeros(2, 6)
    forced[0, 0] = forced[1, 4] = 1.0
    with torch.inference_mode():
        state = made.start(source, lengths)
        free = made.step(TARGETS[:2, 0], state)
        output = made.step(TARGETS[:2, 0], state, forced_attention=forced)
        same = made.step(TARGETS[:2, 0], state, forced_attention=free.attention)
    assert output.attention.equal(forced)
    torch.testing.assert_close(same.logits, free.logits, **close)
    # Both rows read the same; only where they look differs.
    assert free.logits[0].equal(free.logits[1])
    assert (output.logits[0, :12] - output.logits[1, :12]).abs().max() > 0.1


def test_weights_changed_after_a_step_are_used_by_the_next(made: Seq2Seq) -> None:
    batch = (*padded(SOURCES), TARGETS)
    other = deepcopy(made)
    with torch.no_grad():
        for parameter in other.parameters():
            parameter.copy_(parameter.roll(1))
    before = by_steps(made, *batch)
    made.load_state_dict(other.state_dict())
    after = by_steps(made, *batch)
    assert not torch.allclose(before[0][..., :12], after[0][..., :12])
    for stepped, whole in zip(after, by_forward(other, *batch), strict=True):
        torch.testing.assert_close(stepped, whole, **close)


def test_an_optimizer_step_is_seen_by_the_next_step(made: Seq2Seq) -> None:
    batch = (*padded(SOURCES), TARGETS)
    by_steps(made, *batch)
    features, _ = made(*batch)
    made.decoder.project(features)[..., :12].square().mean().backward()
    torch.optim.AdamW(made.parameters(), lr=0.1).step()
    for stepped, whole in zip(by_steps(made, *batch), by_forward(made, *batch), strict=True):
        torch.testing.assert_close(stepped, whole, **close)


def test_a_model_is_copied_after_a_step_and_the_copy_has_weights_of_its_own(made: Seq2Seq) -> None:
    batch = (*padded(SOURCES), TARGETS)
    by_steps(made, *batch)
    copy = deepcopy(made)
    with torch.no_grad():
        for parameter in copy.parameters():
            parameter.mul_(0.5)
    for one in (made, copy):
        for stepped, whole in zip(by_steps(one, *batch), by_forward(one, *batch), strict=True):
            torch.testing.assert_close(stepped, whole, **close)


def test_a_joint_vocabulary_has_one_embedding_and_a_separate_one_two() -> None:
    joint, separate = model(0), model(0, joint_vocabulary=False)
    assert joint.source_embedding is joint.target_embedding is joint.decoder.embedding
    assert separate.source_embedding is not separate.target_embedding
    assert separate.target_embedding is separate.decoder.embedding
    counts = [sum(p.numel() for p in made.parameters()) for made in (joint, separate)]
    assert counts[1] - counts[0] == 64 * 16


def test_every_parameter_has_a_gradient() -> None:
    made = model(0, joint_vocabulary=False).train()
    features, _ = made(*padded(SOURCES), TARGETS)
    made.decoder.project(features)[..., :12].logsumexp(-1).sum().backward()
    for name, parameter in made.named_parameters():
        assert parameter.grad is not None and parameter.grad.abs().sum() > 0, name


def test_evaluation_draws_nothing_and_training_drops() -> None:
    made = model(0, dropout=0.5, word_dropout=0.5)
    batch = (*padded(SOURCES), TARGETS)
    assert by_forward(made, *batch)[0].equal(by_forward(made, *batch)[0])
    made.train()
    assert not by_forward(made, *batch)[0].equal(by_forward(made, *batch)[0])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("embedding_size", 20),
        ("embedding_size", 0),
        ("embedding_size", 16.0),
        ("embedding_size", "16"),
        ("encoder_hidden_size", 4),
        ("decoder_hidden_size", -8),
        ("source_vocab_size", 100),
        ("target_vocab_size", 0),
        ("score", "cosine"),
        ("cell", "gru"),
        ("encoder_layers", 3),
        ("decoder_layers", 0),
        ("dropout", 1.5),
        ("dropout", float("nan")),
        ("word_dropout", -0.1),
        ("writable", 0),
        ("writable", 65),
    ],
)
def test_a_wrong_size_is_refused_by_its_name(field: str, value: object) -> None:
    good = Seq2SeqConfig(64, 64, 12)
    with pytest.raises(UserError, match=field):
        dataclasses.replace(good, **{field: value})


def test_sizes_that_do_not_fit_each_other_are_refused() -> None:
    with pytest.raises(UserError, match="joint vocabulary"):
        Seq2SeqConfig(64, 128, 12)
    with pytest.raises(UserError, match="decoder_hidden_size = 2 × encoder_hidden_size"):
        Seq2SeqConfig(64, 64, 12, score="dot", encoder_hidden_size=8, decoder_hidden_size=24)
    for layers in ({"encoder_layers": 0, "decoder_layers": 0}, {"encoder_layers": 1.5}):
        with pytest.raises(UserError, match="layers"):
            Seq2SeqConfig(64, 64, 12, **layers)
