"""Numbers for people: four digits, one scale for the whole tensor, nothing small shown as zero.

`set_printoptions` chooses other numbers of digits, of elements, of characters in a line.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .errors import ArgumentError

__all__ = ["numbers", "set_printoptions", "table"]


@dataclass(frozen=True)
class _Options:
    precision: int = 4  # digits behind the point
    threshold: float = 1000  # with more elements only the corners are shown
    edgeitems: int = 3  # so many of them along each dimension
    linewidth: int = 80
    sci_mode: bool | None = None  # 1e-3 for 0.001: True, False, or None to choose by the numbers


_PROFILES = {
    "default": _Options(),
    "short": _Options(precision=2, edgeitems=2),
    "full": _Options(threshold=float("inf")),
}
_options = _PROFILES["default"]


def set_printoptions(
    precision: int | None = None,
    threshold: float | None = None,
    edgeitems: int | None = None,
    linewidth: int | None = None,
    profile: str | None = None,
    sci_mode: bool | None = None,
) -> None:
    """How tensors are printed from now on; what is left out stays, but `sci_mode`, as in PyTorch.

    `profile` is "default", "short" or "full", and comes first. Raises `ArgumentError` for another.
    """
    global _options
    if profile is not None and profile not in _PROFILES:
        raise ArgumentError(
            f"set_printoptions: profile={profile!r} is unknown. Use {', '.join(_PROFILES)}."
        )
    start = _options if profile is None else _PROFILES[profile]
    given = {
        "precision": precision,
        "threshold": threshold,
        "edgeitems": edgeitems,
        "linewidth": linewidth,
    }
    chosen: dict[str, Any] = {k: v for k, v in given.items() if v is not None}
    _options = replace(start, **chosen, sci_mode=sci_mode)


def numbers(array: np.ndarray, prefix: str = "") -> str:
    """The elements of `array`, nested in brackets; of more than 1000 only the corners are shown."""
    spell = _spelling(array) if array.dtype.kind == "f" else str
    n = _options.edgeitems if array.size > _options.threshold else None
    shown = array if n is None else _corners(array, n)
    width = max((len(spell(x)) for x in shown.flat), default=0)
    return _nested(array, len(prefix), lambda x: spell(x).rjust(width), width, n)


def _nested(
    array: np.ndarray, indent: int, spell: Callable[[Any], str], width: int, n: int | None
) -> str:
    """The elements in brackets, as many in a line as fit; with n, the first and last n of each."""
    if not array.ndim or not array.size:
        return "[]" if array.ndim else spell(array[()])
    cut = n is not None and len(array) > 2 * n
    parts = list(array) if n is None or not cut else [*array[:n], None, *array[len(array) - n :]]
    if array.ndim > 1:
        rows = ["..." if x is None else _nested(x, indent + 1, spell, width, n) for x in parts]
        return f"[{(',' + chr(10) * (array.ndim - 1) + ' ' * (indent + 1)).join(rows)}]"
    words = [" ..." if x is None else spell(x) for x in parts]
    fit = max(1, (_options.linewidth - indent) // (width + 2))
    lines = [", ".join(words[k : k + fit]) for k in range(0, len(words), fit)]
    return f"[{(',' + chr(10) + ' ' * (indent + 1)).join(lines)}]"


def _corners(array: np.ndarray, n: int) -> np.ndarray:
    """The first and last n along every dimension: all that is shown of a large array."""
    for axis, length in enumerate(array.shape):
        if length > 2 * n:
            array = np.take(array, [*range(n), *range(-n, 0)], axis)
    return array


def _spelling(array: np.ndarray) -> Callable[[Any], str]:
    """How to write one of these floats: `2.`, `2.5000` or `2.5000e-10`, one way for all of them."""
    sizes = np.abs(array[np.isfinite(array) & (array != 0)]).astype(np.float64)
    small, large = (sizes.min(), sizes.max()) if sizes.size else (1.0, 1.0)
    wide = large / small > 1000 or large > 1e8 or small < 1e-4
    digits, scientific = _options.precision, _options.sci_mode
    if wide if scientific is None else scientific:
        return lambda x: f"{x:.{digits}e}" if np.isfinite(x) else str(x)
    if (sizes == np.floor(sizes)).all():
        return lambda x: f"{x:.0f}." if np.isfinite(x) else str(x)
    return lambda x: f"{x:.{digits}f}" if np.isfinite(x) else str(x)


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
