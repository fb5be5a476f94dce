"""Running sums and products: what came so far, at every place. Their gradient runs the other way.

A running product's gradient must survive zeros, so nothing is divided by x. Its rule comes down to
one op, a linear recurrence, whose own rule is itself, run backwards:

    z_0 = start,   z_{i+1} = x_i + y_i z_i

The product of all elements before i is this with x = 0 and start = 1; no second idea is needed.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import ArgumentError
from ..op import COLLECTOR, SWITCH, Array, op
from .dims import along, whole
from .joining import narrow
from .places import wrap


def _turned(x: np.ndarray, dim: int) -> np.ndarray:
    """x from back to front along `dim`; a view."""
    return x[(slice(None),) * dim + (slice(None, None, -1),)]


@op(family=COLLECTOR, formula=r"z_i = \sum_{k \le i} x_k")
def cumsum(x: Array, dim: int, dtype: Any = None, *, reverse: bool = False) -> Array:
    """The sum so far, along `dim`; with `reverse`, of what is still to come.

    x_k is in every z_i from i = k on, so its gradient collects theirs: the sum from the other end.
    """
    v, dim = along(x, dim, "cumsum")
    z = np.add.accumulate(_turned(v, dim) if reverse else v, dim, whole(x, dtype))
    return (_turned(z, dim) if reverse else z).reshape(x.shape)


cumsum.defvjp(
    x=lambda g, dim, reverse: cumsum(g, dim, reverse=not reverse),
)


@op(family=COLLECTOR, formula=r"z_0 = s,\quad z_{i+1} = x_i + y_i z_i")
def recurrence(x: Array, y: Array, dim: int, start: float = 0.0, reverse: bool = False) -> Array:
    """A linear recurrence along `dim`, from `start`; with `reverse`, from the other end.

    z has the shape of x, so the step that the last x and y would make is not taken. Done in log₂ n
    rounds: two steps, first a + b·z and then c + d·z, are one, (c + d·a) + (d·b)·z, so each round
    doubles their reach.
    """
    x, y = np.broadcast_arrays(x, y)
    x, dim = along(x, dim, "recurrence")
    y = y.reshape(x.shape)
    x, y = (np.moveaxis(_turned(v, dim) if reverse else v, dim, 0) for v in (x, y))
    a, b = np.zeros(x.shape, x.dtype), np.zeros(x.shape, x.dtype)
    a[:1] = start
    a[1:], b[1:] = x[:-1], y[:-1]
    reach = 1
    while reach < len(a):
        a[reach:] += b[reach:] * a[:-reach]
        b[reach:] = b[reach:] * b[:-reach]
        reach *= 2
    z = np.moveaxis(a, 0, dim)
    return _turned(z, dim) if reverse else z


def _recurrence_x(g: Array, y: Array, dim: int, reverse: bool) -> Array:
    return recurrence(g, y, dim, reverse=not reverse)


recurrence.defvjp(
    x=_recurrence_x,
    y=lambda g, z, y, dim, reverse: _recurrence_x(g, y, dim, reverse) * z,
)


def product_of_others(x: Array, dim: int) -> Array:
    """At every place the product of the other elements along `dim`: those before, those after."""
    nothing = np.zeros_like(x)
    return recurrence(nothing, x, dim, 1) * recurrence(nothing, x, dim, 1, True)


@op(family=SWITCH, formula=r"z_i = \prod_{k \le i} x_k")
def cumprod(x: Array, dim: int, dtype: Any = None) -> Array:
    """The product so far, along `dim`. Right with zeros: no gradient is made by dividing."""
    v, dim = along(x, dim, "cumprod")
    return np.multiply.accumulate(v, dim, whole(x, dtype)).reshape(x.shape)


def _cumprod_x(g: Array, x: Array, dim: int) -> Array:
    before = recurrence(np.zeros_like(x), x, dim, 1)  # ∏ of the elements before i
    after = recurrence(g * x, x, dim, reverse=True)  # Σ_{j>i} g_j ∏ of the elements from i+1 to j
    return before * (g + after)


cumprod.defvjp(
    x=_cumprod_x,
)


def diff(input: Array, n: int = 1, dim: int = -1) -> Array:
    """What is added from each element to the next along `dim`: z_i = x_{i+1} − x_i, `n` times.

    One element fewer each time: cumsum turned back. Raises `ArgumentError` for a negative n.
    """
    if n < 0 or not input.shape:
        raise ArgumentError(
            f"diff: n={n} of x {tuple(input.shape)}. It takes a dimension, and n of 0 or more."
        )
    d = wrap(dim, len(input.shape), "diff")
    for _ in range(n):
        left = max(input.shape[d] - 1, 0)
        input = narrow(input, d, min(1, input.shape[d]), left) - narrow(input, d, 0, left)
    return input
