"""Samples for composed functions: extremes and orders, products, equality."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tinygrad_edu import ops
from tinygrad_edu.ops.normalise import layer_norm

from .drawing import (
    FLOATS,
    NUMBERS,
    Call,
    Draw,
    Kink,
    Samples,
    Shape,
    along,
    binary,
    call,
    torch,
    unary,
)
from .functions_shape import at_least

MATRIX = np.arange(6.0).reshape(2, 3)
TIES = np.array([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]])
NO_SUCH_DIM = (call(MATRIX, dim=2), call(MATRIX, dim=-3))


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


def _parts(draw: Draw, shape: Shape) -> Call:
    return call(
        draw.reals(shape),
        draw.one_of(0.5, 0.3, 1.0),
        dim=draw.one_of(None, draw.dim(shape)),
        keepdim=draw.chance(),
        interpolation=draw.one_of("linear", "lower", "higher", "midpoint"),
    )


def _stepping(draw: Draw, shape: Shape) -> Call:
    shape = at_least(1, shape)
    return call(draw.reals(shape), n=draw.number(0, 2), dim=draw.dim(shape))


NO_QUANTILE = (call(MATRIX, q=0.5, dim=2), call(np.arange(3), q=0.5))
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
    "quantile": Samples(
        _parts,
        ours=ops.quantile,
        types=FLOATS,
        empty=False,
        errors=[call(MATRIX, q=1.5), call(MATRIX, q=0.5, interpolation="between"), *NO_QUANTILE],
    ),
    "diff": Samples(
        _stepping, ours=ops.diff, types=FLOATS, errors=[call(np.ones(())), call(MATRIX, n=-1)]
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
        torch=lambda *xs, equation: torch.einsum(equation, *xs),
        alike=True,
        types=FLOATS,
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


def _layer_norm(draw: Draw, shape: Shape) -> Call:
    """Weight and bias of the shape of a sample, or one of them, or none."""
    last = (*shape[2:], 3)
    weight, bias = (draw.one_of(None, draw.reals(last)) for _ in range(2))
    return call(
        draw.reals((*shape[:2], *last)), weight, bias, normalized_shape=last, eps=draw.one_of(0.1)
    )


def _torch_layer_norm(
    x: Any, weight: Any, bias: Any, normalized_shape: Shape, eps: float = 1e-5
) -> Any:
    # PyTorch cannot differentiate it twice where one of the two is missing.
    weight = torch.ones(normalized_shape, dtype=x.dtype) if weight is None else weight
    bias = torch.zeros(normalized_shape, dtype=x.dtype) if bias is None else bias
    return torch.nn.functional.layer_norm(x, normalized_shape, weight, bias, eps)


WITH_TYPES = {
    "layer_norm": Samples(
        _layer_norm,
        ours=lambda x, weight, bias, normalized_shape, eps=1e-5: layer_norm(
            x, normalized_shape, weight, bias, eps
        ),
        torch=_torch_layer_norm,
        types=FLOATS,
        alike=True,
        errors=[
            call(MATRIX, None, None, normalized_shape=(2,)),
            call(MATRIX, np.ones(2), None, normalized_shape=(3,)),
        ],
    ),
    "sum(dtype)": Samples(
        lambda draw, shape: call(draw.reals(shape), dtype="float64"),
        ours=ops.sum,
        torch=lambda x, dtype: torch.sum(x, dtype=getattr(torch, dtype)),
    ),
    "softmax(dtype)": Samples(
        along(dtype=("float64",)),
        ours=ops.softmax,
        torch=lambda x, dim, dtype: torch.softmax(x, dim, dtype=getattr(torch, dtype)),
    ),
}

SAMPLES = FIRSTS | PRODUCTS | EQUALITY | WITH_TYPES
