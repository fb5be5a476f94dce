"""Who comes first: places, sorted orders, medians, truth of many.

A place has no gradient; a value has. What returns (values, indices) is two ops: one finds the
places, which blocks the gradient, and `gather` picks the values there, which sends it back to where
they came from.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..errors import ArgumentError, DimError, ShapeError
from ..op import BLOCKER, ROUTER, Array, op
from .dims import Selection, add_up, along, axis_of, floating, not_empty, numpy_names, shared_out
from .indexing import gather
from .joining import narrow, stack
from .places import expect_tensors, whole, wrap
from .routing import where
from .shape import squeeze

# -- places


@op(family=BLOCKER, formula=r"z = \arg\max_i x_i", casts="keep")
def argmax(x: Array, dim: int | None = None, keepdim: bool = False) -> Array:
    """Where the largest element is, the first of equals; without `dim`, in the flat order."""
    return _place("argmax", np.argmax, x, dim, keepdim)


@op(family=BLOCKER, formula=r"z = \arg\min_i x_i", casts="keep")
def argmin(x: Array, dim: int | None = None, keepdim: bool = False) -> Array:
    """Where the smallest element is, the first of equals; without `dim`, in the flat order."""
    return _place("argmin", np.argmin, x, dim, keepdim)


def _place(name: str, find: Any, x: Array, dim: int | None, keepdim: bool) -> Array:
    if dim is None and not x.size:
        raise DimError(f"{name}: x {x.shape} has no elements, so none is the first. Name a dim.")
    not_empty(name, x, dim)
    return find(x, axis=dim if dim is None else wrap(dim, x.ndim, name), keepdims=keepdim)


@op(family=BLOCKER, formula=r"z = \operatorname{argsort}(x)", casts="keep")
def argsort(x: Array, dim: int = -1, descending: bool = False, stable: bool = False) -> Array:
    """The places of the elements in rising order along `dim`; NaN counts as the largest.

    Always stable: equal elements keep their order, also when `descending`.
    """
    v, dim = along(x, dim, "argsort")
    if not descending:
        return np.argsort(v, axis=dim, kind="stable").reshape(x.shape)
    # Turn, sort, turn back: negating x instead would fail for unsigned integers and move the NaNs.
    rising = np.argsort(np.flip(v, dim), axis=dim, kind="stable")
    return (v.shape[dim] - 1 - np.flip(rising, dim)).reshape(x.shape)


@op(family=BLOCKER, formula=r"z = \arg\operatorname{med}_i x_i", casts="keep")
def argmedian(x: Array, dim: int, keepdim: bool = False) -> Array:
    """Where the lower median is along `dim`; where there is a NaN, the first of them."""
    not_empty("median", x, dim)
    v, along_dim = along(x, dim, "median")
    z = np.take(argsort.forward(v, along_dim), [(v.shape[along_dim] - 1) // 2], along_dim)
    nan = v != v
    z = np.where(nan.any(along_dim, keepdims=True), nan.argmax(along_dim, keepdims=True), z)
    return z.reshape(()) if not x.ndim else z if keepdim else z.squeeze(along_dim)


# -- truth of many


@op(family=BLOCKER, formula=r"z = \bigwedge_i x_i", casts="keep")
def all(x: Array, dim: Any = None, keepdim: bool = False) -> Array:
    """Whether all elements are non-zero, over `dim` or altogether; of none, True."""
    return _logical("all", np.logical_and, x, dim, keepdim)


@op(family=BLOCKER, formula=r"z = \bigvee_i x_i", casts="keep")
def any(x: Array, dim: Any = None, keepdim: bool = False) -> Array:
    """Whether at least one element is non-zero, over `dim` or altogether; of none, False."""
    return _logical("any", np.logical_or, x, dim, keepdim)


def _logical(name: str, join: Any, x: Array, dim: Any, keepdim: bool) -> Array:
    axis = () if dim == () else axis_of(x.ndim, dim, name)  # here () means none, as in PyTorch
    return join.reduce(x, axis, np.bool_, keepdims=keepdim)


@op(family=BLOCKER, formula=r"z = \sum_i [x_i \ne 0]", casts="keep")
def count_nonzero(x: Array, dim: Any = None) -> Array:
    """How many elements are not zero, over `dim` or altogether."""
    return add_up(x != 0, axis_of(x.ndim, dim, "count_nonzero"), np.int64)


for question in (argmax, argmin, argsort, argmedian, all, any, count_nonzero):
    question.defvjp(x=None)


# -- values and their places


def pick(x: Array, indices: Array, dim: int, keepdim: bool) -> Selection:
    """The elements of x at `indices` (…, 1, …) along `dim`, which goes unless `keepdim`."""
    values = gather(x, dim, indices)
    if keepdim or not x.ndim:
        return Selection(values, indices)
    d = wrap(dim, x.ndim, "gather")
    shape = (*x.shape[:d], *x.shape[d + 1 :])
    return Selection(values.reshape(shape), indices.reshape(shape))


@numpy_names
def sort(input: Array, dim: int = -1, descending: bool = False, stable: bool = False) -> Selection:
    """The elements in rising order along `dim`, and their places; equals keep their order."""
    indices = argsort(input, dim, descending, stable)
    return Selection(gather(input, dim, indices), indices)


@numpy_names
def topk(
    input: Array, k: int, dim: int = -1, largest: bool = True, sorted: bool = True
) -> Selection:
    """The k largest (or smallest) elements along `dim`, the winner first, and their places."""
    expect_tensors("topk", input)
    d, k = wrap(dim, input.ndim, "topk"), whole("topk", "k", k)
    length = input.shape[d] if input.ndim else 1
    if not 0 <= k <= length:
        raise ShapeError(
            f"topk: asked for {k} of the {length} elements in dim {dim} of x {tuple(input.shape)}. "
            f"Use k from 0 to {length}."
        )
    indices = argsort(input, dim, descending=largest)
    if input.ndim:
        indices = indices[(slice(None),) * d + (slice(k),)]
    return Selection(gather(input, dim, indices), indices)


@op(family=ROUTER, formula=r"z = \operatorname{med}_i x_i")
def lower_median(x: Array) -> Array:
    """The middle element of all, the lower of two; equal ones share the gradient. Of none, NaN."""
    flat = x.reshape(-1)
    return flat[argmedian.forward(flat, 0)] if x.size else np.asarray(np.nan, x.dtype)


lower_median.defvjp(
    x=lambda g, z, x: shared_out(g, (x == z) | (x != x), x, None),
)


@numpy_names
def median(input: Array, dim: int | None = None, keepdim: bool = False) -> Any:
    """The lower median of all elements; along `dim`, as (values, indices)."""
    if dim is None:
        return lower_median(input)
    return pick(input, argmedian(input, dim, keepdim=True), dim, keepdim)


def quantile(
    input: Array,
    q: Any,
    dim: int | None = None,
    keepdim: bool = False,
    *,
    interpolation: str = "linear",
) -> Array:
    """The value that a part q of the elements stays below, along `dim` or of all: 0.5 the median.

    Between two elements it lies on the straight line from one to the other ("linear"), or is the
    one ("lower", "higher") or the mean of both ("midpoint"). Several q, in a tensor (k,), give k
    slices in a new first dimension. Of what holds a NaN it is NaN.

    Raises `ArgumentError` for a q outside of 0 … 1, or another way between.
    """
    floating("quantile", input)
    if 0 in input.shape:
        raise ArgumentError(f"quantile: x {tuple(input.shape)} has no elements, so no quantile.")
    if getattr(q, "shape", ()):
        return stack([quantile(input, p, dim, keepdim, interpolation=interpolation) for p in q])
    if not 0 <= float(q) <= 1 or interpolation not in ("linear", "lower", "higher", "midpoint"):
        raise ArgumentError(
            f"quantile: q={float(q)} with interpolation={interpolation!r}. Use parts from 0 to 1, "
            'and "linear", "lower", "higher" or "midpoint".'
        )
    x = input.reshape((-1,)) if dim is None or not input.ndim else input
    d = wrap(0 if dim is None else dim, x.ndim, "quantile")
    position = float(q) * (x.shape[d] - 1)
    below, above = math.floor(position), math.ceil(position)
    below, above = {"lower": (below, below), "higher": (above, above)}.get(
        interpolation, (below, above)
    )
    part = position - below if interpolation == "linear" else 0.5
    rising = sort(x, d).values
    low, high, last = (narrow(rising, d, i, 1) for i in (below, above, x.shape[d] - 1))
    between = low if below == above else low + part * (high - low)
    z = where(last != last, last, between)  # NaN comes last
    if keepdim or not input.ndim:
        return z if dim is not None and input.ndim else z.reshape((1,) * input.ndim)
    return squeeze(z, d)
