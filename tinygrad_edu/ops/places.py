"""Where a dimension or an index points: what shape, joining and indexing ops share. Not ops themselves."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import DimError, DTypeError, ShapeError


def wrap(dim: int, ndim: int, name: str) -> int:
    """The dimension `dim` counted from the front; a 0-d tensor counts as having one.

    Raises `DimError` where there is no such dimension.
    """
    n = max(ndim, 1)
    if not -n <= dim < n:
        raise DimError(
            f"{name}: asked for dim {dim} of a tensor with {ndim} dimension(s). "
            f"Use {-n} to {n - 1}."
        )
    return dim % n


def grid(name: str, shape: tuple[int, ...], index: np.ndarray, dim: int) -> tuple[Any, ...]:
    """The place of every element of `index` in an array of `shape`: itself along `dim`, its own elsewhere.

    shape (N, M), index (n, m), dim 1 → (rows (n, 1), index (n, m)). Raises `DTypeError`, `ShapeError` or
    `DimError` where the index does not fit.
    """
    if index.dtype.kind not in "iu" and index.size:
        raise DTypeError(f"{name}: the index is {index.dtype}, but it counts places. Use x.long().")
    if index.ndim != len(shape):
        raise ShapeError(
            f"{name}: the index has shape {index.shape}, the tensor {shape}: {index.ndim} ≠ "
            f"{len(shape)} dimensions. Add the missing one with unsqueeze()."
        )
    over = [d for d, n in enumerate(index.shape) if d != dim and n > shape[d]]
    if over:
        raise ShapeError(
            f"{name}: the index of shape {index.shape} is longer than the tensor of shape {shape} in "
            f"dimension {over[0]}, where it must fit (it may be longer only in dim {dim})."
        )
    if index.size and (index.min() < 0 or index.max() >= shape[dim]):
        bad = index.min() if index.min() < 0 else index.max()
        raise DimError(
            f"{name}: index {bad} is out of range: the tensor of shape {shape} has {shape[dim]} places "
            f"in dimension {dim}, 0 to {shape[dim] - 1}."
        )
    places: list[Any] = list(np.indices(index.shape, sparse=True))
    places[dim] = index
    return tuple(places)
