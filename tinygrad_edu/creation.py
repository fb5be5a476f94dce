"""New tensors: from numbers, from arrays, from nothing. Names and defaults are PyTorch's."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np

from . import dtypes
from .errors import ArgumentError, InputTypeError, ShapeError
from .layout import check_device
from .tensor import Tensor

__all__ = [
    "arange",
    "as_tensor",
    "empty",
    "empty_like",
    "eye",
    "from_numpy",
    "full",
    "full_like",
    "linspace",
    "logspace",
    "ones",
    "ones_like",
    "tensor",
    "zeros",
    "zeros_like",
]


def tensor(
    data: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """A new leaf with a copy of `data`: a number, nested lists, an array or a tensor.

    Python floats become the default type (float32), integers int64; arrays keep their type. Raises
    `ShapeError` for ragged lists, `InputTypeError` for what is not numbers, `DTypeError` for an
    integer tensor that is to require a gradient.
    """
    return new(_numbers(data, dtype, copy=True), requires_grad, device)


def as_tensor(data: Any, dtype: Any = None, device: Any = None) -> Tensor:
    """`data` as a tensor, sharing its memory where it can: a tensor is returned as it is."""
    check_device(device or "cpu")
    if isinstance(data, Tensor):
        return data if dtype is None else data.to(dtype)
    return Tensor(_numbers(data, dtype, copy=False))


def from_numpy(array: np.ndarray) -> Tensor:
    """A tensor on the memory of `array`: a change of one is seen in the other."""
    if not isinstance(array, np.ndarray):
        raise InputTypeError(
            f"from_numpy: received {type(array).__name__}, but a NumPy array was expected. "
            "Use tensor(...) for lists and numbers."
        )
    dtypes.as_dtype(array.dtype)
    return Tensor(array)


def _numbers(data: Any, dtype: Any, *, copy: bool) -> np.ndarray:
    wanted = None if dtype is None else dtypes.as_dtype(dtype)
    if isinstance(data, Tensor):
        data = data.array
    if isinstance(data, np.ndarray | np.generic):
        dtypes.as_dtype(data.dtype)
        return np.array(data, dtype=wanted) if copy else np.asarray(data, dtype=wanted)
    try:
        array = np.array(_plain(data))
    except ValueError:
        raise ShapeError(
            "tensor: the nested lists have rows of different lengths, and a tensor is a full box. "
            "Make the rows equally long, for instance by padding them."
        ) from None
    if array.dtype.kind not in "biuf":
        raise InputTypeError(
            f"tensor: {str(data)[:60]!r} of type {type(data).__name__} is not made of numbers. "
            "Pass a number, nested lists of numbers, a NumPy array or a tensor."
        )
    if wanted is None and array.dtype.kind == "f":
        wanted = dtypes.get_default_dtype()
    return array if wanted is None else array.astype(wanted)


def _plain(data: Any) -> Any:
    """Nested lists with the tensors inside them as arrays."""
    if isinstance(data, list | tuple | range):
        return [_plain(x) for x in data]
    return data.array if isinstance(data, Tensor) else data


def new(array: np.ndarray, requires_grad: bool = False, device: Any = None) -> Tensor:
    """A leaf on `array`."""
    check_device(device or "cpu")
    made = Tensor(array)
    return made.requires_grad_() if requires_grad else made


def shape_of(name: str, size: tuple[Any, ...]) -> tuple[int, ...]:
    """A size given as `2, 3` or as `(2, 3)`."""
    if len(size) == 1 and not hasattr(size[0], "__index__"):
        size = tuple(size[0])
    try:
        shape = tuple(n.__index__() for n in size)
    except AttributeError:
        raise InputTypeError(
            f"{name}: the size {size!r} is not made of whole numbers. Write {name}(2, 3)."
        ) from None
    if builtins.any(n < 0 for n in shape):
        raise ShapeError(f"{name}: the size {shape} has a negative length. Use 0 or more.")
    return shape


# -- filled with one number, or with steps


def full(
    size: Any,
    fill_value: Any,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """A tensor of shape `size` with `fill_value` everywhere; its type is that of the value."""
    value = fill_value.item() if isinstance(fill_value, Tensor) else fill_value
    chosen = dtypes.result_type(value) if dtype is None else dtypes.as_dtype(dtype)
    size = size if isinstance(size, tuple | list) else (size,)
    return new(np.full(shape_of("full", tuple(size)), value, chosen), requires_grad, device)


def zeros(*size: Any, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """A tensor of zeros: `zeros(2, 3)` or `zeros((2, 3))`."""
    chosen = dtypes.get_default_dtype() if dtype is None else dtypes.as_dtype(dtype)
    return new(np.zeros(shape_of("zeros", size), chosen), requires_grad, device)


def ones(*size: Any, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """A tensor of ones: `ones(2, 3)` or `ones((2, 3))`."""
    chosen = dtypes.get_default_dtype() if dtype is None else dtypes.as_dtype(dtype)
    return new(np.ones(shape_of("ones", size), chosen), requires_grad, device)


def empty(*size: Any, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """A tensor whose memory was not cleared: fill it before you read it."""
    chosen = dtypes.get_default_dtype() if dtype is None else dtypes.as_dtype(dtype)
    return new(np.empty(shape_of("empty", size), chosen), requires_grad, device)


def eye(
    n: int,
    m: int | None = None,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """The identity matrix, n × n or n × m."""
    chosen = dtypes.get_default_dtype() if dtype is None else dtypes.as_dtype(dtype)
    shape = shape_of("eye", (n, n if m is None else m))
    return new(np.eye(*shape, dtype=chosen), requires_grad, device)


def arange(
    start: Any,
    end: Any = None,
    step: Any = 1,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """start, start + step, … up to but without `end`; `arange(n)` starts at 0."""
    if end is None:
        start, end = 0, start
    if step == 0 or (end - start) * step < 0:
        raise ArgumentError(
            f"arange: from {start} to {end} by {step} never arrives. Turn the sign of the step."
        )
    chosen = dtypes.result_type(start, end, step) if dtype is None else dtypes.as_dtype(dtype)
    return new(np.arange(start, end, step).astype(chosen), requires_grad, device)


def linspace(
    start: float,
    end: float,
    steps: int,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """`steps` numbers at equal distances from `start` to `end`, both included."""
    chosen = dtypes.get_default_dtype() if dtype is None else dtypes.as_dtype(dtype)
    (steps,) = shape_of("linspace", (steps,))
    return new(np.linspace(start, end, steps, dtype=chosen), requires_grad, device)


def logspace(start: float, end: float, steps: int, base: float = 10.0, **options: Any) -> Tensor:
    """`base` to the powers of `linspace(start, end, steps)`."""
    requires_grad = options.pop("requires_grad", False)
    powers = linspace(start, end, steps, **{**options, "dtype": dtypes.float64})
    chosen = options.get("dtype") or dtypes.get_default_dtype()
    return new((base**powers.array).astype(dtypes.as_dtype(chosen)), requires_grad)


# -- like another tensor: its shape and type, unless said otherwise


def zeros_like(
    input: Tensor, *, dtype: Any = None, requires_grad: bool = False, **options: Any
) -> Tensor:
    """Zeros in the shape and type of `input`."""
    return zeros(
        *input.array.shape, dtype=dtype or input.array.dtype, requires_grad=requires_grad, **options
    )


def ones_like(
    input: Tensor, *, dtype: Any = None, requires_grad: bool = False, **options: Any
) -> Tensor:
    """Ones in the shape and type of `input`."""
    return ones(
        *input.array.shape, dtype=dtype or input.array.dtype, requires_grad=requires_grad, **options
    )


def empty_like(
    input: Tensor, *, dtype: Any = None, requires_grad: bool = False, **options: Any
) -> Tensor:
    """Uncleared memory in the shape and type of `input`."""
    return empty(
        *input.array.shape, dtype=dtype or input.array.dtype, requires_grad=requires_grad, **options
    )


def full_like(input: Tensor, fill_value: Any, *, dtype: Any = None, **options: Any) -> Tensor:
    """`fill_value` in the shape and type of `input`."""
    return full(input.array.shape, fill_value, dtype=dtype or input.array.dtype, **options)
