"""The largest and the smallest: only the winners receive the gradient.

PyTorch has two conventions for ties, both kept here: the extreme of a whole (`amax`, `max()`)
shares the gradient evenly among equal winners; `max(dim)`, which also says where, gives it all to
the one that it names.
"""

from __future__ import annotations

from typing import Any

from ..errors import InputTypeError
from ..op import ROUTER, Array, op
from .dims import Selection, axis_of, kept, largest, not_empty, numpy_names, shared_out, smallest
from .order import argmax, argmin, pick
from .routing import maximum, minimum


@op(family=ROUTER, formula=r"z = \max_i x_i")
def amax(x: Array, dim: Any = None, keepdim: bool = False) -> Array:
    """The largest element over `dim`; equal winners share the gradient. A NaN wins."""
    not_empty("amax", x, dim)
    return largest(x, axis_of(x.ndim, dim, "amax"), keepdims=keepdim)


@op(family=ROUTER, formula=r"z = \min_i x_i")
def amin(x: Array, dim: Any = None, keepdim: bool = False) -> Array:
    """The smallest element over `dim`; equal winners share the gradient. A NaN wins."""
    not_empty("amin", x, dim)
    return smallest(x, axis_of(x.ndim, dim, "amin"), keepdims=keepdim)


def _winners_x(g: Array, z: Array, x: Array, dim: Any, keepdim: bool) -> Array:
    g, z = (kept(v, x.shape, dim, keepdim) for v in (g, z))
    won = (x == z) | (x != x)  # where there is a NaN, nothing equals z, and the NaNs have won
    return shared_out(g, won, x, axis_of(x.ndim, dim, "amax"))


for extreme in (amax, amin):
    extreme.defvjp(x=_winners_x)


@numpy_names
def max(input: Array, dim: Any = None, keepdim: bool = False, *, other: Any = None) -> Any:
    """The largest: of all; along `dim`, as (values, indices); or of two tensors, elementwise.

    `max(x)` is `amax(x)`, `max(x, y)` is `maximum(x, y)`; `max(x, dim)` picks the first of equals.
    """
    return _extreme("max", amax, argmax, maximum, input, dim, keepdim, other)


@numpy_names
def min(input: Array, dim: Any = None, keepdim: bool = False, *, other: Any = None) -> Any:
    """The smallest: of all; along `dim`, as (values, indices); or of two tensors, elementwise.

    `min(x)` is `amin(x)`, `min(x, y)` is `minimum(x, y)`; `min(x, dim)` picks the first of equals.
    """
    return _extreme("min", amin, argmin, minimum, input, dim, keepdim, other)


def _extreme(
    name: str, of_all: Any, place: Any, of_two: Any, x: Array, dim: Any, keepdim: bool, other: Any
) -> Array | Selection:
    if other is None and hasattr(dim, "dtype"):
        dim, other = None, dim
    if other is not None:
        return of_two(x, other)
    if dim is None:
        return of_all(x, keepdim=keepdim)
    if not isinstance(dim, int):
        raise InputTypeError(
            f"{name}: dim={dim!r}, but indices can be told along one dimension only. "
            f"Use a{name}(x, dim) for several."
        )
    return pick(x, place(x, dim, keepdim=True), dim, keepdim)
