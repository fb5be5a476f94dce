"""Windows over pictures: what convolution and pooling are made of.

    picking   unfold2d   every window of x, as a column           the gradient is folded back
    putting   fold2d     the columns added up where they stood    the gradient is unfolded

Each is the other's backward rule, so every derivative of a convolution is made of the two, and none
needs a loop over places: a window of kH × kW is kH · kW shifted copies of the picture.

Pictures are (N, C, H, W), windows (C, kH, kW, N, oH, oW) for oH × oW places: the first three are
the rows, the last three the columns of the matrix that a convolution multiplies with its weights.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ..errors import ShapeError
from ..op import COLLECTOR, MOVER, ROUTER, SPREADER, Array, op
from .shape import permute, unsqueeze

Pair = tuple[int, int]


def places(n: int, size: int, stride: int, dilation: int) -> int:
    """How many windows fit in a length of n: none where it is shorter than one of them."""
    return max((n - dilation * (size - 1) - 1) // stride + 1, 0)


@op(family=MOVER, formula=r"z_{c,ij,n,kl} = x_{n,c,\,sk+di,\,sl+dj}")
def unfold2d(x: Array, size: Pair, stride: Pair = (1, 1), dilation: Pair = (1, 1)) -> Array:
    """Every window of x: (N, C, H, W) → (C, kH, kW, N, oH, oW), a copy.

    A window starts every `stride` places and takes every `dilation`-th one. Raises `ShapeError`
    where not one window fits.
    """
    _room("unfold2d", x.shape, size, stride, dilation)
    reach = [d * (k - 1) + 1 for k, d in zip(size, dilation, strict=True)]
    seen = sliding_window_view(x, reach, axis=(2, 3))  # (N, C, H', W', reach, reach), a view
    (sh, sw), (dh, dw) = stride, dilation
    return np.array(seen[:, :, ::sh, ::sw, ::dh, ::dw].transpose(1, 4, 5, 0, 2, 3), order="C")


@op(family=COLLECTOR, formula=r"z_{n,c,\,sk+di,\,sl+dj} = \sum x_{c,ij,n,kl}")
def fold2d(x: Array, shape: Pair, stride: Pair = (1, 1), dilation: Pair = (1, 1)) -> Array:
    """The windows (C, kH, kW, N, oH, oW) added up in pictures (N, C, *shape) where they stood.

    Raises `ShapeError` where the windows are not as many as `unfold2d` finds there.
    """
    c, *size, n, rows, columns = x.shape
    fits = [places(*each) for each in zip(shape, size, stride, dilation, strict=True)]
    if fits != [rows, columns]:
        raise ShapeError(
            f"fold: {rows} × {columns} windows of {size[0]} × {size[1]} do not make a picture of "
            f"{shape[0]} × {shape[1]}, which has {fits[0]} × {fits[1]} of them. Check output_size, "
            "stride, padding and dilation."
        )
    z = np.zeros((c, n, *shape), x.dtype)
    for i, j, there in _shifts(size, (rows, columns), stride, dilation):
        z[there] += x[:, i, j]
    return z.transpose(1, 0, 2, 3)


unfold2d.defvjp(
    x=lambda g, x_shape, stride, dilation: fold2d(g, x_shape[2:], stride, dilation),
)
fold2d.defvjp(
    x=lambda g, x_shape, stride, dilation: unfold2d(g, x_shape[1:3], stride, dilation),
)


# -- windows into single numbers: pooling


@op(family=ROUTER, formula=r"z_{n,c,kl} = \max_{ij} x_{n,c,\,sk+di,\,sl+dj}")
def max_windows(x: Array, size: Pair, stride: Pair, dilation: Pair = (1, 1)) -> Array:
    """The largest of each window: (N, C, H, W) → (N, C, oH, oW); a NaN wins.

    The first of equals, read row by row, receives the whole gradient.
    """
    shape = _room("max_pool2d", x.shape, size, stride, dilation)
    first, *others = _shifts(size, shape, stride, dilation)
    z = x[first[2]].copy()
    for _, _, there in others:
        np.maximum(z, x[there], out=z)
    return z


def winners(x: Array, size: Pair, stride: Pair, dilation: Pair) -> Array:
    """Which element of each window is its largest: true or false, (C, kH, kW, N, oH, oW)."""
    z = max_windows.forward(x, size, stride, dilation)
    won = np.empty((x.shape[1], *size, x.shape[0], *z.shape[2:]), bool)
    free = np.ones(z.shape, bool)  # the windows that have no winner yet
    for i, j, there in _shifts(size, z.shape[2:], stride, dilation):
        wins = free & ((x[there] == z) | np.isnan(x[there]))
        free ^= wins
        won[:, i, j] = wins.swapaxes(0, 1)
    return won


def _max_windows_x(g: Array, x: Array, size: Pair, stride: Pair, dilation: Pair) -> Array:
    won = winners(getattr(x, "array", x), size, stride, dilation)  # a choice, not a slope
    return fold2d(_columns(g) * won, x.shape[2:], stride, dilation)


@op(family=SPREADER, formula=r"z_{n,c,kl} = \sum_{ij} x_{n,c,\,sk+i,\,sl+j}")
def sum_windows(x: Array, size: Pair, stride: Pair) -> Array:
    """The sum of each window: (N, C, H, W) → (N, C, oH, oW)."""
    shape = _room("avg_pool2d", x.shape, size, stride, (1, 1))
    z = np.zeros((*x.shape[:2], *shape), x.dtype)
    for _, _, there in _shifts(size, shape, stride, (1, 1)):
        z += x[there]
    return z


def _sum_windows_x(g: Array, x_shape: tuple[int, ...], size: Pair, stride: Pair) -> Array:
    n, c, rows, columns = g.shape
    copies = np.broadcast_to(_columns(g), (c, *size, n, rows, columns))
    return fold2d(copies, x_shape[2:], stride)


def _columns(g: Array) -> Array:
    """One number a window, to be broadcast over it: (N, C, oH, oW) → (C, 1, 1, N, oH, oW)."""
    return unsqueeze(unsqueeze(permute(g, (1, 0, 2, 3)), 1), 1)


max_windows.defvjp(
    x=_max_windows_x,
)
sum_windows.defvjp(
    x=_sum_windows_x,
)


# -- what they share


def _room(
    name: str, shape: tuple[int, ...], size: Pair, stride: Pair, dilation: Pair
) -> tuple[int, ...]:
    """How many windows there are in pictures of this shape, down and across."""
    if len(shape) != 4:
        raise ShapeError(
            f"{name}: x {shape} is no stack of pictures (N, C, H, W). Add the missing dimensions "
            "with unsqueeze()."
        )
    found = tuple(places(*each) for each in zip(shape[2:], size, stride, dilation, strict=True))
    if not all(found):
        spread = f", every {dilation}-th place," if dilation != (1, 1) else ""
        raise ShapeError(
            f"{name}: a window of {size[0]} × {size[1]}{spread} does not fit in pictures of "
            f"{shape[2]} × {shape[3]} (with their padding). Use a smaller window, or more padding."
        )
    return found


def _shifts(
    size: Pair, shape: tuple[int, ...], stride: Pair, dilation: Pair
) -> Iterator[tuple[int, int, tuple[slice, ...]]]:
    """For each place (i, j) in a window, the elements that stand there, as a slice of pictures."""
    for i in range(size[0]):
        for j in range(size[1]):
            starts = (i * dilation[0], j * dilation[1])
            down, across = (
                slice(start, start + (n - 1) * step + 1, step)
                for start, n, step in zip(starts, shape, stride, strict=True)
            )
            yield i, j, (slice(None), slice(None), down, across)
