"""The length of a vector, in the several ways to measure it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .. import dtypes
from ..errors import ArgumentError
from ..op import SCALER, Array, op
from .dims import add_up, axis_of, floating, kept, largest, not_empty, shared_out, smallest


def _order(p: Any) -> float:
    """p as a number: "fro" (Frobenius) and None are the Euclidean 2."""
    if p is None or p == "fro":
        return 2.0
    if isinstance(p, (int, float)):
        return p
    raise ArgumentError(
        f"norm: p={p!r} is not a norm that is known here. Use a number, math.inf, or 'fro'."
    )


@op(family=SCALER, formula=r"z = \left( \sum_i |x_i|^p \right)^{1/p}")
def norm(
    x: Array, p: Any = "fro", dim: Any = None, keepdim: bool = False, dtype: Any = None
) -> Array:
    """The p-norm of all elements, or along `dim`; of a matrix too, element by element.

    p = 2 is the length, 1 the sum of sizes, ∞ the largest size, −∞ the smallest, 0 how many are not
    zero. dz/dx_i = sign(x_i) (|x_i|/z)^(p−1); for p = ±∞ the winners share it. Where x is 0 and the
    norm has a corner, the gradient is 0, never NaN.
    """
    p = _order(p)
    if dtype is not None:
        x = x.astype(dtypes.as_dtype(dtype), copy=False)
    floating("norm", x)
    axis = axis_of(x.ndim, dim, "norm")
    if p == 2:
        return np.sqrt(add_up(x * x, axis, keepdims=keepdim))
    size = np.abs(x)
    if p < 0 or math.isinf(p):
        not_empty("norm", x, dim)
    if math.isinf(p):
        return (largest if p > 0 else smallest)(size, axis, keepdims=keepdim)
    if p == 0:
        return add_up(size != 0, axis, x.dtype, keepdims=keepdim)
    if p == 1:
        return add_up(size, axis, keepdims=keepdim)
    with np.errstate(divide="ignore"):  # for p < 0 a zero element is an infinite term
        return add_up(size**p, axis, keepdims=keepdim) ** (1 / p)


def _norm_x(g: Array, z: Array, x: Array, p: Any, dim: Any, keepdim: bool) -> Array:
    p = _order(p)
    g, z = (kept(v, x.shape, dim, keepdim) for v in (g, z))
    if p == 0:
        return np.zeros_like(x)
    if p == 1:
        return g * np.sign(x)
    if p == 2:
        return x * _quotient(g, z)
    if math.isinf(p):
        won = np.abs(x) == z
        return shared_out(g, won, x, axis_of(x.ndim, dim, "norm")) * np.sign(x)
    size = np.where(x == 0, 1, np.abs(x))  # 0^(p−1) has an infinite slope for p < 2
    return np.where(x == 0, 0, np.sign(x) * size ** (p - 1)) * _quotient(g, z, p - 1)


def _quotient(g: Array, z: Array, power: float = 1) -> Array:
    """g / z^power, and 0 where z is 0; put in before dividing, so no NaN is born on the way."""
    zero = z == 0
    return np.where(zero, 0, g / np.where(zero, 1, z) ** power)


norm.defvjp(
    x=_norm_x,
)
