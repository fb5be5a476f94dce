"""Numbers brought to mean 0 and variance 1: the middle of batch norm and of layer norm."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ..errors import InputTypeError, ShapeError
from ..op import SCALER, Array, op
from .dims import add_up, floating
from .places import expect_tensors, wrap_all


@op(family=SCALER, formula=r"z = \frac{x - \bar x}{\sqrt{\mathrm{var}(x) + \varepsilon}}")
def standardize(x: Array, dim: Sequence[int], eps: float = 1e-5) -> Array:
    """x with its mean over `dim` taken off, divided by its standard deviation over `dim`.

    The mean and the deviation depend on every x, so two shares come back from z: with s the
    deviation, dL/dx = (g − mean(g) − z · mean(g z))/s. The rule works z and s out from x again.
    Keeping s from the forward pass would save two passes over x, but then s would be a constant to
    the derivative of the rule, and the second derivative wrong. Reference: Ioffe, Szegedy, "Batch
    normalization", ICML (2015), section 3.
    """
    floating("standardize", x)
    axes = wrap_all(dim, x.ndim, "standardize")
    n = _count(x.shape, axes)
    d = x - add_up(x, axes, keepdims=True) / n
    d /= np.sqrt(add_up(d * d, axes, keepdims=True) / n + eps)
    return d


def _standardize_x(g: Array, x: Array, dim: Sequence[int], eps: float) -> Array:
    axes = tuple(d % len(x.shape) for d in dim)
    n = _count(x.shape, axes)
    d = x - x.sum(axis=axes, keepdims=True) / n
    s = np.sqrt((d * d).sum(axis=axes, keepdims=True) / n + eps)
    z = d / s
    gz = (g * z).sum(axis=axes, keepdims=True) / n
    return (g - g.sum(axis=axes, keepdims=True) / n - z * gz) / s


def _count(shape: Sequence[int], axes: Sequence[int]) -> int:
    return math.prod(shape[d] for d in axes) or 1


standardize.defvjp(
    x=_standardize_x,
)


def layer_norm(
    input: Array,
    normalized_shape: Sequence[int],
    weight: Array | None = None,
    bias: Array | None = None,
    eps: float = 1e-5,
) -> Array:
    """Each sample brought to mean 0 and variance 1 over its last dimensions, then w · x + b.

    input (…, *normalized_shape); weight and bias have that shape, or are left out. Reference: Ba,
    Kiros, Hinton, "Layer normalization", arXiv:1607.06450 (2016).
    """
    try:
        last = tuple(normalized_shape)
    except TypeError:
        raise InputTypeError(
            f"layer_norm: normalized_shape={normalized_shape!r:.40}, but the shape of one sample "
            "was expected: a tuple such as (64,)."
        ) from None
    if not hasattr(input, "shape"):
        expect_tensors("layer_norm", input)
    if not last or tuple(input.shape)[-len(last) :] != last:
        raise ShapeError(
            f"layer_norm: x {tuple(input.shape)} does not end in normalized_shape {last}. It is "
            "the shape of one sample, over which mean and variance are taken."
        )
    for name, x in (("weight", weight), ("bias", bias)):
        if x is not None and tuple(x.shape) != last:
            raise ShapeError(
                f"layer_norm: {name} {tuple(x.shape)} does not fit normalized_shape {last}: each "
                "place of a sample has its own. The shapes must be equal."
            )
    z = standardize(input, dim=tuple(range(-len(last), 0)), eps=eps)
    z = z if weight is None else z * weight
    return z if bias is None else z + bias
