"""Numbers for people: four digits, one scale for the whole tensor, nothing small shown as zero."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["numbers", "table"]


def numbers(array: np.ndarray, prefix: str = "") -> str:
    """The elements of `array`, nested in brackets; of more than 1000 only the corners are shown."""
    spell = _spelling(array) if array.dtype.kind == "f" else str
    shown = array if array.size <= 1000 else _corners(array)
    width = max((len(spell(x)) for x in shown.flat), default=0)
    text = np.array2string(
        array,
        separator=", ",
        prefix=prefix,
        threshold=1000,
        max_line_width=80,
        formatter={"all": lambda x: spell(x).rjust(width)},
    )
    return text.replace(", ..., ", ",  ..., ")  # PyTorch's spaces


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


_MOST = 12  # rows and columns of a table


def table(array: np.ndarray) -> str:
    """The elements as an HTML table, the larger the darker: blue above zero, orange below.

    An array of more than two dimensions, or of more than twelve rows or columns, stays text.
    """
    from html import escape  # who sees no notebook does not load it

    if not 1 <= array.ndim <= 2 or not array.size or max(array.shape) > _MOST:
        return f'<pre style="margin:0">{escape(numbers(array))}</pre>'
    spell = _spelling(array) if array.dtype.kind == "f" else str
    sizes = np.abs(np.nan_to_num(array.astype(np.float64), posinf=0, neginf=0))
    largest = sizes.max() or 1.0
    rows = []
    for row, size in zip(np.atleast_2d(array), np.atleast_2d(sizes), strict=True):
        cells = (
            _cell(x, part, escape(spell(x))) for x, part in zip(row, size / largest, strict=True)
        )
        rows.append(f"<tr>{''.join(cells)}</tr>")
    return f'<table style="border-collapse:collapse">{"".join(rows)}</table>'


def _cell(x: Any, part: float, spelled: str) -> str:
    colour = "0,114,178" if x > 0 else "213,94,0"
    style = f"background:rgba({colour},{0.45 * part:.2f});padding:2px 8px;text-align:right"
    return f'<td style="{style};font-family:monospace">{spelled}</td>'
