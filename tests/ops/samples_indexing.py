"""Samples for picking elements out and putting them in."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tinygrad_edu.ops.indexing import getitem

from .drawing import Call, Draw, Samples, Shape, call, torch

MATRIX = np.arange(6.0).reshape(2, 3)
UNDEFINED = "where a place is named twice PyTorch promises nothing; `FUNCTIONS` compares the rest"


def index_for(draw: Draw, shape: Shape, unique: bool = False) -> Any:
    """Anything that indexes an array of `shape`, also with None, `...`, masks and arrays in it."""
    if draw.one_of(False, False, False, True):
        return draw.truths(shape)
    count = draw.number(1, 2)  # arrays in one index have one shape
    parts: list[Any] = []
    masked = False
    for n in shape[: draw.number(0, len(shape))]:
        kind = draw.one_of("all", "slice", "number", "array", "mask")
        if kind == "number" and n:
            parts.append(draw.number(-n, n - 1))
        elif kind == "array" and n and not masked and not (unique and count > n):
            parts.append(_places(draw, n, count, unique))
        elif kind == "mask" and not any(isinstance(part, np.ndarray) for part in parts):
            parts.append(draw.truths((n,)))
            masked = True
        elif kind == "slice":
            parts.append(
                slice(draw.one_of(None, 1, -2), draw.one_of(None, 2, -1), draw.one_of(None, 2))
            )
        else:
            parts.append(slice(None))
    if draw.chance():
        parts.insert(draw.number(0, len(parts)), None)
    if draw.chance() and len(parts) == sum(part is None for part in parts):
        parts.append(...)
    return tuple(parts) if len(parts) != 1 or draw.chance() else parts[0]


def _places(draw: Draw, n: int, count: int, unique: bool) -> np.ndarray:
    """Places from −n to n − 1; with `unique`, all different."""
    if not unique:
        return draw.whole((count,), -n, n)
    first = draw.number(0, n - 1)
    return np.array([(first + k) % n for k in range(count)])


def picked_shape(shape: Shape, index: Any) -> Shape:
    """The shape of `x[index]`."""
    return getitem(np.zeros(shape), index).shape


def _getitem(draw: Draw, shape: Shape) -> Call:
    return call(draw.reals(shape), index=index_for(draw, shape))


def _put_back(draw: Draw, shape: Shape) -> Call:
    index = index_for(draw, shape)
    return call(draw.reals(picked_shape(shape, index)), index=index, shape=shape)


def setting(unique: bool) -> Any:
    """What `x[index] = y` takes: y broadcasts to what is picked."""

    def case(draw: Draw, shape: Shape) -> Call:
        index = index_for(draw, shape, unique)
        y: Any = draw.reals(draw.broadcastable(picked_shape(shape, index)))
        return call(draw.reals(shape), y, index=index)

    return case


def along_index(draw: Draw, shape: Shape, unique: bool = False) -> tuple[int, np.ndarray]:
    """A dimension, and an index along it that is nowhere longer than the array."""
    dim = draw.dim(shape)
    if not shape:
        return dim, draw.whole((), 0, 1)
    d = dim % len(shape)
    n = shape[d]
    size = [draw.number(0, m) for m in shape]
    size[d] = draw.number(0, n if unique else 3) if n else 0
    if not unique:
        return dim, draw.whole(size, 0, max(n, 1))
    # Along the dimension, a rotation of 0 … n − 1, cut off: nothing is named twice.
    turned = (np.arange(size[d]) + draw.number(0, max(n - 1, 0))) % max(n, 1)
    line = [1] * len(shape)
    line[d] = size[d]
    return dim, np.broadcast_to(turned.reshape(line), size).copy()


def _gather_along(draw: Draw, shape: Shape) -> Call:
    dim, index = along_index(draw, shape)
    return call(draw.reals(shape), index, dim=dim)


def _scatter_sum(draw: Draw, shape: Shape) -> Call:
    dim, index = along_index(draw, shape)
    return call(draw.reals(index.shape), index, dim=dim, shape=shape)


def scattering(unique: bool) -> Any:
    """x, y of the index's shape or a number, and the index."""

    def case(draw: Draw, shape: Shape) -> Call:
        dim, index = along_index(draw, shape, unique)
        y = draw.one_of(draw.reals(index.shape), 1.5)
        return call(draw.reals(shape), y, index, dim=dim)

    return case


def _take_rows(draw: Draw, shape: Shape) -> Call:
    shape = shape or (2,)
    dim = draw.dim(shape)
    n = shape[dim]
    places = draw.one_of((2,), (), (2, 2), (0,)) if n else (0,)
    return call(draw.reals(shape), draw.whole(places, 0, max(n, 1)), dim=dim)


def _one_hot(draw: Draw, shape: Shape) -> Call:
    classes = draw.one_of(3, -1) if 0 not in shape else 3
    return call(draw.whole(shape, 0, 3), num_classes=classes)


def _bincount(draw: Draw, shape: Shape) -> Call:
    n = math.prod(shape)
    weights = draw.reals((n,)) if draw.chance() else None
    return call(draw.whole((n,), 0, 5), weights, minlength=draw.number(0, 6))


# -- the same in PyTorch's words


def tensors(index: Any) -> Any:
    """An index with PyTorch's tensors in place of arrays."""
    if isinstance(index, tuple):
        return tuple(tensors(part) for part in index)
    return torch.tensor(index) if isinstance(index, np.ndarray) else index


def _torch_put_back(x: Any, index: Any, shape: Shape) -> Any:
    places = np.arange(math.prod(shape)).reshape(shape)
    flat = tensors(np.asarray(getitem(places, index), dtype=np.int64).reshape(-1))
    return x.new_zeros(math.prod(shape)).index_add(0, flat, x.reshape(-1)).reshape(shape)


def torch_set(x: Any, y: Any, index: Any) -> Any:
    """`x[index] = y` on a copy."""
    z = x.clone()
    z[tensors(index)] = y
    return z


def _torch_take_rows(x: Any, index: Any, dim: int) -> Any:
    d = dim % x.ndim
    rows = x.index_select(d, index.reshape(-1))
    return rows.reshape((*x.shape[:d], *index.shape, *x.shape[d + 1 :]))


FLOATS = np.zeros((2, 2))
OUTSIDE = np.array([[0, 3], [1, 0]])

SAMPLES = {
    "getitem": Samples(
        _getitem,
        torch=lambda x, index: x[tensors(index)],
        linear="jointly",
        errors=[
            call(MATRIX, index=2),
            call(MATRIX, index=(0, 0, 0)),
            call(MATRIX, index=np.array([0, 5])),
            call(MATRIX, index=np.array([True, False, True])),
        ],
    ),
    "put_back": Samples(_put_back, torch=_torch_put_back, linear="jointly"),
    "setitem": Samples(setting(unique=False), torch=None, why=UNDEFINED),
    "take_rows": Samples(
        _take_rows,
        torch=_torch_take_rows,
        linear="jointly",
        scalar=False,
        errors=[call(MATRIX, np.array([2]), dim=0), call(MATRIX, np.array([0.0]), dim=0)],
    ),
    "gather_along": Samples(
        _gather_along,
        torch=lambda x, index, dim: x.gather(dim, index),
        linear="jointly",
        errors=[call(MATRIX, OUTSIDE, dim=1), call(MATRIX, FLOATS, dim=1)],
    ),
    "scatter_sum": Samples(
        _scatter_sum,
        torch=lambda x, index, dim, shape: x.new_zeros(shape).scatter_add(dim, index, x),
        linear="jointly",
        errors=[call(np.ones((2, 2)), OUTSIDE, dim=1, shape=(2, 3))],
    ),
    "scatter_along": Samples(scattering(unique=False), torch=None, why=UNDEFINED),
    "bincount": Samples(
        _bincount,
        same_dtype=False,
        errors=[
            call(np.array([-1]), None),
            call(np.array([[1]]), None),
            call(np.array([1]), np.ones(2)),
        ],
    ),
    "one_hot": Samples(
        _one_hot,
        torch="nn.functional.one_hot",
        errors=[call(np.array([3]), num_classes=3), call(np.array([-1]), num_classes=3)],
    ),
}
