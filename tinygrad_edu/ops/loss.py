"""Losses of numbers: how wrong a prediction is, and the slope that says which way is better.

Each is one op on the whole batch. A loss of elements is declared by its value ℓ(x, t) and its slope
∂ℓ/∂x, written so that no intermediate value overflows; `loss_basics` makes one number of the
elements' losses and deals its gradient out again. The losses of probabilities are in
`probability_loss`, those of classes in `cross_entropy`.
"""

from __future__ import annotations

import numpy as np

from ..errors import ArgumentError
from ..op import ROUTER, SCALER, Array, op
from .cross_entropy import cross_entropy, nll_loss
from .loss_basics import check, check_floating, dealt, reduced, size
from .probability_loss import binary_cross_entropy, binary_cross_entropy_with_logits, kl_div

__all__ = [
    "asymmetric_mse_loss",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "hinge_embedding_loss",
    "hinge_loss",
    "huber_loss",
    "kl_div",
    "l1_loss",
    "mse_loss",
    "nll_loss",
    "smooth_l1_loss",
]

# -- regression: a number against a number, d = x − t


@op(family=SCALER, formula=r"z = \frac{1}{n}\sum (x - t)^2")
def mse_loss(x: Array, target: Array, reduction: str = "mean") -> Array:
    """Mean squared error. x, target (…) → z (); the slope 2d grows with the error."""
    check("mse_loss", x, target)
    d = x - target
    return reduced("mse_loss", d * d, reduction)


def _mse_slope(g: Array, x: Array, target: Array, reduction: str) -> Array:
    return 2 * dealt(g, reduction, size(x.shape)) * (x - target)


mse_loss.defvjp(
    x=_mse_slope,
    target=lambda g, x, target, reduction: _mse_slope(-g, x, target, reduction),
)


@op(family=SCALER, formula=r"z = \frac{1}{n}\sum |x - t|")
def l1_loss(x: Array, target: Array, reduction: str = "mean") -> Array:
    """Mean absolute error. x, target (…) → z (); the slope is the sign of the error, and 0 at 0."""
    check("l1_loss", x, target)
    return reduced("l1_loss", np.abs(x - target), reduction)


def _l1_slope(g: Array, x: Array, target: Array, reduction: str) -> Array:
    return dealt(g, reduction, size(x.shape)) * np.sign(x - target)


l1_loss.defvjp(
    x=_l1_slope,
    target=lambda g, x, target, reduction: _l1_slope(-g, x, target, reduction),
)


@op(family=SCALER, formula=r"z = \frac{1}{n}\sum \min(\tfrac12 d^2, \delta|d| - \tfrac12\delta^2)")
def huber_loss(x: Array, target: Array, reduction: str = "mean", delta: float = 1.0) -> Array:
    """Squared near the target, absolute beyond `delta`: an outlier pulls, but not without limit.

    ℓ = d²/2 where |d| < δ, δ(|d| − δ/2) elsewhere; the slope is d, held within ±δ. Reference:
    Huber, "Robust estimation of a location parameter" (1964). Raises `ArgumentError` where δ ≤ 0.
    """
    check("huber_loss", x, target)
    if not delta > 0:
        raise ArgumentError(
            f"huber_loss: delta={delta}, but it is the distance at which the loss turns from "
            "squared to absolute, so it must be above 0. For the absolute loss alone use l1_loss."
        )
    d = np.abs(x - target)
    return reduced(
        "huber_loss", np.where(d < delta, 0.5 * d * d, delta * (d - 0.5 * delta)), reduction
    )


def _huber_slope(g: Array, x: Array, target: Array, reduction: str, delta: float) -> Array:
    d = x - target
    return dealt(g, reduction, size(x.shape)) * np.where(np.abs(d) < delta, d, delta * np.sign(d))


huber_loss.defvjp(
    x=_huber_slope,
    target=lambda g, x, target, reduction, delta: _huber_slope(-g, x, target, reduction, delta),
)


@op(family=SCALER, formula=r"z = \frac{1}{n}\sum \min(\tfrac{1}{2\beta} d^2, |d| - \tfrac12\beta)")
def smooth_l1_loss(x: Array, target: Array, reduction: str = "mean", beta: float = 1.0) -> Array:
    """The Huber loss divided by its `beta`, so that its slope ends at ±1 whatever beta is.

    ℓ = d²/2β where |d| < β, |d| − β/2 elsewhere; β = 0 is the absolute loss. Raises `ArgumentError`
    where β < 0.
    """
    check("smooth_l1_loss", x, target)
    if not beta >= 0:
        raise ArgumentError(
            f"smooth_l1_loss: beta={beta}, but it is a distance from the target, so it cannot be "
            "negative. Use beta=1.0, or 0 for the absolute loss."
        )
    d = np.abs(x - target)
    near = 0.5 / beta * d * d if beta else d
    return reduced("smooth_l1_loss", np.where(d < beta, near, d - 0.5 * beta), reduction)


def _smooth_l1_slope(g: Array, x: Array, target: Array, reduction: str, beta: float) -> Array:
    d = x - target
    near = d / beta if beta else d
    return dealt(g, reduction, size(x.shape)) * np.where(np.abs(d) < beta, near, np.sign(d))


smooth_l1_loss.defvjp(
    x=_smooth_l1_slope,
    target=lambda g, x, target, reduction, beta: _smooth_l1_slope(-g, x, target, reduction, beta),
)


@op(
    family=SCALER,
    formula=r"z = \frac{1}{n}\sum \delta^2\,(a\,[\delta < 0] + b\,[\delta \ge 0]),\ \delta = t - x",
)
def asymmetric_mse_loss(
    x: Array, target: Array, a: float, b: float, reduction: str = "mean"
) -> Array:
    """Squared error with two prices: `a` where the prediction is too high, `b` where it is too low.

    δ = t − x; ℓ = δ²·(a·I[δ < 0] + b·I[δ ≥ 0]). A shop that orders too little loses a sale, too
    much a cake: the two mistakes rarely cost the same.
    """
    check("asymmetric_mse_loss", x, target)
    d = target - x
    return reduced("asymmetric_mse_loss", np.where(d < 0, a * d, b * d) * d, reduction)


def _asymmetric_slope(
    g: Array, x: Array, target: Array, a: float, b: float, reduction: str
) -> Array:
    d = target - x
    return -2 * dealt(g, reduction, size(x.shape)) * np.where(d < 0, a * d, b * d)


asymmetric_mse_loss.defvjp(
    x=_asymmetric_slope,
    target=lambda g, x, target, a, b, reduction: _asymmetric_slope(-g, x, target, a, b, reduction),
)


# -- margins: being right is not enough, one must be right by a distance


@op(family=ROUTER, formula=r"z = \frac{1}{n}\sum \max(0, m - t x)")
def hinge_loss(x: Array, target: Array, margin: float = 1.0, reduction: str = "mean") -> Array:
    """The support vector machine's loss, with t = ±1: free where t·x is above the margin."""
    check("hinge_loss", x, target)
    return reduced("hinge_loss", np.maximum(margin - target * x, 0), reduction)


def _hinge_slope(g: Array, x: Array, target: Array, margin: float, reduction: str) -> Array:
    g = dealt(g, reduction, size(x.shape))
    return -g * np.where(target * x < margin, target, 0)


hinge_loss.defvjp(
    x=_hinge_slope,
    target=lambda g, x, target, margin, reduction: _hinge_slope(g, target, x, margin, reduction),
)


@op(
    family=ROUTER, formula=r"z = \frac{1}{n}\sum [t = 1]\,x + [t = -1] \max(0, m - x)", casts="keep"
)
def hinge_embedding_loss(
    x: Array, target: Array, margin: float = 1.0, reduction: str = "mean"
) -> Array:
    """Distances x of pairs: a like pair (t = 1) pays its distance, an unlike one (−1) for being
    near.
    """
    check_floating("hinge_embedding_loss", x)
    near = np.where(target != 1, np.maximum(margin - x, 0), 0)
    return reduced("hinge_embedding_loss", near + np.where(target != -1, x, 0), reduction)


def _hinge_embedding_slope(
    g: Array, x: Array, target: Array, margin: float, reduction: str
) -> Array:
    g = dealt(g, reduction, size(x.shape, target.shape))
    near = np.where(
        (target != 1) & (x <= margin), -g, 0
    )  # at the kink the slope is −1, as in PyTorch
    return near + np.where(target != -1, g, 0)


hinge_embedding_loss.defvjp(
    x=_hinge_embedding_slope,
    target=None,
)
