"""Samples for sums, products, powers, comparisons and changes of type."""

from __future__ import annotations

from typing import Any

import numpy as np

from .drawing import FLOATS, NUMBERS, Call, Draw, Kink, Samples, Shape, binary, call, unary

AWAY_FROM_ZERO = (0.5, 4.0)


def _power(draw: Draw, shape: Shape) -> Call:
    """x^y: any x with a whole exponent, positive x with any exponent, a number on either side."""
    kind = draw.one_of("tensors", "whole", "number", "base")
    x: Any = draw.reals(draw.broadcastable(shape), 0.25, 2.25)
    if kind == "whole":
        x = draw.reals(shape, -2.0, 2.0)
        return call(x, draw.one_of(2, 3, 1, 0, -1, 2.0))
    if kind == "number":
        return call(x, draw.one_of(0.5, 1.5, -0.5, -2.0))
    y = draw.reals(draw.broadcastable(shape), -2.0, 2.0)
    return call(draw.one_of(2.0, 0.5) if kind == "base" else x, y)


def _cast(draw: Draw, shape: Shape) -> Call:
    return call(draw.reals(shape), dtype=np.dtype("float64"), source=np.dtype("float64"))


def _equals(draw: Draw, shape: Shape) -> Call:
    """Small whole numbers, so that some are equal."""
    return call(
        draw.whole(draw.broadcastable(shape), -1, 2).astype(float),
        draw.whole(draw.broadcastable(shape), -1, 2).astype(float),
    )


def _whole(draw: Draw, shape: Shape) -> Call:
    return call(
        draw.whole(draw.broadcastable(shape), -4, 4), draw.whole(draw.broadcastable(shape), -4, 4)
    )


def _whole_one(draw: Draw, shape: Shape) -> Call:
    return call(draw.whole(shape, -4, 4))


def _strange(draw: Draw, shape: Shape) -> Call:
    """Ordinary numbers, infinities and NaN."""
    return call(np.asarray(np.take([1.5, 0.0, np.inf, -np.inf, np.nan], draw.whole(shape, 0, 5))))


def _clash(dtype: type = float) -> tuple[Call, ...]:
    """Shapes that do not broadcast."""
    x, vector, turned = np.ones((2, 3), dtype), np.ones(2, dtype), np.ones((3, 2), dtype)
    return call(x, vector), call(x, turned)


STEPS = binary(y=(1.25, 3.25))
BY_ZERO = call(np.array([1, 2]), np.array([1, 0]))

SAMPLES = {
    "add": Samples(binary(), linear="jointly", broadcasts=True, errors=_clash()),
    "sub": Samples(binary(), types=NUMBERS, linear="jointly", broadcasts=True, errors=_clash()),
    "mul": Samples(binary(), linear="each", broadcasts=True, errors=_clash()),
    "div": Samples(binary(y=AWAY_FROM_ZERO), broadcasts=True, errors=_clash()),
    "neg": Samples(unary(), linear="jointly"),
    "pow": Samples(_power, types=FLOATS, broadcasts=True, errors=_clash()),
    "abs": Samples(unary(), kinks=[Kink(call(np.zeros(2)), (np.zeros(2),))]),
    "square": Samples(unary(), types=NUMBERS),
    "sqrt": Samples(unary(0.25, 4.25)),
    "rsqrt": Samples(unary(0.25, 4.25)),
    "reciprocal": Samples(unary(0.25, 4.25)),
    "remainder": Samples(STEPS, broadcasts=True, errors=(*_clash(), BY_ZERO)),
    "floor_divide": Samples(STEPS, broadcasts=True, errors=(*_clash(), BY_ZERO)),
    "sign": Samples(unary(), types=NUMBERS),
    "floor": Samples(unary()),
    "ceil": Samples(unary()),
    "round": Samples(unary(decimals=(0, 1))),
    "trunc": Samples(unary()),
    "cast": Samples(
        _cast,
        torch=None,
        why="it is PyTorch's `to`, and compared under that name",
        linear="jointly",
        same_dtype=False,
    ),
    **{
        name: Samples(_equals, broadcasts=True, errors=_clash())
        for name in (
            *("eq", "ne", "lt", "le", "gt", "ge"),
            *("logical_and", "logical_or", "logical_xor"),
        )
    },
    **{
        name: Samples(_whole, broadcasts=True, errors=_clash(int))
        for name in ("bitwise_and", "bitwise_or", "bitwise_xor")
    },
    "logical_not": Samples(unary()),
    "bitwise_not": Samples(_whole_one),
    **{name: Samples(_strange, types=FLOATS) for name in ("isnan", "isinf", "isfinite")},
}
