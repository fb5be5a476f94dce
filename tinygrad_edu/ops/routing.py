"""Choices between values: the gradient goes to the one that was chosen.

At a tie PyTorch's conventions hold: `maximum` and `minimum` halve the gradient, `clamp` gives it to
x. The choice itself, a mask of truth values, is a constant: it does not follow small changes.
"""

from __future__ import annotations

import numpy as np

from .. import dtypes
from ..errors import ArgumentError, DTypeError, ShapeError
from ..op import ROUTER, Array, op
from .cast import cast


@op(family=ROUTER, formula=r"z = \max(x, y)")
def maximum(x: Array, y: Array) -> Array:
    """The larger of two, elementwise; a NaN wins. Equal ones share the gradient."""
    return np.maximum(x, y)


@op(family=ROUTER, formula=r"z = \min(x, y)")
def minimum(x: Array, y: Array) -> Array:
    """The smaller of two, elementwise; a NaN wins. Equal ones share the gradient."""
    return np.minimum(x, y)


def _unless(lost: Array, tie: Array, g: Array) -> Array:
    """g, half of it at a tie, nothing to the one that lost."""
    return np.where(tie, g / 2, np.where(lost, 0, g))


maximum.defvjp(
    x=lambda g, x, y: _unless(x < y, x == y, g),
    y=lambda g, x, y: _unless(y < x, x == y, g),
)
minimum.defvjp(
    x=lambda g, x, y: _unless(x > y, x == y, g),
    y=lambda g, x, y: _unless(y > x, x == y, g),
)


@op(family=ROUTER, formula=r"z = \min(\max(x, min), max)")
def clamp(x: Array, min: Array | None = None, max: Array | None = None) -> Array:
    """x brought between bounds, which may be numbers, tensors or absent; `max` has the last word.

    The gradient goes to x where it was inside or on a bound, else to the bound that replaced it.
    """
    if min is None and max is None:
        raise ArgumentError(
            "clamp: both bounds are None, so nothing would change. Give min=, max= or both."
        )
    z = x if min is None else np.maximum(x, min)
    return z if max is None else np.minimum(z, max)


def _clamp_x(g: Array, x: Array, min: Array | None, max: Array | None) -> Array:
    above = True if min is None else x >= min
    below = True if max is None else x <= max
    return np.where(above & below, g, 0)


def _clamp_min(g: Array, x: Array, min: Array, max: Array | None) -> Array:
    raised = x < min
    return np.where(raised if max is None else raised & (min < max), g, 0)


def _clamp_max(g: Array, x: Array, min: Array | None, max: Array) -> Array:
    lowered = x > max
    return np.where(lowered if min is None else lowered | (max < min), g, 0)


clamp.defvjp(
    x=_clamp_x,
    min=_clamp_min,
    max=_clamp_max,
)
clip = clamp


@op(family=ROUTER, formula=r"z = x \text{ where } condition, \text{ else } y")
def where(condition: Array, x: Array, y: Array) -> Array:
    """x where the condition is true, y elsewhere; each receives the gradient at its own places.

    Raises `DTypeError` where the condition is not of truth values.
    """
    _truth("where", "the condition", condition)
    z: Array = np.where(condition, x, y)
    if isinstance(x, (int, float)) and isinstance(y, (int, float)):  # the default type, as PyTorch
        return z.astype(dtypes.result_type(x, y))
    return z


where.defvjp(
    condition=None,
    x=lambda g, condition: np.where(condition, g, 0),
    y=lambda g, condition: np.where(condition, 0, g),
)


@op(family=ROUTER, formula=r"z = value \text{ where } mask, \text{ else } x", casts="keep")
def masked_fill(x: Array, mask: Array, value: Array) -> Array:
    """x with one number in the places where the mask is true; the type of x stays.

    Raises `DTypeError` where the mask is not of truth values or `value` does not fit the type of x,
    `ShapeError` where `value` is more than one number.
    """
    _truth("masked_fill", "the mask", mask)
    if np.ndim(value):
        raise ShapeError(
            f"masked_fill: value has shape {np.shape(value)}, but one number was expected. "
            "To choose between two tensors, use where(mask, value, x)."
        )
    if x.dtype.kind in "iu":
        _whole("masked_fill", value, x.dtype)
    return np.where(mask, np.asarray(value).astype(x.dtype), x)


masked_fill.defvjp(
    x=lambda g, mask: np.where(mask, 0, g),
    mask=None,
    value=lambda g, mask, value: cast(np.where(mask, g, 0), value.dtype, g.dtype),
)


def _whole(name: str, value: Array, dtype: np.dtype) -> None:
    """Refuse a value that an integer type cannot hold, or a tensor whose gradient it would lose."""
    low, high = np.iinfo(dtype).min, np.iinfo(dtype).max
    if getattr(value, "dtype", dtype).kind == "f" or not low <= value <= high:  # nor is NaN
        raise DTypeError(
            f"{name}: the value {value} does not fit into a tensor of {dtype}. "
            "Make that floating point first: x.float()."
        )


def _truth(name: str, what: str, mask: Array) -> None:
    dtype = getattr(mask, "dtype", None)
    if mask.__class__ is not bool and dtype != np.bool_:
        raise DTypeError(
            f"{name}: {what} is {dtype or type(mask).__name__}, but truth values were expected. "
            "Compare first: x > 0, or x.bool()."
        )
