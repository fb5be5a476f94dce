"""What a new tensor is made of, and the new tensors that an old one makes in its own type."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from . import dtypes
from .errors import ArgumentError, InputTypeError, ShapeError
from .layout import check_device

__all__ = ["Factory", "numbers_of", "plain_number", "shape_of"]


def numbers_of(data: Any, dtype: Any, *, copy: bool) -> np.ndarray:
    """The numbers of whatever `tensor` takes, as an array of the type that PyTorch would give."""
    wanted = None if dtype is None else dtypes.as_dtype(dtype)
    data = getattr(data, "array", data)  # of a tensor
    if isinstance(data, np.ndarray | np.generic):
        wanted = wanted or dtypes.as_dtype(data.dtype).newbyteorder("=")
        return np.array(data, dtype=wanted) if copy else np.asarray(data, dtype=wanted)
    found: set[dtypes.DType] = set()
    try:
        array = np.array(_plain(data, found))
    except ValueError:
        raise ArgumentError(
            "tensor: the nested lists have rows of different lengths, and a tensor is a full box. "
            "Make the rows equally long, for instance by padding them."
        ) from None
    if found == {dtypes.int64} and array.dtype.kind in "uO":
        raise ArgumentError(
            "tensor: a whole number is larger than int64 can hold (2⁶³ − 1). Write it as a float."
        )
    if array.dtype.kind not in "biuf":
        raise InputTypeError(
            f"tensor: {str(data)[:60]!r} of type {type(data).__name__} is not made of numbers. "
            "Pass a number, nested lists of numbers, a NumPy array or a tensor."
        )
    if wanted is None:
        return array.astype(dtypes.join(found) or dtypes.get_default_dtype())
    _refuse_overflow(array, wanted)
    return array.astype(wanted)


def plain_number(name: str, value: Any) -> Any:
    """The number that fills a new tensor; one that wants a gradient would lose it, and is
    refused.
    """
    if getattr(value, "requires_grad", False):
        raise InputTypeError(
            f"{name}: the number requires a gradient, which would not reach it through a new "
            "tensor. Write value.expand(2, 3) for one that is recorded, or pass value.item()."
        )
    return value.item() if hasattr(value, "edge") else value


def _plain(data: Any, found: set[dtypes.DType]) -> Any:
    """Nested lists with the tensors inside as arrays; the types of the numbers go to `found`."""
    if isinstance(data, list | tuple | range):
        return [_plain(x, found) for x in data]
    plain = getattr(data, "array", data)
    if isinstance(plain, np.ndarray | np.generic):
        found.add(plain.dtype)
    else:
        number = isinstance(plain, int | float)
        found.add(dtypes.of_number(plain) if number else np.dtype(object))
    return plain


def _refuse_overflow(array: np.ndarray, dtype: dtypes.DType) -> None:
    if dtype.kind not in "iu" or not array.size:
        return
    low, high = np.iinfo(dtype).min, np.iinfo(dtype).max
    # A negative number in an unsigned type counts down from above, as in C and in PyTorch.
    if not np.isfinite(array).all() or array.max() > high or array.min() < min(low, -high):
        raise ArgumentError(
            f"tensor: numbers from {array.min()} to {array.max()} do not fit into {dtype}, which "
            f"holds {low} to {high}. Choose a wider type."
        )


def shape_of(name: str, size: tuple[Any, ...]) -> tuple[int, ...]:
    """A size given as `2, 3` or as `(2, 3)`."""
    try:
        if len(size) == 1 and not hasattr(size[0], "__index__"):
            size = tuple(size[0])
        shape = tuple(n.__index__() for n in size)
    except (AttributeError, TypeError):
        raise InputTypeError(
            f"{name}: the size {size!r} is not made of whole numbers. Write {name}(2, 3)."
        ) from None
    if any(n < 0 for n in shape):
        raise ShapeError(f"{name}: the size {shape} has a negative length. Use 0 or more.")
    return shape


class Factory:
    """The part of a Tensor that makes others, of its own number type unless said otherwise.

    Each takes PyTorch's `dtype`, `device` and `requires_grad`; none has this tensor's numbers.
    """

    __slots__ = ()

    if TYPE_CHECKING:
        array: np.ndarray
        _wrap: Callable[[np.ndarray], Any]

    def new_zeros(self, *size: Any, **options: Any) -> Any:
        """Zeros: `x.new_zeros(2, 3)` or `x.new_zeros((2, 3))`."""
        return self._new(np.zeros, "new_zeros", size, **options)

    def new_ones(self, *size: Any, **options: Any) -> Any:
        """Ones: `x.new_ones(2, 3)` or `x.new_ones((2, 3))`."""
        return self._new(np.ones, "new_ones", size, **options)

    def new_empty(self, *size: Any, **options: Any) -> Any:
        """Uncleared memory, to be filled: `x.new_empty(2, 3)`."""
        return self._new(np.empty, "new_empty", size, **options)

    def new_full(self, size: Any, fill_value: Any, **options: Any) -> Any:
        """One number everywhere: `x.new_full((2, 3), 0.5)`."""
        value = plain_number("new_full", fill_value)
        return self._new(lambda s, d: np.full(s, value).astype(d), "new_full", (size,), **options)

    def new_tensor(self, data: Any, *, dtype: Any = None, **options: Any) -> Any:
        """A copy of `data`: a number, nested lists, an array or a tensor."""
        array = numbers_of(data, self.array.dtype if dtype is None else dtype, copy=True)
        return self._finished(array, **options)

    def _new(
        self,
        make: Callable[[Any, Any], np.ndarray],
        name: str,
        size: Any,
        *,
        dtype: Any = None,
        **options: Any,
    ) -> Any:
        chosen = self.array.dtype if dtype is None else dtypes.as_dtype(dtype)
        return self._finished(make(shape_of(name, size), chosen), **options)

    def _finished(
        self, array: np.ndarray, *, device: Any = None, requires_grad: bool = False
    ) -> Any:
        check_device(device or "cpu")
        made = self._wrap(array)
        return made.requires_grad_() if requires_grad else made
