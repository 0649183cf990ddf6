"""A decoder in training reads the target's ids or its own, as a plain loop over time would."""

import dataclasses

import pytest
import torch
from torch import Tensor

from core.data.batching import Batch, make_batch
from core.data.spelling import SpellingData
from core.data.spelling_corpora import CountedWord
from core.errors import UserError
from core.models.seq2seq import Seq2Seq
from core.training.recipes import SpellingRecipe
from core.training.scheduled_sampling import mixed_inputs
from core.training.spelling import SpellingTask
from tests.tiny import letters, model

PAIRS = [("teh", "the"), ("recieve", "receive"), ("a", "a"), ("adress", "address")]
RECIPE = SpellingRecipe(name="tiny", data="spelling", minutes=1, made_up=0, right=0)
close = {"atol": 1e-4, "rtol": 1e-4}


def batch(longest: int = 0) -> Batch:
    """The pairs, padded; with ``longest`` by that much more."""
    rows = [(letters().encode_batch([a])[0], letters().encode_batch([b])[0]) for a, b in PAIRS]
    made = make_batch(rows, letters(), letters())
    if not longest:
        return made

    def more(ids: Tensor, fill: int | bool) -> Tensor:
        return torch.nn.functional.pad(ids, (0, longest), value=fill)

    return dataclasses.replace(
        made,
        source=more(made.source, letters().pad_id),
        target_input=more(made.target_input, letters().pad_id),
        target_output=more(made.target_output, letters().pad_id),
        is_target=more(made.is_target, False),
    )


@pytest.fixture(params=[1, 2], ids=["one layer", "two layers"])
def corrector(request: pytest.FixtureRequest) -> Seq2Seq:
    layers = {"encoder_layers": request.param, "decoder_layers": request.param}
    pieces = letters()
    made = model(3, writable=pieces.eos_id + 1, vocab_size=pieces.vocab_size, dropout=0, **layers)
    return made.train()


def task(teacher_forcing: float) -> SpellingTask:
    data = SpellingData(
        train=[],
        words=[CountedWord("the", 2)],
        valid=[],
        **{
            one.name: {} if one.name == "test" else []
            for one in dataclasses.fields(SpellingData)
            if one.name not in ("train", "words", "valid")
        },
    )
    return SpellingTask(dataclasses.replace(RECIPE, teacher_forcing=teacher_forcing), data)


def losses(made: Seq2Seq, ratio: float, given: Batch) -> tuple[Tensor, list[Tensor]]:
    """The loss of the task, after one seed, and the gradient of each parameter."""
    torch.manual_seed(0)
    loss, nll, _ = task(ratio).loss(made, given, None, 0.0)
    torch.testing.assert_close(loss.detach(), nll)
    return loss, list(torch.autograd.grad(loss, list(made.parameters())))


def by_loop(made: Seq2Seq, ratio: float, given: Batch) -> tuple[Tensor, list[Tensor]]:
    """The same by a plain loop with autograd, a place at a time through torch's own LSTM."""
    torch.manual_seed(0)
    is_given = torch.rand(given.target_input.shape) < ratio
    state, decoder = made.start(given.source, given.lengths), made.decoder
    hidden, cell = state.hidden, state.cell
    read, logits = given.target_input[:, 0], []
    for place in range(given.target_input.size(1)):
        if place:
            own = logits[-1].argmax(1)
            read = torch.where(is_given[:, place], given.target_input[:, place], own)
        output, (hidden, cell) = decoder.lstm(made.target_embedding(read)[:, None], (hidden, cell))
        context, _ = decoder.attention(output, state.memory)
        features = torch.tanh(decoder.combine(torch.cat((output, context), dim=2)))
        logits.append(decoder.project(features)[:, 0])
    log_probs = torch.stack(logits, 1)[given.is_target].log_softmax(1)
    loss = -log_probs.gather(1, given.target_output[given.is_target][:, None]).mean()
    return loss, list(torch.autograd.grad(loss, list(made.parameters())))


def own_share(made: Seq2Seq, ratio: float, given: Batch) -> float:
    """The share of real places, the first left out, that read another id than the target's."""
    torch.manual_seed(0)
    inputs = mixed_inputs(made, made.start(given.source, given.lengths), given.target_input, ratio)
    other = (inputs != given.target_input)[given.is_target & (torch.arange(inputs.size(1)) > 0)]
    return other.float().mean().item()


@pytest.mark.parametrize("ratio", [1.0, 0.5, 0.0])
def test_loss_and_gradients_are_those_of_a_loop_with_autograd(
    corrector: Seq2Seq, ratio: float
) -> None:
    loss, gradients = losses(corrector, ratio, batch())
    looped, of_loop = by_loop(corrector, ratio, batch())
    torch.testing.assert_close(loss, looped, **close)
    for (name, _), one, other in zip(corrector.named_parameters(), gradients, of_loop, strict=True):
        torch.testing.assert_close(one, other, msg=lambda text, n=name: f"{n}: {text}", **close)
        assert one.abs().sum() > 0, name


def test_the_smaller_the_ratio_the_more_own_letters_are_read(corrector: Seq2Seq) -> None:
    # The models of these tests write noise: what they choose is seldom right.
    shares = [own_share(corrector, ratio, batch()) for ratio in (1.0, 0.5, 0.0)]
    assert shares[0] == 0 and shares[2] > 0.8
    assert 0.2 < shares[1] < 0.8 * shares[2]


def test_without_teacher_forcing_it_reads_what_greedy_decoding_writes(corrector: Seq2Seq) -> None:
    given = batch()
    with torch.inference_mode():
        state, tokens = corrector.start(given.source, given.lengths), given.target_input[:, 0]
        read = [tokens]
        for _ in range(given.target_input.size(1) - 1):
            output = corrector.step(tokens, state)
            state, tokens = output.state, output.logits.argmax(1)
            read.append(tokens)
    state = corrector.start(given.source, given.lengths)
    inputs = mixed_inputs(corrector, state, given.target_input, 0.0)
    assert inputs.tolist() == torch.stack(read, 1).tolist()
    assert (inputs[:, 1:] <= letters().eos_id).all()


def test_the_first_id_is_always_read(corrector: Seq2Seq) -> None:
    given = batch()
    state = corrector.start(given.source, given.lengths)
    for ratio in (0.0, 0.5):
        inputs = mixed_inputs(corrector, state, given.target_input, ratio)
        assert (inputs[:, 0] == letters().bos_id).all()


def test_padding_has_no_part(corrector: Seq2Seq) -> None:
    # Without any of the target's ids, the draws, which padding would shift, don't matter.
    loss, gradients = losses(corrector, 0.0, batch())
    more, of_more = losses(corrector, 0.0, batch(longest=5))
    torch.testing.assert_close(more, loss, **close)
    for one, other in zip(gradients, of_more, strict=True):
        torch.testing.assert_close(one, other, **close)


def test_gradients_flow_in_bfloat16_as_well(corrector: Seq2Seq) -> None:
    # oneDNN has no LSTM in bfloat16 for a CPU without AVX-512; torch's own runs on all.
    with torch.backends.mkldnn.flags(enabled=False), torch.autocast("cpu", dtype=torch.bfloat16):
        loss, _, _ = task(0.0).loss(corrector, batch(), None, 0.0)
    loss.backward()
    for name, parameter in corrector.named_parameters():
        assert parameter.grad is not None and parameter.grad.abs().sum() > 0, name


def test_a_validation_reads_the_target_alone(corrector: Seq2Seq) -> None:
    corrector.eval()
    plain, forced = (losses(corrector, ratio, batch())[0] for ratio in (0.0, 1.0))
    assert plain.equal(forced)
    corrector.train()
    assert not torch.isclose(losses(corrector, 0.0, batch())[0], forced)


def test_with_teacher_forcing_there_is_no_loop(
    corrector: Seq2Seq, monkeypatch: pytest.MonkeyPatch
) -> None:
    def step(*arguments: object) -> None:
        raise AssertionError("a step was taken")

    monkeypatch.setattr(corrector, "step", step)
    losses(corrector, 1.0, batch())
    with pytest.raises(AssertionError, match="a step was taken"):
        losses(corrector, 0.9, batch())


@pytest.mark.parametrize("ratio", [-0.1, 1.1, float("nan")])
def test_a_ratio_that_is_no_probability_is_refused(ratio: float) -> None:
    with pytest.raises(UserError, match=r"teacher_forcing must be from 0 to 1"):
        dataclasses.replace(RECIPE, teacher_forcing=ratio)
