"""Edits in place, statement by statement: what random programs found, kept as examples."""

from __future__ import annotations

import numpy as np
import pytest

import tinygrad_edu as tg
from tinygrad_edu.errors import InPlaceError


def doubled() -> tuple[tg.Tensor, tg.Tensor]:
    """A leaf w = (1, 2), and 2·w."""
    w = tg.tensor([1.0, 2.0], requires_grad=True)
    return w, w * 2


def test_a_gradient_of_an_edited_value_is_differentiable() -> None:
    """d²/dw² Σ(2w + w)² = 18, although 3w came about by an edit in place."""
    w, y = doubled()
    y += w
    (g,) = tg.autograd.grad((y * y).sum(), [w], create_graph=True)
    (gg,) = tg.autograd.grad(g.sum(), [w])
    np.testing.assert_array_equal(gg.array, [18, 18])


def test_a_value_whose_view_was_edited_is_no_target() -> None:
    """Once v = y[0] is edited, y is not what it was: no gradient is given, not that of its past."""
    _, y = doubled()
    v = y[0]
    v *= 3
    with pytest.raises(InPlaceError, match="grad"):
        tg.autograd.grad(v, [y])
    with pytest.raises(InPlaceError, match="backward"):
        v.backward(inputs=[y])


def test_a_value_whose_view_was_edited_is_no_root() -> None:
    """Nor does a pass start from it."""
    _, y = doubled()
    v = y[0]
    v *= 3
    with pytest.raises(InPlaceError, match="backward"):
        y.backward(tg.ones(2))


def test_a_detached_tensor_may_get_a_history_of_its_own() -> None:
    """What is computed in the memory of d after `detach()` is differentiated, whoever asks."""
    w, y = doubled()
    d = y.detach()
    d *= w  # 2w · w, of which the first factor is a constant
    d.sum().backward()
    np.testing.assert_array_equal(w.grad.array, [2, 4])
    v = d[0]
    v *= w[0]
    with pytest.raises(InPlaceError, match="sum"):
        d.sum()


def test_a_leaf_edited_under_no_grad_is_still_a_leaf() -> None:
    """A step of gradient descent by hand changes the numbers; the next pass sees the new ones."""
    w, _ = doubled()
    for expected in ([2, 4], [2 * 0.8, 4 * 0.8]):
        w.grad = None
        (w * w).sum().backward()
        np.testing.assert_allclose(w.grad.array, expected, rtol=1e-6)
        with tg.no_grad():
            w -= 0.1 * w.grad


def test_a_pass_over_a_leaf_edited_since_is_refused() -> None:
    """The gradient of w² is 2w at the w that was squared, which is gone."""
    w, _ = doubled()
    loss = (w * w).sum()
    with tg.no_grad():
        w -= 0.1
    with pytest.raises(InPlaceError, match="mul"):
        loss.backward()
    assert w.grad is None


def test_a_constant_taken_after_an_edit_takes_part_in_second_derivatives() -> None:
    """w / c with c = exp(w) + exp(w), viewed without recording: c is a number like any other."""
    w = tg.tensor([0.5, 1.0], requires_grad=True)
    y = w.exp()
    y += y
    with tg.no_grad():
        c = y.reshape(2, 1)[:, 0]
    (g,) = tg.autograd.grad((w * w / c).sum(), [w], create_graph=True)
    (gg,) = tg.autograd.grad(g.sum(), [w])
    np.testing.assert_allclose(gg.array, 2 / c.array, rtol=1e-6)
