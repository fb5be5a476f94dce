"""What the reductions share: which dimensions go, how the gradient comes back. Not ops themselves.

A reduction takes x (…, n, …) to z (…). Its rule needs the way back: g with the lost dimensions as
ones (`kept`), g at every place (`spread`), g in equal parts at some places (`shared_out`).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple

import numpy as np

from .. import dtypes
from ..errors import DimError, DTypeError, ShapeError
from ..op import Array
from .places import wrap, wrap_all

Shape = tuple[int, ...]

# np.sum and its kin without their wrappers, which cost more than a small array's sum.
add_up: Callable[..., Any] = np.add.reduce
multiply_up: Callable[..., Any] = np.multiply.reduce
largest: Callable[..., Any] = np.maximum.reduce
smallest: Callable[..., Any] = np.minimum.reduce


class Selection(NamedTuple):
    """The elements that were picked, and where they stood along the dimension."""

    values: Array
    indices: Array


def axis_of(ndim: int, dim: Any, name: str) -> Any:
    """PyTorch's `dim` as NumPy's `axis`: no dims mean all of them, and a number has a dim 0."""
    if dim is None or (ndim and dim.__class__ is int):
        return dim
    dims = wrap_all(dim, ndim, name)
    return (dims if ndim else ()) if dims else None


def kept(g: Array, shape: Shape, dim: Any, keepdim: bool) -> Array:
    """g with the dimensions that the reduction of an x of `shape` dropped, now of length 1."""
    if keepdim or dim is None:
        return g  # a single number broadcasts as it is
    dims = wrap_all(dim, len(shape), "backward") or range(len(shape))
    return g.reshape(tuple(1 if i in dims else n for i, n in enumerate(shape)))


def spread(g: Array, shape: Shape) -> Array:
    """g at every place of `shape`.

    Adding to zeros broadcasts in both worlds, arrays and tensors, and costs a fifth of
    `np.broadcast_to` where arrays are small.
    """
    return g + np.zeros(shape, g.dtype)


def shared_out(g: Array, won: Array, x: Array, axis: Any) -> Array:
    """g in equal parts to the places of x where `won` is true; the others receive nothing."""
    ones = won * np.ones_like(x)
    return g * (ones / ones.sum(axis=axis, keepdims=True))


def count(shape: Shape, dim: Any) -> int:
    """How many elements of an x of `shape` each element of the result was made of."""
    if dim is None:
        return math.prod(shape)
    if dim.__class__ is int and shape:
        return shape[dim]
    dims = wrap_all(dim, len(shape), "mean") if shape else ()
    return math.prod(shape[d] for d in dims) if dims else math.prod(shape)


def over(total: Array, n: float) -> Array:
    """total / n; divided by nothing it is a quiet NaN or infinity, as in PyTorch."""
    if n:
        return total / n
    with np.errstate(divide="ignore", invalid="ignore"):
        return total / 0


def floating(name: str, x: Array) -> None:
    """Refuse whole numbers where only floating point has a meaning."""
    if x.dtype.kind != "f":
        raise DTypeError(
            f"{name}: x of shape {x.shape} is {x.dtype}, but only floating point numbers can be "
            "taken here. Convert it: x.float()."
        )


def whole(x: Array, dtype: Any) -> Any:
    """The type to add or multiply in: the one asked for; int64 for integers and truth values."""
    if dtype is not None:
        return dtypes.as_dtype(dtype)
    return None if x.dtype.kind == "f" else dtypes.int64


def not_empty(name: str, x: Array, dim: Any) -> None:
    """Refuse to choose among no elements: `ShapeError`, or `DimError` where a dim was named."""
    if x.size:
        return
    if dim is None or dim == ():
        raise ShapeError(
            f"{name}: x of shape {x.shape} has no elements, so none can be chosen. "
            "Name a dim that is not empty, or check where the elements were lost."
        )
    for d in wrap_all(dim, x.ndim, name):
        if not x.shape[d]:
            raise DimError(
                f"{name}: dim {d} of x {x.shape} has length 0, so there is nothing to choose from. "
                "Check where the elements were lost."
            )


def along(x: Array, dim: int, name: str) -> tuple[np.ndarray, int]:
    """x and the dimension, counted from the front; a number becomes a vector of one."""
    return (x if x.ndim else x.reshape((1,))), wrap(dim, x.ndim, name)


def numpy_names(function: Callable[..., Any]) -> Callable[..., Any]:
    """Let a function that is no op take `axis=` and `keepdims=` too, as ops do."""

    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        for old, new in (("axis", "dim"), ("keepdims", "keepdim")):
            if old in kwargs:
                kwargs[new] = kwargs.pop(old)
        return function(*args, **kwargs)

    return call
