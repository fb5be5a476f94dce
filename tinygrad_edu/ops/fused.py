"""Several steps under one name, as the update rules of optimizers are written in PyTorch."""

from __future__ import annotations

import numpy as np

from ..errors import DimError, DTypeError, ShapeError
from ..op import SWITCH, Array, op
from .indexing import put_back
from .places import within, wrap
from .shape import reshape


@op(family=SWITCH, formula=r"z = input + value \cdot tensor_1 \odot tensor_2")
def addcmul(input: Array, tensor1: Array, tensor2: Array, *, value: float = 1) -> Array:
    """input + value · tensor1 · tensor2, elementwise."""
    return input + value * (tensor1 * tensor2)


addcmul.defvjp(
    input=lambda g: g,
    tensor1=lambda g, tensor2, value: g * (tensor2 * value),
    tensor2=lambda g, tensor1, value: g * (tensor1 * value),
)


@op(family=SWITCH, formula=r"z = input + value \cdot tensor_1 / tensor_2")
def addcdiv(input: Array, tensor1: Array, tensor2: Array, *, value: float = 1) -> Array:
    """input + value · tensor1 / tensor2, elementwise: the step of Adam and its kin.

    Raises `DTypeError` where all are whole numbers.
    """
    if np.result_type(tensor1, tensor2).kind in "iub":
        raise DTypeError(
            "addcdiv: whole numbers are divided by whole numbers, and would lose their fractions. "
            "Convert first: x.float()."
        )
    return input + value * (tensor1 / tensor2)


addcdiv.defvjp(
    input=lambda g: g,
    tensor1=lambda g, tensor2, value: g * value / tensor2,
    tensor2=lambda g, tensor1, tensor2, value: -g * value * tensor1 / (tensor2 * tensor2),
)


@op(family=SWITCH, formula=r"z = input + weight \odot (end - input)")
def lerp(input: Array, end: Array, weight: Array) -> Array:
    """input + weight · (end − input): from `input` at weight 0 to `end` at 1, on a straight
    line. From weight ½ on it is computed from `end`, so that both ends are met exactly.
    """
    step = end - input
    return np.where(np.abs(weight) < 0.5, input + weight * step, end - step * (1 - weight))


lerp.defvjp(
    input=lambda g, weight: g * (1 - weight),
    end=lambda g, weight: g * weight,
    weight=lambda g, input, end: g * (end - input),
)


def index_add(input: Array, dim: int, index: Array, source: Array, *, alpha: float = 1) -> Array:
    """`input` with the slices of `source` added at the places `index` along `dim`, each times
    alpha; where an index repeats, they add up.

    input (…, n, …), index (k), source (…, k, …). Raises `PlaceError` where an index is negative or
    too large, `ShapeError` where the shapes do not fit, `DTypeError` for other types.
    """
    shape = tuple(input.shape)
    if len(index.shape) > 1:
        raise DimError(
            f"index_add: the index has shape {tuple(index.shape)}, but one dimension is expected. "
            "Flatten it, with source to match."
        )
    if source.dtype != input.dtype:
        raise DTypeError(
            f"index_add: source is {source.dtype}, but the tensor is {input.dtype}. Use "
            "source.to(x.dtype)."
        )
    if index.dtype.kind not in "iu":
        raise DTypeError(f"index_add: the index is {index.dtype}. Use integers: index.long().")
    dim = wrap(dim, len(shape), "index_add")
    places = reshape(index, (-1,))
    whole = shape or (1,)
    expected = (*whole[:dim], places.shape[0], *whole[dim + 1 :])
    given = tuple(source.shape) or (1,)
    if given != expected:
        raise ShapeError(
            f"index_add: source {tuple(source.shape)} does not fit: for {places.shape[0]} places "
            f"along dimension {dim} of {shape}, {expected} was expected."
        )
    within("index_add", getattr(places, "array", places), whole[dim])
    added = source if alpha == 1 else source * alpha
    where = (*[slice(None)] * dim, getattr(places, "array", places))
    return input + reshape(put_back(reshape(added, given), where, whole), shape)
