"""The fused loss is torch's own cross-entropy with label smoothing, in value and in gradients."""

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from core.training import loss as module
from core.training.loss import projected_loss

E, V = 16, 64


def inputs(count: int, writable: int, seed: int = 0) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    features = torch.randn(count, E, generator=generator).requires_grad_()
    weight = torch.randn(V, E, generator=generator).requires_grad_()
    bias = torch.randn(V, generator=generator).requires_grad_()
    return features, weight, bias, torch.randint(writable, (count,), generator=generator)


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.9])
@pytest.mark.parametrize("writable", [V, V - 5, 1])
@pytest.mark.parametrize("count", [1, 7, 32, 33, 101])  # a chunk has at least 32 rows
def test_value_and_gradients_are_those_of_cross_entropy(
    count: int, writable: int, smoothing: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(module._LOGITS, "cpu", 1)
    features, weight, bias, targets = inputs(count, writable)
    loss, nll = projected_loss(features, weight, bias, targets, writable, smoothing)
    found = torch.autograd.grad(3 * loss, (features, weight, bias))

    logits = (features @ weight.T + bias)[:, :writable]
    expected = functional.cross_entropy(logits, targets, label_smoothing=smoothing)
    torch.testing.assert_close(loss, expected)
    torch.testing.assert_close(nll, functional.cross_entropy(logits, targets))
    gradients = torch.autograd.grad(3 * expected, (features, weight, bias))
    for one, other in zip(found, gradients, strict=True):
        torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-4)
    assert not found[1][writable:].any() and not found[2][writable:].any()


def test_large_logits_do_not_overflow() -> None:
    features, weight, bias, targets = inputs(5, V)
    loss, _ = projected_loss(features * 1e3, weight, bias, targets, V, 0.1)
    logits = features * 1e3 @ weight.T + bias
    torch.testing.assert_close(loss, functional.cross_entropy(logits, targets, label_smoothing=0.1))


def test_the_log_likelihood_has_no_gradient() -> None:
    features, weight, bias, targets = inputs(5, V)
    _, nll = projected_loss(features, weight, bias, targets, V, 0.1)
    assert not nll.requires_grad


def test_gradients_of_several_batches_add_up() -> None:
    features, weight, bias, targets = inputs(8, V)
    for part in (slice(0, 4), slice(4, 8)):
        loss, _ = projected_loss(features[part], weight, bias, targets[part], V, 0.1)
        (loss / 2).backward()
    whole = functional.cross_entropy(features @ weight.T + bias, targets, label_smoothing=0.1)
    (expected,) = torch.autograd.grad(whole, weight)
    torch.testing.assert_close(weight.grad, expected, atol=1e-5, rtol=1e-4)


def test_in_bfloat16_it_is_close() -> None:
    features, weight, bias, targets = inputs(300, V - 5)
    with torch.autocast("cpu", torch.bfloat16):
        loss, nll = projected_loss(features, weight, bias, targets, V - 5, 0.1)
    assert loss.dtype == nll.dtype == torch.float32
    found = torch.autograd.grad(loss, (features, weight, bias))
    assert [gradient.dtype for gradient in found] == [torch.float32] * 3
    exact, _ = projected_loss(features, weight, bias, targets, V - 5, 0.1)
    torch.testing.assert_close(loss, exact, atol=0.05, rtol=0.02)
    for one, other in zip(found, torch.autograd.grad(exact, (features, weight, bias)), strict=True):
        assert functional.cosine_similarity(one.flatten(), other.flatten(), dim=0) > 0.999
