"""A part of a picture at another size, without jagged edges and without lost lines."""

from __future__ import annotations

import math

import numpy as np

__all__ = ["resample", "shrink"]


def resample(
    x: np.ndarray, top: float, left: float, scale: float, shape: tuple[int, int]
) -> np.ndarray:
    """The picture x (H, W) magnified by `scale`; `shape` says how much of it, from (top, left) on.

    Going down, a new pixel is the mean over the area that it covers; going up, it lies on a line
    between two old ones. Outside of x there are zeros. Both directions are one product of matrices
    each: (h, H) @ (H, W) @ (W, w).
    """
    rows = _weights(x.shape[0], top, scale, shape[0])
    columns = _weights(x.shape[1], left, scale, shape[1])
    resampled: np.ndarray = rows @ x @ columns.T
    return resampled


def _weights(old: int, start: float, scale: float, new: int) -> np.ndarray:
    """How much each old pixel counts in each new one: (new, old).

    A new pixel looks through a window as wide as itself, but no narrower than an old pixel. The
    share of an old pixel is the part of the window that it fills; with the narrowest window that is
    linear interpolation.
    """
    width = max(1.0, 1 / scale)
    centres = start + (np.arange(new) + 0.5) / scale
    low, high = centres - width / 2, centres + width / 2
    edges = np.arange(old)
    overlap = np.minimum(high[:, None], edges + 1) - np.maximum(low[:, None], edges)
    shares: np.ndarray = (np.maximum(overlap, 0) / width).astype(np.float32)
    return shares


def shrink(x: np.ndarray, most: int) -> np.ndarray:
    """x (H, W, …) with its longer side brought to at most `most` pixels, by means over squares.

    The squares are whole pixels wide, and what does not fill a last square is repeated from the
    edge, so that no pixel is lost. A picture that is small enough is returned as it is.
    """
    k = math.ceil(max(x.shape[:2]) / most)
    if k <= 1:
        return x
    missing = [(0, -side % k) for side in x.shape[:2]]
    padded = np.pad(x, [*missing, *[(0, 0)] * (x.ndim - 2)], mode="edge")
    h, w = padded.shape[0] // k, padded.shape[1] // k
    rows = padded.reshape(h, k, -1).sum(axis=1, dtype=np.float32)  # one axis at a time is faster
    small: np.ndarray = rows.reshape(h, w, k, *x.shape[2:]).sum(axis=2) / np.float32(k * k)
    return small
