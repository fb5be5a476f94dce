"""Samples for moves: another shape, another order, joining, margins, diagonals."""

from __future__ import annotations

import math
from itertools import accumulate
from typing import Any

import numpy as np
from hypothesis import strategies as st

from .drawing import FLOATS, Call, Draw, Samples, Shape, call, torch, unary

MATRIX = np.arange(6.0).reshape(2, 3)


def _broadcast_to(draw: Draw, shape: Shape) -> Call:
    wide = shape if draw.chance() else (2, *shape)
    return call(draw.reals(draw.broadcastable(shape)), shape=wide)


def _sum_to(draw: Draw, shape: Shape) -> Call:
    return call(draw.reals(shape), shape=draw.broadcastable(shape))


def _reshape(draw: Draw, shape: Shape) -> Call:
    n = math.prod(shape)
    wanted = draw.one_of((n,), (1, n), shape[::-1], (*shape, 1), *([(-1,)] if n else []))
    return call(draw.reals(shape), shape=wanted)


def _squeeze(draw: Draw, shape: Shape) -> Call:
    shape = draw.broadcastable(shape)
    dims = draw.dims(shape)
    return call(draw.reals(shape), dim=dims)


def _unsqueeze(draw: Draw, shape: Shape) -> Call:
    return call(draw.reals(shape), dim=draw.dim((*shape, 1)))


def _transpose(draw: Draw, shape: Shape) -> Call:
    return call(draw.reals(shape), dim0=draw.dim(shape), dim1=draw.dim(shape))


def _permute(draw: Draw, shape: Shape) -> Call:
    order = draw.draw(st.permutations(range(len(shape))))
    dims = tuple(d - len(shape) if draw.chance() else d for d in order)
    return call(draw.reals(shape), dims=dims)


def _repeat(draw: Draw, shape: Shape) -> Call:
    n = len(shape) + draw.number(0, 1)
    return call(draw.reals(shape), repeats=tuple(draw.number(0, 3) for _ in range(n)))


def _flip(draw: Draw, shape: Shape) -> Call:
    dims = draw.dims(shape)
    return call(
        draw.reals(shape), dims=dims if isinstance(dims, tuple) else tuple(range(len(shape)))
    )


def _roll(draw: Draw, shape: Shape) -> Call:
    dims = draw.dims(shape)
    if not isinstance(dims, tuple):
        return call(draw.reals(shape), shifts=draw.number(-3, 3), dims=None)
    return call(draw.reals(shape), shifts=tuple(draw.number(-3, 3) for _ in dims), dims=dims)


def _overwrite(draw: Draw, shape: Shape) -> Call:
    return call(draw.reals(shape), draw.reals(draw.broadcastable(shape)))


def _cat_all(draw: Draw, shape: Shape) -> Call:
    """One to three tensors that differ along `dim` only."""
    shape = shape or (2,)
    dim = draw.number(0, len(shape) - 1)
    lengths = [draw.number(0, 3) for _ in range(draw.number(1, 3))]
    xs = [draw.reals((*shape[:dim], n, *shape[dim + 1 :])) for n in lengths]
    return call(*xs, dim=dim, ends=(0, *accumulate(lengths)))


def _stack_all(draw: Draw, shape: Shape) -> Call:
    xs = [draw.reals(shape) for _ in range(draw.number(1, 3))]
    return call(*xs, dim=draw.number(0, len(shape)))


def _pad(draw: Draw, shape: Shape) -> Call:
    """Margins, some of which cut away (never more than there is)."""
    pairs: list[int] = []
    for n in shape[::-1][: draw.number(0, len(shape))]:
        before = draw.number(-min(n, 1), 2)
        pairs += [before, draw.number(-min(max(n + min(before, 0), 0), 1), 2)]
    return call(draw.reals(shape), pad=tuple(pairs), value=draw.one_of(0.0, 1.5))


def _triangle(draw: Draw, shape: Shape) -> Call:
    shape = (*shape, 3, 2)[-3:]
    return call(draw.reals(shape), diagonal=draw.number(-3, 3))


def _two_dims(draw: Draw, ndim: int) -> tuple[int, int]:
    return tuple(draw.draw(st.permutations(range(ndim)))[:2])  # type: ignore[return-value]


def _diagonal(draw: Draw, shape: Shape) -> Call:
    shape = (*shape, 3, 2)[-3:]
    dim1, dim2 = _two_dims(draw, len(shape))
    return call(draw.reals(shape), offset=draw.number(-1, 1), dim1=dim1, dim2=dim2)


def _put_diagonal(draw: Draw, shape: Shape) -> Call:
    shape = (*shape, 3, 2)[-3:]
    dim1, dim2 = _two_dims(draw, len(shape))
    offset = draw.number(-1, 1)
    diagonal = np.zeros(shape).diagonal(offset, dim1, dim2)
    return call(draw.reals(diagonal.shape), offset=offset, dim1=dim1, dim2=dim2, shape=shape)


def _torch_put_diagonal(x: Any, offset: int, dim1: int, dim2: int, shape: Shape) -> Any:
    zeros = x.new_zeros(shape)
    return torch.diagonal_scatter(zeros, x, offset, dim1, dim2)


SHAPES = {
    "broadcast_to": Samples(
        _broadcast_to,
        torch=lambda x, shape: x.broadcast_to(shape),
        linear="jointly",
        errors=[call(np.ones(3), shape=(2, 2))],
    ),
    "sum_to": Samples(
        _sum_to, torch=lambda x, shape: x.sum_to_size(shape), types=FLOATS, linear="jointly"
    ),
    "reshape": Samples(
        _reshape,
        linear="jointly",
        errors=[call(np.ones(6), shape=(4,)), call(np.ones(6), shape=(-1, 4))],
    ),
    "view": Samples(
        _reshape,
        torch=lambda x, shape: x.view(shape),
        linear="jointly",
        contiguous=True,
        errors=[call(np.ones(6), shape=(4,))],
    ),
    "squeeze": Samples(
        _squeeze,
        torch=lambda x, dim: x.squeeze() if dim is None else x.squeeze(dim),
        linear="jointly",
        errors=[call(MATRIX, dim=2)],
    ),
    "unsqueeze": Samples(_unsqueeze, linear="jointly", errors=[call(MATRIX, dim=3)]),
    "clone": Samples(unary(), linear="jointly"),
    "overwrite": Samples(
        _overwrite,
        torch=None,
        why="what `copy_` records, and compared under that name",
        errors=[call(np.ones(2), np.ones(3))],
    ),
}

ORDERS = {
    "transpose": Samples(_transpose, linear="jointly", errors=[call(MATRIX, dim0=0, dim1=2)]),
    "permute": Samples(
        _permute,
        linear="jointly",
        errors=[call(MATRIX, dims=(0,)), call(MATRIX, dims=(0, 0)), call(MATRIX, dims=(0, 2))],
    ),
    "repeat": Samples(
        _repeat,
        torch=lambda x, repeats: x.repeat(repeats),
        linear="jointly",
        errors=[call(MATRIX, repeats=(2,))],
    ),
    "flip": Samples(_flip, linear="jointly", errors=[call(MATRIX, dims=(2,))]),
    "roll": Samples(_roll, linear="jointly", errors=[call(MATRIX, shifts=(1, 2), dims=(0,))]),
}

JOINTS = {
    "cat_all": Samples(
        _cat_all,
        torch=lambda *xs, dim, ends: torch.cat(xs, dim),
        linear="jointly",
        scalar=False,
    ),
    "stack_all": Samples(_stack_all, torch=lambda *xs, dim: torch.stack(xs, dim), linear="jointly"),
    "pad_constant": Samples(
        _pad,
        torch=lambda x, pad, value=0.0: torch.nn.functional.pad(x, pad, "constant", value),
        errors=[call(MATRIX, pad=(1,)), call(MATRIX, pad=(-2, -2)), call(MATRIX, pad=(0,) * 6)],
    ),
}

DIAGONALS = {
    "tril": Samples(_triangle, linear="jointly", errors=[call(np.ones(2))]),
    "triu": Samples(_triangle, linear="jointly", errors=[call(np.ones(2))]),
    "diagonal": Samples(
        _diagonal, linear="jointly", errors=[call(np.ones(2)), call(MATRIX, dim1=0, dim2=0)]
    ),
    "put_diagonal": Samples(_put_diagonal, torch=_torch_put_diagonal, linear="jointly"),
}

SAMPLES = SHAPES | ORDERS | JOINTS | DIAGONALS
