"""Numbers brought to a scale that a network likes.

A scale is fitted on the pictures or rows to learn from and then used on all of them: what the test
part looks like may not decide how it is seen.

    scale = standardizer(x_train)
    x_train, x_test = scale(x_train), scale(x_test)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ... import dtypes, ops
from ...errors import ArgumentError, DTypeError, ShapeError
from ...tensor import Tensor
from .shapes import Batch, as_array

__all__ = ["Scale", "flatten", "min_max_scaler", "normalize", "one_hot", "standardizer", "to_float"]


@dataclass(frozen=True, slots=True)
class Scale:
    """z = (x − shift)/width, with the numbers that it was fitted with; `inverse` goes back."""

    shift: np.ndarray
    width: np.ndarray

    def __call__(self, x: Batch) -> Batch:
        """x (N, …) on the new scale. Raises `ShapeError` where it has other features."""
        array, restore = self._fitting(x)
        return restore((array - self.shift) / self.width)

    def inverse(self, z: Batch) -> Batch:
        """z (N, …) on the scale that x had."""
        array, restore = self._fitting(z)
        return restore(array * self.width + self.shift)

    def _fitting(self, x: Batch) -> tuple[np.ndarray, Callable[[np.ndarray], Batch]]:
        array, restore = as_array("Scale", x)
        array = _floating("Scale", array)
        fits = array.shape[-self.shift.ndim or array.ndim :] == self.shift.shape
        if not fits and self.shift.size > 1:
            raise ShapeError(
                f"Scale: x {array.shape} has other features than the scale was fitted with: "
                f"{self.shift.shape} were expected after the first dimension."
            )
        return array, restore


def standardizer(x: Batch, *, each: bool = True) -> Scale:
    """The scale on which every feature of x (N, …) has mean 0 and standard deviation 1.

    With `each=False` all features share one mean and one deviation, which suits pictures: pixels
    that are always dark keep their meaning. A feature that never changes is only shifted.
    """
    array = _some("standardizer", x)
    over = 0 if each else None
    mean = array.mean(axis=over, dtype=np.float64)
    return _scale(array, mean, array.std(axis=over, dtype=np.float64))


def min_max_scaler(x: Batch, *, each: bool = True) -> Scale:
    """The scale on which every feature of x (N, …), or with `each=False` all, goes from 0 to 1."""
    array = _some("min_max_scaler", x)
    low, high = array.min(axis=0 if each else None), array.max(axis=0 if each else None)
    return _scale(array, low, high - low)


def normalize(x: Batch, mean: float | Sequence[float], std: float | Sequence[float]) -> Batch:
    """(x − mean)/std with known numbers: one for all, or one for each channel of (N, C, H, W).

    MNIST's are 0.1307 and 0.3081. Raises `ArgumentError` for a deviation that is not above 0.
    """
    array, restore = as_array("normalize", x)
    array = _floating("normalize", array)
    shift, width = np.asarray(mean, array.dtype), np.asarray(std, array.dtype)
    if not (width > 0).all():
        raise ArgumentError(f"normalize: std={std!r}, but a deviation is above 0.")
    if shift.ndim or width.ndim:
        channels = max(shift.size, width.size)
        if array.ndim != 4 or array.shape[1] != channels:
            raise ShapeError(
                f"normalize: {channels} means or deviations, but x {array.shape} is not a batch "
                f"of pictures (N, {channels}, H, W)."
            )
        shift, width = (v.reshape(-1, 1, 1) for v in (shift, width))
    return restore((array - shift) / width)


def to_float(x: Batch) -> Batch:
    """Bytes from 0 to 255 as float32 from 0 to 1; other numbers as float32 of the same value."""
    array, restore = as_array("to_float", x)
    if array.dtype == np.uint8:  # divided in float32: a Python number would go through float64
        return restore(np.divide(array, np.float32(255), dtype=np.float32))
    return restore(array.astype(np.float32))


def flatten(x: Batch) -> Batch:
    """Every example as one row: (N, …) → (N, D)."""
    array, restore = as_array("flatten", x)
    if not array.ndim:
        raise ShapeError("flatten: x is a single number, but a batch of examples was expected.")
    return restore(array.reshape(len(array), int(np.prod(array.shape[1:]))))


def one_hot(y: Batch, num_classes: int = -1) -> Batch:
    """Class numbers (N,) as rows with a single 1: (N, num_classes), in float32 as a loss takes it.

    Without `num_classes`, as many as the largest label needs. Raises `PlaceError` for a label out
    of range.
    """
    array, restore = as_array("one_hot", y)
    rows = ops.one_hot(Tensor(array), num_classes=num_classes)
    return restore(rows.array.astype(dtypes.float32))


def _scale(array: np.ndarray, shift: Any, width: Any) -> Scale:
    """The scale in the type of the data; what has no width keeps its own."""
    width = np.where(width > 0, width, 1)
    return Scale(np.asarray(shift, array.dtype), np.asarray(width, array.dtype))


def _some(name: str, x: Any) -> np.ndarray:
    array = _floating(name, as_array(name, x)[0])
    if not array.ndim or not array.size:
        raise ShapeError(f"{name}: x {array.shape} holds no examples (N, …) to fit a scale on.")
    if not np.isfinite(array).all():
        raise ArgumentError(
            f"{name}: x holds NaN or infinity, which would make the scale useless. Fill or drop "
            "those examples first."
        )
    return array


def _floating(name: str, array: np.ndarray) -> np.ndarray:
    if array.dtype.kind != "f":
        raise DTypeError(
            f"{name}: the numbers are {array.dtype}, but a scale makes fractions. Use to_float(x)."
        )
    return array
