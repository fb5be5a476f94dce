"""Picking elements out, and putting them in. Each is the other's backward rule.

    picking   z = x[index]            the gradient is put back at index; chosen twice, it adds up
    putting   z = 0, z[index] += x    the gradient is picked at index
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import DTypeError
from ..op import MOVER, ROUTER, Array, op
from .places import grid, wrap

Shape = tuple[int, ...]


# -- along one dimension: z[i][j] = x[i][index[i][j]] for dim = 1


@op(family=MOVER, formula=r"z_{ij} = x_{i,\,index_{ij}}", casts="keep")
def gather_along(x: Array, index: Array, dim: int) -> Array:
    """The elements of x at the places `index` along `dim`; z has the shape of the index."""
    if not x.ndim:
        return scatter_sum(x, index, dim, ())
    dim = wrap(dim, x.ndim, "gather")
    return x[grid("gather", x.shape, index, dim)]


@op(family=MOVER, formula=r"z_{i,\,index_{ij}} = \sum_j x_{ij}", casts="keep")
def scatter_sum(x: Array, index: Array, dim: int, shape: Shape) -> Array:
    """Zeros of `shape` with the elements of x added at the places `index` along `dim`."""
    z = np.zeros(shape, x.dtype)
    dim = wrap(dim, z.ndim, "scatter_add")
    if not z.ndim:  # a number has one place
        grid("gather", (1,), index.reshape(1), 0)
        return z + x
    np.add.at(z, grid("scatter_add", z.shape, index, dim), x)
    return z


gather_along.defvjp(
    x=lambda g, x_shape, index, dim: scatter_sum(g, index, dim, x_shape),
    index=None,
)
scatter_sum.defvjp(
    x=lambda g, index, dim: gather_along(g, index, dim),
    index=None,
)


@op(family=ROUTER, formula=r"z_{i,\,index_{ij}} = y_{ij},\ \text{else } x_{ij}", casts="keep")
def scatter_along(x: Array, y: Array, index: Array, dim: int) -> Array:
    """x with the places `index` along `dim` overwritten by y; y has the shape of the index."""
    z = x.copy()
    dim = wrap(dim, x.ndim, "scatter")
    z[grid("scatter", x.shape, index, dim)] = y
    return z


scatter_along.defvjp(
    x=lambda g, index, dim: scatter_along(g, 0, index, dim),
    y=lambda g, index, dim: gather_along(g, index, dim),
    index=None,
)


def gather(input: Array, dim: int, index: Array) -> Array:
    """z[i][j] = input[i][index[i][j]] for dim = 1, and so for any dim; the shape is that of the index.

    Raises `DimError` where an index is negative or too large, `ShapeError` where the index does not fit.
    """
    return gather_along(input, index, dim=dim)
