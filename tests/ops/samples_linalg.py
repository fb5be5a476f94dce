"""Samples for products of matrices, vectors and tensors."""

from __future__ import annotations

from typing import Any

import numpy as np

from .drawing import FLOATS, Call, Draw, Samples, Shape, call, torch


def _matmul(draw: Draw, shape: Shape) -> Call:
    """`shape` is the batch; the matrices have 1 to 3 rows and columns; either may be a vector."""
    n, k, m = draw.number(1, 3), draw.number(1, 3), draw.number(1, 3)
    if 0 in shape and draw.chance():
        shape, k = (), 0  # nothing to add up: the product is all zeros
    left = (k,) if draw.chance() else (*draw.broadcastable(shape), n, k)
    right = (k,) if draw.chance() else (*draw.broadcastable(shape), k, m)
    return call(draw.reals(left, -2, 2), draw.reals(right, -2, 2))


def _linear(draw: Draw, shape: Shape) -> Call:
    n, k = draw.number(1, 3), draw.number(1, 3)
    bias = draw.one_of(draw.reals((n,)), None)
    return call(draw.reals((*shape, k), -2, 2), draw.reals((n, k), -2, 2), bias)


def _outer(draw: Draw, shape: Shape) -> Call:
    n, m = (*shape, 2, 3)[:2]
    return call(draw.reals((n,)), draw.reals((m,)))


PRODUCTS = (
    (("ij", "jk"), "ik"),
    (("i", "i"), ""),
    (("i", "j"), "ij"),
    (("bij", "bjk"), "bik"),
    (("ij",), "ji"),
    (("ij",), "i"),
    (("ij", "j", "i"), ""),
    (("ijk", "k"), "ji"),
    (("i", "ij"), "ij"),
)


def contraction(draw: Draw, shape: Shape) -> Call:
    """Tensors whose dimensions have names; a name stands for one length."""
    terms, result = draw.one_of(*PRODUCTS)
    lengths = dict(zip("ijkb", (*shape, 2, 3, 1, 2)[:4], strict=True))
    xs = [draw.reals([lengths[name] for name in term], -2, 2) for term in terms]
    return call(*xs, terms=terms, result=result)


def _torch_contract(*xs: Any, terms: tuple[str, ...], result: str) -> Any:
    return torch.einsum(f"{','.join(terms)}->{result}", *xs)


def _invertible(draw: Draw, shape: Shape, n: int) -> np.ndarray:
    """Matrices that are far from singular: their diagonal outweighs the rest."""
    return draw.reals((*shape, n, n), -1, 1) + 4 * np.eye(n)


def _system(draw: Draw, shape: Shape) -> Call:
    """`shape` is the batch, which broadcasts; one to three equations."""
    n, m = draw.number(1, 3), draw.number(1, 3)
    A, b = draw.broadcastable(shape), draw.broadcastable(shape)
    return call(_invertible(draw, A, n), draw.reals((*b, n, m)))


def _square(draw: Draw, shape: Shape) -> Call:
    return call(_invertible(draw, shape, draw.number(1, 3)))


SAMPLES = {
    "matmul": Samples(
        _matmul,
        linear="each",
        alike=True,
        errors=[
            call(np.ones((2, 3)), np.ones((2, 3))),
            call(np.ones(3), np.ones(4)),
            call(np.ones(()), np.ones(3)),
            call(np.ones((2, 3, 4)), np.ones((3, 4, 5))),
        ],
    ),
    "linear": Samples(
        _linear,
        torch="nn.functional.linear",
        alike=True,
        errors=[
            call(np.ones((2, 3)), np.ones((4, 2))),
            call(np.ones((2, 3)), np.ones((4, 3)), np.ones(3)),
        ],
    ),
    "solve_systems": Samples(
        _system,
        torch="linalg.solve",
        alike=True,
        types=FLOATS,
        errors=[
            call(np.ones((2, 3)), np.ones((2, 1))),
            call(np.eye(2), np.ones((3, 1))),
            call(np.ones((2, 2)), np.ones((2, 1))),
            call(np.eye(2, dtype=int), np.ones((2, 1))),
        ],
    ),
    "det": Samples(
        _square,
        torch="linalg.det",
        types=FLOATS,
        errors=[call(np.ones((2, 3))), call(np.ones(3)), call(np.eye(2, dtype=int))],
    ),
    "outer": Samples(_outer, linear="each", errors=[call(np.ones((2, 2)), np.ones(2))]),
    "contract": Samples(
        contraction, torch=_torch_contract, linear="each", alike=True, types=FLOATS
    ),
}
