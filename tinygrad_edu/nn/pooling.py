"""Pooling: each window of a picture becomes one number, its largest or its mean."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from .. import ops
from ..errors import ArgumentError
from ..ops.windows import max_windows, sum_windows, winners
from ..tensor import Tensor
from .module import Module
from .pairs import Pair, Size, pair, pictures

__all__ = ["AvgPool2d", "MaxPool2d", "avg_pool2d", "max_pool2d"]


class Windows(NamedTuple):
    """The options of a pooling, as pairs (down, across)."""

    size: Pair
    stride: Pair
    padding: Pair
    dilation: Pair

    def counts(self, shape: Any, ceil_mode: bool) -> tuple[int, ...]:
        """How many windows there are down and across; ceil_mode keeps those that stick out.

        A window that would start beyond the picture and its left margin is left out.
        """
        found = []
        for n, k, s, p, d in zip(shape, *self, strict=True):
            room = n + 2 * p - d * (k - 1) - 1
            count = (-(-room // s) if ceil_mode else room // s) + 1
            found.append(count - 1 if ceil_mode and (count - 1) * s >= n + p else count)
        return tuple(found)

    def margins(self, shape: Any, counts: tuple[int, ...]) -> tuple[int, ...]:
        """The margin that these windows need, as `pad` wants it: (left, right, top, bottom)."""
        found: list[int] = []
        for n, count, k, s, p, d in zip(shape, counts, *self, strict=True):
            end = (count - 1) * s + d * (k - 1) + 1
            found = [p, max(end - n - p, p), *found]
        return tuple(found)


def _windows(
    name: str, kernel_size: Size, stride: Size | None, padding: Size, dilation: Size
) -> Windows:
    size = pair(name, "kernel_size", kernel_size)
    made = Windows(
        size,
        pair(name, "stride", size if stride is None else stride),
        pair(name, "padding", padding, least=0),
        pair(name, "dilation", dilation),
    )
    if any(2 * p > d * (k - 1) + 1 for k, p, d in zip(size, made[2], made[3], strict=True)):
        raise ArgumentError(
            f"{name}: padding={padding} is more than half of kernel_size={kernel_size}, so there "
            "would be windows with nothing but margin. Use less."
        )
    return made


def max_pool2d(
    input: Tensor,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The largest of each window: (N, C, H, W) → (N, C, oH, oW); `stride` is the window's size.

    The margin is −∞, so it never wins. With `ceil_mode`, windows that stick out on the right and at
    the bottom count too. `return_indices` adds where the winners stood: row · W + column.
    """
    windows = _windows("max_pool2d", kernel_size, stride, padding, dilation)
    x, batched = pictures("max_pool2d", input)
    shape = x.shape[2:]
    margins = windows.margins(shape, windows.counts(shape, ceil_mode))
    if any(margins):
        x = ops.pad(x, margins, value=-np.inf)
    size, step, (top, left), spread = windows
    z = max_windows(x, size, step, spread)
    if not return_indices:
        return z if batched else z[0]
    won = winners(x.array, size, step, spread)  # (C, kH, kW, N, oH, oW)
    place = won.reshape(won.shape[0], size[0] * size[1], *won.shape[3:]).argmax(1).swapaxes(0, 1)
    i, j = np.divmod(place, size[1])  # (N, C, oH, oW), within the window
    rows = np.arange(z.shape[2])[:, None] * step[0] + i * spread[0] - top
    columns = np.arange(z.shape[3]) * step[1] + j * spread[1] - left
    indices = Tensor(rows * shape[1] + columns)
    return (z, indices) if batched else (z[0], indices[0])


def avg_pool2d(
    input: Tensor,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Tensor:
    """The mean of each window: (N, C, H, W) → (N, C, oH, oW); `stride` is the window's size.

    The margin is zeros, which count as elements unless `count_include_pad` is False; what sticks
    out further with `ceil_mode` never counts. `divisor_override` divides by that number instead.
    """
    windows = _windows("avg_pool2d", kernel_size, stride, padding, 1)
    x, batched = pictures("avg_pool2d", input)
    if divisor_override == 0:
        raise ArgumentError("avg_pool2d: divisor_override=0, but sums are divided by it.")
    shape = x.shape[2:]
    counts = windows.counts(shape, ceil_mode)
    margins = windows.margins(shape, counts)
    if any(margins):
        x = ops.pad(x, margins)
    z = sum_windows(x, windows.size, windows.stride)
    z = z / (divisor_override or _elements(windows, shape, counts, count_include_pad, x.dtype))
    return z if batched else z[0]  # type: ignore[no-any-return]


def _elements(
    windows: Windows, shape: Any, counts: tuple[int, ...], with_margin: bool, dtype: Any
) -> Any:
    """How many elements each window has, (oH, oW), or one number where all have as many."""
    lengths = []
    for n, count, k, s, p in zip(shape, counts, *windows[:3], strict=True):
        start = np.arange(count) * s - p
        low, high = (-p, n + p) if with_margin else (0, n)
        lengths.append(np.minimum(start + k, high) - np.maximum(start, low))
    down, across = lengths
    if (down == down[:1]).all() and (across == across[:1]).all() and down.size and across.size:
        return int(down[0] * across[0])
    return Tensor((down[:, None] * across).astype(dtype))


class MaxPool(Module):
    """What the layers that take the largest share; they differ in the shapes that they take."""

    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        dilation: Any = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__()
        self.kernel_size, self.stride = kernel_size, kernel_size if stride is None else stride
        self.padding, self.dilation = padding, dilation
        self.return_indices, self.ceil_mode = return_indices, ceil_mode

    def extra_repr(self) -> str:
        """The sizes."""
        return (
            f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, "
            f"dilation={self.dilation}, ceil_mode={self.ceil_mode}"
        )


class MaxPool2d(MaxPool):
    """The largest of each window: x (N, C, H, W) → (N, C, oH, oW); 2 halves both sides."""

    def forward(self, x: Tensor) -> Any:
        """x (N, C, H, W) or (C, H, W) → its windows' largest, with their places if asked for."""
        sizes = (self.kernel_size, self.stride, self.padding, self.dilation)
        return max_pool2d(x, *sizes, self.ceil_mode, self.return_indices)


class AvgPool2d(Module):
    """The mean of each window: x (N, C, H, W) → (N, C, oH, oW)."""

    def __init__(
        self,
        kernel_size: Size,
        stride: Size | None = None,
        padding: Size = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> None:
        super().__init__()
        self.kernel_size, self.stride = kernel_size, kernel_size if stride is None else stride
        self.padding, self.ceil_mode = padding, ceil_mode
        self.count_include_pad, self.divisor_override = count_include_pad, divisor_override

    def forward(self, x: Tensor) -> Tensor:
        """x (N, C, H, W) or (C, H, W) → its windows' means."""
        sizes = (self.kernel_size, self.stride, self.padding)
        return avg_pool2d(x, *sizes, self.ceil_mode, self.count_include_pad, self.divisor_override)

    def extra_repr(self) -> str:
        """The sizes."""
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"
