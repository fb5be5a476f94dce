"""Samples for composed functions: another shape or order, joining and taking apart."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from tinygrad_edu import ops

from .drawing import (
    Call,
    Draw,
    Samples,
    Shape,
    call,
    torch,
)

MATRIX = np.arange(6.0).reshape(2, 3)
NO_SUCH_DIM = (call(MATRIX, dim=2), call(MATRIX, dim=-3))


def at_least(ndim: int, shape: Shape) -> Shape:
    """The shape, with dimensions added in front where there are fewer than `ndim`."""
    return (2, 3, 1)[: max(ndim - len(shape), 0)] + shape


# -- another shape or order


def _expand(draw: Draw, shape: Shape) -> Call:
    narrow = draw.broadcastable(shape)
    new = len(shape) - len(narrow)
    kept = [
        -1 if d >= new and draw.chance() and narrow[d - new] == n else n
        for d, n in enumerate(shape)
    ]
    return call(draw.reals(narrow), shape=tuple(kept))


def _two_shapes(draw: Draw, shape: Shape) -> Call:
    return call(draw.reals(draw.broadcastable(shape)), draw.reals(shape))


def _view_as(draw: Draw, shape: Shape) -> Call:
    return call(draw.reals(shape), draw.reals(shape[::-1]))


def _flatten(draw: Draw, shape: Shape) -> Call:
    first, last = sorted(draw.dim(shape) % max(len(shape), 1) for _ in range(2))
    return call(draw.reals(shape), start_dim=first, end_dim=last)


def _unflatten(draw: Draw, shape: Shape) -> Call:
    dim = draw.number(0, len(shape))
    sizes = draw.one_of((2, 3), (3, 1, 2), (2, -1), (6,))
    return call(draw.reals((*shape[:dim], 6, *shape[dim:])), dim=dim, sizes=sizes)


def _moveaxis(draw: Draw, shape: Shape) -> Call:
    n = draw.number(0, len(shape))
    source, destination = (
        tuple(draw.draw(st.permutations(range(len(shape))))[:n]) for _ in range(2)
    )
    return call(draw.reals(shape), source=source, destination=destination)


def _tile(draw: Draw, shape: Shape) -> Call:
    n = draw.number(0, len(shape) + 1)
    return call(draw.reals(shape), dims=tuple(draw.number(0, 2) for _ in range(n)))


def _axes(draw: Draw, shape: Shape) -> Call:
    return call(draw.reals(shape), axis0=draw.dim(shape), axis1=draw.dim(shape))


def _to(draw: Draw, shape: Shape) -> Call:
    return call(
        draw.reals(shape), dtype=draw.one_of("float32", "float64", "float16", "int64", "bool")
    )


def _diag(draw: Draw, shape: Shape) -> Call:
    return call(draw.reals(at_least(1, shape)[:2]), diagonal=draw.number(-2, 2))


def _diag_embed(draw: Draw, shape: Shape) -> Call:
    dim1, dim2 = draw.one_of((-2, -1), (0, 1), (1, 0), (0, -1))
    return call(draw.reals(at_least(1, shape)), offset=draw.number(-1, 1), dim1=dim1, dim2=dim2)


def _matrix(draw: Draw, shape: Shape) -> Call:
    return call(draw.reals(at_least(2, shape)[:2]))


def _up_to_two(draw: Draw, shape: Shape) -> Call:
    return call(draw.reals(shape[:2]))


SHAPES = {
    "expand": Samples(
        _expand,
        ours=ops.expand,
        torch=lambda x, shape: x.expand(shape),
        errors=[
            call(MATRIX, shape=(4, 3)),
            call(MATRIX, shape=(3,)),
            call(MATRIX, shape=(-1, 2, 3)),
        ],
    ),
    "expand_as": Samples(_two_shapes, ours=ops.expand_as, torch=lambda x, y: x.expand_as(y)),
    "view_as": Samples(_view_as, ours=ops.view_as, torch=lambda x, y: x.view_as(y)),
    "flatten": Samples(
        _flatten,
        ours=ops.flatten,
        errors=[call(MATRIX, start_dim=1, end_dim=0), call(MATRIX, start_dim=2)],
    ),
    "unflatten": Samples(
        _unflatten,
        ours=ops.unflatten,
        errors=[call(MATRIX, dim=1, sizes=(2, 2)), call(MATRIX, dim=2, sizes=(3,))],
    ),
    "swapaxes": Samples(_axes, ours=ops.swapaxes, errors=[call(MATRIX, axis0=0, axis1=2)]),
    "moveaxis": Samples(
        _moveaxis,
        ours=ops.moveaxis,
        errors=[
            call(MATRIX, source=(0, 1), destination=(0,)),
            call(MATRIX, source=2, destination=0),
        ],
    ),
    "movedim": Samples(_moveaxis, ours=ops.movedim),
    "t": Samples(_up_to_two, ours=ops.t, errors=[call(np.ones((2, 2, 2)))]),
    "tile": Samples(_tile, ours=ops.tile),
    "to": Samples(
        _to,
        ours=lambda x, dtype: x.to(dtype),
        torch=lambda x, dtype: x.to(getattr(torch, dtype)),
    ),
    "copy_": Samples(
        _two_shapes,
        ours=lambda x, y: y.clone().copy_(x),
        torch=lambda x, y: y.clone().copy_(x),
        errors=[call(np.ones(3), np.ones(2))],
    ),
    "diag": Samples(_diag, ours=ops.diag, errors=[call(np.ones((2, 2, 2)))]),
    "diag_embed": Samples(_diag_embed, ours=ops.diag_embed),
    "trace": Samples(_matrix, ours=ops.trace, errors=[call(np.ones(2))]),
}

# -- joining and taking apart


def _list(draw: Draw, shape: Shape) -> Call:
    """Tensors that differ along one dimension."""
    shape = at_least(1, shape)
    dim = draw.dim(shape)
    xs = []
    for _ in range(draw.number(1, 3)):
        longer = list(shape)
        longer[dim] = draw.number(0, 3)
        xs.append(draw.reals(longer))
    return call(*xs, dim=dim)


def _alike(draw: Draw, shape: Shape) -> Call:
    xs = [draw.reals(shape) for _ in range(draw.number(1, 3))]
    return call(*xs, dim=draw.dim((*shape, 1)))


def _row(draw: Draw, shape: Shape) -> Call:
    return call(*[draw.reals(shape) for _ in range(draw.number(1, 3))])


def _narrow(draw: Draw, shape: Shape) -> Call:
    shape = at_least(1, shape)
    dim = draw.dim(shape)
    start = draw.number(0, shape[dim])
    return call(draw.reals(shape), dim=dim, start=start, length=draw.number(0, shape[dim] - start))


def _split(draw: Draw, shape: Shape) -> Call:
    shape = at_least(1, shape)
    dim = draw.dim(shape)
    n = shape[dim]
    first = draw.number(0, n)
    return call(
        draw.reals(shape), split_size_or_sections=draw.one_of(1, 2, [first, n - first]), dim=dim
    )


def _chunk(draw: Draw, shape: Shape) -> Call:
    shape = at_least(1, shape)
    return call(draw.reals(shape), chunks=draw.number(1, 4), dim=draw.dim(shape))


def _tensor_split(draw: Draw, shape: Shape) -> Call:
    shape = at_least(1, shape)
    parts = draw.one_of(1, 2, 3, (1,), (0, 2), (2, 1), (-1,))
    return call(draw.reals(shape), indices_or_sections=parts, dim=draw.dim(shape))


def _pad(draw: Draw, shape: Shape) -> Call:
    """Filled margins of any shape; mirrored ones of (N, C, W), as PyTorch has them."""
    if draw.chance() or 0 in shape:
        pairs = draw.number(0, len(shape))
        return call(
            draw.reals(shape),
            pad=tuple(draw.number(0, 2) for _ in range(2 * pairs)),
            mode="constant",
        )
    mode = draw.one_of("reflect", "replicate", "circular")
    width = draw.number(2, 4)
    pad = tuple(draw.number(0, width - 1) for _ in range(2))
    return call(draw.reals((1, 2, width)), pad=pad, mode=mode)


JOINTS = {
    "cat": Samples(
        _list,
        ours=lambda *xs, dim: ops.cat(xs, dim),
        torch=lambda *xs, dim: torch.cat(xs, dim),
        errors=[
            call(MATRIX, np.ones((2, 2)), dim=0),
            call(MATRIX, np.ones(3), dim=0),
            call(MATRIX, MATRIX, dim=2),
            call(np.ones(()), np.ones(()), dim=0),
        ],
    ),
    "stack": Samples(
        _alike,
        ours=lambda *xs, dim: ops.stack(xs, dim),
        torch=lambda *xs, dim: torch.stack(xs, dim),
        errors=[call(MATRIX, np.ones((2, 2)), dim=0), call(MATRIX, MATRIX, dim=3)],
    ),
    "hstack": Samples(_row, ours=lambda *xs: ops.hstack(xs), torch=lambda *xs: torch.hstack(xs)),
    "vstack": Samples(_row, ours=lambda *xs: ops.vstack(xs), torch=lambda *xs: torch.vstack(xs)),
    "narrow": Samples(_narrow, ours=ops.narrow, errors=[call(MATRIX, dim=1, start=2, length=2)]),
    "split": Samples(
        _split,
        ours=ops.split,
        errors=[
            call(MATRIX, split_size_or_sections=[1, 3]),
            call(MATRIX, split_size_or_sections=-1),
            call(MATRIX, split_size_or_sections=1, dim=2),
        ],
    ),
    "chunk": Samples(_chunk, ours=ops.chunk, errors=[call(MATRIX, chunks=0)]),
    "tensor_split": Samples(
        _tensor_split,
        ours=ops.tensor_split,
        torch=lambda x, indices_or_sections, dim=0: torch.tensor_split(x, indices_or_sections, dim),
        errors=[call(MATRIX, indices_or_sections=0)],
    ),
    "unbind": Samples(
        lambda draw, shape: call(draw.reals(at_least(1, shape)), dim=draw.dim(at_least(1, shape))),
        ours=ops.unbind,
        errors=[*NO_SUCH_DIM],
    ),
    "pad": Samples(_pad, ours=ops.pad, torch="nn.functional.pad"),
}

SAMPLES = SHAPES | JOINTS
