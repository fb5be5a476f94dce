"""Samples for many numbers into fewer: sums, spreads, extremes, norms, orders, softmax."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from .drawing import (
    FLOATS,
    NUMBERS,
    Call,
    Case,
    Draw,
    Kink,
    Samples,
    Shape,
    along,
    call,
    reduction,
    torch,
    unary,
)

MATRIX = np.arange(6.0).reshape(2, 3)
NO_SUCH_DIM = (call(MATRIX, dim=2), call(MATRIX, dim=-3))
NAMED_TWICE = (*NO_SUCH_DIM, call(MATRIX, dim=(0, 0)), call(MATRIX, dim=(1, -1)))
TIES = np.array([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]])
SHARED = np.array([[0.0, 0.5, 0.5], [1 / 3, 1 / 3, 1 / 3]])


def _count(shape: Shape, dim: Any) -> int:
    if dim is None or not shape:
        return math.prod(shape)
    return math.prod(shape[d] for d in (dim if isinstance(dim, tuple) else (dim,)))


def _spread(draw: Draw, shape: Shape) -> Call:
    """Bessel's correction only where there are two elements: of one, the variance is NaN."""
    dim = draw.dims(shape)
    correction = draw.one_of(1, 0) if _count(shape, dim) > 1 else 0
    return call(draw.reals(shape), dim=dim, keepdim=draw.chance(), correction=correction)


def _with_zeros(draw: Draw, shape: Shape) -> np.ndarray:
    """Now and then an element is exactly zero: a product has a slope there, by no division."""
    return draw.reals(shape, -2, 2) * (draw.whole(shape, 0, 4) > 0)


def _product(draw: Draw, shape: Shape) -> Call:
    dim = draw.one_of(None, draw.dim(shape))
    keepdim = False if dim is None else draw.chance()
    return call(_with_zeros(draw, shape), dim=dim, keepdim=keepdim)


def _running_product(draw: Draw, shape: Shape) -> Call:
    return call(_with_zeros(draw, shape), dim=draw.dim(shape))


def _recurrence(draw: Draw, shape: Shape) -> Call:
    return call(
        draw.reals(shape),
        draw.reals(shape, -2, 2),
        dim=draw.dim(shape),
        start=draw.one_of(0.0, 1.0, 0.5),
        reverse=draw.chance(),
    )


def _place(draw: Draw, shape: Shape) -> Call:
    """The place of an extreme: among all elements, or along one dimension."""
    dim = draw.one_of(None, draw.dim(shape))
    return call(draw.reals(shape), dim=dim, keepdim=draw.chance())


def _questions(draw: Draw, shape: Shape) -> Call:
    """Zeros and ones, so that the answers differ."""
    dim = draw.one_of(None, draw.dim(shape))
    x = draw.whole(shape, 0, 2).astype(float)
    return call(x, dim=dim, keepdim=False if dim is None else draw.chance())


def _counting(draw: Draw, shape: Shape) -> Call:
    return call(draw.whole(shape, 0, 2).astype(float), dim=draw.dims(shape))


def _norm(draw: Draw, shape: Shape) -> Call:
    p = draw.one_of("fro", 1, 2, 3, 1.5, math.inf, -math.inf, 0, -1)
    dim = draw.dims(shape)
    if p == "fro" and isinstance(dim, tuple) and len(dim) > 2:
        p = 2  # PyTorch's Frobenius norm is that of a matrix, or of all there is
    return call(draw.reals(shape), p=p, dim=dim, keepdim=draw.chance())


def _standardize(draw: Draw, shape: Shape) -> Call:
    shape = shape or (2,)
    dims = draw.dims(shape)
    dim = dims if isinstance(dims, tuple) else tuple(range(len(shape)))
    return call(draw.reals(shape), dim=dim, eps=draw.one_of(0.1, 0.5))


def _torch_standardize(x: Any, dim: Any, eps: float = 1e-5) -> Any:
    d = x - x.mean(dim, keepdim=True)
    return d / ((d * d).mean(dim, keepdim=True) + eps).sqrt()


def _zeros(draw: Draw, shape: Shape) -> Call:
    return call(draw.whole(shape, 0, 2).astype(float))


def required(case: Case, name: str) -> Case:
    """The case, with a parameter that must be given where it would have been None."""

    def with_dim(draw: Draw, shape: Shape) -> Call:
        drawn = case(draw, shape)
        if drawn.params[name] is None:
            drawn.params[name] = draw.dim(shape)
        return drawn

    return with_dim


def torch_function(name: str) -> Callable[..., Any]:
    """`torch.<name>`, called without the parameters that are None."""

    def function(*args: Any, **params: Any) -> Any:
        given = {key: value for key, value in params.items() if value is not None}
        if "dim" not in given:
            given.pop("keepdim", None)
        return getattr(torch, name)(*args, **given)

    return function


def _torch_extreme(name: str) -> Callable[..., Any]:
    def function(x: Any, dim: Any = None, keepdim: bool = False) -> Any:
        return getattr(torch, name)(x, () if dim is None else dim, keepdim)

    return function


def _torch_recurrence(x: Any, y: Any, dim: int, start: float, reverse: bool) -> Any:
    x, y = (torch.movedim(v.reshape(v.shape or (1,)), dim, 0) for v in (x, y))
    z = [torch.full_like(x[0], start)] if len(x) else []
    steps = range(len(x) - 1, 0, -1) if reverse else range(len(x) - 1)
    for i in steps:
        z.append(x[i] + y[i] * z[-1])
    out = torch.stack(z[::-1] if reverse else z) if z else x
    return torch.movedim(out, 0, dim)


SUMS = {
    "sum": Samples(reduction(), linear="jointly", errors=NAMED_TWICE),
    "mean": Samples(reduction(), linear="jointly", errors=NAMED_TWICE),
    "prod": Samples(_product, torch=torch_function("prod"), errors=NO_SUCH_DIM),
    "var": Samples(_spread, errors=NAMED_TWICE),
    "std": Samples(
        _spread,
        errors=NAMED_TWICE,
        kinks=[Kink(call(np.ones(3), correction=0), (np.zeros(3),))],
    ),
    "cumsum": Samples(along(), linear="jointly", errors=NO_SUCH_DIM),
    "cumprod": Samples(_running_product, errors=NO_SUCH_DIM),
    "recurrence": Samples(
        _recurrence, torch=None, why="a building block of cumprod; PyTorch has no such function"
    ),
}

EXTREMES = {
    "amax": Samples(
        reduction(),
        torch=_torch_extreme("amax"),
        empty=False,
        errors=[*NAMED_TWICE, call(np.ones((2, 0)), dim=1), call(np.ones(0))],
        kinks=[
            Kink(call(TIES, dim=1), (SHARED,)),
            Kink(call(np.full(4, 2.0)), (np.full(4, 0.25),)),
        ],
    ),
    "amin": Samples(
        reduction(),
        torch=_torch_extreme("amin"),
        empty=False,
        errors=[*NAMED_TWICE, call(np.ones((2, 0)), dim=1), call(np.ones(0))],
        kinks=[Kink(call(-TIES, dim=1), (SHARED,))],
    ),
    "lower_median": Samples(unary(), torch="median", empty=False),
    "argmax": Samples(_place, types=NUMBERS, empty=False, errors=[*NO_SUCH_DIM, call(np.ones(0))]),
    "argmin": Samples(_place, types=NUMBERS, empty=False, errors=[*NO_SUCH_DIM, call(np.ones(0))]),
    "argsort": Samples(along(descending=(False, True), stable=(False, True)), errors=NO_SUCH_DIM),
    "argmedian": Samples(
        required(_place, "dim"),
        torch=lambda x, dim, keepdim=False: torch.median(x, dim, keepdim).indices,
        empty=False,
        errors=NO_SUCH_DIM,
    ),
    "all": Samples(_questions, torch=torch_function("all"), errors=NO_SUCH_DIM),
    "any": Samples(_questions, torch=torch_function("any"), errors=NO_SUCH_DIM),
    "count_nonzero": Samples(_counting, errors=NO_SUCH_DIM),
    "argwhere": Samples(_zeros),
}

SMOOTH = {
    "norm": Samples(
        _norm,
        empty=False,
        errors=NAMED_TWICE,
        kinks=[
            Kink(call(np.zeros(3)), (np.zeros(3),)),
            Kink(call(np.zeros(3), p=1), (np.zeros(3),)),
            Kink(call(np.array([2.0, -2.0, 1.0]), p=math.inf), (np.array([0.5, -0.5, 0.0]),)),
        ],
    ),
    "standardize": Samples(
        _standardize,
        torch=_torch_standardize,
        types=FLOATS,
        scalar=False,
        errors=[call(MATRIX, dim=(2,)), call(MATRIX, dim=(0, 0))],
    ),
    "softmax": Samples(along(), errors=NO_SUCH_DIM),
    "log_softmax": Samples(along(), errors=NO_SUCH_DIM),
    "logsumexp": Samples(required(reduction(), "dim"), errors=NAMED_TWICE),
}

SAMPLES = SUMS | EXTREMES | SMOOTH
