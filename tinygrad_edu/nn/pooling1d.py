"""Pooling along one dimension: that of pictures which are one row high."""

from __future__ import annotations

from typing import Any

from ..errors import ShapeError
from ..ops.places import whole
from ..tensor import Tensor
from .module import Module
from .pooling import MaxPool, avg_pool2d, max_pool2d

__all__ = ["AvgPool1d", "MaxPool1d", "avg_pool1d", "max_pool1d"]


def _one(size: Any) -> int:
    """A size given as `2` or as `(2,)`."""
    alone = isinstance(size, tuple | list) and len(size) == 1
    return whole("pooling in 1d", "a size", size[0] if alone else size)


def _row(name: str, x: Tensor) -> Tensor:
    if x.ndim not in (2, 3):
        raise ShapeError(
            f"{name}: x {tuple(x.shape)}, but (N, C, L) or (C, L) was expected. Add the channel: "
            "x.unsqueeze(1)."
        )
    row: Tensor = x.unsqueeze(-2)
    return row


def max_pool1d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The largest of each window: (N, C, L) → (N, C, oL); `stride` is the window's size."""
    k, p, d = _one(kernel_size), _one(padding), _one(dilation)
    step = (1, k if stride is None else _one(stride))
    x = _row("max_pool1d", input)
    z = max_pool2d(x, (1, k), step, (0, p), (1, d), ceil_mode, return_indices)
    return tuple(part.squeeze(-2) for part in z) if return_indices else z.squeeze(-2)


def avg_pool1d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Tensor:
    """The mean of each window: (N, C, L) → (N, C, oL); `stride` is the window's size."""
    k, p = _one(kernel_size), _one(padding)
    step = (1, k if stride is None else _one(stride))
    x = _row("avg_pool1d", input)
    z: Tensor = avg_pool2d(x, (1, k), step, (0, p), ceil_mode, count_include_pad).squeeze(-2)
    return z


class MaxPool1d(MaxPool):
    """The largest of each window: x (N, C, L) → (N, C, oL)."""

    def forward(self, x: Tensor) -> Any:
        """x (N, C, L) or (C, L) → its windows' largest, with their places if asked for."""
        sizes = (self.kernel_size, self.stride, self.padding, self.dilation)
        return max_pool1d(x, *sizes, self.ceil_mode, self.return_indices)


class AvgPool1d(Module):
    """The mean of each window: x (N, C, L) → (N, C, oL)."""

    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:
        super().__init__()
        self.kernel_size = (_one(kernel_size),)
        self.stride = (_one(kernel_size if stride is None else stride),)
        self.padding = (_one(padding),)
        self.ceil_mode, self.count_include_pad = ceil_mode, count_include_pad

    def forward(self, x: Tensor) -> Tensor:
        """x (N, C, L) or (C, L) → its windows' means."""
        sizes = (self.kernel_size, self.stride, self.padding)
        return avg_pool1d(x, *sizes, self.ceil_mode, self.count_include_pad)

    def extra_repr(self) -> str:
        """The sizes."""
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"
