"""A photo's ground: what the paper would look like if nothing were written on it."""

from __future__ import annotations

import numpy as np

from .resampling import shrink

__all__ = ["blurred", "ground", "ink_is_dark"]

_WINDOWS = (3, 5, 7, 13, 21, 27)  # pixels, of 128 on the picture's longer side


def ground(x: np.ndarray) -> np.ndarray:
    """The ground of a photo x (H, W) whose ink is dark; no pen is as thick as a fourth of it."""
    return closed(x, max(3, max(x.shape) // 4))


def ink_is_dark(x: np.ndarray) -> bool:
    """Whether the lines in the photo x (H, W) are darker than their ground, or lighter.

    Lines fit into a smaller window than the loops that they enclose. So of windows of growing size
    the first one counts that holds a twentieth of what any of them holds: is more of it dark and
    narrow, or light and narrow? The third power lets the lines count, and not the light's slow
    changes.
    """
    small = shrink(x, 128)
    sums = np.array([(_lines(small, side), _lines(1 - small, side)) for side in _WINDOWS])
    total = sums.sum(axis=1)
    dark, light = sums[int((total >= total.max() / 20).argmax())]
    return bool(dark >= light)


def _lines(x: np.ndarray, side: int) -> float:
    """How much is dark and narrower than the window."""
    away = closed(x, side) - x
    return float((away * away * away).sum())


def closed(x: np.ndarray, side: int) -> np.ndarray:
    """The picture x (H, W) without what is dark and narrower than a square window.

    The largest value in the window around each pixel, and then the smallest of these. What is dark
    and wide stays as it is, edges included: shade, its border, the table beside the paper.
    Reference: J. Serra, "Image Analysis and Mathematical Morphology" (1982), the closing.
    """
    z = np.pad(x, side - 1, mode="edge")
    return _over_windows(_over_windows(z, side, np.maximum), side, np.minimum)


def _over_windows(z: np.ndarray, side: int, of_two: np.ufunc) -> np.ndarray:
    """The largest or smallest value in each square of z (H, W): (H - side + 1, W - side + 1).

    A window of 2n is two of n beside each other: the width doubles until it is reached.
    """
    for _ in range(2):
        width = 1
        while width < side:
            step = min(width, side - width)
            z = of_two(z[:-step], z[step:])
            width += step
        z = z.T
    return z


def blurred(x: np.ndarray) -> np.ndarray:
    """The mean over 3×3 pixels around each one."""
    z = np.pad(x, 1, mode="edge")
    rows = z[:-2] + z[1:-1] + z[2:]
    mean: np.ndarray = (rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]) / np.float32(9)
    return mean
