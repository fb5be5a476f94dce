"""Triangles and diagonals of matrices."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..errors import DimError, ShapeError
from ..op import MOVER, Array, op
from .places import expect_tensors, wrap
from .shape import clone

Shape = tuple[int, ...]


@op(family=MOVER, formula=r"z_{ij} = [j \le i + k]\,x_{ij}")
def tril(x: Array, diagonal: int = 0) -> Array:
    """The lower triangle of the last two dimensions, up to the `diagonal`-th one; zeros above."""
    return _triangle(np.tril, "tril", x, diagonal)


@op(family=MOVER, formula=r"z_{ij} = [j \ge i + k]\,x_{ij}")
def triu(x: Array, diagonal: int = 0) -> Array:
    """The upper triangle of the last two dimensions, from the `diagonal`-th one on; zeros below."""
    return _triangle(np.triu, "triu", x, diagonal)


def _triangle(cut: Callable[..., Array], name: str, x: Array, diagonal: int) -> Array:
    if x.ndim < 2:
        raise ShapeError(f"{name}: x {x.shape} is not a matrix. It needs at least two dimensions.")
    return cut(x, diagonal)


tril.defvjp(
    x=lambda g, diagonal: tril(g, diagonal),
)
triu.defvjp(
    x=lambda g, diagonal: triu(g, diagonal),
)


@op(family=MOVER, formula=r"z_i = x_{i,\,i+k}")
def diagonal(x: Array, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Array:
    """The diagonal of dimensions `dim1` and `dim2`, as the last dimension of a view.

    x (…, n, m) → z (…, min(n, m)) for `offset=0`; a positive offset lies above, a negative below.
    """
    dim1, dim2 = wrap(dim1, x.ndim, "diagonal"), wrap(dim2, x.ndim, "diagonal")
    if dim1 == dim2:
        raise ShapeError(
            f"diagonal: dim1 and dim2 are both {dim1} of x {x.shape}. A diagonal needs two."
        )
    z = x.diagonal(offset, dim1, dim2)
    z.flags.writeable = x.flags.writeable  # NumPy locks it; it is a view like any other
    return z


@op(family=MOVER, formula=r"z_{i,\,i+k} = x_i")
def put_diagonal(x: Array, offset: int, dim1: int, dim2: int, shape: Shape) -> Array:
    """Zeros of `shape` with x, whose last dimension runs along it, on a diagonal."""
    z = np.zeros(shape, x.dtype)
    diagonal(z, offset, dim1, dim2)[...] = x
    return z


diagonal.defvjp(
    x=lambda g, x_shape, offset, dim1, dim2: put_diagonal(g, offset, dim1, dim2, x_shape),
)
put_diagonal.defvjp(
    x=lambda g, offset, dim1, dim2: diagonal(g, offset, dim1, dim2),
)


def diag_embed(x: Array, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Array:
    """Matrices with the last dimension of x on a diagonal, zeros elsewhere: (…, n) → (…, n, n)."""
    expect_tensors("diag_embed", x)
    if not x.shape:
        raise DimError("diag_embed: x is a single number, with no dimension to lie on a diagonal.")
    *rest, n = x.shape
    ndim = len(rest) + 2
    dim1, dim2 = wrap(dim1, ndim, "diag_embed"), wrap(dim2, ndim, "diag_embed")
    size = n + (offset if offset > 0 else -offset)
    shape = list(rest)
    for dim in sorted((dim1, dim2)):
        shape.insert(dim, size)
    return put_diagonal(x, offset=offset, dim1=dim1, dim2=dim2, shape=tuple(shape))


def diag(x: Array, diagonal: int = 0) -> Array:
    """A square matrix with the vector x on its diagonal, or a copy of the matrix x's diagonal."""
    if len(x.shape) == 1:
        return diag_embed(x, diagonal)
    if len(x.shape) != 2:
        raise ShapeError(
            f"diag: x {tuple(x.shape)} is neither a vector nor a matrix. For stacks of them use "
            "diagonal() or diag_embed()."
        )
    return clone(_diagonal(x, offset=diagonal))


_diagonal = diagonal  # `diag` has a parameter of that name


def trace(x: Array) -> Array:
    """The sum of the diagonal of a matrix."""
    if len(x.shape) != 2:
        raise ShapeError(f"trace: x {tuple(x.shape)} is not a matrix. It needs two dimensions.")
    return diagonal(x).sum()
