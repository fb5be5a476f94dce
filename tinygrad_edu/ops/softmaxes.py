"""Scores into probabilities, safely: the largest score is taken off before exp.

exp(x − m)/Σ exp(x − m) is the same for every m; with m the largest x no exponent is positive, so
nothing overflows, and the sum is at least 1, so nothing is divided by zero.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .. import dtypes
from ..op import SCALER, Array, op
from .dims import add_up, axis_of, floating, kept, largest


def _scores(name: str, x: Array, dim: Any, dtype: Any) -> tuple[np.ndarray, Any]:
    """x in the type to compute in, and the axis."""
    if dtype is not None:
        x = x.astype(dtypes.as_dtype(dtype), copy=False)
    floating(name, x)
    return x, axis_of(x.ndim, dim, name)


def peak(x: Array, axis: Any) -> Array:
    """The largest element along `axis`, which stays with length 1: (N, C) → (N, 1)."""
    return largest(x, axis, keepdims=True, initial=-math.inf)


def short_rows(x: Array, axis: Any) -> bool:
    """Whether to work on x turned round, (N, C) → (C, N).

    NumPy reduces over columns N numbers at a time, but over rows one row at a time: for 64 rows of
    ten classes the former takes a fifth of the time to find the largest, half to add up, and a
    softmax 6 µs for 10 (measured).
    """
    return x.ndim == 2 and axis in (1, -1) and x.shape[1] <= 64


def log_sum(x: Array, axis: Any) -> tuple[Array, Array]:
    """(m, ln Σ e^(x − m)) along `axis`, which is dropped; m is the largest element there."""
    if short_rows(x, axis):
        x, axis = x.T.copy(), 0
        m = largest(x, 0, initial=-math.inf)
        x -= m
    else:
        m = peak(x, axis)
        x = x - m
        m = m.squeeze(axis)
    return m, np.log(add_up(np.exp(x, out=x), axis))


@op(family=SCALER, formula=r"z_i = \frac{e^{x_i}}{\sum_k e^{x_k}}")
def softmax(x: Array, dim: int, dtype: Any = None) -> Array:
    """Probabilities along `dim`: positive, with sum 1.

    The Jacobian is diag(z) − z zᵀ, so dL/dx = z ⊙ (g − Σ g z). A row of nothing but −∞ gives NaN,
    as in PyTorch.
    """
    x, axis = _scores("softmax", x, dim, dtype)
    with np.errstate(invalid="ignore"):
        return shares(x, axis)


def shares(x: Array, axis: Any) -> Array:
    """e^x over its sum along `axis`: softmax of an array, without a look at its arguments."""
    if short_rows(x, axis):
        e = x.T.copy()
        e -= largest(e, 0, initial=-math.inf)
        np.exp(e, out=e)
        e /= add_up(e, 0)
        return e.T.copy()
    e = np.exp(x - peak(x, axis))
    return e / add_up(e, axis, keepdims=True)


def softmax_slope(g: Array, z: Array, dim: int) -> Array:
    """What softmax hands back, from its output z: z ⊙ (g − Σ g z)."""
    gz = g * z
    return gz - z * gz.sum(axis=axis_of(z.ndim, dim, "softmax"), keepdims=True)


softmax.defvjp(
    x=softmax_slope,
)


@op(family=SCALER, formula=r"z_i = x_i - \ln \sum_k e^{x_k}")
def log_softmax(x: Array, dim: int, dtype: Any = None) -> Array:
    """The logarithm of `softmax`, finite where softmax itself is 0: dL/dx = g − eᶻ Σ g."""
    x, axis = _scores("log_softmax", x, dim, dtype)
    with np.errstate(invalid="ignore", divide="ignore"):
        shifted = x - peak(x, axis)
        return shifted - np.log(add_up(np.exp(shifted), axis, keepdims=True))


log_softmax.defvjp(
    x=lambda g, z, dim: (
        g - np.exp(z) * g.sum(axis=axis_of(z.ndim, dim, "log_softmax"), keepdims=True)
    ),
)


@op(family=SCALER, formula=r"z = \ln \sum_k e^{x_k}", casts="float")
def logsumexp(x: Array, dim: Any, keepdim: bool = False) -> Array:
    """The logarithm of a sum of exponentials, a smooth maximum: dz/dx = softmax(x) = e^(x − z)."""
    axis = axis_of(x.ndim, dim, "logsumexp")
    m = peak(x, axis)
    m = np.where(np.isfinite(m), m, 0)  # ∞ − ∞ would be NaN, where a sum of ∞ or 0 is right
    with np.errstate(divide="ignore"):
        z = m + np.log(add_up(np.exp(x - m), axis, keepdims=True))
    return z if keepdim else z.reshape(add_up(m, axis).shape)


logsumexp.defvjp(
    x=lambda g, z, x, dim, keepdim: (
        kept(g, x.shape, dim, keepdim) * np.exp(x - kept(z, x.shape, dim, keepdim))
    ),
)
