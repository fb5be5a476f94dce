"""Many numbers into one: sums, means, products, spreads. The gradient goes back to all of them.

`dim` is a dimension, several, or None for all; `keepdim` leaves the reduced ones with length 1.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import InputTypeError
from ..op import SCALER, SPREADER, SWITCH, Array, op
from .dims import add_up, axis_of, count, floating, kept, multiply_up, over, spread, whole
from .scan import product_of_others

Shape = tuple[int, ...]


@op(family=SPREADER, formula=r"z = \sum_i x_i")
def sum(x: Array, dim: Any = None, keepdim: bool = False, dtype: Any = None) -> Array:
    """The sum over `dim`; every element receives the gradient of the sum it went into."""
    return add_up(x, axis_of(x.ndim, dim, "sum"), whole(x, dtype), keepdims=keepdim)


sum.defvjp(
    x=lambda g, x_shape, dim, keepdim: spread(kept(g, x_shape, dim, keepdim), x_shape),
)


@op(family=SPREADER, formula=r"z = \frac{1}{n} \sum_i x_i")
def mean(x: Array, dim: Any = None, keepdim: bool = False, dtype: Any = None) -> Array:
    """The mean over `dim`; each of the n elements receives the n-th part of the gradient.

    The mean of nothing is NaN. Raises `DTypeError` for integers, whose mean would not be one.
    """
    if dtype is None:
        floating("mean", x)
    total = add_up(x, axis_of(x.ndim, dim, "mean"), whole(x, dtype), keepdims=keepdim)
    return over(total, count(x.shape, dim))


def _mean_x(g: Array, x_shape: Shape, dim: Any, keepdim: bool) -> Array:
    n = count(x_shape, dim) or 1  # of no elements, none receives anything
    return spread(kept(g, x_shape, dim, keepdim) / n, x_shape)


mean.defvjp(
    x=_mean_x,
)


@op(family=SWITCH, formula=r"z = \prod_i x_i")
def prod(x: Array, dim: int | None = None, keepdim: bool = False, dtype: Any = None) -> Array:
    """The product over one `dim` or over all; each element receives g times all the others.

    That is not z/x_i: with one zero only the zero receives something, with two none does.
    """
    if isinstance(dim, (tuple, list)):
        raise InputTypeError(
            f"prod: dim={dim}, but one dimension at a time can be multiplied, as in PyTorch. "
            "Name one, or none for all."
        )
    return multiply_up(x, axis_of(x.ndim, dim, "prod"), whole(x, dtype), keepdims=keepdim)


def _prod_x(g: Array, x: Array, dim: int | None, keepdim: bool) -> Array:
    if dim is None:
        return g * product_of_others(x.reshape((-1,)), 0).reshape(x.shape)
    return kept(g, x.shape, dim, keepdim) * product_of_others(x, dim)


prod.defvjp(
    x=_prod_x,
)


# -- how far the elements lie from their mean


def _asked(dim: Any, unbiased: bool | None, correction: float | None) -> tuple[Any, float]:
    """PyTorch's three ways to ask, var(False), var(0, False), var(correction=0), as the last."""
    if isinstance(dim, bool):
        dim, unbiased = None, dim
    if unbiased is not None and correction is not None:
        raise InputTypeError(
            f"var: unbiased={unbiased} and correction={correction} say one thing twice. Give one."
        )
    return dim, (1 if correction is None else correction) if unbiased is None else int(unbiased)


def _centred(x: Array, dim: Any) -> Array:
    total = x.sum(axis=axis_of(x.ndim, dim, "var"), keepdims=True)
    return x - total / (count(x.shape, dim) or 1)


def _variance(
    name: str, x: Array, dim: Any, unbiased: bool | None, keepdim: bool, correction: float | None
) -> Array:
    floating(name, x)
    dim, correction = _asked(dim, unbiased, correction)
    axis = axis_of(x.ndim, dim, name)
    d = x - over(add_up(x, axis, keepdims=True), count(x.shape, dim))
    n = count(x.shape, dim) - correction
    return over(add_up(d * d, axis, keepdims=keepdim), n if n > 0 else 0)


@op(family=SCALER, formula=r"z = \frac{1}{n - c} \sum_i (x_i - \bar x)^2")
def var(
    x: Array,
    dim: Any = None,
    unbiased: bool | None = None,
    keepdim: bool = False,
    correction: float | None = None,
) -> Array:
    """The mean squared distance from the mean: dz/dx_i = 2 (x_i − x̄)/(n − c).

    c is `correction`: 1 (the default, or `unbiased=True`) estimates the variance of what x was
    drawn from, 0 is the variance of x itself.
    """
    return _variance("var", x, dim, unbiased, keepdim, correction)


@op(family=SCALER, formula=r"z = \sqrt{\frac{1}{n - c} \sum_i (x_i - \bar x)^2}")
def std(
    x: Array,
    dim: Any = None,
    unbiased: bool | None = None,
    keepdim: bool = False,
    correction: float | None = None,
) -> Array:
    """The root of `var`: dz/dx_i = (x_i − x̄)/((n − c) z), and 0 where all elements are equal."""
    return np.sqrt(_variance("std", x, dim, unbiased, keepdim, correction))


def _var_x(
    g: Array, x: Array, dim: Any, unbiased: bool | None, keepdim: bool, correction: float | None
) -> Array:
    # The mean is computed again, from x: a stored one would be a constant to the second derivative.
    dim, correction = _asked(dim, unbiased, correction)
    n = count(x.shape, dim) - correction
    return kept(g, x.shape, dim, keepdim) * (_centred(x, dim) * (2 / n if n > 0 else np.nan))


def _std_x(
    g: Array,
    z: Array,
    x: Array,
    dim: Any,
    unbiased: bool | None,
    keepdim: bool,
    correction: float | None,
) -> Array:
    half = np.where(z == 0, 0, g / np.where(z == 0, 1, 2 * z))  # √'s slope, 0 in place of infinity
    return _var_x(half, x, dim, unbiased, keepdim, correction)


var.defvjp(
    x=_var_x,
)
std.defvjp(
    x=_std_x,
)


def var_mean(x: Array, dim: Any = None, **options: Any) -> tuple[Array, Array]:
    """`var` and the mean, with the options of `var`."""
    return var(x, dim, **options), mean(x, dim, options.get("keepdim", False))


def std_mean(x: Array, dim: Any = None, **options: Any) -> tuple[Array, Array]:
    """`std` and the mean, with the options of `std`."""
    return std(x, dim, **options), mean(x, dim, options.get("keepdim", False))
