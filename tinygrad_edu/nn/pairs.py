"""Sizes of windows, a number for all directions or one each: what conv and pool share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..errors import ArgumentError, ShapeError

Size = int | Sequence[int]
Pair = tuple[int, int]


def pair(name: str, option: str, value: Any, least: int = 1) -> Pair:
    """(down, across) from one number or two; `ArgumentError` for what is no size."""
    down, across = several(name, option, value, 2, least)
    return down, across


def several(name: str, option: str, value: Any, count: int, least: int = 1) -> tuple[int, ...]:
    """One size for each of `count` directions, from one number or from as many."""
    each = tuple(value) if isinstance(value, Sequence) else (value,) * count
    if len(each) == 1:
        each *= count
    if len(each) != count or not all(hasattr(n, "__index__") and n >= least for n in each):
        more = ", or two: down and across" if count == 2 else ""
        raise ArgumentError(
            f"{name}: {option}={value!r}, but a whole number ≥ {least} was expected{more}."
        )
    return each


def pictures(name: str, x: Any) -> tuple[Any, bool]:
    """x as a batch (N, C, H, W), and whether it came as one; a single picture is (C, H, W)."""
    if len(x.shape) == 4:
        return x, True
    if len(x.shape) == 3:
        return x.reshape((1, *x.shape)), False
    raise ShapeError(
        f"{name}: x {tuple(x.shape)} has {len(x.shape)} dimension(s), but pictures (N, C, H, W) or "
        "one picture (C, H, W) was expected. Add the missing dimensions with unsqueeze()."
    )
