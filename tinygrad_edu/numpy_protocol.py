"""NumPy's functions on a tensor: `np.exp(t)`, `np.sum(t, axis=0)`, `array @ t`.

Each is answered by the op of the same meaning, which records the graph. A function that has none
raises: falling back to the bare array would cut the gradient off without a word.

The backward rules rely on this too. A rule writes `g * np.cos(x)`, which is plain NumPy in the
ordinary pass and lands here when the pass itself is recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from inspect import signature
from typing import Any

import numpy as np

from . import ops
from .errors import InputTypeError

# Same name, same meaning.
_SAME = [
    "exp",
    "expm1",
    "log",
    "log2",
    "log10",
    "log1p",
    "sin",
    "cos",
    "tan",
    "sinh",
    "cosh",
    "tanh",
    "sqrt",
    "square",
    "reciprocal",
    "sign",
    "floor",
    "ceil",
    "trunc",
    "maximum",
    "minimum",
    "matmul",
    "remainder",
    "isnan",
    "isinf",
    "isfinite",
    "logical_and",
    "logical_or",
    "logical_xor",
    "logical_not",
    "bitwise_and",
    "bitwise_or",
    "bitwise_xor",
    "floor_divide",
    "sum",
    "mean",
    "prod",
    "cumsum",
    "cumprod",
    "argmax",
    "argmin",
    "argsort",
    "all",
    "any",
    "count_nonzero",
    "where",
    "reshape",
    "squeeze",
    "tile",
    "roll",
    "stack",
    "hstack",
    "vstack",
    "tril",
    "triu",
    "diagonal",
    "outer",
    "dot",
    "broadcast_to",
    "swapaxes",
    "moveaxis",
    "allclose",
    "isclose",
]
# Another name here, after PyTorch.
_RENAMED = {
    np.add: "add",
    np.subtract: "sub",
    np.multiply: "mul",
    np.divide: "div",
    np.negative: "neg",
    np.power: "pow",
    np.float_power: "pow",
    np.absolute: "abs",
    np.fabs: "abs",
    np.arcsin: "asin",
    np.arccos: "acos",
    np.arctan: "atan",
    np.arctan2: "atan2",
    np.heaviside: "heaviside",
    np.equal: "eq",
    np.not_equal: "ne",
    np.less: "lt",
    np.less_equal: "le",
    np.greater: "gt",
    np.greater_equal: "ge",
    np.invert: "bitwise_not",
    np.amax: "amax",
    np.max: "amax",
    np.amin: "amin",
    np.min: "amin",
    np.concatenate: "cat",
    np.expand_dims: "unsqueeze",
    np.transpose: "permute",
    np.round: "round",
    np.clip: "clamp",
    np.copy: "clone",
}
_KEYWORDS = {
    "axis": "dim",
    "keepdims": "keepdim",
    "ddof": "correction",
    "a_min": "min",
    "a_max": "max",
}
_REDUCING = {
    getattr(np, name)
    for name in "sum mean prod var std max min amax amin argmax argmin any all".split()  # noqa: SIM905
}
_REDUCTIONS = {np.add: "sum", np.multiply: "prod", np.maximum: "amax", np.minimum: "amin"}


def _table() -> dict[Any, Callable[..., Any]]:
    table = {getattr(np, name): getattr(ops, name) for name in _SAME}
    table |= {function: getattr(ops, name) for function, name in _RENAMED.items()}
    table[np.permute_dims] = table[np.transpose] = _transpose
    table[np.var] = lambda x, axis=None, ddof=0, keepdims=False: ops.var(
        x, axis, correction=ddof, keepdim=keepdims
    )
    table[np.std] = lambda x, axis=None, ddof=0, keepdims=False: ops.std(
        x, axis, correction=ddof, keepdim=keepdims
    )
    table[np.einsum] = ops.einsum
    table[np.flip] = lambda x, axis=None: ops.flip(x, range(x.array.ndim) if axis is None else axis)
    table[np.sort] = lambda x, axis=-1: ops.sort(*_flat(x, axis))[0]
    table[np.cumsum] = lambda x, axis=None, dtype=None: ops.cumsum(*_flat(x, axis), dtype=dtype)
    table[np.cumprod] = lambda x, axis=None, dtype=None: ops.cumprod(*_flat(x, axis), dtype=dtype)
    table[np.roll] = lambda x, shift, axis=None: ops.roll(x, shift, axis)
    table[np.dot] = _dot
    table[np.linalg.norm] = _norm
    table[np.ravel] = lambda x: ops.reshape(x, (-1,))
    table[np.shape] = lambda x: x.array.shape
    table[np.ndim] = lambda x: x.array.ndim
    table[np.size] = lambda x, axis=None: np.size(x.array, axis)
    for like in (np.zeros_like, np.ones_like, np.full_like, np.empty_like):  # constants
        table[like] = lambda x, *args, like=like, **kw: x._wrap(like(x.array, *args, **kw))
    return table


def _transpose(x: Any, axes: Sequence[int] | None = None) -> Any:
    return ops.permute(x, tuple(axes or reversed(range(x.array.ndim))))


def _flat(x: Any, axis: int | None) -> tuple[Any, int]:
    """NumPy's `axis=None`: the numbers in one row."""
    return (ops.reshape(x, (-1,)), 0) if axis is None else (x, axis)


def _dot(x: Any, y: Any) -> Any:
    if np.ndim(x) == 0 or np.ndim(y) == 0:
        return ops.mul(x, y)
    if max(np.ndim(x), np.ndim(y)) > 2:
        raise _unknown("numpy.dot of more than two dimensions")
    return ops.matmul(x, y)


def _norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    over = x.array.ndim if axis is None else np.size(axis)
    if ord is not None and over == 2 and ord != "fro":  # NumPy means a norm of matrices
        raise _unknown(f"numpy.linalg.norm of a matrix with ord={ord!r}")
    return ops.norm(x, 2 if ord is None else ord, axis, keepdims)


_functions = _table()


class NumPyProtocol:
    """Answers NumPy when it meets a Tensor."""

    __slots__ = ()

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if "out" in kwargs:
            raise InputTypeError(
                f"numpy.{ufunc.__name__}: the result would be written into an array, where its "
                "history is lost (as in `array += tensor`). Write `array = array + tensor`."
            )
        if method == "reduce" and ufunc in _REDUCTIONS:
            (x, *rest) = inputs
            options = dict(zip(("axis", "dtype"), rest, strict=False)) | kwargs
            axis, keep = options.pop("axis", 0), options.pop("keepdims", False)
            if options.get("dtype") is not None:
                x = x.to(options["dtype"])
            if options.keys() - {"dtype"}:
                raise _unknown(f"numpy.{ufunc.__name__}.reduce with {', '.join(options)}")
            return getattr(ops, _REDUCTIONS[ufunc])(x, axis, keepdim=keep)
        if method != "__call__" or ufunc not in _functions:
            raise _unknown(
                "numpy." + ufunc.__name__ + ("" if method == "__call__" else f".{method}")
            )
        return _functions[ufunc](*inputs, **_renamed(kwargs))

    def __array_function__(
        self, function: Any, types: Any, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> Any:
        if function not in _functions:
            raise _unknown(f"{function.__module__}.{function.__name__}")
        answer = _functions[function]
        if function in _REDUCING and len(args) > 2:  # NumPy's order of arguments is not ours
            names = list(signature(function).parameters)
            kwargs = {**kwargs, **dict(zip(names[2:], args[2:], strict=False))}
            args = args[:2]
        given = {
            k: v
            for k, v in kwargs.items()
            if v is not np._NoValue and not (v is None and k in ("out", "dtype"))
        }
        spoken = (
            given if answer.__module__ == __name__ else _renamed(given)
        )  # ours keep NumPy's names
        return answer(*args, **spoken)


def _renamed(kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """NumPy's keywords under PyTorch's names."""
    return {_KEYWORDS.get(k, k): v for k, v in kwargs.items()}


def _unknown(name: str) -> Exception:
    return InputTypeError(
        f"{name}: called on a tensor, but this library has no rule for it, and NumPy's result "
        "would lose the gradient. Use one of the library's ops, or x.detach().numpy() where no "
        "gradient is wanted."
    )
