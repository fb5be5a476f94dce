"""PyTorch's `torch.linalg`, as far as networks need it: lengths, and systems of equations."""

from __future__ import annotations

import math
from typing import Any

from . import ops
from .errors import ArgumentError, ShapeError
from .ops.systems import solve_systems

__all__ = ["det", "inv", "matrix_norm", "norm", "solve", "vector_norm"]

det, inv = ops.det, ops.inverse


def solve(A: Any, B: Any, *, left: bool = True) -> Any:
    """The X with A X = B, or X A = B where `left` is False. A (…, n, n), B (…, n, m) → X as B.

    B may also be one vector (n), or one for each matrix of A. Raises `ArgumentError` where A is
    singular, `ShapeError` where the lengths do not fit.
    """
    if not left:
        return solve_systems(A.mT, B.mT).mT
    if len(B.shape) == 1 or tuple(B.shape) == tuple(A.shape[:-1]):
        return solve_systems(A, ops.unsqueeze(B, -1)).squeeze(-1)
    return solve_systems(A, B)


def vector_norm(
    x: Any, ord: float = 2, dim: Any = None, keepdim: bool = False, *, dtype: Any = None
) -> Any:
    """(Σ|x_i|ᵖ)^(1/p) with p = `ord`, over all elements or along `dim`."""
    return ops.norm(x, ord, dim, keepdim, dtype=dtype)


def matrix_norm(
    A: Any, ord: Any = "fro", dim: Any = (-2, -1), keepdim: bool = False, *, dtype: Any = None
) -> Any:
    """The norm of each matrix in a stack (…, n, m) → (…).

    "fro" is the root of the sum of squares; 1 the largest sum of sizes in a column, ∞ in a row, −1
    and −∞ the smallest. Raises `ArgumentError` for those that need singular values (2, "nuc").
    """
    if len(A.shape) < 2:
        raise ShapeError(
            f"matrix_norm: A {tuple(A.shape)} is no matrix, but two dimensions or more were "
            "expected. Use vector_norm."
        )
    rows, columns = (d % len(A.shape) for d in dim)
    if ord == "fro":
        return ops.norm(A, "fro", (rows, columns), keepdim, dtype=dtype)
    if ord not in (1, -1, math.inf, -math.inf):
        raise ArgumentError(
            f"matrix_norm: ord={ord!r} is not computed here. Use 'fro', 1, -1, inf or -inf."
        )
    summed, left = (rows, columns) if abs(ord) == 1 else (columns, rows)
    sums = ops.norm(A, 1, summed, True, dtype=dtype)  # that dimension stays, so `left` holds
    choose = ops.amax if ord > 0 else ops.amin
    if ord > 0 and not sums.shape[left]:
        choose = ops.sum  # sizes are not negative: the largest of none is 0
    z = choose(sums, left, True)
    return z if keepdim else ops.squeeze(z, (rows, columns))


def norm(
    A: Any, ord: Any = None, dim: Any = None, keepdim: bool = False, *, dtype: Any = None
) -> Any:
    """The length of everything where `ord` is left out; else of vectors (one `dim`) or matrices.

    Without `dim`, A must then be a vector or a matrix, and is measured as what it is.
    """
    if ord is None:
        return ops.norm(A, 2, dim, keepdim, dtype=dtype)
    pair = isinstance(dim, tuple | list) and len(dim) == 2
    if pair or (dim is None and len(A.shape) == 2):
        return matrix_norm(A, ord, dim or (-2, -1), keepdim, dtype=dtype)
    if dim is None and len(A.shape) != 1:
        raise ShapeError(
            f"linalg.norm: ord={ord!r} of A {tuple(A.shape)} could mean vectors or matrices. Say "
            "which with dim=, one number or two."
        )
    return vector_norm(A, ord, dim, keepdim, dtype=dtype)
