"""Samples for several steps under one name: three ops, and one function composed of ops."""

from __future__ import annotations

import numpy as np

from tinygrad_edu import ops

from .drawing import FLOATS, Call, Case, Draw, Samples, Shape, call, torch

MATRIX = np.arange(6.0).reshape(2, 3)


def _three(low: float = -4.0) -> Case:
    """Three arrays that broadcast; the last keeps away from 0 where `low` does."""

    def case(draw: Draw, shape: Shape) -> Call:
        arrays = [draw.reals(draw.broadcastable(shape)) for _ in range(2)]
        last = draw.reals(draw.broadcastable(shape), low, 4.0)
        return call(*arrays, last, value=draw.one_of(1, 0.5, -2))

    return case


def _lerp(draw: Draw, shape: Shape) -> Call:
    weight = draw.reals(draw.broadcastable(shape)) if draw.chance() else draw.one_of(0.25, 0.75)
    return call(*(draw.reals(draw.broadcastable(shape)) for _ in range(2)), weight)


def _index_add(draw: Draw, shape: Shape) -> Call:
    dim = draw.dim(shape)
    n = shape[dim] if shape else 1
    count = draw.number(0, 3) if shape and n else min(n, 1)
    size = list(shape)
    if shape:
        size[dim] = count
    index = draw.whole((count,), 0, max(n, 1))
    source = draw.reals(size)
    return call(draw.reals(shape), index, source, dim=dim, alpha=draw.one_of(1, 0.5, -2))


ONES = np.ones((2, 2))
TWO = np.array([0, 1])

SAMPLES = {
    "addcmul": Samples(
        _three(), types=FLOATS, broadcasts=True, errors=[call(MATRIX, MATRIX, np.ones(2))]
    ),
    "addcdiv": Samples(
        _three(0.5), types=FLOATS, broadcasts=True, errors=[call(MATRIX, MATRIX, np.ones(2))]
    ),
    "lerp": Samples(
        _lerp, types=FLOATS, broadcasts=True, alike=True, errors=[call(MATRIX, np.ones(2), 0.5)]
    ),
}

FUNCTIONS = {
    "index_add": Samples(
        _index_add,
        ours=lambda x, index, source, dim, alpha: ops.index_add(x, dim, index, source, alpha=alpha),
        torch=lambda x, index, source, dim, alpha: torch.index_add(
            x, dim, index, source, alpha=alpha
        ),
        types=FLOATS,
        alike=True,
        errors=[
            call(MATRIX, np.array([0, 3]), ONES, dim=1, alpha=1),
            call(MATRIX, TWO, np.ones((2, 3)), dim=1, alpha=1),
            call(MATRIX, TWO, ONES, dim=2, alpha=1),
            call(MATRIX, TWO[None], ONES, dim=1, alpha=1),
            call(MATRIX, TWO, ONES.astype(np.float32), dim=1, alpha=1),
            call(MATRIX, TWO.astype(float), ONES, dim=1, alpha=1),
        ],
    ),
}
