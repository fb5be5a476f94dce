"""Samples for what layers are made of: normalisation, windows over pictures."""

from __future__ import annotations

from typing import Any

import numpy as np

from tinygrad_edu import ops

from .drawing import FLOATS, Call, Draw, Samples, Shape, call

MATRIX = np.arange(6.0).reshape(2, 3)


# -- normalisation


def _standardize(draw: Draw, shape: Shape) -> Call:
    """Over one to all dimensions; ε is not small, for differences to be exact where x is flat."""
    shape = shape or (3,)
    dims = tuple(d for d in range(len(shape)) if draw.chance()) or (draw.dim(shape),)
    return call(draw.reals(shape), dim=dims, eps=draw.one_of(0.1, 1.0))


def _torch_standardize(x: Any, dim: Shape, eps: float = 1e-5) -> Any:
    mean, var = x.mean(dim, keepdim=True), x.var(dim, correction=0, keepdim=True)
    return (x - mean) / (var + eps).sqrt()


def _layer_norm(draw: Draw, shape: Shape) -> Call:
    shape = shape or (3,)
    last = shape[draw.number(0, len(shape) - 1) :]
    weight = draw.one_of(draw.reals(last), None)
    # PyTorch has no second derivative with a bias alone.
    bias = None if weight is None else draw.one_of(draw.reals(last), None)
    return call(draw.reals(shape), last, weight, bias, 0.1)


SAMPLES = {
    "standardize": Samples(
        _standardize,
        torch=_torch_standardize,
        scalar=False,
        types=FLOATS,
        errors=[
            call(MATRIX, dim=(2,)),
            call(MATRIX, dim=(0, 0)),
            call(np.arange(3), dim=(0,)),
        ],
    ),
}

FUNCTIONS = {
    "layer_norm": Samples(
        _layer_norm,
        torch="nn.functional.layer_norm",
        ours=ops.layer_norm,
        alike=True,
        scalar=False,
        types=FLOATS,
        errors=[
            call(MATRIX, normalized_shape=(2,)),
            call(MATRIX, (3,), np.ones(2)),
            call(MATRIX, (3,), None, np.ones((2, 3))),
        ],
    ),
}
