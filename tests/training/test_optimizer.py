"""Muon for matrices and AdamW beside it step as one optimizer, and resume as one."""

import copy

import pytest
import torch
from torch import Tensor, nn

from core.training.optimizer import Muon, make_optimizer

RATE = 0.01


class Model(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(5, 4)
        self.linear = nn.Linear(4, 8)

    def loss(self) -> Tensor:
        tokens = torch.tensor([0, 1, 1, 4])
        return (self.linear(self.embedding(tokens)) - 1).pow(2).mean()


@pytest.fixture
def model() -> Model:
    torch.manual_seed(0)
    return Model()


def step(model: Model, optimizer: torch.optim.Optimizer) -> None:
    optimizer.zero_grad()
    model.loss().backward()
    optimizer.step()


def test_a_matrix_moves_as_far_in_all_directions_and_as_far_as_with_adamw(model: Model) -> None:
    before = model.linear.weight.detach().clone()
    step(model, make_optimizer("muon", model, RATE, weight_decay=0.0))
    moved = torch.linalg.svdvals(model.linear.weight.detach() - before)
    # Gradients of four directions, the weakest of which is a fifth of the strongest or less.
    found = torch.linalg.svdvals(model.linear.weight.grad)
    assert found[2] < found[0] / 5
    assert (moved[:3] / moved[0] > 0.5).all()
    # 0.2 is the size of AdamW's steps in training, of each weight, as a share of the rate.
    each = (model.linear.weight.detach() - before).square().mean().sqrt()
    assert each == pytest.approx(0.2 * RATE, rel=0.4)


def test_embeddings_and_vectors_move_as_with_adamw(model: Model) -> None:
    other = copy.deepcopy(model)
    step(model, make_optimizer("muon", model, RATE, weight_decay=0.1))
    step(other, make_optimizer("adamw", other, RATE, weight_decay=0.1))
    assert torch.equal(model.embedding.weight, other.embedding.weight)
    assert torch.equal(model.linear.bias, other.linear.bias)
    assert not torch.allclose(model.linear.weight, other.linear.weight)


def test_a_loaded_state_goes_on_as_if_never_saved(model: Model) -> None:
    optimizer = make_optimizer("muon", model, RATE, weight_decay=0.0)
    for _ in range(3):
        step(model, optimizer)
    other = copy.deepcopy(model)
    resumed = make_optimizer("muon", other, RATE, weight_decay=0.0)
    resumed.load_state_dict(copy.deepcopy(optimizer.state_dict()))
    for one in (optimizer, resumed):
        for group in one.param_groups:
            group["lr"] = RATE / 2
    step(model, optimizer)
    step(other, resumed)
    for name, weight in model.named_parameters():
        assert torch.equal(weight, dict(other.named_parameters())[name]), name


def test_the_rate_that_is_set_counts_for_both(model: Model) -> None:
    optimizer = make_optimizer("muon", model, RATE, weight_decay=0.0)
    assert isinstance(optimizer, Muon)
    for group in optimizer.param_groups:
        group["lr"] = 0.0
    before = copy.deepcopy(model)
    step(model, optimizer)
    for weight, kept in zip(model.parameters(), before.parameters(), strict=True):
        assert torch.equal(weight, kept)


def test_a_closure_computes_the_gradients(model: Model) -> None:
    optimizer = make_optimizer("muon", model, RATE, weight_decay=0.0)

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = model.loss()
        loss.backward()
        return loss

    first = optimizer.step(closure)
    assert model.loss() < first
