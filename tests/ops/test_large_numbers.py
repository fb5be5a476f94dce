"""Scores that are far apart: nothing overflows, forward or backward, and the limits are right."""

from __future__ import annotations

import math

import numpy as np
import pytest

import tinygrad_edu as tg
from tinygrad_edu.nn import functional as F

FAR = [-1000.0, 0.0, 1000.0]
CASES: dict[str, tuple] = {
    "softmax": (lambda x: tg.softmax(x, 0), [0, 0, 1], [0, 0, 0]),
    "log_softmax": (lambda x: tg.log_softmax(x, 0), [-2000, -1000, 0], [1, 1, -2]),
    "softmax of rows": (lambda x: tg.softmax(x[None], 1), [[0, 0, 1]], [0, 0, 0]),
    "log_softmax of rows": (lambda x: tg.log_softmax(x[None], 1), [[-2000, -1000, 0]], [1, 1, -2]),
    "logsumexp": (lambda x: tg.logsumexp(x, 0), 1000, [0, 0, 1]),
    "sigmoid": (tg.sigmoid, [0, 0.5, 1], [0, 0.25, 0]),
    "logsigmoid": (F.logsigmoid, [-1000, -np.log(2), 0], [1, 0.5, 0]),
    "softplus": (F.softplus, [0, np.log(2), 1000], [0, 0.5, 1]),
    "tanh": (tg.tanh, [-1, 0, 1], [0, 1, 0]),
    "silu": (F.silu, [0, 0, 1000], [0, 0.5, 1]),
    "gelu": (F.gelu, [0, 0, 1000], [0, 0.5, 1]),
    "elu": (F.elu, [-1, 0, 1000], [0, 1, 1]),
}


def values_and_slopes(f: object, x: list[float]) -> tuple[np.ndarray, np.ndarray]:
    """f(x), and the gradient of its sum."""
    t = tg.tensor(x, requires_grad=True)
    z = f(t)
    z.sum().backward()
    assert z.dtype == t.grad.dtype == np.float32
    return z.array, t.grad.array


@pytest.mark.parametrize("name", CASES)
def test_functions_of_far_apart_numbers(name: str) -> None:
    """At ±1000 a function and its slope are their limits, in float32."""
    f, values, slopes = CASES[name]
    z, g = values_and_slopes(f, FAR)
    np.testing.assert_allclose(z, values, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(g, slopes, rtol=1e-6, atol=1e-6)


def test_cross_entropy_of_a_sure_mistake() -> None:
    """Where a network is wrong and sure of it, the loss is the distance of the scores."""
    x, t = tg.tensor([FAR], requires_grad=True), tg.tensor([0])
    loss = F.cross_entropy(x, t)
    loss.backward()
    assert loss.item() == 2000
    np.testing.assert_array_equal(x.grad.array, [[-1, 0, 1]])


def test_binary_cross_entropy_with_logits_of_a_sure_mistake() -> None:
    """The same for two classes."""
    x, t = tg.tensor(FAR, requires_grad=True), tg.tensor([1.0, 1.0, 0.0])
    loss = F.binary_cross_entropy_with_logits(x, t, reduction="sum")
    loss.backward()
    assert loss.item() == pytest.approx(2000 + np.log(2), rel=1e-6)
    np.testing.assert_allclose(x.grad.array, [-1, -0.5, 1])


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("name", ["erf", "erfc"])
def test_error_functions_keep_their_digits(name: str, dtype: str) -> None:
    """To six roundings of the number type, in every interval and on both sides of its ends."""
    x = np.r_[np.linspace(-7, 9, 4001), -4, 4, 0.46875, -0.46875, np.logspace(-6, 0, 99)]
    x = x.astype(dtype)
    expected = np.array([getattr(math, name)(float(v)) for v in x])
    z = getattr(tg, name)(tg.tensor(x)).numpy()
    info = np.finfo(dtype)
    assert z.dtype == dtype
    np.testing.assert_allclose(z, expected, rtol=6 * info.eps, atol=2 * float(info.tiny))
