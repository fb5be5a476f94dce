"""Samples for composed functions: grids, counts of what occurs, distances, norms of matrices."""

from __future__ import annotations

import math

import numpy as np

from tinygrad_edu import linalg, ops

from .drawing import FLOATS, Call, Draw, Samples, Shape, call, torch
from .functions_shape import at_least

MATRIX = np.arange(6.0).reshape(2, 3)


def _length(draw: Draw, shape: Shape) -> int:
    return shape[0] if shape else draw.number(1, 3)


# -- grids


def _axes(draw: Draw, shape: Shape) -> Call:
    vectors = [draw.reals((n,)) for n in (shape or (2,))]
    return call(*vectors, indexing=draw.one_of("ij", "xy"))


def _vectors(draw: Draw, shape: Shape) -> Call:
    return call(*[draw.reals((n,)) for n in (shape or (2,))])


def _columns(draw: Draw, shape: Shape) -> Call:
    n = _length(draw, shape)
    return call(draw.reals((n,)), draw.reals((n, 2)), draw.reals((n,)))


def _against(draw: Draw, shape: Shape) -> Call:
    return call(draw.reals(shape), draw.reals(draw.broadcastable(shape)))


def _repeated(draw: Draw, shape: Shape) -> Call:
    if draw.chance() or not shape:
        return call(draw.reals(shape), repeats=draw.number(0, 3))
    dim = draw.dim(shape)
    return call(draw.reals(shape), draw.whole((shape[dim],), 0, 3), dim=dim)


# -- what occurs


def _occurring(draw: Draw, shape: Shape) -> Call:
    return call(draw.whole(shape, -2, 3), return_inverse=True, return_counts=True)


def _wanted(draw: Draw, shape: Shape) -> Call:
    return call(
        draw.whole(shape, -2, 3), draw.whole(shape[1:], -2, 3), invert=draw.one_of(False, True)
    )


# -- distances


def _alike(draw: Draw, shape: Shape) -> Call:
    shape = at_least(1, shape)
    return call(draw.reals(shape), draw.reals(draw.broadcastable(shape)), dim=-1)


def _apart(draw: Draw, shape: Shape) -> Call:
    shape = at_least(1, shape)
    return call(
        draw.reals(shape),
        draw.reals(shape),
        p=draw.one_of(1.0, 2.0, 3.0),
        keepdim=draw.chance(),
    )


def _all_apart(draw: Draw, shape: Shape) -> Call:
    n = _length(draw, shape)
    return call(draw.reals((n, 3)), draw.reals((2, 3)), p=draw.one_of(1.0, 2.0, 3.0))


# -- norms and moments


def _vector_norm(draw: Draw, shape: Shape) -> Call:
    dim = draw.dim(shape) if shape and draw.chance() else None
    return call(
        draw.reals(shape), ord=draw.one_of(1, 2, 3, math.inf), dim=dim, keepdim=draw.chance()
    )


def _matrix_norm(draw: Draw, shape: Shape) -> Call:
    return call(
        draw.reals(at_least(2, shape)),
        ord=draw.one_of("fro", 1, -1, math.inf, -math.inf),
        dim=draw.one_of((-2, -1), (-1, -2), (0, 1)),
        keepdim=draw.chance(),
    )


def _any_norm(draw: Draw, shape: Shape) -> Call:
    shape = tuple(n or 1 for n in at_least(2, shape)[:2])  # of no rows, none is the largest
    return call(draw.reals(shape), ord=draw.one_of(None, "fro", 1, math.inf))


def _equations(draw: Draw, shape: Shape) -> Call:
    """One vector for all matrices, one for each, or matrices on either side."""
    n = draw.number(1, 3)
    A = draw.reals((*shape, n, n), -1, 1) + 4 * np.eye(n)
    if draw.chance():
        return call(A, draw.reals(draw.one_of((n,), (*shape, n))))
    return call(A, draw.reals((*shape, n, n)), left=draw.chance())


def _square(draw: Draw, shape: Shape) -> Call:
    n = draw.number(1, 3)
    return call(draw.reals((*shape, n, n), -1, 1) + 4 * np.eye(n))


def _moments(draw: Draw, shape: Shape) -> Call:
    shape = (2, *shape)
    return call(draw.reals(shape), dim=0, keepdim=draw.chance(), correction=draw.one_of(0, 1))


SAMPLES = {
    "meshgrid": Samples(
        _axes,
        ours=ops.meshgrid,
        types=FLOATS,
        alike=True,
        errors=[call(np.ones(2), indexing="yx"), call(MATRIX, np.ones(2)), call()],
    ),
    "cartesian_prod": Samples(_vectors, ours=ops.cartesian_prod, types=FLOATS, alike=True),
    "column_stack": Samples(
        _columns,
        ours=lambda *x: ops.column_stack(x),
        torch=lambda *x: torch.column_stack(x),
        types=FLOATS,
    ),
    "broadcast_tensors": Samples(
        _against, ours=ops.broadcast_tensors, errors=[call(np.ones(2), np.ones(3))]
    ),
    "repeat_interleave": Samples(
        _repeated,
        ours=ops.repeat_interleave,
        errors=[call(np.ones(3), repeats=-1), call(MATRIX, np.array([1, 2, 3]), dim=0)],
    ),
    "unique": Samples(_occurring, ours=ops.unique),
    "isin": Samples(_wanted, ours=ops.isin),
    "cosine_similarity": Samples(_alike, ours=ops.cosine_similarity, types=FLOATS, empty=False),
    "pairwise_distance": Samples(_apart, ours=ops.pairwise_distance, types=FLOATS, empty=False),
    "cdist": Samples(
        _all_apart,
        ours=ops.cdist,
        alike=True,
        types=FLOATS,
        empty=False,
        errors=[call(MATRIX, np.ones((2, 2))), call(np.ones(3), MATRIX)],
    ),
    "linalg.vector_norm": Samples(_vector_norm, ours=linalg.vector_norm, types=FLOATS, empty=False),
    "linalg.matrix_norm": Samples(
        _matrix_norm, ours=linalg.matrix_norm, types=FLOATS, empty=False, errors=[call(np.ones(3))]
    ),
    "linalg.norm": Samples(
        _any_norm,
        ours=linalg.norm,
        types=FLOATS,
        empty=False,
        errors=[call(np.ones((2, 2, 2)), ord=1)],
    ),
    "linalg.solve": Samples(
        _equations,
        ours=linalg.solve,
        types=FLOATS,
        alike=True,
        errors=[call(np.eye(2), np.ones(3)), call(np.zeros((2, 2)), np.ones(2))],
    ),
    "inverse": Samples(
        _square,
        ours=ops.inverse,
        types=FLOATS,
        errors=[call(np.ones((2, 3))), call(np.zeros((2, 2)))],
    ),
    "var_mean": Samples(_moments, ours=ops.var_mean, types=FLOATS, empty=False),
    "std_mean": Samples(_moments, ours=ops.std_mean, types=FLOATS, empty=False),
}
