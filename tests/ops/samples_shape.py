"""Samples for moves: broadcasting, reshaping, copying."""

from __future__ import annotations

import math

import numpy as np

from .drawing import Call, Draw, Samples, Shape, call, unary


def _broadcast_to(draw: Draw, shape: Shape) -> Call:
    return call(draw.reals(draw.broadcastable(shape)), shape=shape)


def _sum_to(draw: Draw, shape: Shape) -> Call:
    return call(draw.reals(shape), shape=draw.broadcastable(shape))


def _reshape(draw: Draw, shape: Shape) -> Call:
    n = math.prod(shape)
    wanted = draw.one_of((n,), (1, n), shape[::-1], (*shape, 1), *([(-1,)] if n else []))
    return call(draw.reals(shape), shape=wanted)


SAMPLES = {
    "broadcast_to": Samples(
        _broadcast_to, linear="jointly", errors=[call(np.ones(3), shape=(2, 2))]
    ),
    "sum_to": Samples(_sum_to, torch=lambda x, shape: x.sum_to_size(shape), linear="jointly"),
    "reshape": Samples(
        _reshape,
        linear="jointly",
        errors=[call(np.ones(6), shape=(4,)), call(np.ones(6), shape=(-1, 4))],
    ),
    "clone": Samples(unary(), linear="jointly"),
}
