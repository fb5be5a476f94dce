"""New tensors: from numbers, from arrays, from nothing, from chance. Names and defaults are PyTorch's."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np

from . import dtypes
from .conversion import check_device
from .errors import ArgumentError, DTypeError, InputTypeError, ShapeError
from .random import Generator, default_generator
from .tensor import Tensor

__all__ = [
    "arange",
    "as_tensor",
    "bernoulli",
    "empty",
    "empty_like",
    "eye",
    "from_numpy",
    "full",
    "full_like",
    "linspace",
    "logspace",
    "multinomial",
    "normal",
    "ones",
    "ones_like",
    "rand",
    "rand_like",
    "randint",
    "randint_like",
    "randn",
    "randn_like",
    "randperm",
    "tensor",
    "zeros",
    "zeros_like",
]


def tensor(
    data: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """A new leaf with a copy of `data`: a number, nested lists, an array or a tensor.

    Python floats become the default type (float32), integers int64; arrays keep their type. Raises
    `ShapeError` for ragged lists, `InputTypeError` for what is not numbers, `DTypeError` for an integer
    tensor that is to require a gradient.
    """
    return _new(_numbers(data, dtype, copy=True), requires_grad, device)


def as_tensor(data: Any, dtype: Any = None, device: Any = None) -> Tensor:
    """`data` as a tensor, sharing its memory where it can: a tensor is returned as it is."""
    check_device(device or "cpu")
    if isinstance(data, Tensor):
        return data if dtype is None else data.to(dtype)  # type: ignore[no-any-return]
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


def _new(array: np.ndarray, requires_grad: bool = False, device: Any = None) -> Tensor:
    check_device(device or "cpu")
    made = Tensor(array)
    return made.requires_grad_() if requires_grad else made


def _shape(name: str, size: tuple[Any, ...]) -> tuple[int, ...]:
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


def _float_type(name: str, dtype: Any) -> Any:
    chosen = dtypes.get_default_dtype() if dtype is None else dtypes.as_dtype(dtype)
    if chosen.kind != "f":
        raise DTypeError(
            f"{name}: asked for {chosen}, but these numbers are fractions. Use float32 or float64, "
            "or randint for whole numbers."
        )
    return chosen


# -- filled with one number, or with steps


def full(
    size: Any, fill_value: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """A tensor of shape `size` with `fill_value` everywhere; its type is that of the value."""
    value = fill_value.item() if isinstance(fill_value, Tensor) else fill_value
    chosen = dtypes.result_type(value) if dtype is None else dtypes.as_dtype(dtype)
    size = size if isinstance(size, tuple | list) else (size,)
    return _new(np.full(_shape("full", tuple(size)), value, chosen), requires_grad, device)


def zeros(*size: Any, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """A tensor of zeros: `zeros(2, 3)` or `zeros((2, 3))`."""
    chosen = dtypes.get_default_dtype() if dtype is None else dtypes.as_dtype(dtype)
    return _new(np.zeros(_shape("zeros", size), chosen), requires_grad, device)


def ones(*size: Any, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """A tensor of ones: `ones(2, 3)` or `ones((2, 3))`."""
    chosen = dtypes.get_default_dtype() if dtype is None else dtypes.as_dtype(dtype)
    return _new(np.ones(_shape("ones", size), chosen), requires_grad, device)


def empty(*size: Any, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """A tensor whose memory was not cleared: fill it before you read it."""
    chosen = dtypes.get_default_dtype() if dtype is None else dtypes.as_dtype(dtype)
    return _new(np.empty(_shape("empty", size), chosen), requires_grad, device)


def eye(
    n: int, m: int | None = None, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """The identity matrix, n × n or n × m."""
    chosen = dtypes.get_default_dtype() if dtype is None else dtypes.as_dtype(dtype)
    shape = _shape("eye", (n, n if m is None else m))
    return _new(np.eye(*shape, dtype=chosen), requires_grad, device)


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
    return _new(np.arange(start, end, step).astype(chosen), requires_grad, device)


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
    (steps,) = _shape("linspace", (steps,))
    return _new(np.linspace(start, end, steps, dtype=chosen), requires_grad, device)


def logspace(start: float, end: float, steps: int, base: float = 10.0, **options: Any) -> Tensor:
    """`base` to the powers of `linspace(start, end, steps)`."""
    requires_grad = options.pop("requires_grad", False)
    powers = linspace(start, end, steps, **{**options, "dtype": dtypes.float64})
    chosen = options.get("dtype") or dtypes.get_default_dtype()
    return _new((base**powers.array).astype(dtypes.as_dtype(chosen)), requires_grad)


# -- from chance


def _rng(generator: Generator | None) -> np.random.Generator:
    return (generator or default_generator).numpy


def rand(
    *size: Any,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Uniform random numbers in [0, 1)."""
    chosen = _float_type("rand", dtype)
    drawn = _rng(generator).random(_shape("rand", size), np.float32 if chosen.itemsize < 8 else chosen)
    return _new(np.asarray(drawn, dtype=chosen), requires_grad, device)


def randn(
    *size: Any,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Random numbers of the normal distribution with mean 0 and variance 1."""
    chosen = _float_type("randn", dtype)
    wide = np.float32 if chosen.itemsize < 8 else chosen
    drawn = _rng(generator).standard_normal(_shape("randn", size), wide)
    return _new(np.asarray(drawn, dtype=chosen), requires_grad, device)


def randint(
    low: int,
    high: Any = None,
    size: Any = None,
    *,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Random whole numbers from `low` up to but without `high`; `randint(high, size)` starts at 0."""
    if size is None:
        low, high, size = 0, low, high
    if size is None or not isinstance(size, tuple | list):
        raise InputTypeError(f"randint: the size must be a tuple, as in randint(10, (3,)); got {size!r}.")
    if high <= low:
        raise ArgumentError(f"randint: there is no whole number from {low} below {high}. Raise high.")
    drawn = _rng(generator).integers(low, high, _shape("randint", tuple(size)))
    chosen = dtypes.int64 if dtype is None else dtypes.as_dtype(dtype)
    return _new(drawn.astype(chosen), requires_grad, device)


def randperm(
    n: int, *, generator: Generator | None = None, dtype: Any = None, device: Any = None
) -> Tensor:
    """The numbers 0 … n − 1 in random order."""
    (n,) = _shape("randperm", (n,))
    chosen = dtypes.int64 if dtype is None else dtypes.as_dtype(dtype)
    return _new(_rng(generator).permutation(n).astype(chosen), device=device)


def normal(
    mean: Any = 0.0, std: Any = 1.0, size: Any = None, *, generator: Generator | None = None
) -> Tensor:
    """Normal random numbers with the given mean and standard deviation, numbers or tensors."""
    center, spread = (x.array if isinstance(x, Tensor) else x for x in (mean, std))
    if np.any(np.asarray(spread) < 0):
        raise ArgumentError(f"normal: the standard deviation {std} is negative. Use 0 or more.")
    given = [a for a in (center, spread) if isinstance(a, np.ndarray)]
    shape = np.broadcast_shapes(*(a.shape for a in given)) if size is None else tuple(size)
    chosen = given[0].dtype if given else dtypes.get_default_dtype()
    return _new((center + spread * randn(*shape, generator=generator).array).astype(chosen))


def bernoulli(input: Tensor, p: float | None = None, *, generator: Generator | None = None) -> Tensor:
    """1 with the probability that `input` holds at that place (or `p`), else 0."""
    chance = input.array if p is None else np.full(input.array.shape, p)
    if np.any((chance < 0) | (chance > 1)):
        raise ArgumentError(
            f"bernoulli: probabilities run from 0 to 1, but these run from {chance.min()} to "
            f"{chance.max()}. Apply a sigmoid first?"
        )
    drawn = _rng(generator).random(chance.shape) < chance
    return Tensor(np.asarray(drawn, dtype=input.array.dtype))


def multinomial(
    input: Tensor,
    num_samples: int,
    replacement: bool = False,
    *,
    generator: Generator | None = None,
) -> Tensor:
    """Indices drawn with the weights in each row of `input` (…, n) → (…, num_samples)."""
    weights = np.atleast_2d(input.array).astype(np.float64)
    if (weights < 0).any() or not np.isfinite(weights).all() or (weights.sum(1) == 0).any():
        raise ArgumentError(
            "multinomial: the weights of each row must be finite, not negative and not all zero."
        )
    if not replacement and num_samples > (weights > 0).sum(1).min():
        raise ArgumentError(
            f"multinomial: cannot draw {num_samples} different indices from a row with "
            f"{(weights > 0).sum(1).min()} non-zero weights. Use replacement=True."
        )
    rng = _rng(generator)
    rows = [
        rng.choice(weights.shape[1], num_samples, replacement, row / row.sum()) for row in weights
    ]
    drawn = np.array(rows, dtype=np.int64).reshape(*input.array.shape[:-1], num_samples)
    return Tensor(drawn)


# -- like another tensor: its shape and type, unless said otherwise


def zeros_like(input: Tensor, *, dtype: Any = None, requires_grad: bool = False, **options: Any) -> Tensor:
    """Zeros in the shape and type of `input`."""
    return zeros(*input.array.shape, dtype=dtype or input.array.dtype, requires_grad=requires_grad, **options)


def ones_like(input: Tensor, *, dtype: Any = None, requires_grad: bool = False, **options: Any) -> Tensor:
    """Ones in the shape and type of `input`."""
    return ones(*input.array.shape, dtype=dtype or input.array.dtype, requires_grad=requires_grad, **options)


def empty_like(input: Tensor, *, dtype: Any = None, requires_grad: bool = False, **options: Any) -> Tensor:
    """Uncleared memory in the shape and type of `input`."""
    return empty(*input.array.shape, dtype=dtype or input.array.dtype, requires_grad=requires_grad, **options)


def full_like(input: Tensor, fill_value: Any, *, dtype: Any = None, **options: Any) -> Tensor:
    """`fill_value` in the shape and type of `input`."""
    return full(input.array.shape, fill_value, dtype=dtype or input.array.dtype, **options)


def rand_like(input: Tensor, *, dtype: Any = None, **options: Any) -> Tensor:
    """Uniform random numbers in the shape and type of `input`."""
    return rand(*input.array.shape, dtype=dtype or input.array.dtype, **options)


def randn_like(input: Tensor, *, dtype: Any = None, **options: Any) -> Tensor:
    """Normal random numbers in the shape and type of `input`."""
    return randn(*input.array.shape, dtype=dtype or input.array.dtype, **options)


def randint_like(input: Tensor, low: int, high: Any = None, *, dtype: Any = None, **options: Any) -> Tensor:
    """Random whole numbers in the shape and type of `input`."""
    low, high = (0, low) if high is None else (low, high)
    return randint(low, high, input.array.shape, dtype=dtype or input.array.dtype, **options)
