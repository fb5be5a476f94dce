"""Connected parts of a picture: the digit stays, the blots go."""

from __future__ import annotations

import math

import numpy as np

__all__ = ["without_blots"]

_SIDE = 96  # cells on the longer side of the grid in which parts are told apart
_LEAST = 0.02  # of the largest part's ink; the smallest stroke that somebody draws has more


def without_blots(ink: np.ndarray) -> np.ndarray:
    """`ink` (H, W) without the parts that hold less than a fiftieth of the largest part's ink.

    Two strokes are one part where they touch, or pass each other by less than a hundredth of the
    picture: parts are told apart on a coarse grid, where that means that their cells touch.
    """
    k = max(1, math.ceil(max(ink.shape) / _SIDE))
    padded = np.pad(ink, [(0, -side % k) for side in ink.shape])
    h, w = padded.shape[0] // k, padded.shape[1] // k
    cells = padded.reshape(h, k, w, k)
    mass = cells.sum(axis=(1, 3))
    parts = _parts(cells.max(axis=(1, 3)) > 0.3)
    sums = [float(sum(mass[cell] for cell in part)) for part in parts]
    if not sums:
        return ink
    keep = np.zeros((h, w), bool)
    for part, total in zip(parts, sums, strict=True):
        if total >= _LEAST * max(sums):
            keep[tuple(zip(*part, strict=True))] = True
    near = np.zeros((h + 2, w + 2), bool)  # soft edges reach into the cells beside
    for dy in range(3):
        for dx in range(3):
            near[dy : dy + h, dx : dx + w] |= keep
    mask = near[1:-1, 1:-1].repeat(k, axis=0).repeat(k, axis=1)
    return ink * mask[: ink.shape[0], : ink.shape[1]]


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
