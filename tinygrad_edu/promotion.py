"""What an op receives: arrays of one number type, and where each came from.

The ordinary case, tensors of one floating point type and Python numbers, never gets here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from . import dtypes
from .errors import DTypeError, InputTypeError
from .op import Op


def convert(
    op: Op, inputs: Sequence[Any], params: Mapping[str, Any]
) -> tuple[list[Any], list[Any]]:
    """Bring the inputs to arrays, and those that have a rule to one number type, as PyTorch does.

    The type is that of `dtype=`, where the op was given one (`x.sum(dtype=float64)`).
    """
    converted = [_operand(op, x) for x in inputs]
    if op.casts != "keep":
        moving = [
            i
            for i, x in enumerate(converted)
            if x is not None and (op.variadic or not op.differentiable or op.rules[i] is not None)
        ]
        if op.casts == "same":
            dtype = _one_type(op, {x.array.dtype for x in converted if hasattr(x, "edge")})
        else:
            dtype = dtypes.result_type(*(_array(converted[i]) for i in moving))
        if op.casts == "float" and dtype.kind != "f":
            dtype = dtypes.get_default_dtype()
        if params.get("dtype") is not None:
            dtype = dtypes.as_dtype(params["dtype"])
        for i in moving:
            x = converted[i]
            if isinstance(x, np.ndarray):
                converted[i] = x.astype(dtype, copy=False)
            elif hasattr(x, "edge"):
                converted[i] = x.to(dtype)  # recorded: the gradient returns to the original type
    return [_array(x) for x in converted], [getattr(x, "edge", None) for x in converted]


def _array(x: Any) -> Any:
    """The array of a tensor; an array or a number is itself."""
    return getattr(x, "array", x)


def _operand(op: Op, x: Any) -> Any:
    """A tensor, an array, a Python number or None; NumPy's own scalars become Python numbers."""
    if x is None or isinstance(x, bool | int | np.ndarray) or x.__class__ is float:
        return x
    if hasattr(x, "edge"):
        return x
    if isinstance(x, np.generic):
        return x.item()  # NumPy's scalars would widen float32; PyTorch takes them as numbers
    raise InputTypeError(
        f"{op.name}: an input is {x!r} of type {type(x).__name__}, but a tensor or a number was "
        "expected. Make it one: tinygrad_edu.tensor(...)."
    )


def _one_type(op: Op, types: set[dtypes.DType]) -> dtypes.DType:
    """The type of all tensors: arrays among the inputs follow it, as in `array @ tensor`."""
    if len(types) > 1:
        names = " and ".join(sorted(map(str, types)))
        raise DTypeError(
            f"{op.name}: the tensors are {names}, but all must be of one type. Convert one of "
            "them: x.float() for float32, x.double() for float64."
        )
    return types.pop()
