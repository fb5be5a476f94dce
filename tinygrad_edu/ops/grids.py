"""Tensors laid out against each other: grids, all pairs, common shapes, repeated elements.

Nothing here is an op: each is a few views, joined.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import ArgumentError, ShapeError
from ..op import Array
from .indexing import getitem
from .joining import cat, stack
from .places import expect_tensors, wrap
from .shape import broadcast_to, reshape, unsqueeze


def _several(tensors: tuple[Any, ...]) -> list[Any]:
    """Tensors given one by one, or as one list."""
    one = len(tensors) == 1 and isinstance(tensors[0], (list, tuple))
    return list(tensors[0]) if one else list(tensors)


def broadcast_tensors(*tensors: Any) -> tuple[Array, ...]:
    """Each tensor, a view, in the shape that all of them broadcast to."""
    given = _several(tensors)
    try:
        shape = np.broadcast_shapes(*(tuple(x.shape) for x in given))
    except ValueError:
        shapes = ", ".join(str(tuple(x.shape)) for x in given)
        raise ShapeError(
            f"broadcast_tensors: {shapes} do not fit each other. From the right, lengths must be "
            "equal or 1."
        ) from None
    return tuple(broadcast_to(x, shape) for x in given)


def meshgrid(*tensors: Any, indexing: str = "ij") -> tuple[Array, ...]:
    """The coordinates of every point of a grid: x (n,), y (m,) → two tensors (n, m).

    With `indexing="ij"` z[i, j] belongs to x[i] and y[j]; with `"xy"`, as plots have it, to x[j]
    and y[i], so the first two dimensions change places: (m, n). Raises `ArgumentError` for another
    word, `ShapeError` for a tensor of several dimensions.
    """
    given = _several(tensors)
    expect_tensors("meshgrid", *given)
    if indexing not in ("ij", "xy") or not given:
        raise ArgumentError(
            f"meshgrid: received {len(given)} tensors and indexing={indexing!r}. Give at least "
            'one tensor, and "ij" or "xy".'
        )
    if indexing == "xy" and len(given) > 1:
        y, x, *others = meshgrid(given[1], given[0], *given[2:])
        return (x, y, *others)
    for x in given:
        if len(x.shape) > 1:
            raise ShapeError(
                f"meshgrid: each tensor is one axis of the grid, but one has shape "
                f"{tuple(x.shape)}. Flatten it: x.flatten()."
            )
    n = len(given)
    lying = [reshape(x, (1,) * d + (-1,) + (1,) * (n - d - 1)) for d, x in enumerate(given)]
    return broadcast_tensors(*lying)


def cartesian_prod(*tensors: Array) -> Array:
    """Every way to take one element of each: x (n,), y (m,) → (n·m, 2); of one tensor, itself."""
    if len(tensors) == 1:
        return tensors[0]
    return stack([reshape(x, (-1,)) for x in meshgrid(*tensors)], dim=1)


def column_stack(tensors: Any) -> Array:
    """Vectors (n,) as the columns of a matrix; matrices (n, k) keep theirs."""
    return cat([reshape(x, (-1, 1)) if len(x.shape) < 2 else x for x in tensors], dim=1)


def repeat_interleave(
    input: Array, repeats: Any, dim: int | None = None, *, output_size: int | None = None
) -> Array:
    """Each element along `dim` as often as `repeats` says: [1, 2] twice is [1, 1, 2, 2].

    `repeats` is a whole number, or one for each element; without `dim`, x is flattened. `repeat`
    copies the whole instead: [1, 2, 1, 2]. Raises `ArgumentError` for negative numbers, and
    `ShapeError` where there are not as many as elements.
    """
    x = reshape(input, (-1,)) if dim is None else input
    x = unsqueeze(x, 0) if not len(x.shape) else x
    d = wrap(dim or 0, len(x.shape), "repeat_interleave")
    times = np.asarray(repeats.detach() if hasattr(repeats, "detach") else repeats)
    if times.dtype.kind not in "iu" or times.min(initial=0) < 0:
        raise ArgumentError(
            f"repeat_interleave: repeats={repeats!r}, but each must be a whole number, 0 or more."
        )
    if times.ndim > 1 or times.size not in (1, x.shape[d]):
        raise ShapeError(
            f"repeat_interleave: repeats has shape {times.shape}, but there are {x.shape[d]} "
            "elements. Give one number for each, or one for all."
        )
    places = np.repeat(np.arange(x.shape[d]), times if times.ndim else int(times))
    return getitem(x, (slice(None),) * d + (places,))
