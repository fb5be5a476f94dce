"""Connected parts of a picture: the digit stays, the blots go."""

from __future__ import annotations

import math

import numpy as np

__all__ = ["without_blots"]

_SIDE = 96  # cells on the longer side of the grid in which parts are told apart
_LEAST = 0.02  # of the largest part's ink; the smallest stroke that somebody draws has more


def without_blots(ink: np.ndarray) -> np.ndarray:
    """The part of `ink` (H, W) that holds the digit: (h, w), without the blots in it.

    A blot is a part with less than a fiftieth of the largest part's ink. Two strokes are one part
    where they touch, or pass each other by less than a hundredth of the picture: parts are told
    apart on a coarse grid, where that means that their cells touch.
    """
    k = max(1, math.ceil(max(ink.shape) / _SIDE))
    ink = np.pad(ink, [(0, -side % k) for side in ink.shape])
    rows = ink.reshape(-1, k, ink.shape[1])  # one axis at a time is faster
    mass = rows.sum(axis=1).reshape(len(rows), -1, k).sum(axis=2)
    parts = _parts(rows.max(axis=1).reshape(len(rows), -1, k).max(axis=2) > 0.3)
    if not parts:
        return ink
    sums = [float(mass[part].sum()) for part in parts]
    near = np.zeros((mass.shape[0] + 2, mass.shape[1] + 2), bool)
    for (rows_in, columns_in), total in zip(parts, sums, strict=True):
        if total >= _LEAST * max(sums):
            for dy, dx in np.ndindex(3, 3):  # soft edges reach into the cells beside
                near[rows_in + dy, columns_in + dx] = True
    return _masked(ink, near[1:-1, 1:-1], k)


def _masked(ink: np.ndarray, keep: np.ndarray, k: int) -> np.ndarray:
    """The ink in the cells to keep, k×k pixels each, and nothing beyond the outermost of them."""
    (top, bottom), (left, right) = (
        (int(places[0]), int(places[-1]) + 1)
        for places in (np.flatnonzero(keep.any(axis=axis)) for axis in (1, 0))
    )
    mask = keep[top:bottom, left:right].repeat(k, axis=0).repeat(k, axis=1)
    digit: np.ndarray = ink[top * k : bottom * k, left * k : right * k] * mask
    return digit


def _parts(filled: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """The rows and the columns of the cells in each connected part; corners connect, too."""
    width = filled.shape[1] + 2  # a border, so that no cell's neighbours lie in another row
    left = set(np.flatnonzero(np.pad(filled, 1)).tolist())
    steps = [dy * width + dx for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
    parts = []
    while left:
        part = [left.pop()]
        for cell in part:  # grows while it is read
            for step in steps:
                if cell + step in left:
                    left.remove(cell + step)
                    part.append(cell + step)
        rows, columns = np.divmod(np.array(part), width)
        parts.append((rows - 1, columns - 1))
    return parts
