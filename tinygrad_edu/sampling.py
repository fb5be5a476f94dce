"""New tensors from chance: uniform, normal, whole numbers, permutations, draws. Names are
PyTorch's.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from . import dtypes
from .creation import new
from .errors import ArgumentError, DTypeError, InputTypeError
from .factory import shape_of
from .ops.places import expect_tensors, whole
from .random import Generator, default_generator
from .tensor import Tensor

__all__ = [
    "bernoulli",
    "multinomial",
    "normal",
    "rand",
    "rand_like",
    "randint",
    "randint_like",
    "randn",
    "randn_like",
    "randperm",
]


def _float_type(name: str, dtype: Any) -> Any:
    chosen = dtypes.get_default_dtype() if dtype is None else dtypes.as_dtype(dtype)
    if chosen.kind != "f":
        raise DTypeError(
            f"{name}: asked for {chosen}, but these numbers are fractions. Use float32 or float64, "
            "or randint for whole numbers."
        )
    return chosen


def _rng(generator: Generator | None) -> np.random.Generator:
    return (generator or default_generator).numpy


def rand(
    *shape: Any,
    size: Any = None,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Uniform random numbers in [0, 1)."""
    chosen = _float_type("rand", dtype)
    drawn = _rng(generator).random(
        shape_of("rand", shape or (size,)), np.float32 if chosen.itemsize < 8 else chosen
    )
    return new(np.asarray(drawn, dtype=chosen), requires_grad, device)


def randn(
    *shape: Any,
    size: Any = None,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Random numbers of the normal distribution with mean 0 and variance 1."""
    chosen = _float_type("randn", dtype)
    wide = np.float32 if chosen.itemsize < 8 else chosen
    drawn = _rng(generator).standard_normal(shape_of("randn", shape or (size,)), wide)
    return new(np.asarray(drawn, dtype=chosen), requires_grad, device)


def randint(
    low: Any = 0,
    high: Any = None,
    size: Any = None,
    *,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Random whole numbers from `low` up to but without `high`; `randint(high, size)` starts at
    0.
    """
    if size is None:
        low, high, size = 0, low, high  # randint(10, (3,))
    if size is None or not isinstance(size, tuple | list):
        raise InputTypeError(
            f"randint: the size must be a tuple, as in randint(10, (3,)); got {size!r}."
        )
    low, high = whole("randint", "low", low), whole("randint", "high", high)
    if high <= low:
        raise ArgumentError(
            f"randint: there is no whole number from {low} below {high}. Raise high."
        )
    drawn = _rng(generator).integers(low, high, shape_of("randint", tuple(size)))
    chosen = dtypes.int64 if dtype is None else dtypes.as_dtype(dtype)
    return new(drawn.astype(chosen), requires_grad, device)


def randperm(
    n: int, *, generator: Generator | None = None, dtype: Any = None, device: Any = None
) -> Tensor:
    """The numbers 0 … n − 1 in random order."""
    (n,) = shape_of("randperm", (n,))
    chosen = dtypes.int64 if dtype is None else dtypes.as_dtype(dtype)
    return new(_rng(generator).permutation(n).astype(chosen), device=device)


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
    return new((center + spread * randn(shape, generator=generator).array).astype(chosen))


def bernoulli(
    input: Tensor, p: float | None = None, *, generator: Generator | None = None
) -> Tensor:
    """1 with the probability that `input` holds at that place (or `p`), else 0."""
    expect_tensors("bernoulli", input)
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
    expect_tensors("multinomial", input)
    num_samples = whole("multinomial", "num_samples", num_samples)
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


def rand_like(input: Tensor, *, dtype: Any = None, **options: Any) -> Tensor:
    """Uniform random numbers in the shape and type of `input`."""
    return rand(input.array.shape, dtype=dtype or input.array.dtype, **options)


def randn_like(input: Tensor, *, dtype: Any = None, **options: Any) -> Tensor:
    """Normal random numbers in the shape and type of `input`."""
    return randn(input.array.shape, dtype=dtype or input.array.dtype, **options)


def randint_like(
    input: Tensor, low: int, high: Any = None, *, dtype: Any = None, **options: Any
) -> Tensor:
    """Random whole numbers in the shape and type of `input`."""
    low, high = (0, low) if high is None else (low, high)
    return randint(low, high, input.array.shape, dtype=dtype or input.array.dtype, **options)
