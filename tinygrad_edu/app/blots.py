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
    sums = [float(sum(mass[cell] for cell in part)) for part in parts]
    keep = np.zeros((mass.shape[0] + 2, mass.shape[1] + 2), bool)
    for part, total in zip(parts, sums, strict=True):
        if total >= _LEAST * max(sums):
            for y, x in part:  # soft edges reach into the cells beside
                keep[y : y + 3, x : x + 3] = True
    return _masked(ink, keep[1:-1, 1:-1], k) if parts else ink


def _masked(ink: np.ndarray, keep: np.ndarray, k: int) -> np.ndarray:
    """The ink in the cells to keep, k×k pixels each, and nothing beyond the outermost of them."""
    (top, bottom), (left, right) = (
        (int(places[0]), int(places[-1]) + 1)
        for places in (np.flatnonzero(keep.any(axis=axis)) for axis in (1, 0))
    )
    mask = keep[top:bottom, left:right].repeat(k, axis=0).repeat(k, axis=1)
    return ink[top * k : bottom * k, left * k : right * k] * mask


def _parts(filled: np.ndarray) -> list[list[tuple[int, int]]]:
    """The cells of each connected part, neighbours over corners included."""
    left = set(zip(*(places.tolist() for places in np.nonzero(filled)), strict=True))
    parts = []
    while left:
        part = [left.pop()]
        for y, x in part:  # grows while it is read
            for cell in [(y + dy, x + dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]:
                if cell in left:
                    left.remove(cell)
                    part.append(cell)
        parts.append(part)
    return parts
