"""Questions with a yes or a no: no gradient flows through an answer."""

from __future__ import annotations

import numpy as np

from ..op import BLOCKER, Array, op
from .places import expect_tensors


@op(family=BLOCKER, formula=r"z = [x = y]", casts="keep")
def eq(x: Array, y: Array) -> Array:
    """Whether x equals y, elementwise."""
    return np.equal(x, y)


@op(family=BLOCKER, formula=r"z = [x \ne y]", casts="keep")
def ne(x: Array, y: Array) -> Array:
    """Whether x differs from y, elementwise."""
    return np.not_equal(x, y)


@op(family=BLOCKER, formula=r"z = [x < y]", casts="keep")
def lt(x: Array, y: Array) -> Array:
    """Whether x is less than y, elementwise."""
    return np.less(x, y)


@op(family=BLOCKER, formula=r"z = [x \le y]", casts="keep")
def le(x: Array, y: Array) -> Array:
    """Whether x is at most y, elementwise."""
    return np.less_equal(x, y)


@op(family=BLOCKER, formula=r"z = [x > y]", casts="keep")
def gt(x: Array, y: Array) -> Array:
    """Whether x is greater than y, elementwise."""
    return np.greater(x, y)


@op(family=BLOCKER, formula=r"z = [x \ge y]", casts="keep")
def ge(x: Array, y: Array) -> Array:
    """Whether x is at least y, elementwise."""
    return np.greater_equal(x, y)


@op(family=BLOCKER, formula=r"z = x \land y", casts="keep")
def logical_and(x: Array, y: Array) -> Array:
    """Whether both are non-zero, elementwise."""
    return np.logical_and(x, y)


@op(family=BLOCKER, formula=r"z = x \lor y", casts="keep")
def logical_or(x: Array, y: Array) -> Array:
    """Whether at least one is non-zero, elementwise."""
    return np.logical_or(x, y)


@op(family=BLOCKER, formula=r"z = x \oplus y", casts="keep")
def logical_xor(x: Array, y: Array) -> Array:
    """Whether exactly one is non-zero, elementwise."""
    return np.logical_xor(x, y)


@op(family=BLOCKER, formula=r"z = \lnot x", casts="keep")
def logical_not(x: Array) -> Array:
    """Whether x is zero, elementwise."""
    return np.logical_not(x)


@op(family=BLOCKER, formula=r"z = x \mathbin{\&} y")
def bitwise_and(x: Array, y: Array) -> Array:
    """`x & y`, for booleans and integers."""
    return np.bitwise_and(x, y)


@op(family=BLOCKER, formula=r"z = x \mathbin{|} y")
def bitwise_or(x: Array, y: Array) -> Array:
    """`x | y`, for booleans and integers."""
    return np.bitwise_or(x, y)


@op(family=BLOCKER, formula=r"z = x \oplus y")
def bitwise_xor(x: Array, y: Array) -> Array:
    """`x ^ y`, for booleans and integers."""
    return np.bitwise_xor(x, y)


@op(family=BLOCKER, formula=r"z = \mathord{\sim} x", casts="keep")
def bitwise_not(x: Array) -> Array:
    """`~x`, for booleans and integers."""
    return np.invert(x)


@op(family=BLOCKER, formula=r"z = [x \text{ is NaN}]", casts="keep")
def isnan(x: Array) -> Array:
    """Whether x is not a number, elementwise."""
    return np.isnan(x)


@op(family=BLOCKER, formula=r"z = [|x| = \infty]", casts="keep")
def isinf(x: Array) -> Array:
    """Whether x is infinite, elementwise."""
    return np.isinf(x)


@op(family=BLOCKER, formula=r"z = [|x| < \infty]", casts="keep")
def isfinite(x: Array) -> Array:
    """Whether x is an ordinary number, elementwise."""
    return np.isfinite(x)


for two_sided in (
    *(eq, ne, lt, le, gt, ge),
    *(logical_and, logical_or, logical_xor, bitwise_and, bitwise_or, bitwise_xor),
):
    two_sided.defvjp(x=None, y=None)
for one_sided in (logical_not, bitwise_not, isnan, isinf, isfinite):
    one_sided.defvjp(x=None)


def equal(x: Array, y: Array) -> bool:
    """Whether x and y have the same shape and the same elements, as one Python bool."""
    expect_tensors("equal", x, y)
    return tuple(x.shape) == tuple(y.shape) and bool((x == y).all())


def isclose(x: Array, y: Array, rtol: float = 1e-5, atol: float = 1e-8) -> Array:
    """Whether |x − y| ≤ atol + rtol·|y|, elementwise."""
    expect_tensors("isclose", x, y)
    error = np.abs(x - y)  # infinite beside an infinite y, and then not below any bound
    return (x == y) | (np.isfinite(error) & (error <= atol + rtol * np.abs(y)))


def allclose(x: Array, y: Array, rtol: float = 1e-5, atol: float = 1e-8) -> bool:
    """Whether |x − y| ≤ atol + rtol·|y| everywhere, as one Python bool."""
    return bool(isclose(x, y, rtol, atol).all())
