"""Samples for one number in, one number out: exponentials, angles, activations, choices."""

from __future__ import annotations

from typing import Any

import numpy as np

from .drawing import FLOATS, NUMBERS, Call, Draw, Kink, Samples, Shape, binary, call, unary

ZERO = np.zeros(2)
CLASH = (call(np.ones((2, 3)), np.ones(2)), call(np.ones((2, 3)), np.ones((3, 2))))
TIE = np.array([1.0, -2.0])


def _at_zero(slope: float, **params: Any) -> list[Kink]:
    return [Kink(call(ZERO, **params), (np.full(2, slope),))]


def _clamp(draw: Draw, shape: Shape) -> Call:
    """Bounds that are numbers, tensors or absent, now and then in the wrong order."""
    x = draw.reals(shape)
    kind = draw.one_of("tensors", "tensors", "numbers", "low", "high", "one tensor")
    if kind == "tensors":
        return call(
            x,
            draw.reals(draw.broadcastable(shape), -3, 1),
            draw.reals(draw.broadcastable(shape), 0, 3),
        )
    if kind == "one tensor":
        return call(x, None, draw.reals(draw.broadcastable(shape), -3, 3))
    low, high = draw.one_of((-1.0, 2.0), (-0.5, 0.5), (1.0, -1.0))
    return call(x, None if kind == "high" else low, None if kind == "low" else high)


def _where(draw: Draw, shape: Shape) -> Call:
    kind = draw.one_of("arrays", "arrays", "number left", "number right")
    x: Any = draw.reals(draw.broadcastable(shape))
    y: Any = draw.reals(draw.broadcastable(shape))
    if kind == "number left":
        x = 1.5
    if kind == "number right":
        y = -0.5
    return call(draw.truths(draw.broadcastable(shape)), x, y)


def _masked_fill(draw: Draw, shape: Shape) -> Call:
    value: Any = draw.one_of(0.0, -1.5, None)
    return call(
        draw.reals(shape),
        draw.truths(draw.broadcastable(shape)),
        draw.reals(()) if value is None else value,
    )


def _heaviside(draw: Draw, shape: Shape) -> Call:
    """Among the arguments are zeros, where the second input is chosen."""
    x = draw.reals(draw.broadcastable(shape)) * draw.whole((), 0, 2)
    return call(np.asarray(x), draw.reals(draw.broadcastable(shape)))


EXPONENTIALS = {
    "exp": Samples(unary()),
    "expm1": Samples(unary()),
    "log": Samples(unary(0.25, 4.25)),
    "log2": Samples(unary(0.25, 4.25)),
    "log10": Samples(unary(0.25, 4.25)),
    "log1p": Samples(unary(-0.75, 3.25)),
    "erf": Samples(unary()),
    "erfc": Samples(unary()),
}

ANGLES = {
    "sin": Samples(unary()),
    "cos": Samples(unary()),
    "tan": Samples(unary(-1.25, 1.25)),
    "asin": Samples(unary(-0.875, 0.875)),
    "acos": Samples(unary(-0.875, 0.875)),
    "atan": Samples(unary()),
    "atan2": Samples(
        binary((0.5, 4.0), numbers=False),
        broadcasts=True,
        errors=CLASH,
    ),
    "sinh": Samples(unary()),
    "cosh": Samples(unary()),
    "tanh": Samples(unary()),
}

ACTIVATIONS = {
    "sigmoid": Samples(unary()),
    "logsigmoid": Samples(unary(), torch="nn.functional.logsigmoid"),
    "softplus": Samples(
        unary(-6.0, 10.0, beta=(1.0, 2.0, 0.5), threshold=(20.0, 3.0)),
        torch="nn.functional.softplus",
    ),
    "silu": Samples(unary(), torch="nn.functional.silu"),
    "gelu": Samples(unary(approximate=("none", "tanh")), torch="nn.functional.gelu"),
    "relu": Samples(unary(), types=NUMBERS, kinks=_at_zero(0.0)),
    "leaky_relu": Samples(
        unary(negative_slope=(0.01, 0.25)),
        torch="nn.functional.leaky_relu",
        kinks=_at_zero(0.25, negative_slope=0.25),
    ),
    "elu": Samples(
        unary(alpha=(1.0, 0.5)), torch="nn.functional.elu", kinks=_at_zero(0.5, alpha=0.5)
    ),
    "selu": Samples(unary(), kinks=_at_zero(1.0507009873554805 * 1.6732632423543772)),
    "hardtanh": Samples(
        unary(min_val=(-1.0, -2.0), max_val=(1.0, 0.5)),
        torch="nn.functional.hardtanh",
        types=NUMBERS,
        kinks=[Kink(call(np.array([-1.0, 1.0])), (ZERO,))],
    ),
    "step": Samples(
        unary(),
        torch=None,
        why="PyTorch's heaviside has no gradient; step's is zero, so that one can watch it vanish",
        kinks=_at_zero(0.0),
    ),
    "heaviside": Samples(_heaviside, alike=True, broadcasts=True, errors=CLASH),
}

CHOICES = {
    "maximum": Samples(
        binary(numbers=False),
        broadcasts=True,
        errors=CLASH,
        kinks=[Kink(call(TIE, TIE), (np.full(2, 0.5), np.full(2, 0.5)))],
    ),
    "minimum": Samples(
        binary(numbers=False),
        broadcasts=True,
        errors=CLASH,
        kinks=[Kink(call(TIE, TIE), (np.full(2, 0.5), np.full(2, 0.5)))],
    ),
    "clamp": Samples(
        _clamp,
        errors=[call(np.ones(2), None, None)],
        kinks=[
            Kink(call(TIE, -2.0, 1.0), (np.ones(2),)),
            Kink(call(TIE, np.full(2, -2.0), np.ones(2)), (np.ones(2), ZERO, ZERO)),
        ],
    ),
    "where": Samples(
        _where,
        broadcasts=True,
        errors=[
            call(np.ones((2, 3), bool), np.ones(2), np.ones(3)),
            call(np.ones(2), np.ones(2), np.ones(2)),
        ],
    ),
    "masked_fill": Samples(
        _masked_fill,
        types=FLOATS,
        errors=[
            call(np.ones(2), np.ones(2), 1.0),
            call(np.ones(2), np.ones(2, bool), np.ones(2)),
            call(np.ones(2), np.ones(3, bool), 1.0),
        ],
    ),
}

SAMPLES = EXPONENTIALS | ANGLES | ACTIVATIONS | CHOICES
