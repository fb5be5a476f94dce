"""The network by hand: the engine's gradients, the worked example, gradients that vanish."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinygrad_edu.data import digits
from tinygrad_edu.lab.by_hand import HandMade, check, learn, worked_example
from tinygrad_edu.lab.vanishing import gradient_norms


@given(st.integers(1, 5), st.integers(1, 6), st.integers(1, 4), st.integers(0, 99))
def test_the_gradients_are_the_engines(n: int, hidden: int, examples: int, seed: int) -> None:
    """In float64 the gradients by hand and the engine's differ by rounding at most."""
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(examples, n)), rng.normal(size=(examples, 2))
    assert check(HandMade.random(n, hidden, seed=seed), x, y) < 1e-13


def test_it_learns_two_outputs() -> None:
    """After 3000 iterations it adds two bits, and the error has fallen to a hundredth."""
    network, errors = learn()
    x = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])
    assert network.forward(x)[1].round().tolist() == [[0, 0], [1, 0], [1, 0], [0, 1]]
    assert len(errors) == 3000
    assert errors[-1] < errors[0] / 100


def test_the_worked_example() -> None:
    """h = σ(0.2) = 0.549834; the slopes are central differences'; one step lowers the loss."""
    step = worked_example()
    assert step.h == pytest.approx(0.549834, abs=1e-6)

    def loss(w: float, v: float) -> float:
        return 0.5 * (v / (1 + math.exp(-0.5 * w)) - 1) ** 2

    e = 1e-6
    assert step.dw == pytest.approx((loss(0.4 + e, 0.5) - loss(0.4 - e, 0.5)) / (2 * e), rel=1e-6)
    assert step.dv == pytest.approx((loss(0.4, 0.5 + e) - loss(0.4, 0.5 - e)) / (2 * e), rel=1e-6)
    assert (step.w, step.v) == (0.4 - 0.1 * step.dw, 0.5 - 0.1 * step.dv)
    assert step.loss_after == pytest.approx(loss(step.w, step.v))
    assert step.loss_after < step.loss


def test_sigmoids_let_gradients_vanish() -> None:
    """Through six sigmoids the first layer's gradient is less than a hundredth of the last one's;
    ReLU keeps it within ten times.
    """
    sigmoid, relu = (gradient_norms(digits(), name) for name in ("sigmoid", "relu"))
    assert sigmoid[0] < sigmoid[-1] / 100
    assert 0.1 < relu[0] / relu[-1] < 10
