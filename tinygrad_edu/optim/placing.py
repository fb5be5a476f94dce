"""Where the arrays that a rule keeps lie in memory."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["apart"]

PAGE, PART = 4096, 1024  # bytes


def apart(shape: tuple[int, ...], dtype: Any, k: int) -> np.ndarray:
    """An array, not filled in, that begins the k-th quarter of a page of memory, counted round.

    A large array of NumPy's begins 16 bytes into a page, each of them. A loop over four of them
    then writes across the borders of cache lines, and at the same place of each page, which the
    processor takes for the same place: on one machine Adam's compiled loop took 90 µs for 100,000
    parameters where it takes 30 with its two memories in different quarters (measured).
    """
    dtype = np.dtype(dtype)
    size = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
    if size < PAGE or dtype.hasobject:  # objects are not bytes
        return np.empty(shape, dtype)
    memory = np.empty(size + PAGE, np.uint8)
    start = (PART * k - memory.ctypes.data) % PAGE
    placed: np.ndarray = memory[start : start + size].view(dtype).reshape(shape)
    return placed
