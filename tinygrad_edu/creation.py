"""New tensors: from numbers, from arrays, from nothing. Names and defaults are PyTorch's."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import dtypes
from .errors import ArgumentError, InputTypeError
from .factory import numbers_of, plain_number, shape_of
from .layout import check_device
from .tensor import Tensor, constant

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

    Python floats become the default type (float32), integers int64; arrays, tensors and NumPy's
    scalars keep their type, also inside of lists. Raises `ArgumentError` for ragged lists and for
    numbers that the type cannot hold, `InputTypeError` for what is not numbers, `DTypeError` for an
    integer tensor that is to require a gradient.
    """
    return new(numbers_of(data, dtype, copy=True), requires_grad, device)


def as_tensor(data: Any, dtype: Any = None, device: Any = None) -> Tensor:
    """`data` as a tensor, sharing its memory where it can: a tensor is returned as it is."""
    check_device(device or "cpu")
    if isinstance(data, Tensor):
        return data if dtype is None else data.to(dtype)
    return Tensor(numbers_of(data, dtype, copy=False))


def from_numpy(array: np.ndarray) -> Tensor:
    """A tensor on the memory of `array`: a change of one is seen in the other."""
    if not isinstance(array, np.ndarray):
        raise InputTypeError(
            f"from_numpy: received {type(array).__name__}, but a NumPy array was expected. "
            "Use tensor(...) for lists and numbers."
        )
    if not dtypes.as_dtype(array.dtype).isnative:
        raise ArgumentError(
            f"from_numpy: the bytes of {array.dtype.str} are in the order of another machine, so "
            "the memory cannot be shared. Copy it: tensor(array)."
        )
    return constant(array)


def new(array: np.ndarray, requires_grad: bool = False, device: Any = None) -> Tensor:
    """A leaf on `array`."""
    check_device(device or "cpu")
    made = Tensor(array)
    return made.requires_grad_() if requires_grad else made


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
    value = plain_number("full", fill_value)
    chosen = dtypes.result_type(value) if dtype is None else dtypes.as_dtype(dtype)
    size = size if isinstance(size, tuple | list) else (size,)
    return new(np.full(shape_of("full", tuple(size)), value, chosen), requires_grad, device)


def zeros(
    *shape: Any,
    size: Any = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """A tensor of zeros: `zeros(2, 3)` or `zeros((2, 3))`."""
    chosen = dtypes.get_default_dtype() if dtype is None else dtypes.as_dtype(dtype)
    return new(np.zeros(shape_of("zeros", shape or (size,)), chosen), requires_grad, device)


def ones(
    *shape: Any,
    size: Any = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """A tensor of ones: `ones(2, 3)` or `ones((2, 3))`."""
    chosen = dtypes.get_default_dtype() if dtype is None else dtypes.as_dtype(dtype)
    return new(np.ones(shape_of("ones", shape or (size,)), chosen), requires_grad, device)


def empty(
    *shape: Any,
    size: Any = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """A tensor whose memory was not cleared: fill it before you read it."""
    chosen = dtypes.get_default_dtype() if dtype is None else dtypes.as_dtype(dtype)
    return new(np.empty(shape_of("empty", shape or (size,)), chosen), requires_grad, device)


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
    start: Any = 0,
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
    try:
        never = step == 0 or (end - start) * step < 0
    except TypeError:
        raise InputTypeError(
            f"arange: start={start!r:.40}, end={end!r:.40}, step={step!r:.40}, but numbers were "
            "expected: arange(5), or arange(1, 2, 0.1)."
        ) from None
    if never:
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
        input.array.shape, dtype=dtype or input.array.dtype, requires_grad=requires_grad, **options
    )


def ones_like(
    input: Tensor, *, dtype: Any = None, requires_grad: bool = False, **options: Any
) -> Tensor:
    """Ones in the shape and type of `input`."""
    return ones(
        input.array.shape, dtype=dtype or input.array.dtype, requires_grad=requires_grad, **options
    )


def empty_like(
    input: Tensor, *, dtype: Any = None, requires_grad: bool = False, **options: Any
) -> Tensor:
    """Uncleared memory in the shape and type of `input`."""
    return empty(
        input.array.shape, dtype=dtype or input.array.dtype, requires_grad=requires_grad, **options
    )


def full_like(input: Tensor, fill_value: Any, *, dtype: Any = None, **options: Any) -> Tensor:
    """`fill_value` in the shape and type of `input`."""
    return full(input.array.shape, fill_value, dtype=dtype or input.array.dtype, **options)
