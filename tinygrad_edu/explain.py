"""Why a forward function failed, in words: NumPy's complaint turned into the house's form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .errors import (
    ArgumentError,
    DimError,
    DTypeError,
    InputTypeError,
    ShapeError,
    TinygradEduError,
)
from .op import Op


def explain_failure(
    op: Op, values: Sequence[Any], params: Mapping[str, Any], error: Exception
) -> Exception:
    """The error to raise where `op.forward(*values, **params)` raised `error`."""
    if isinstance(error, TinygradEduError):
        return error
    text = " ".join(str(error).split()).rstrip(".")
    given = ", ".join(f"{op.input_name(i)} {_describe(v)}" for i, v in enumerate(values))
    options = "".join(f", {k}={_option(v)}" for k, v in params.items() if v is not None)
    for v in values:  # None or a list where the forward function asked for a shape
        if isinstance(error, AttributeError) and not hasattr(v, "dtype"):
            return op.wrong_kind(v)
    if "matmul" in text or op.name in ("matmul", "linear"):
        return ShapeError(_chain(op, values, given))
    if "broadcast" in text and not isinstance(error, IndexError):
        return ShapeError(f"{op.name}: {given}{options} do not broadcast: {_clash(values)}")
    if isinstance(error, IndexError):
        return DimError(f"{op.name}: {given}{options}: {text}. Check the dimension or the index.")
    if isinstance(error, TypeError) and "numpy boolean" in text:
        return DTypeError(
            f"{op.name}: {given} are truth values, and the - operator is for numbers. Use ^ for "
            "a difference of truth values, ~ for the opposite, or convert: x.int()."
        )
    if isinstance(error, TypeError):
        return InputTypeError(
            f"{op.name}: {given}{options}: {text}. Check the types of the arguments."
        )
    kind = ShapeError if "shape" in text or "dimension" in text else ArgumentError
    return kind(f"{op.name}: {given}{options}: {text}. Check the shapes and the arguments.")


def _describe(value: Any) -> str:
    return str(tuple(value.shape)) if isinstance(value, np.ndarray) else repr(value)


def _option(value: Any) -> str:
    if not isinstance(value, np.ndarray):
        return repr(value)
    return str(value.tolist()) if value.size <= 6 else f"{value.dtype} {tuple(value.shape)}"


def _clash(values: Sequence[Any]) -> str:
    """The first pair of dimensions that does not fit, counted from the right."""
    shapes = [v.shape for v in values if isinstance(v, np.ndarray)]
    for back in range(1, max((len(s) for s in shapes), default=0) + 1):
        lengths = {s[-back] for s in shapes if len(s) >= back} - {1}
        if len(lengths) > 1:
            low, *_, high = sorted(lengths)
            return (
                f"{low} ≠ {high} in dimension {-back}. Two lengths fit where they are equal or one "
                "of them is 1; reshape one of the tensors, or add a dimension with unsqueeze()."
            )
    return "check the shapes."


def _chain(op: Op, values: Sequence[Any], given: str) -> str:
    x, y = values[:2]
    if not (isinstance(x, np.ndarray) and isinstance(y, np.ndarray)) or not (x.ndim and y.ndim):
        return (
            f"{op.name}: {given}: a single number has no rows or columns. Multiply with * instead."
        )
    inner, rows = x.shape[-1], y.shape[-2] if y.ndim > 1 else y.shape[0]
    if inner != rows:
        return (
            f"{op.name}: {given} do not chain: {inner} ≠ {rows}. "
            "Transpose one of them, or check the layer sizes."
        )
    return f"{op.name}: {given}: the leading (batch) dimensions do not broadcast."
