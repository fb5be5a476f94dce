"""Samples for matrix products."""

from __future__ import annotations

import numpy as np

from .drawing import Call, Draw, Samples, Shape, call


def _matmul(draw: Draw, shape: Shape) -> Call:
    """`shape` is the batch; the matrices have 1 to 3 rows and columns; either may be a vector."""
    n, k, m = draw.number(1, 3), draw.number(1, 3), draw.number(1, 3)
    if 0 in shape and draw.chance():
        shape, k = (), 0  # nothing to add up: the product is all zeros
    left = (k,) if draw.chance() else (*draw.broadcastable(shape), n, k)
    right = (k,) if draw.chance() else (*draw.broadcastable(shape), k, m)
    return call(draw.reals(left, -2, 2), draw.reals(right, -2, 2))


SAMPLES = {
    "matmul": Samples(
        _matmul,
        linear="each",
        errors=[
            call(np.ones((2, 3)), np.ones((2, 3))),
            call(np.ones(3), np.ones(4)),
            call(np.ones(()), np.ones(3)),
            call(np.ones((2, 3, 4)), np.ones((3, 4, 5))),
        ],
    ),
}
