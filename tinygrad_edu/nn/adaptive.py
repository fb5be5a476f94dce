"""Pooling to a size: however large the picture, the result has the sides that are asked for."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import ArgumentError
from ..tensor import Tensor
from .module import Module
from .pairs import pictures

__all__ = ["AdaptiveAvgPool2d", "adaptive_avg_pool2d"]


def adaptive_avg_pool2d(input: Tensor, output_size: Any) -> Tensor:
    """The means of oH × oW windows: (N, C, H, W) → (N, C, oH, oW); None keeps a side as it is.

    Window i of o runs from ⌊i·n/o⌋ up to but without ⌈(i+1)·n/o⌉, so neighbours share an element
    where o does not divide n. A mean over rows and columns is a product with a matrix on each side.
    """
    x, batched = pictures("adaptive_avg_pool2d", input)
    sides = output_size if isinstance(output_size, tuple | list) else (output_size, output_size)
    down, across = (
        Tensor(_means(n, n if o is None else o).astype(x.dtype))
        for n, o in zip(x.shape[2:], sides, strict=True)
    )
    z: Tensor = down @ x @ across.T  # (oH, H) @ (N, C, H, W) @ (W, oW)
    return z if batched else z[0]


def _means(n: int, windows: int) -> np.ndarray:
    """The matrix (windows, n) whose product with n numbers is the mean of each window."""
    if windows < 1 or n < 1:
        raise ArgumentError(
            f"adaptive_avg_pool2d: a side of {n} cannot become {windows}. Ask for 1 or more."
        )
    i, place = np.arange(windows)[:, None], np.arange(n)
    inside = (i * n // windows <= place) & (place < -(-(i + 1) * n // windows))
    means: np.ndarray = inside / inside.sum(1, keepdims=True)
    return means


class AdaptiveAvgPool2d(Module):
    """The means of oH × oW windows, whatever the size of the picture; 1 is the mean of each one."""

    def __init__(self, output_size: Any) -> None:
        super().__init__()
        self.output_size = output_size

    def forward(self, x: Tensor) -> Tensor:
        """x (N, C, H, W) or (C, H, W) → (N, C, oH, oW)."""
        return adaptive_avg_pool2d(x, self.output_size)

    def extra_repr(self) -> str:
        """The sides."""
        return f"output_size={self.output_size}"
