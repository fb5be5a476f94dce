"""Random programs of views and in-place changes, for any library with NumPy's operators.

A program is a list of instructions (name, a, b); a and b choose values from those made so far. The
same program runs on NumPy arrays, whose views share memory natively (the reference), on the tensors
of this library, and on PyTorch's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from hypothesis import strategies as st

Instruction = tuple[str, int, int]


def _fits(target: Any, value: Any) -> bool:
    try:
        return np.broadcast_shapes(tuple(target.shape), tuple(value.shape)) == tuple(target.shape)
    except ValueError:
        return False


def _sin_in_place(x: Any) -> None:
    if isinstance(x, np.ndarray):
        np.sin(x, out=x)
    else:
        x.sin_()


def _assign(x: Any, y: Any) -> None:
    x[...] = y


def _assign_row(x: Any, y: Any) -> None:
    x[0] = y[0]


def _scale_row(x: Any, _: Any) -> None:
    x[0] *= 2.0


def _iadd(x: Any, y: Any) -> None:
    x += y


def _imul(x: Any, y: Any) -> None:
    x *= y


def _isub_self(x: Any, _: Any) -> None:
    x -= x * 0.5


def _scale(x: Any, _: Any) -> None:
    x *= 1.5


def _zero(x: Any, _: Any) -> None:
    x[...] = 0.0


# New values, some of them views of old ones …
MAKES: dict[str, Callable[[Any, Any], Any]] = {
    "mul": lambda x, y: x * y,
    "add": lambda x, y: x + y,
    "square": lambda x, _: x * x,
    "flat": lambda x, _: x.reshape(-1),
    "transpose": lambda x, _: x.T if x.ndim == 2 else x,
    "row": lambda x, _: x[0] if x.ndim == 2 else x[1:],
    "column": lambda x, _: x[:, 0] if x.ndim == 2 else x[:1],
    "copy": lambda x, _: x + 0.0,
}
# … and changes of old ones.
CHANGES: dict[str, Callable[[Any, Any], None]] = {
    "x += y": _iadd,
    "x *= y": _imul,
    "x -= x / 2": _isub_self,
    "x *= 1.5": _scale,
    "x.sin_()": lambda x, _: _sin_in_place(x),
    "x[...] = y": _assign,
    "x[0] = y[0]": _assign_row,
    "x[0] *= 2": _scale_row,
    "x[...] = 0": _zero,
}
NEEDS_FIT = {"mul", "add", "x += y", "x *= y", "x[...] = y"}


def run(program: Sequence[Instruction], x: Any, constant: Any, more: dict[str, Any] = {}) -> Any:  # noqa: B006
    """Run `program` and return the number it ends in; instructions that do not fit are left out."""
    values = [x * 1.0, constant]
    for name, a, b in program:
        u, v = values[a % len(values)], values[b % len(values)]
        rows = "[0]" in name and (u.shape[:1] == (0,) or not _fits(u[0], v[0]))
        if rows or (name in NEEDS_FIT and not _fits(u, v)):
            continue
        if name in MAKES:
            values.append(MAKES[name](u, v))
        elif name in CHANGES:
            CHANGES[name](u, v)
        else:
            values.append(more[name](u))
    last = values[(program[-1][1] + program[-1][2]) % len(values)] if program else values[0]
    return (last * last).sum()


def programs(*more: str) -> st.SearchStrategy[list[Instruction]]:
    """Programs of up to eight instructions, with the names in `more` besides the usual ones."""
    place = st.integers(0, 5)
    names = st.sampled_from([*MAKES, *CHANGES, *CHANGES, *more])
    return st.lists(st.tuples(names, place, place), min_size=1, max_size=8)


def slope(program: Sequence[Instruction], x: np.ndarray, constant: np.ndarray) -> np.ndarray:
    """The central difference of a program in every element of x, on NumPy arrays."""
    found, h = np.zeros_like(x), 1e-6
    for place in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[place] = h
        up, down = (run(program, x + s, constant.copy()) for s in (step, -step))
        found[place] = (up - down) / (2 * h)
    return found
