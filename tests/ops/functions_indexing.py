"""Samples for composed functions: picking elements out, and putting them in."""

from __future__ import annotations

from typing import Any

import numpy as np

from tinygrad_edu import ops

from .drawing import (
    FLOATS,
    Call,
    Draw,
    Samples,
    Shape,
    call,
    torch,
)
from .functions_shape import at_least
from .samples_indexing import along_index, index_for, picked_shape, setting, tensors, torch_set

MATRIX = np.arange(6.0).reshape(2, 3)


def _gather(draw: Draw, shape: Shape) -> Call:
    dim, index = along_index(draw, shape)
    return call(draw.reals(shape), index, dim=dim)


def _scatter(draw: Draw, shape: Shape) -> Call:
    dim, index = along_index(draw, shape, unique=True)
    return call(draw.reals(shape), index, draw.one_of(draw.reals(index.shape), 1.5), dim=dim)


def _scatter_add(draw: Draw, shape: Shape) -> Call:
    dim, index = along_index(draw, shape)
    return call(draw.reals(shape), index, draw.reals(index.shape), dim=dim)


def _index_select(draw: Draw, shape: Shape) -> Call:
    dim = draw.dim(shape)
    n = shape[dim] if shape else 1
    count = draw.number(0, 3) if shape and n else min(n, 1)
    return call(draw.reals(shape), draw.whole((count,), 0, max(n, 1)), dim=dim)


def _take_along_dim(draw: Draw, shape: Shape) -> Call:
    shape = at_least(1, shape)
    dim = draw.dim(shape)
    size = [m if draw.chance() else 1 for m in shape]
    size[dim] = draw.number(0, 3) if shape[dim] else 0
    return call(draw.reals(shape), draw.whole(size, 0, max(shape[dim], 1)), dim=dim)


def _masked_select(draw: Draw, shape: Shape) -> Call:
    return call(draw.reals(draw.broadcastable(shape)), draw.truths(draw.broadcastable(shape)))


def _nonzero(draw: Draw, shape: Shape) -> Call:
    return call(draw.whole(shape, 0, 2).astype(float), as_tuple=draw.chance())


def _edited(ours: bool) -> Any:
    """`x[index] += y` on a copy: read, add, write."""

    def function(x: Any, y: Any, index: Any) -> Any:
        z = x.clone()
        z[index if ours else tensors(index)] += y
        return z

    return function


def _setitem(x: Any, y: Any, index: Any) -> Any:
    z = x.clone()
    z[index] = y
    return z


def _number_in(draw: Draw, shape: Shape) -> Call:
    return call(draw.reals(shape), 1.5, index=index_for(draw, shape))


def _add_in(draw: Draw, shape: Shape) -> Call:
    index = index_for(draw, shape, unique=True)
    return call(draw.reals(shape), draw.reals(picked_shape(shape, index)), index=index)


OUTSIDE = np.array([[0, 3], [1, 0]])

PICKING = {
    "gather": Samples(
        _gather,
        ours=lambda x, index, dim: ops.gather(x, dim, index),
        torch=lambda x, index, dim: torch.gather(x, dim, index),
        errors=[
            call(MATRIX, OUTSIDE, dim=1),
            call(MATRIX, np.zeros((3, 3), int), dim=1),
            call(MATRIX, np.zeros(2, int), dim=1),
        ],
    ),
    "scatter": Samples(
        _scatter,
        ours=lambda x, index, src, dim: ops.scatter(x, dim, index, src),
        torch=lambda x, index, src, dim: x.scatter(dim, index, src),
        alike=True,
        errors=[
            call(MATRIX, OUTSIDE, np.ones((2, 2)), dim=1),
            call(MATRIX, OUTSIDE, np.ones((1, 2)), dim=1),
            call(MATRIX, OUTSIDE % 2, np.ones((2, 2), np.float32), dim=1),
        ],
    ),
    "scatter_add": Samples(
        _scatter_add,
        ours=lambda x, index, src, dim: ops.scatter_add(x, dim, index, src),
        torch=lambda x, index, src, dim: x.scatter_add(dim, index, src),
        alike=True,
        errors=[call(MATRIX, OUTSIDE, np.ones((2, 2)), dim=1)],
    ),
    "index_select": Samples(
        _index_select,
        ours=lambda x, index, dim: ops.index_select(x, dim, index),
        torch=lambda x, index, dim: torch.index_select(x, dim, index),
        errors=[
            call(MATRIX, np.array([3]), dim=1),
            call(MATRIX, np.zeros((1, 1), int), dim=1),
            call(MATRIX, np.array([0]), dim=2),
        ],
    ),
    "take_along_dim": Samples(
        _take_along_dim, ours=ops.take_along_dim, errors=[call(MATRIX, np.zeros(2, int), dim=0)]
    ),
    "masked_select": Samples(
        _masked_select,
        ours=ops.masked_select,
        errors=[call(MATRIX, MATRIX), call(MATRIX, np.ones(2, bool))],
    ),
    "nonzero": Samples(_nonzero, ours=ops.nonzero),
    "x[i] = y": Samples(
        setting(unique=True),
        ours=_setitem,
        torch=torch_set,
        alike=True,
        errors=[call(MATRIX, np.ones(2), index=0), call(MATRIX, np.ones(3), index=2)],
    ),
    "x[i] = 1.5": Samples(_number_in, ours=_setitem, torch=torch_set, types=FLOATS),
    "x[i] += y": Samples(_add_in, ours=_edited(True), torch=_edited(False), alike=True),
}

SAMPLES = PICKING
