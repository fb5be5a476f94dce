"""Losses: the course's numbers, safety at the extremes, and clear refusals."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tinygrad_edu as torch
import tinygrad_edu.nn.functional as F
from tinygrad_edu import nn
from tinygrad_edu.errors import TinygradEduError


def test_cross_entropy_of_the_lecture() -> None:
    """Lecture 002's two models have the cross-entropies 1.38 and 0.64."""
    targets = torch.tensor([2, 1, 0])  # one-hot columns: class 3, class 2, class 1
    models = (
        ([[0.3, 0.3, 0.4], [0.3, 0.4, 0.3], [0.1, 0.2, 0.7]], 1.38),
        ([[0.1, 0.2, 0.7], [0.1, 0.7, 0.2], [0.3, 0.4, 0.3]], 0.64),
    )
    for rows, printed in models:
        p = torch.tensor(rows, dtype=torch.float64)
        assert round(F.nll_loss(torch.log(p), targets).item(), 2) == printed
        assert round(F.cross_entropy(torch.log(p), targets).item(), 2) == printed


def test_gradient_is_prediction_minus_truth() -> None:
    """∂L/∂logits = (softmax − onehot)/N, the δ₂ = ŷ − y of lab report 1."""
    x = torch.randn(5, 3, dtype=torch.float64, requires_grad=True)
    y = torch.tensor([0, 2, 1, 1, 0])
    F.cross_entropy(x, y).backward()
    p = torch.softmax(x.detach(), 1).numpy()
    np.testing.assert_allclose(x.grad.numpy(), (p - np.eye(3)[y.numpy()]) / 5, atol=1e-15)


def test_asymmetric_loss_has_two_prices() -> None:
    """δ = t − y; a is paid for predicting too much, b for too little."""
    y, t = torch.tensor([1.0, 1.0, 2.0]), torch.tensor([0.0, 3.0, 2.0])
    losses = F.asymmetric_mse_loss(y, t, a=2.0, b=5.0, reduction="none")
    assert losses.tolist() == [2.0, 20.0, 0.0]
    assert nn.AsymmetricMSELoss(1.0, 1.0)(y, t).item() == F.mse_loss(y, t).item()


def test_hinge_is_free_beyond_the_margin() -> None:
    """max(0, 1 − t·x): nothing to pay, and no gradient, where t·x ≥ 1."""
    x = torch.tensor([2.0, 1.0, 0.5, -1.0], requires_grad=True)
    loss = F.hinge_loss(x, torch.tensor([1.0, 1.0, 1.0, 1.0]), reduction="sum")
    loss.backward()
    assert loss.item() == 2.5
    assert x.grad.tolist() == [0, 0, -1, -1]


def test_losses_survive_extreme_predictions() -> None:
    """Logits of ±10⁴ and probabilities 0 and 1 give finite losses and gradients, unwarned."""
    x = torch.tensor([[1e4, -1e4, 0.0]], requires_grad=True)
    loss = F.cross_entropy(x, torch.tensor([1]))
    loss.backward()
    assert loss.item() == 2e4
    assert x.grad.tolist() == [[1, -1, 0]]
    p = torch.tensor([0.0, 1.0, 0.0, 1.0], requires_grad=True)
    surely = F.binary_cross_entropy(p, torch.tensor([0.0, 1.0, 1.0, 0.0]), reduction="none")
    assert surely.tolist() == [0, 0, 100, 100]
    surely.sum().backward()
    assert np.isfinite(p.grad.numpy()).all()
    z = torch.tensor([1e4, -1e4], requires_grad=True)
    logits = F.binary_cross_entropy_with_logits(z, torch.tensor([0.0, 0.0]))
    logits.backward()
    assert logits.item() == 5e3
    assert z.grad.tolist() == [0.5, 0]


def test_ignored_examples_count_for_nothing() -> None:
    """An ignored example changes neither the mean nor anybody's gradient."""
    x = torch.randn(4, 3, dtype=torch.float64, requires_grad=True)
    loss = F.cross_entropy(x, torch.tensor([0, -100, 2, -100]))
    loss.backward()
    few = x.detach()[[0, 2]].requires_grad_()
    expected = F.cross_entropy(few, torch.tensor([0, 2]))
    expected.backward()
    assert loss.item() == pytest.approx(expected.item())
    np.testing.assert_allclose(x.grad.numpy()[[0, 2]], few.grad.numpy())
    assert not x.grad.numpy()[[1, 3]].any()


def test_one_hot_rows_are_probabilities() -> None:
    """Class numbers and their one-hot rows give one loss, smoothed or not."""
    x = torch.randn(2, 3, 4)
    labels = torch.tensor(np.arange(8).reshape(2, 4) % 3)
    rows = torch.tensor(np.eye(3, dtype=np.float32)[labels.numpy()].transpose(0, 2, 1).copy())
    for smoothing in (0.0, 0.1):
        a = F.cross_entropy(x, labels, label_smoothing=smoothing)
        b = F.cross_entropy(x, rows, label_smoothing=smoothing)
        assert a.item() == pytest.approx(b.item(), rel=1e-5)


def test_float32_stays_float32() -> None:
    """No loss widens its input, whatever its options."""
    x, w = torch.randn(4, 3, requires_grad=True), torch.rand(3) + 1
    losses = [
        F.cross_entropy(x, torch.tensor([0, 1, 2, 0]), w, label_smoothing=0.1),
        F.mse_loss(x, torch.zeros(4, 3)),
        F.huber_loss(x, torch.zeros(4, 3), delta=0.5),
        F.smooth_l1_loss(x, torch.zeros(4, 3), beta=0.5),
        F.binary_cross_entropy_with_logits(x, torch.ones(4, 3), w, w),
        F.kl_div(x, torch.softmax(x.detach(), 1), "batchmean"),
    ]
    for loss in losses:
        assert loss.dtype == torch.float32
        x.grad = None
        loss.backward()
        assert x.grad.dtype == torch.float32


def test_modules_hold_their_options() -> None:
    """A loss module is its function with the options set; a class weight is part of its state."""
    x, y, w = torch.randn(4, 3), torch.tensor([0, 1, 2, -1]), torch.tensor([1.0, 2.0, 3.0])
    criterion = nn.CrossEntropyLoss(w, ignore_index=-1, reduction="sum", label_smoothing=0.2)
    expected = F.cross_entropy(x, y, w, ignore_index=-1, reduction="sum", label_smoothing=0.2)
    assert criterion(x, y).item() == expected.item()
    assert list(criterion.state_dict()) == ["weight"]
    p = torch.rand(4, 3)
    for module, function, a, b in (
        (nn.NLLLoss(ignore_index=-1), lambda a, b: F.nll_loss(a, b, ignore_index=-1), x, y),
        (nn.MSELoss(), F.mse_loss, x, p),
        (nn.L1Loss(), F.l1_loss, x, p),
        (nn.HuberLoss(delta=0.5), lambda a, b: F.huber_loss(a, b, delta=0.5), x, p),
        (nn.SmoothL1Loss(beta=0.5), lambda a, b: F.smooth_l1_loss(a, b, beta=0.5), x, p),
        (nn.BCELoss(), F.binary_cross_entropy, p, p),
        (nn.BCEWithLogitsLoss(), F.binary_cross_entropy_with_logits, x, p),
        (nn.KLDivLoss(reduction="batchmean"), lambda a, b: F.kl_div(a, b, "batchmean"), x, p),
        (nn.HingeLoss(), F.hinge_loss, x, p),
        (nn.HingeEmbeddingLoss(0.5), lambda a, b: F.hinge_embedding_loss(a, b, 0.5), x, p),
    ):
        assert module(a, b).item() == function(a, b).item()


LOGITS = torch.zeros(2, 3)


@pytest.mark.parametrize(
    ("call", "kind", "says"),
    [
        (
            lambda: F.cross_entropy(LOGITS, torch.tensor([0, 5])),
            IndexError,
            r"target\[1\] is 5.*3 cl",
        ),
        (lambda: F.cross_entropy(LOGITS, torch.tensor([1, 3])), IndexError, "subtract 1"),
        (lambda: F.nll_loss(LOGITS, torch.tensor([-1, 2])), IndexError, "ignore_index"),
        (lambda: F.cross_entropy(LOGITS, torch.tensor([0.0, 1.0])), RuntimeError, r"\.long\(\)"),
        (lambda: F.cross_entropy(LOGITS, torch.tensor([0, 1, 2])), ValueError, "same batch"),
        (lambda: F.cross_entropy(LOGITS, torch.tensor([[0], [1]])), RuntimeError, "reshape"),
        (lambda: F.cross_entropy(LOGITS, torch.eye(3).long()[:2]), RuntimeError, "One-hot"),
        (
            lambda: F.cross_entropy(LOGITS, torch.tensor([0, 1]), torch.ones(2)),
            RuntimeError,
            "per cl",
        ),
        (lambda: F.cross_entropy(LOGITS, torch.tensor([-100, -100])), ValueError, "all 2 targets"),
        (
            lambda: F.cross_entropy(LOGITS, torch.tensor([0, 1]), reduction="avg"),
            ValueError,
            "'mean'",
        ),
        (
            lambda: F.cross_entropy(LOGITS, torch.tensor([0, 1]), label_smoothing=2),
            ValueError,
            "betw",
        ),
        (lambda: F.cross_entropy(LOGITS, 1), TypeError, "class numbers"),
        (lambda: F.mse_loss(torch.zeros(2), torch.zeros(3)), RuntimeError, "must be equal"),
        (lambda: F.mse_loss(torch.tensor([1]), torch.tensor([1])), RuntimeError, r"\.float\(\)"),
        (lambda: F.huber_loss(LOGITS, LOGITS, delta=0), ValueError, "above 0"),
        (lambda: F.smooth_l1_loss(LOGITS, LOGITS, beta=-1), ValueError, "negative"),
        (lambda: F.binary_cross_entropy(LOGITS + 2, LOGITS), RuntimeError, "with_logits"),
        (lambda: F.binary_cross_entropy(LOGITS, LOGITS - 1), RuntimeError, "the target has"),
        (
            lambda: F.binary_cross_entropy(LOGITS, LOGITS, torch.ones(2, 2, 3)),
            RuntimeError,
            "broadcast",
        ),
        (lambda: nn.MSELoss(reduction="avg"), ValueError, "'mean'"),
    ],
)
def test_refusals(call: Callable[[], Any], kind: type[Exception], says: str) -> None:
    """A target that cannot be meant is refused by PyTorch's type of error, with the likely fix."""
    with pytest.raises(kind, match=says) as caught:
        call()
    assert isinstance(caught.value, TinygradEduError)


@pytest.mark.parametrize(
    "loss",
    [
        F.mse_loss,
        F.l1_loss,
        F.huber_loss,
        F.smooth_l1_loss,
        F.binary_cross_entropy,
        F.binary_cross_entropy_with_logits,
        F.hinge_loss,
    ],
)
def test_column_against_row_is_refused(loss: Callable[..., Any]) -> None:
    """(N, 1) against (N,) would compare every prediction with every target, so it raises."""
    column, row = torch.ones(4, 1), torch.ones(4)
    for x, t in ((column, row), (row, column)):
        with pytest.raises(RuntimeError, match=r"broadcast to \(4, 4\).*squeeze"):
            loss(x, t)


def test_the_mean_of_nothing_is_nan_without_a_warning() -> None:
    """An empty batch has a loss of NaN, as in PyTorch, and a sum of zero."""
    for loss in (F.mse_loss, F.l1_loss, F.binary_cross_entropy):
        assert math.isnan(loss(torch.zeros(0, 2), torch.zeros(0, 2)).item())
    empty = torch.zeros(0, 3), torch.zeros(0).long()
    assert math.isnan(F.cross_entropy(*empty).item())
    assert F.cross_entropy(*empty, reduction="sum").item() == 0
