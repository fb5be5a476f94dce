"""What occurs in a tensor, and how often. Counts do not follow small changes: no gradient."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import ArgumentError, DTypeError, ShapeError
from ..op import BLOCKER, Array, op
from .joining import pad
from .order import any as any_of
from .order import argsort
from .scan import cumsum
from .shape import reshape, unsqueeze


@op(family=BLOCKER, formula=r"z_k = \sum_i w_i\,[x_i = k]", casts="keep")
def bincount(x: Array, weights: Array | None = None, minlength: int = 0) -> Array:
    """How often each of 0, 1, 2 … occurs in x (n,), or the sum of the weights (n,) where it does.

    The result has max(x) + 1 elements, at least `minlength`. Raises `DTypeError` for numbers that
    are not whole, `ArgumentError` for negative ones, `ShapeError` for more than one dimension.
    """
    if x.dtype.kind not in "iu":
        raise DTypeError(f"bincount: x is {x.dtype}, but it counts whole numbers: x.long().")
    if x.ndim != 1 or (weights is not None and weights.shape != x.shape):
        also = "" if weights is None else f" and weights {weights.shape}"
        raise ShapeError(
            f"bincount: x {x.shape}{also}, but it takes one dimension, and as many weights. "
            "Use x.flatten()."
        )
    if minlength < 0 or (x.size and x.min() < 0):
        raise ArgumentError(
            f"bincount: the smallest number is {x.min() if x.size else 0} and minlength="
            f"{minlength}, but neither may be negative. Shift the numbers: x - x.min()."
        )
    if not x.size:
        return np.zeros(minlength, np.int64)  # whatever the weights, as in PyTorch
    z = np.bincount(x, weights, minlength)
    return z if weights is None or weights.dtype.kind != "f" else z.astype(weights.dtype)


bincount.defvjp(x=None, weights=None)


def unique(
    input: Array,
    sorted: bool = True,
    return_inverse: bool = False,
    return_counts: bool = False,
    dim: int | None = None,
) -> Any:
    """The different elements, in rising order; then, where asked for, two tensors of places.

    `return_inverse` adds for each element where it stands among the different ones, in x's shape;
    `return_counts` how often each of those occurs. `sorted=False` may keep any order, so it is
    rising here, too. Raises `ArgumentError` for a `dim`.
    """
    if dim is not None:
        raise ArgumentError(
            f"unique: dim={dim} asks for different slices, but only single elements are compared "
            "here. Leave dim out, or use np.unique(x.numpy(), axis=dim)."
        )
    flat = reshape(input, (-1,))
    order = argsort(flat, stable=True)
    rising = flat[order]
    fresh = rising[1:] != rising[:-1]  # the first of its kind, but for the very first
    fresh = pad(fresh, (min(len(flat), 1), 0), value=True)
    values = rising[fresh]
    number = (cumsum(fresh, 0) - 1)[argsort(order)]  # sorting an order turns it around
    found = [values]
    if return_inverse:
        found.append(reshape(number, tuple(input.shape)))
    if return_counts:
        found.append(bincount(number))
    return values if len(found) == 1 else tuple(found)


def isin(
    elements: Array, test_elements: Array, *, assume_unique: bool = False, invert: bool = False
) -> Array:
    """Whether each element is one of `test_elements`, whatever their shape; `invert` turns it."""
    wanted = reshape(test_elements, (-1,)) if hasattr(test_elements, "shape") else test_elements
    found = any_of(unsqueeze(elements, -1) == wanted, -1)
    return ~found if invert else found
