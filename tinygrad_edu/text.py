"""Numbers for people: four digits, one scale for the whole tensor, nothing small shown as zero."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["numbers"]


def numbers(array: np.ndarray, prefix: str = "") -> str:
    """The elements of `array`, nested in brackets; of more than 1000 only the corners are shown."""
    spell = _spelling(array) if array.dtype.kind == "f" else str
    shown = array if array.size <= 1000 else _corners(array)
    width = max((len(spell(x)) for x in shown.flat), default=0)
    return np.array2string(
        array,
        separator=", ",
        prefix=prefix,
        threshold=1000,
        max_line_width=80,
        formatter={"all": lambda x: spell(x).rjust(width)},
    )


def _corners(array: np.ndarray) -> np.ndarray:
    """The first and last three along every dimension: all that is shown of a large array."""
    for axis, length in enumerate(array.shape):
        if length > 6:
            array = np.take(array, [0, 1, 2, -3, -2, -1], axis)
    return array


def _spelling(array: np.ndarray) -> Callable[[Any], str]:
    """How to write one of these floats: `2.`, `2.5000` or `2.5000e-10`, one way for all of them."""
    sizes = np.abs(array[np.isfinite(array) & (array != 0)]).astype(np.float64)
    small, large = (sizes.min(), sizes.max()) if sizes.size else (1.0, 1.0)
    if large / small > 1000 or large > 1e8 or small < 1e-4:
        return lambda x: f"{x:.4e}" if np.isfinite(x) else str(x)
    if (sizes == np.floor(sizes)).all():
        return lambda x: f"{x:.0f}." if np.isfinite(x) else str(x)
    return lambda x: f"{x:.4f}" if np.isfinite(x) else str(x)
