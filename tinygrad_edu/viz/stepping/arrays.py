"""Arrays on their way into a page: few enough numbers to show, and the truth about the rest."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

__all__ = ["Shelf", "plain"]

_SIDE = 32  # rows and columns of a picture, at most
_NUMBERS = 400_000  # in a whole page


class Shelf:
    """The arrays of a page, each kept once; `put` gives the place of an array in `kept`.

    A kept array is a dictionary: `shape`; `rows` × `cols` numbers in `data`, row by row, the
    leading dimensions laid one under the other; `all`, the true (rows, cols) where only the first
    ones are kept; and `norm`, `low`, `high` of all its numbers.
    """

    def __init__(self, expected: int) -> None:
        self.kept: list[dict[str, Any]] = []
        self._places: dict[Any, int] = {}
        self._most = min(_SIDE * _SIDE, max(16, _NUMBERS // max(expected, 1)))

    def put(self, value: Any) -> int | None:
        """The place of `value` on the shelf, or None where there is no value."""
        if value is None:
            return None
        array = np.asarray(value)
        if array.dtype.kind not in "fiub":
            return None
        mark = (array.shape, array.dtype.str, array.tobytes())
        if mark not in self._places:
            self._places[mark] = len(self.kept)
            self.kept.append(self._picture(array))
        return self._places[mark]

    def _picture(self, array: np.ndarray) -> dict[str, Any]:
        matrix = array.reshape(-1, array.shape[-1]) if array.ndim and array.size else None
        if matrix is None:
            matrix = array.reshape(1, -1)
        rows = min(len(matrix), _SIDE, max(1, self._most // max(min(matrix.shape[1], _SIDE), 1)))
        cols = min(matrix.shape[1], _SIDE, self._most)
        wide = array.astype(np.float64)
        with np.errstate(all="ignore"):
            norm = float(np.sqrt(np.sum(wide * wide)))
        kept = {
            "shape": list(array.shape),
            "rows": rows,
            "cols": cols,
            "data": [plain(x) for x in matrix[:rows, :cols].ravel().tolist()],
            "norm": plain(norm),
            "low": plain(float(wide.min())) if array.size else 0,
            "high": plain(float(wide.max())) if array.size else 0,
        }
        if (rows, cols) != matrix.shape:
            kept["all"] = list(matrix.shape)
        return kept


def plain(x: float) -> float | int | str:
    """`x` as JSON can hold it, to nine digits: NaN and the infinities become words."""
    if isinstance(x, bool | int):
        return int(x)
    if math.isfinite(x):
        return float(f"{x:.9g}")
    return "nan" if math.isnan(x) else "inf" if x > 0 else "-inf"
