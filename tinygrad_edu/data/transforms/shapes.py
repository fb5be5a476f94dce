"""Batches of pictures in whatever form they come, and back into that form."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np

from ...errors import DTypeError, GradientError, InputTypeError, ShapeError
from ...tensor import Tensor

Batch = TypeVar("Batch", Tensor, np.ndarray)
"""Tensors in, tensors out; arrays in, arrays out."""


def as_array(name: str, x: Batch) -> tuple[np.ndarray, Callable[[np.ndarray], Batch]]:
    """The numbers of x, and what makes of numbers the kind of thing that x is."""
    if isinstance(x, Tensor):
        if x.requires_grad:
            raise GradientError(
                f"{name}: x requires a gradient, and a change of the data passes none on. Use "
                "x.detach()."
            )
        return x.array, Tensor
    if not isinstance(x, np.ndarray):
        raise InputTypeError(
            f"{name}: received {type(x).__name__}, but a tensor or an array of examples was "
            "expected."
        )
    return x, lambda z: z


def as_pictures(name: str, x: Batch) -> tuple[np.ndarray, Callable[[np.ndarray], Batch]]:
    """x as pictures (N, C, H, W), and the way back; it may come as (N, H, W).

    Raises `ShapeError` for other shapes and `DTypeError` where the pixels are not floats.
    """
    array, restore = as_array(name, x)
    if array.ndim not in (3, 4):
        raise ShapeError(
            f"{name}: x {array.shape} is not a batch of pictures (N, H, W) or (N, C, H, W). Rows "
            "of pixels are reshaped first: x.reshape(-1, 28, 28)."
        )
    if array.dtype.kind != "f":
        raise DTypeError(
            f"{name}: the pixels are {array.dtype}, but between two pixels there are fractions. "
            "Use to_float(x)."
        )
    n, *channels, h, w = array.shape
    return array.reshape(n, *(channels or (1,)), h, w), (lambda z: restore(z.reshape(array.shape)))
