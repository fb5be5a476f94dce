"""Samples for public functions that are composed of ops: the laws hold for their parts, and PyTorch,
function by function, judges the whole.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from hypothesis import strategies as st

from tinygrad_edu import ops

from .drawing import FLOATS, NUMBERS, Call, Draw, Kink, Samples, Shape, along, binary, call, unary
from .samples_indexing import along_index, index_for, picked_shape, setting, tensors, torch_set

MATRIX = np.arange(6.0).reshape(2, 3)
TIES = np.array([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]])
NO_SUCH_DIM = (call(MATRIX, dim=2), call(MATRIX, dim=-3))


def T() -> Any:
    """PyTorch, imported where it is asked for."""
    import torch

    return torch


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
        torch=lambda x, dtype: x.to(getattr(T(), dtype)),
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
        torch=lambda *xs, dim: T().cat(xs, dim),
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
        torch=lambda *xs, dim: T().stack(xs, dim),
        errors=[call(MATRIX, np.ones((2, 2)), dim=0), call(MATRIX, MATRIX, dim=3)],
    ),
    "hstack": Samples(_row, ours=lambda *xs: ops.hstack(xs), torch=lambda *xs: T().hstack(xs)),
    "vstack": Samples(_row, ours=lambda *xs: ops.vstack(xs), torch=lambda *xs: T().vstack(xs)),
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
        torch=lambda x, indices_or_sections, dim=0: T().tensor_split(x, indices_or_sections, dim),
        errors=[call(MATRIX, indices_or_sections=0)],
    ),
    "unbind": Samples(
        lambda draw, shape: call(draw.reals(at_least(1, shape)), dim=draw.dim(at_least(1, shape))),
        ours=ops.unbind,
        errors=[*NO_SUCH_DIM],
    ),
    "pad": Samples(_pad, ours=ops.pad, torch="nn.functional.pad"),
}


# -- picking


def _gather(draw: Draw, shape: Shape) -> Call:
    dim, index = along_index(draw, shape)
    return call(draw.reals(shape), index, dim=dim)


def _scatter(draw: Draw, shape: Shape) -> Call:
    dim, index = along_index(draw, shape, unique=True)
    return call(draw.reals(shape), index, draw.one_of(draw.reals(index.shape), 1.5), dim=dim)


def _scatter_add(draw: Draw, shape: Shape) -> Call:
    dim, index = along_index(draw, shape)
    return call(draw.reals(shape), index, draw.reals(index.shape), dim=dim)


def _index_select(draw: Draw, shape: Shape) -> Call:
    dim = draw.dim(shape)
    n = shape[dim] if shape else 1
    count = draw.number(0, 3) if shape and n else min(n, 1)
    return call(draw.reals(shape), draw.whole((count,), 0, max(n, 1)), dim=dim)


def _take_along_dim(draw: Draw, shape: Shape) -> Call:
    shape = at_least(1, shape)
    dim = draw.dim(shape)
    size = [m if draw.chance() else 1 for m in shape]
    size[dim] = draw.number(0, 3) if shape[dim] else 0
    return call(draw.reals(shape), draw.whole(size, 0, max(shape[dim], 1)), dim=dim)


def _masked_select(draw: Draw, shape: Shape) -> Call:
    return call(draw.reals(draw.broadcastable(shape)), draw.truths(draw.broadcastable(shape)))


def _nonzero(draw: Draw, shape: Shape) -> Call:
    return call(draw.whole(shape, 0, 2).astype(float), as_tuple=draw.chance())


def _edited(ours: bool) -> Any:
    """`x[index] += y` on a copy: read, add, write."""

    def function(x: Any, y: Any, index: Any) -> Any:
        z = x.clone()
        z[index if ours else tensors(index)] += y
        return z

    return function


def _setitem(x: Any, y: Any, index: Any) -> Any:
    z = x.clone()
    z[index] = y
    return z


def _number_in(draw: Draw, shape: Shape) -> Call:
    return call(draw.reals(shape), 1.5, index=index_for(draw, shape))


def _add_in(draw: Draw, shape: Shape) -> Call:
    index = index_for(draw, shape, unique=True)
    return call(draw.reals(shape), draw.reals(picked_shape(shape, index)), index=index)


OUTSIDE = np.array([[0, 3], [1, 0]])

PICKING = {
    "gather": Samples(
        _gather,
        ours=lambda x, index, dim: ops.gather(x, dim, index),
        torch=lambda x, index, dim: T().gather(x, dim, index),
        errors=[
            call(MATRIX, OUTSIDE, dim=1),
            call(MATRIX, np.zeros((3, 3), int), dim=1),
            call(MATRIX, np.zeros(2, int), dim=1),
        ],
    ),
    "scatter": Samples(
        _scatter,
        ours=lambda x, index, src, dim: ops.scatter(x, dim, index, src),
        torch=lambda x, index, src, dim: x.scatter(dim, index, src),
        alike=True,
        errors=[
            call(MATRIX, OUTSIDE, np.ones((2, 2)), dim=1),
            call(MATRIX, OUTSIDE, np.ones((1, 2)), dim=1),
            call(MATRIX, OUTSIDE % 2, np.ones((2, 2), np.float32), dim=1),
        ],
    ),
    "scatter_add": Samples(
        _scatter_add,
        ours=lambda x, index, src, dim: ops.scatter_add(x, dim, index, src),
        torch=lambda x, index, src, dim: x.scatter_add(dim, index, src),
        alike=True,
        errors=[call(MATRIX, OUTSIDE, np.ones((2, 2)), dim=1)],
    ),
    "index_select": Samples(
        _index_select,
        ours=lambda x, index, dim: ops.index_select(x, dim, index),
        torch=lambda x, index, dim: T().index_select(x, dim, index),
        errors=[
            call(MATRIX, np.array([3]), dim=1),
            call(MATRIX, np.zeros((1, 1), int), dim=1),
            call(MATRIX, np.array([0]), dim=2),
        ],
    ),
    "take_along_dim": Samples(
        _take_along_dim, ours=ops.take_along_dim, errors=[call(MATRIX, np.zeros(2, int), dim=0)]
    ),
    "masked_select": Samples(
        _masked_select,
        ours=ops.masked_select,
        errors=[call(MATRIX, MATRIX), call(MATRIX, np.ones(2, bool))],
    ),
    "nonzero": Samples(_nonzero, ours=ops.nonzero),
    "x[i] = y": Samples(
        setting(unique=True),
        ours=_setitem,
        torch=torch_set,
        alike=True,
        errors=[call(MATRIX, np.ones(2), index=0), call(MATRIX, np.ones(3), index=2)],
    ),
    "x[i] = 1.5": Samples(_number_in, ours=_setitem, torch=torch_set, types=FLOATS),
    "x[i] += y": Samples(_add_in, ours=_edited(True), torch=_edited(False), alike=True),
}


# -- who comes first


def _sorting(draw: Draw, shape: Shape) -> Call:
    return call(draw.reals(shape), dim=draw.dim(shape), descending=draw.chance(), stable=True)


def _topk(draw: Draw, shape: Shape) -> Call:
    dim = draw.dim(shape)
    n = shape[dim] if shape else 1
    return call(
        draw.reals(shape), k=draw.number(0, n) if shape else 1, dim=dim, largest=draw.chance()
    )


def _kept(draw: Draw, shape: Shape) -> Call:
    return call(draw.reals(shape), dim=draw.dim(shape), keepdim=draw.chance())


def _plain_spread(draw: Draw, shape: Shape) -> Call:
    """The default correction, for which there must be two elements."""
    return call(draw.reals((2, *shape)))


def _old_spread(draw: Draw, shape: Shape) -> Call:
    shape = at_least(1, shape)
    return call(
        draw.reals(shape), dim=draw.dim(shape), unbiased=shape[0] > 99, keepdim=draw.chance()
    )


ALONE = (Kink(call(np.ones(1)), ()), Kink(call(np.ones(3)), ()))
TIED = (Kink(call(TIES, dim=1), ()), Kink(call(-TIES, dim=0), ()), Kink(call(TIES, dim=0), ()))

FIRSTS = {
    **{
        f"{name}(x)": Samples(
            unary(),
            ours=getattr(ops, name),
            torch=name,
            errors=[call(np.ones(0))],
            kinks=[Kink(call(TIES), ())],
        )
        for name in ("max", "min")
    },
    **{
        f"{name}(x, dim)": Samples(
            _kept,
            ours=getattr(ops, name),
            torch=name,
            errors=[*NO_SUCH_DIM, call(np.ones((2, 0)), dim=1)],
            kinks=TIED,
        )
        for name in ("max", "min")
    },
    **{
        f"{name}(x, y)": Samples(
            binary(numbers=False),
            ours=getattr(ops, name),
            torch=name,
            kinks=[Kink(call(TIES, TIES), ())],
        )
        for name in ("max", "min")
    },
    "median(x)": Samples(unary(), ours=ops.median, torch="median", types=NUMBERS),
    "median(x, dim)": Samples(
        _kept, ours=ops.median, torch="median", types=FLOATS, errors=NO_SUCH_DIM
    ),
    "sort": Samples(
        _sorting,
        ours=ops.sort,
        errors=NO_SUCH_DIM,
        kinks=[Kink(call(TIES, dim=1, stable=True), ())],
    ),
    "topk": Samples(
        _topk,
        ours=ops.topk,
        types=FLOATS,
        errors=[call(MATRIX, k=4), call(MATRIX, k=-1), call(MATRIX, k=1, dim=2)],
    ),
    "var(x)": Samples(_plain_spread, ours=ops.var, torch="var", kinks=ALONE),
    "std(x)": Samples(_plain_spread, ours=ops.std, torch="std", kinks=ALONE),
    "var(unbiased=False)": Samples(_old_spread, ours=ops.var, torch="var"),
    "clip": Samples(
        unary(min=(-1.0, None), max=(2.0, 0.5)), ours=ops.clip, torch="clip", types=FLOATS
    ),
}


# -- products


def _mm(draw: Draw, shape: Shape) -> Call:
    n, k, m = (*shape, 2, 3, 1)[:3]
    return call(draw.reals((n, k), -2, 2), draw.reals((k, m), -2, 2))


def _bmm(draw: Draw, shape: Shape) -> Call:
    b, n, k = (*shape, 2, 3, 1)[:3]
    return call(draw.reals((b, n, k), -2, 2), draw.reals((b, k, 2), -2, 2))


def _mv(draw: Draw, shape: Shape) -> Call:
    n, k = (*shape, 2, 3)[:2]
    return call(draw.reals((n, k), -2, 2), draw.reals((k,), -2, 2))


def _dot(draw: Draw, shape: Shape) -> Call:
    n = math.prod(shape)
    return call(draw.reals((n,), -2, 2), draw.reals((n,), -2, 2))


def _addmm(draw: Draw, shape: Shape) -> Call:
    product = _mm(draw, shape)
    n, m = product.inputs[0].shape[0], product.inputs[1].shape[1]
    bias = draw.reals(draw.broadcastable((n, m)))
    return call(bias, *product.inputs, beta=draw.one_of(1, 2), alpha=draw.one_of(1, 3))


EQUATIONS = (
    *(
        "ij,jk->ik",
        "ij,jk",
        "ij,kj->ik",
        "i,j->ij",
        "i,i",
        "ij->ji",
        "ij->",
        "ii",
        "ii->i",
        "bii->b",
    ),
    *("bij,bjk->bik", "...ij,...jk->...ik", "...i->...", "ij,j,i->", "ijk,k->ij", "bi,bi->b"),
)


def _einsum(draw: Draw, shape: Shape) -> Call:
    equation = draw.one_of(*EQUATIONS)
    lengths = dict(zip("ijkb", (*shape, 2, 3, 1, 2)[:4], strict=True))
    more = draw.broadcastable(shape)[:1]
    xs = [
        draw.reals((*more * ("..." in term), *(lengths[c] for c in term if c != ".")), -2, 2)
        for term in equation.split("->")[0].split(",")
    ]
    return call(*xs, equation=equation)


def _tensordot(draw: Draw, shape: Shape) -> Call:
    n, k, m = (*shape, 2, 3, 1)[:3]
    dims = draw.one_of(1, 2, ([1, 0], [0, 1]), 0)
    right = {1: (k, m), 2: (n, k), 0: (m,)}.get(dims if isinstance(dims, int) else -1, (k, n))
    return call(draw.reals((n, k), -2, 2), draw.reals(right, -2, 2), dims=dims)


def _inner(draw: Draw, shape: Shape) -> Call:
    shape = at_least(1, shape)
    return call(draw.reals(shape, -2, 2), draw.reals((2, shape[-1]), -2, 2))


PRODUCTS = {
    "mm": Samples(
        _mm, ours=ops.mm, alike=True, errors=[call(MATRIX, MATRIX), call(MATRIX, np.ones(3))]
    ),
    "bmm": Samples(
        _bmm,
        ours=ops.bmm,
        alike=True,
        errors=[call(np.ones((2, 3, 4)), np.ones((3, 4, 5))), call(MATRIX, MATRIX.T)],
    ),
    "mv": Samples(_mv, ours=ops.mv, alike=True, errors=[call(MATRIX, np.ones(2))]),
    "dot": Samples(
        _dot, ours=ops.dot, alike=True, errors=[call(np.ones(2), np.ones(3)), call(MATRIX, MATRIX)]
    ),
    "addmm": Samples(
        _addmm,
        ours=ops.addmm,
        alike=True,
        types=NUMBERS,
        errors=[call(np.ones(2), MATRIX, MATRIX.T @ MATRIX)],
    ),
    "einsum": Samples(
        _einsum,
        ours=lambda *xs, equation: ops.einsum(equation, *xs),
        torch=lambda *xs, equation: T().einsum(equation, *xs),
        alike=True,
        errors=[
            call(MATRIX, MATRIX, equation="ij,jk->ik"),
            call(MATRIX, equation="ijk"),
            call(MATRIX, equation="ij->k"),
            call(MATRIX, equation="ij,jk"),
            call(MATRIX, equation="i1"),
        ],
    ),
    "tensordot": Samples(
        _tensordot,
        ours=ops.tensordot,
        alike=True,
        types=NUMBERS,
        errors=[call(MATRIX, MATRIX, dims=1)],
    ),
    "inner": Samples(_inner, ours=ops.inner, alike=True, errors=[call(MATRIX, np.ones(2))]),
}


# -- are they the same?


def _nearly(draw: Draw, shape: Shape) -> Call:
    x = draw.reals(shape)
    return call(x, np.asarray(x + draw.one_of(0.0, 1e-9, 1e-4) * draw.truths(shape)))


EQUALITY = {
    "isclose": Samples(_nearly, ours=ops.isclose, alike=True, types=NUMBERS),
    "allclose": Samples(_nearly, ours=ops.allclose, alike=True, types=NUMBERS),
    "equal": Samples(_nearly, ours=ops.equal),
}

WITH_TYPES = {
    "sum(dtype)": Samples(
        lambda draw, shape: call(draw.reals(shape), dtype="float64"),
        ours=ops.sum,
        torch=lambda x, dtype: T().sum(x, dtype=getattr(T(), dtype)),
    ),
    "softmax(dtype)": Samples(
        along(dtype=("float64",)),
        ours=ops.softmax,
        torch=lambda x, dim, dtype: T().softmax(x, dim, dtype=getattr(T(), dtype)),
    ),
}

SAMPLES = SHAPES | JOINTS | PICKING | FIRSTS | PRODUCTS | EQUALITY | WITH_TYPES
