"""Losses of probabilities: the price of a truth that the prediction held for unlikely."""

from __future__ import annotations

import numpy as np

from ..errors import ArgumentError
from ..op import SCALER, Array, op
from .activation import logsigmoid, sigmoid
from .loss_basics import check, check_floating, check_weight, constant, dealt, reduced, size

__all__ = ["binary_cross_entropy", "binary_cross_entropy_with_logits", "kl_div"]


@op(family=SCALER, formula=r"z = -\frac{1}{n}\sum w\,(t \ln x + (1 - t) \ln(1 - x))")
def binary_cross_entropy(
    x: Array, target: Array, weight: Array | None = None, reduction: str = "mean"
) -> Array:
    """Cross-entropy of a probability x with a truth t, both in [0, 1].

    The logarithms are held above −100, so that a sure and wrong prediction costs 100, not infinity.
    From a network's last layer prefer `binary_cross_entropy_with_logits`, which cannot lose digits.
    Raises `ArgumentError` where x or t is no probability.
    """
    check("binary_cross_entropy", x, target)
    check_weight("binary_cross_entropy", weight, x.shape)
    _check_share(x, "prediction", "Apply sigmoid() first, or use binary_cross_entropy_with_logits.")
    _check_share(target, "target", "Scale it, or use mse_loss if it is no probability.")
    yes, no = _held_logs(x)
    losses = (target - 1) * no - target * yes
    if weight is not None:
        losses = losses * constant(weight, x)
    return reduced("binary_cross_entropy", losses, reduction)


def _check_share(x: Array, what: str, fix: str) -> None:
    if x.size and not (x.min() >= 0 and x.max() <= 1):
        raise ArgumentError(
            f"binary_cross_entropy: the {what} has elements from {x.min():g} to {x.max():g}, but a "
            f"probability lies between 0 and 1. {fix}"
        )


def _held_logs(x: Array) -> tuple[Array, Array]:
    """ln x and ln(1 − x), not below −100."""
    with np.errstate(divide="ignore"):
        return np.maximum(np.log(x), -100), np.maximum(np.log1p(-x), -100)


def _weighted(g: Array, weight: Array | None, x: Array, reduction: str) -> Array:
    """What each element's unweighted loss receives of the gradient `g`."""
    g = dealt(g, reduction, size(x.shape))
    return g if weight is None else g * constant(weight, x)


def _bce_slope(g: Array, x: Array, target: Array, weight: Array | None, reduction: str) -> Array:
    return _weighted(g, weight, x, reduction) * ((x - target) / np.maximum((1 - x) * x, 1e-12))


def _bce_target(g: Array, x: Array, weight: Array | None, reduction: str) -> Array:
    yes, no = _held_logs(x)
    return _weighted(g, weight, x, reduction) * (no - yes)


binary_cross_entropy.defvjp(
    x=_bce_slope,
    target=_bce_target,
    weight=None,
)


@op(family=SCALER, formula=r"z = -\frac{1}{n}\sum w\,(p\,t \ln\sigma(x) + (1 - t) \ln\sigma(-x))")
def binary_cross_entropy_with_logits(
    x: Array,
    target: Array,
    weight: Array | None = None,
    pos_weight: Array | None = None,
    reduction: str = "mean",
) -> Array:
    """Sigmoid and cross-entropy in one: exact where σ(x) would round to 0 or 1.

    ℓ = w·((1 − t)·x + (1 + (p − 1)·t)·ln(1 + e^−x)), with p = `pos_weight`, the price of a missed
    yes. Without weights the slope is σ(x) − t: prediction minus truth.
    """
    name = "binary_cross_entropy_with_logits"
    check(name, x, target)
    check_weight(name, weight, x.shape)
    check_weight(name, pos_weight, x.shape, "pos_weight")
    losses = (1 - target) * x - _missed(target, pos_weight) * logsigmoid(x)
    if weight is not None:
        losses = losses * constant(weight, x)
    return reduced(name, losses, reduction)


def _missed(target: Array, pos_weight: Array | None) -> Array:
    return 1 if pos_weight is None else target * (constant(pos_weight, target) - 1) + 1


def _logits_slope(
    g: Array,
    x: Array,
    target: Array,
    weight: Array | None,
    pos_weight: Array | None,
    reduction: str,
) -> Array:
    slope = (1 - target) - _missed(target, pos_weight) * sigmoid(-x)
    return _weighted(g, weight, x, reduction) * slope


def _logits_target(
    g: Array, x: Array, weight: Array | None, pos_weight: Array | None, reduction: str
) -> Array:
    slope = -x
    if pos_weight is not None:
        slope = slope - logsigmoid(x) * (constant(pos_weight, x) - 1)
    return _weighted(g, weight, x, reduction) * slope


binary_cross_entropy_with_logits.defvjp(
    x=_logits_slope,
    target=_logits_target,
    weight=None,
    pos_weight=None,
)


@op(family=SCALER, formula=r"z = \sum t\,(\ln t - x)")
def kl_div(x: Array, target: Array, reduction: str = "mean", log_target: bool = False) -> Array:
    """Kullback–Leibler divergence of log-probabilities x from a distribution t; 0 · ln 0 counts as
    0.

    `log_target` says that the target holds logarithms too. "batchmean" is the divergence as it is
    defined, a mean over the examples; "mean" divides by the number of classes as well.
    """
    check_floating("kl_div", x)
    p, log_p = (np.exp(target), target) if log_target else (target, _log_or_zero(target))
    losses = p * (log_p - x)
    return reduced("kl_div", losses, reduction, _kl_count(reduction, x.shape, losses.shape))


def _log_or_zero(t: Array) -> Array:
    return np.log(np.where(t == 0, 1, t))


def _kl_count(reduction: str, x_shape: tuple[int, ...], shape: tuple[int, ...]) -> int:
    return (x_shape or (1,))[0] if reduction == "batchmean" else size(shape)


def _kl_dealt(g: Array, x: Array, target: Array, reduction: str) -> Array:
    shape = np.broadcast_shapes(x.shape, target.shape)
    return np.broadcast_to(dealt(g, reduction, _kl_count(reduction, x.shape, shape)), shape)


def _kl_x(g: Array, x: Array, target: Array, reduction: str, log_target: bool) -> Array:
    return -_kl_dealt(g, x, target, reduction) * (np.exp(target) if log_target else target)


def _kl_target(g: Array, x: Array, target: Array, reduction: str, log_target: bool) -> Array:
    g = _kl_dealt(g, x, target, reduction)
    if log_target:
        return g * np.exp(target) * (target - x + 1)
    return g * (_log_or_zero(target) + 1 - x)


kl_div.defvjp(
    x=_kl_x,
    target=_kl_target,
)
