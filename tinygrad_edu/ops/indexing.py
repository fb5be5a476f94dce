"""Picking elements out, and putting them in.

Each is the other's backward rule:

    picking   z = x[index]            the gradient is put back at index; chosen twice, it adds up
    putting   z = 0, z[index] += x    the gradient is picked at index
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..errors import DimError, DTypeError, ShapeError
from ..op import BLOCKER, MOVER, ROUTER, Array, op
from .places import add_at, common_shape, grid, in_order, may_repeat, steps, within, wrap
from .shape import broadcast_to, reshape

Shape = tuple[int, ...]


# -- x[index]


@op(family=MOVER, formula=r"z = x_{\mathrm{index}}", casts="keep")
def getitem(x: Array, index: Any) -> Array:
    """x[index] with all that PyTorch takes: numbers, slices, None, `...`, masks, arrays, mixtures.

    A view where the index holds no arrays, a copy where it does.
    """
    first, then = steps(index)
    if first is not None:
        x = x[first]
    return x if then is None else x[then]


@op(family=MOVER, formula=r"z_{\mathrm{index}} = \sum x", casts="keep")
def put_back(x: Array, index: Any, shape: Shape) -> Array:
    """Zeros of `shape` with x added at `index`: where an index repeats, its elements add up."""
    z = np.zeros(shape, x.dtype)
    first, then = steps(index)
    part = z if first is None else z[first]
    if then is None:
        part[...] = x
    elif may_repeat(then):
        add_at(part, then, x)
    else:
        part[then] = x
    return z


getitem.defvjp(
    x=lambda g, x_shape, index: put_back(g, index, x_shape),
)
put_back.defvjp(
    x=lambda g, index: getitem(g, index),
)


@op(family=ROUTER, formula=r"z_{\mathrm{index}} = y,\ \text{else } x", casts="keep")
def setitem(x: Array, y: Array, index: Any) -> Array:
    """A copy of x with y written at `index`: what `x[index] = y` leaves behind.

    Every element follows the value that is there now: overwritten ones of x get no gradient, nor,
    where an index repeats, do those of y that were overwritten in their turn.
    """
    z = np.array(x)
    first, then = steps(index)
    part = z if first is None else z[first]
    part[... if then is None else then] = in_order(y)
    return z


def _setitem_y(g: Array, x_shape: Shape, y_shape: Shape, index: Any) -> Array:
    picked = getitem(g, index)
    if may_repeat(steps(index)[1]):
        order = np.arange(math.prod(picked.shape)).reshape(picked.shape)
        last = setitem(np.zeros(x_shape, order.dtype), order, index)
        picked = picked * (getitem(last, index) == order)
    extra = len(y_shape) - len(picked.shape)  # NumPy writes (1, 3) into (3)
    return reshape(picked, (1,) * extra + tuple(picked.shape)) if extra > 0 else picked


setitem.defvjp(
    x=lambda g, index: setitem(g, 0, index),
    y=_setitem_y,
)


# -- rows of a table: the embedding's lookup


@op(family=MOVER, formula=r"z_i = x_{\mathrm{index}_i}", casts="keep")
def take_rows(x: Array, index: Array, dim: int = 0) -> Array:
    """The slices of x at the places `index` along `dim`: x (V, D), index (B, T) → (B, T, D).

    Raises `PlaceError` where an index is negative or too large.
    """
    dim = wrap(dim, x.ndim, "index_select")
    if index.dtype.kind not in "iu":
        raise DTypeError(f"index_select: the index is {index.dtype}. Use integers: index.long().")
    within("index_select", index, x.shape[dim])
    return x.take(index, axis=dim)


def _take_rows_x(g: Array, x_shape: Shape, index: Array, dim: int) -> Array:
    return put_back(g, (*[slice(None)] * (dim % len(x_shape)), index), x_shape)


take_rows.defvjp(
    x=_take_rows_x,
    index=None,
)


def index_select(input: Array, dim: int, index: Array) -> Array:
    """The slices of `input` at the places `index` (one-dimensional) along `dim`; a copy."""
    if len(index.shape) > 1:
        raise DimError(
            f"index_select: the index has shape {tuple(index.shape)}, but one dimension is "
            "expected. Flatten it, or use input[index]."
        )
    if not len(input.shape):
        return reshape(take_rows(reshape(input, (1,)), index, dim=dim), ())
    return take_rows(input, reshape(index, (-1,)), dim=dim)


# -- along one dimension: z[i][j] = x[i][index[i][j]] for dim = 1


@op(family=MOVER, formula=r"z_{ij} = x_{i,\,\mathrm{index}_{ij}}", casts="keep")
def gather_along(x: Array, index: Array, dim: int) -> Array:
    """The elements of x at the places `index` along `dim`; z has the shape of the index."""
    dim = wrap(dim, x.ndim, "gather")
    if not (x.ndim and index.ndim):  # a number is a row of one
        row = gather_along(np.atleast_1d(x), np.atleast_1d(index), dim)
        return row.reshape(index.shape)
    return x[grid("gather", x.shape, index, dim)]


@op(family=MOVER, formula=r"z_{i,k} = \sum_{\mathrm{index}_{ij} = k} x_{ij}", casts="keep")
def scatter_sum(x: Array, index: Array, dim: int, shape: Shape) -> Array:
    """Zeros of `shape` with the elements of x added at the places `index` along `dim`."""
    dim = wrap(dim, len(shape), "scatter_add")
    if not (len(shape) and index.ndim):
        row = scatter_sum(np.atleast_1d(x), np.atleast_1d(index), dim, tuple(shape) or (1,))
        return row.reshape(shape)
    z = np.zeros(shape, x.dtype)
    add_at(z, grid("scatter_add", z.shape, index, dim), x)
    return z


gather_along.defvjp(
    x=lambda g, x_shape, index, dim: scatter_sum(g, index, dim, x_shape),
    index=None,
)
scatter_sum.defvjp(
    x=lambda g, index, dim: gather_along(g, index, dim),
    index=None,
)


@op(family=ROUTER, formula=r"z_{i,\,\mathrm{index}_{ij}} = y_{ij},\ \text{else } x", casts="keep")
def scatter_along(x: Array, y: Array, index: Array, dim: int) -> Array:
    """x with the places `index` along `dim` overwritten by y (a number, or shaped like index)."""
    dim = wrap(dim, x.ndim, "scatter")
    if not (x.ndim and index.ndim):
        row = scatter_along(np.atleast_1d(x), np.atleast_1d(y), np.atleast_1d(index), dim)
        return row.reshape(x.shape)
    z = x.copy()
    z[grid("scatter", x.shape, index, dim)] = in_order(y)
    return z


def _scatter_y(g: Array, x_shape: Shape, index: Array, dim: int) -> Array:
    order = np.arange(math.prod(index.shape)).reshape(index.shape)  # the last one counts
    places = getattr(index, "array", index)
    last = scatter_along(np.zeros(x_shape, order.dtype), order, places, dim)
    return gather_along(g, index, dim) * (gather_along(last, places, dim) == order)


scatter_along.defvjp(
    x=lambda g, index, dim: scatter_along(g, 0, index, dim),
    y=_scatter_y,
    index=None,
)


def gather(input: Array, dim: int, index: Array) -> Array:
    """z[i][j] = input[i][index[i][j]] for dim = 1, and so for any dim; z has the index's shape.

    Raises `PlaceError` where an index is negative or too large, `ShapeError` where it does not fit.
    """
    return gather_along(input, index, dim=dim)


def scatter(input: Array, dim: int, index: Array, src: Any = None, *, value: Any = None) -> Array:
    """A copy of `input` with z[i][index[i][j]] = src[i][j] for dim = 1; `src` may be a number.

    Where an index repeats, the last value stays. Raises as `gather` does, and `DTypeError` where
    `src` has another number type.
    """
    src = value if src is None else src
    return scatter_along(input, _fitted("scatter", input, index, src), index, dim=dim)


def scatter_add(input: Array, dim: int, index: Array, src: Array) -> Array:
    """`input` with src[i][j] added at [i][index[i][j]] for dim = 1; repeated places add up."""
    src = _fitted("scatter_add", input, index, src)
    return input + scatter_sum(src, index, dim=dim, shape=tuple(input.shape))


def _fitted(name: str, input: Array, index: Array, src: Any) -> Any:
    """`src` cut to the shape of the index, of which it may hold more."""
    if not hasattr(src, "shape"):
        return src
    if src.dtype != input.dtype:
        raise DTypeError(
            f"{name}: src is {src.dtype}, but the tensor is {input.dtype}. Use src.to(x.dtype)."
        )
    shape = tuple(index.shape)
    if len(src.shape) != len(shape) or any(n > m for n, m in zip(shape, src.shape, strict=True)):
        raise ShapeError(
            f"{name}: src {tuple(src.shape)} has no value for every place of the index {shape}. "
            "It must be at least as long in each dimension."
        )
    return src if tuple(src.shape) == shape else getitem(src, tuple(slice(n) for n in shape))


def take_along_dim(input: Array, indices: Array, dim: int | None = None) -> Array:
    """`gather` with the other dimensions broadcast; without `dim`, on both in their flat order."""
    if dim is None:
        return gather_along(reshape(input, (-1,)), reshape(indices, (-1,)), dim=0)
    x_shape, i_shape = list(input.shape), list(indices.shape)
    if len(x_shape) != len(i_shape):
        raise ShapeError(
            f"take_along_dim: the tensor has shape {tuple(x_shape)}, the indices {tuple(i_shape)}. "
            "They must have the same number of dimensions."
        )
    dim = wrap(dim, len(x_shape), "take_along_dim")
    length, count = x_shape[dim], i_shape[dim]
    x_shape[dim] = i_shape[dim] = 1
    shape = common_shape("take_along_dim", tuple(x_shape), tuple(i_shape))
    x = broadcast_to(input, (*shape[:dim], length, *shape[dim + 1 :]))
    return gather_along(x, broadcast_to(indices, (*shape[:dim], count, *shape[dim + 1 :])), dim=dim)


# -- masks


def masked_select(input: Array, mask: Array) -> Array:
    """The elements where `mask` is true, in a row; both are broadcast against each other."""
    if mask.dtype.kind != "b":
        raise DTypeError(f"masked_select: the mask is {mask.dtype}, not bool. Compare: x > 0.")
    shape = common_shape("masked_select", tuple(input.shape), tuple(mask.shape))
    return getitem(broadcast_to(input, shape), broadcast_to(mask, shape))


@op(family=BLOCKER, formula=r"z = \{i : x_i \ne 0\}", casts="keep")
def argwhere(x: Array) -> Array:
    """The places of the elements that are not zero, a row of numbers for each."""
    return np.argwhere(x)


argwhere.defvjp(x=None)


def nonzero(input: Array, *, as_tuple: bool = False) -> Any:
    """The places of the non-zero elements (n, ndim); with `as_tuple`, one tensor per dimension."""
    places = argwhere(input)
    if not as_tuple:
        return places
    if not len(input.shape):
        return (argwhere(reshape(input, (1,)))[:, 0],)
    return tuple(places[:, d] for d in range(len(input.shape)))


@op(family=BLOCKER, formula=r"z_{ik} = [x_i = k]", casts="keep")
def one_hot(x: Array, num_classes: int = -1) -> Array:
    """Rows of zeros with a single 1 at the place that x names: (…) → (…, num_classes), int64.

    Without `num_classes`, as many as the largest label needs. Raises `PlaceError` for a label out
    of range.
    """
    if x.dtype.kind not in "iu":
        raise DTypeError(f"one_hot: the labels are {x.dtype}, but they count classes: x.long().")
    if num_classes < 0:
        if not x.size:
            raise ShapeError("one_hot: no labels to count the classes of. Pass num_classes.")
        num_classes = int(x.max()) + 1
    within("one_hot", x, num_classes)
    return (x[..., None] == np.arange(num_classes)).astype(np.int64)


one_hot.defvjp(x=None)
