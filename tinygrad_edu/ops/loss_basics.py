"""What all losses share: whether a target fits, and how many losses become one number. Not ops
themselves.

    "none"       the losses as they are
    "sum"        their sum: each element receives the gradient g
    "mean"       their mean: each of the n elements receives g/n
    "batchmean"  their sum over the number of examples, the length of the first dimension

A prediction and its target must have the same shape. (N, 1) against (N,) would broadcast to (N, N)
and compare every prediction with every target: a wrong loss that still goes down. Here it is
refused.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..errors import ArgumentError, DTypeError, TargetError
from ..op import Array
from .dims import add_up

Shape = tuple[int, ...]


def reduced(name: str, losses: Array, reduction: str, n: float | None = None) -> Array:
    """The elements' losses as the number that `reduction` asks for; `n` is what the mean divides
    by.
    """
    if reduction == "none":
        return losses
    total = add_up(losses, None)
    if reduction == "sum":
        return total
    if reduction in ("mean", "batchmean"):
        n = losses.size if n is None else n
        return total / n if n else total * math.nan  # the mean of nothing, as in PyTorch
    raise ArgumentError(
        f"{name}: reduction={reduction!r} is not a way to make one number of many. "
        "Use 'mean', 'sum' or 'none'."
    )


def dealt(g: Array, reduction: str, n: float) -> Array:
    """What each element's loss receives of the gradient `g`: the n-th part of it for a mean."""
    return g / n if n and reduction in ("mean", "batchmean") else g


def size(*shapes: Shape) -> int:
    """How many elements the shapes have together, broadcast."""
    return math.prod(shapes[0] if len(shapes) == 1 else np.broadcast_shapes(*shapes))


def constant(values: Any, like: Array) -> np.ndarray:
    """Weights, which get no gradient, as a plain array in the number type of `like`."""
    return np.asarray(plain(values), like.dtype)


def plain(values: Any) -> Any:
    """The array inside a tensor; what is no tensor stays as it is."""
    return getattr(values, "array", values)


def check(name: str, x: Array, target: Array) -> None:
    """Refuse a target of another shape, and whole numbers, which no gradient can improve."""
    if np.shape(x) != np.shape(target):
        raise TargetError(_misfit(name, np.shape(x), np.shape(target)))
    check_floating(name, x)


def check_floating(name: str, x: Array) -> None:
    """Refuse a prediction in whole numbers."""
    if x.dtype.kind != "f":
        raise DTypeError(
            f"{name}: the prediction is {x.dtype}, but a loss is measured on floating point "
            "numbers. Convert it: x.float()."
        )


def check_weight(name: str, weight: Any, shape: Shape, word: str = "weight") -> None:
    """Refuse a weight that does not broadcast to the prediction's `shape`."""
    if weight is None:
        return
    try:
        fits = np.broadcast_shapes(np.shape(weight), shape) == shape
    except ValueError:
        fits = False
    if not fits:
        raise TargetError(
            f"{name}: {word} has shape {np.shape(weight)}, which does not broadcast to the "
            f"prediction's {shape}. Give one weight per element, or one per output."
        )


def _misfit(name: str, x: Shape, target: Shape) -> str:
    says = f"{name}: the prediction has shape {x}, the target {target}; they must be equal. "
    try:
        broadcast = np.broadcast_shapes(x, target)
    except ValueError:
        return says + "Check which examples and which outputs each of them holds."
    says += f"They would broadcast to {broadcast}, comparing what does not belong together. "
    if math.prod(x) != math.prod(target):
        return says + f"If one target is meant for many predictions, say so: target.expand({x})."
    if len(x) > len(target):
        return says + "Drop the extra dimension, x.squeeze(-1), or add it: target.view_as(x)."
    return says + "Drop the extra dimension, target.squeeze(-1), or write target.view_as(x)."
