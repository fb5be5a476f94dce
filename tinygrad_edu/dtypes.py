"""Number types, under PyTorch's names, and PyTorch's rule for mixing them.

A dtype here *is* a NumPy dtype: `tinygrad_edu.float32 == np.dtype("float32")`.

The rule (PyTorch, "Type promotion"): numbers have categories, bool < integer < float. Among tensors
with dimensions the ordinary promotion decides, except that an integer never widens a float (float32
with int64 stays float32). A 0-d tensor or a Python number changes the result only if its category
is higher.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterable
from typing import Any

import numpy as np

from .errors import DTypeError, InputTypeError

DType = np.dtype[Any]

float16 = half = np.dtype(np.float16)
float32 = float = np.dtype(np.float32)
float64 = double = np.dtype(np.float64)
uint8 = np.dtype(np.uint8)
int8 = np.dtype(np.int8)
int16 = short = np.dtype(np.int16)
int32 = int = np.dtype(np.int32)
int64 = long = np.dtype(np.int64)
bool = np.dtype(np.bool_)

_CATEGORY = {"b": 0, "u": 1, "i": 1, "f": 2}
_default: DType = float32


def get_default_dtype() -> DType:
    """The type of new floating point tensors: float32 unless `set_default_dtype` changed it."""
    return _default


def set_default_dtype(dtype: Any) -> None:
    """Make `dtype` the type of new floating point tensors. Raises `DTypeError` for a type not
    floating.
    """
    global _default
    chosen = as_dtype(dtype)
    if chosen.kind != "f":
        raise DTypeError(
            f"set_default_dtype: asked for {chosen}, but the default must be a floating point "
            "type. Use float32 or float64."
        )
    _default = chosen


def as_dtype(dtype: Any) -> DType:
    """The dtype that a user means: one of ours, a NumPy type, or Python's float, int or bool."""
    if dtype is builtins.float:
        return float64
    if dtype is builtins.int:
        return int64
    try:
        found: DType | None = np.dtype(dtype)
    except TypeError:
        found = None
    if found is None or found.kind not in _CATEGORY:
        raise InputTypeError(
            f"dtype: {dtype!r} is not a type of number that a tensor can hold. "
            "Use float32, float64, int64 or bool (tinygrad_edu.float32 …)."
        )
    return found


def category(dtype: DType) -> builtins.int:
    """0 for bool, 1 for integers, 2 for floating point."""
    return _CATEGORY[as_dtype(dtype).kind]


def join(dtypes: Iterable[DType]) -> DType | None:
    """The type that holds them all, by category first: int64 and float32 make float32."""
    joined: DType | None = None
    for dtype in dtypes:
        if joined is None or category(dtype) > category(joined):
            joined = dtype
        elif category(dtype) == category(joined):
            joined = np.promote_types(joined, dtype)
    return joined


def result_type(*operands: Any) -> DType:
    """The type that PyTorch would compute in, for arrays and Python numbers together."""
    arrays = [x for x in operands if isinstance(x, np.ndarray)]
    joined = join(a.dtype for a in arrays if a.ndim)
    for group in (
        [a.dtype for a in arrays if not a.ndim],
        [of_number(x) for x in operands if isinstance(x, (builtins.int, builtins.float))],
    ):
        other = join(group)
        if other is not None and (joined is None or category(other) > category(joined)):
            joined = other
    return joined or _default


def of_number(x: Any) -> DType:
    """The type of a Python number."""
    if isinstance(x, builtins.bool):
        return bool
    return int64 if isinstance(x, builtins.int) else _default
