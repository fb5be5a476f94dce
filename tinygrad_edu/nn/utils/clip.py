"""Gradients held in bounds, in place: a cliff in the loss must not throw the parameters far away.

Reference: Pascanu, Mikolov, Bengio, "On the difficulty of training recurrent neural networks", ICML
(2013).
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from ... import memory
from ...errors import ArgumentError, GradientError
from ...tensor import Tensor


def get_total_norm(
    tensors: Tensor | Iterable[Tensor],
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """The norm of all the tensors as one long vector; `norm_type` may be infinity.

    Raises `GradientError` where it is not finite and `error_if_nonfinite`. `foreach`, which
    PyTorch uses to choose a faster way, changes nothing here.
    """
    arrays = [x.array for x in ([tensors] if isinstance(tensors, Tensor) else tensors)]
    if not arrays:
        return Tensor(np.zeros((), np.float32))
    order = float(norm_type)
    lengths = [np.linalg.norm(a.reshape(-1), order) if a.size else a.dtype.type(0) for a in arrays]
    total = np.asarray(np.linalg.norm(np.stack(lengths), order))
    if error_if_nonfinite and not math.isfinite(total):
        raise GradientError(
            f"get_total_norm: the gradients' norm of order {order} is {total}, so they cannot be "
            "clipped. Look for the first step at which the loss is NaN or infinite, or pass "
            "error_if_nonfinite=False."
        )
    return Tensor(total)


def clip_grads_with_norm_(
    parameters: Tensor | Iterable[Tensor],
    max_norm: float,
    total_norm: Tensor,
    foreach: bool | None = None,
) -> None:
    """Multiply the gradients, whose norm is `total_norm`, so that it becomes at most `max_norm`."""
    # 1e-6 as PyTorch: after the step the norm lies a little under the bound.
    factor = min(max_norm / (total_norm.item() + 1e-6), 1.0)
    for g in _gradients(parameters):
        g.array *= factor
        memory.stamp(g.array)


def clip_grad_norm_(
    parameters: Tensor | Iterable[Tensor],
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """Shorten all gradients together to at most `max_norm`; returns the norm that they had.

    They keep their direction. Parameters without a gradient are passed over.
    """
    if isinstance(parameters, Tensor):
        parameters = [parameters]
    parameters = list(parameters)  # a generator can be read only once
    if not max_norm >= 0:
        raise ArgumentError(
            f"clip_grad_norm_: max_norm={max_norm}, but it is a length: a number ≥ 0."
        )
    return clip_gradients(parameters, max_norm, norm_type, error_if_nonfinite)


def clip_gradients(
    parameters: list[Tensor], max_norm: float, norm_type: float, error_if_nonfinite: bool
) -> Tensor:
    """`clip_grad_norm_` of a list."""
    total = get_total_norm(_gradients(parameters), norm_type, error_if_nonfinite)
    clip_grads_with_norm_(parameters, max_norm, total)
    return total


def clip_grad_value_(
    parameters: Tensor | Iterable[Tensor], clip_value: float, foreach: bool | None = None
) -> None:
    """Hold each element of the gradients between −clip_value and clip_value."""
    several = [parameters] if isinstance(parameters, Tensor) else list(parameters)
    clip_values(several, float(clip_value))


def clip_values(parameters: list[Tensor], bound: float) -> None:
    """`clip_grad_value_` of a list."""
    for g in _gradients(parameters):
        np.clip(g.array, -bound, bound, out=g.array)
        memory.stamp(g.array)


def _gradients(parameters: Tensor | Iterable[Tensor]) -> list[Tensor]:
    several = [parameters] if isinstance(parameters, Tensor) else parameters
    return [p.grad for p in several if p.grad is not None]
