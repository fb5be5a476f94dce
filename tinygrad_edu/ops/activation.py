"""Activations: what makes a stack of linear layers more than one linear layer.

Each is safe at any size of x: no exp is taken of a large positive number unless its infinity gives
the right answer. At a kink the slope is PyTorch's: relu′(0) = 0, leaky_relu′(0) = negative_slope.
"""

from __future__ import annotations

import math

import numpy as np

from ..errors import ArgumentError, DTypeError
from ..op import BLOCKER, ROUTER, SCALER, Array, op
from .dims import floating
from .special import erfc

# -- smooth steps


@op(family=SCALER, formula=r"z = \frac{1}{1 + e^{-x}}", casts="float")
def sigmoid(x: Array) -> Array:
    """The logistic function, from 0 to 1: dz/dx = z (1 − z), at most 1/4."""
    with np.errstate(over="ignore"):  # e^1000 is inf, and 1/inf is the 0 that is meant
        return 1 / (1 + np.exp(-x))


sigmoid.defvjp(
    x=lambda g, z: g * (z * (1 - z)),
)


@op(family=SCALER, formula=r"z = \ln \frac{1}{1 + e^{-x}}")
def logsigmoid(x: Array) -> Array:
    """The logarithm of the sigmoid, finite where the sigmoid itself is 0: dz/dx = 1 − eᶻ."""
    floating("logsigmoid", x)
    return np.minimum(x, 0) - np.log1p(np.exp(-np.abs(x)))


logsigmoid.defvjp(
    x=lambda g, z: -g * np.expm1(z),
)


@op(family=SCALER, formula=r"z = \frac{1}{\beta} \ln(1 + e^{\beta x})")
def softplus(x: Array, beta: float = 1.0, threshold: float = 20.0) -> Array:
    """A rounded relu: dz/dx = σ(βx). Where βx > threshold it is x itself, as in PyTorch."""
    floating("softplus", x)
    t = beta * x
    return np.where(t > threshold, x, np.log1p(np.exp(np.minimum(t, threshold))) / beta)


softplus.defvjp(
    x=lambda g, x, beta, threshold: np.where(beta * x > threshold, g, g * sigmoid(beta * x)),
)


@op(family=SCALER, formula=r"z = x\,\sigma(x)")
def silu(x: Array) -> Array:
    """x times its sigmoid (swish): dz/dx = s (1 + x (1 − s)), s = σ(x)."""
    floating("silu", x)
    return x * sigmoid.forward(x)


def _silu_x(g: Array, x: Array) -> Array:
    s = sigmoid(x)
    return g * (s * (1 + x * (1 - s)))


silu.defvjp(
    x=_silu_x,
)


# -- the Gaussian gate


@op(family=SCALER, formula=r"z = x\,\Phi(x)")
def gelu(x: Array, approximate: str = "none") -> Array:
    """x times the probability Φ(x) that a standard normal number is below x: dz/dx = Φ + x φ(x).

    "tanh" takes Φ(x) ≈ (1 + tanh u)/2, u = √(2/π) (x + 0.044715 x³). Reference: Hendrycks and
    Gimpel, "Gaussian Error Linear Units", arXiv:1606.08415.
    """
    floating("gelu", x)
    if approximate == "none":
        return x * _below(x)
    if approximate == "tanh":
        return 0.5 * x * (1 + np.tanh(_gelu_u(x)))
    raise ArgumentError(f"gelu: approximate={approximate!r} is not known. Use 'none' or 'tanh'.")


def _below(x: Array) -> Array:
    """Φ(x), the normal distribution function; by erfc, which keeps the digits of a small tail."""
    return 0.5 * erfc(-math.sqrt(0.5) * x)


def _gelu_u(x: Array) -> Array:
    return math.sqrt(2 / math.pi) * (x + 0.044715 * (x * x * x))


def _gelu_x(g: Array, x: Array, approximate: str) -> Array:
    if approximate == "none":
        return g * (_below(x) + x * np.exp(-0.5 * (x * x)) / math.sqrt(2 * math.pi))
    t = np.tanh(_gelu_u(x))
    du = math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * (x * x))
    return g * (0.5 * (1 + t) + 0.5 * x * (1 - t * t) * du)


gelu.defvjp(
    x=_gelu_x,
)


# -- kinks


def _no_truth(name: str, x: Array) -> None:
    if x.dtype.kind == "b":
        raise DTypeError(
            f"{name}: x of shape {x.shape} holds truth values, which have no sign. "
            "Convert it: x.float()."
        )


@op(family=ROUTER, formula=r"z = \max(x, 0)")
def relu(x: Array) -> Array:
    """What is positive passes, and so does its gradient; the slope at 0 is 0."""
    _no_truth("relu", x)
    return np.maximum(x, 0)


relu.defvjp(
    # z is never negative, so z ≠ 0 is z > 0, and true for NaN. The product is several times faster
    # than np.where, at the price that an infinite g meets a dead unit as NaN.
    x=lambda g, z: g * (z != 0),
)


@op(family=ROUTER, formula=r"z = x \text{ if } x > 0 \text{ else } a x")
def leaky_relu(x: Array, negative_slope: float = 0.01) -> Array:
    """relu that lets a part through below 0, so that no unit dies."""
    floating("leaky_relu", x)
    if 0 < negative_slope <= 1:  # the larger of the two: a fourteenth of np.where's time (measured)
        return np.maximum(x, x * negative_slope)
    return np.where(x > 0, x, x * negative_slope)


leaky_relu.defvjp(
    x=lambda g, x, negative_slope: np.where(x > 0, g, g * negative_slope),
)


@op(family=SCALER, formula=r"z = x \text{ if } x > 0 \text{ else } \alpha (e^x - 1)")
def elu(x: Array, alpha: float = 1.0) -> Array:
    """relu that bends to −alpha below 0: dz/dx = alpha·eˣ there, also at 0."""
    floating("elu", x)
    return np.maximum(x, 0) + alpha * np.expm1(np.minimum(x, 0))  # a fifth of np.where's time


elu.defvjp(
    x=lambda g, x, alpha: _bent(g, x, 1, alpha),
)


# The fixed point of Klambauer et al., "Self-Normalizing Neural Networks", arXiv:1706.02515: with
# these two, mean 0 and variance 1 reproduce themselves from layer to layer.
_ALPHA = 1.6732632423543772848170429916717
_SCALE = 1.0507009873554804934193349852946


@op(family=SCALER, formula=r"z = \lambda\,\mathrm{elu}_\alpha(x)")
def selu(x: Array) -> Array:
    """elu scaled so that mean 0 and variance 1 are kept: α ≈ 1.673, λ ≈ 1.051."""
    floating("selu", x)
    return _SCALE * elu.forward(x, _ALPHA)


selu.defvjp(
    x=lambda g, x: _bent(g, x, _SCALE, _SCALE * _ALPHA),
)


def _bent(g: Array, x: Array, above: float, below: float) -> Array:
    """g times the slope: below·eˣ for x ≤ 0, else `above`; at the kink no curvature (PyTorch)."""
    return np.where(x <= 0, g * below * np.exp(np.where(x < 0, x, 0)), g * above)


@op(family=ROUTER, formula=r"z = \min(\max(x, a), b)")
def hardtanh(x: Array, min_val: float = -1.0, max_val: float = 1.0) -> Array:
    """A straight line between two walls; the slope is 1 inside, 0 on the walls and beyond."""
    if min_val > max_val:
        raise ArgumentError(
            f"hardtanh: min_val={min_val} is above max_val={max_val}. Swap the two."
        )
    _no_truth("hardtanh", x)
    return np.minimum(np.maximum(x, min_val), max_val).astype(x.dtype, copy=False)


hardtanh.defvjp(
    x=lambda g, x, min_val, max_val: np.where((x <= min_val) | (x >= max_val), 0, g),
)


# -- hard steps


@op(family=BLOCKER, formula=r"z = [x > 0]")
def step(x: Array) -> Array:
    """The perceptron's answer: 1 where x > 0, else 0. Flat, so its gradient is zero.

    That is why no perceptron is trained by gradients, and the sigmoid took the step's place.
    """
    return (x > 0).astype(x.dtype)


step.defvjp(
    x=lambda g: np.zeros_like(g),
)


@op(family=BLOCKER, formula=r"z = [x > 0], \text{ and } values \text{ where } x = 0")
def heaviside(x: Array, values: Array) -> Array:
    """0 below zero, 1 above, `values` at zero; no gradient, as in PyTorch."""
    return np.where(x == 0, values, np.asarray(x > 0, x.dtype))


heaviside.defvjp(x=None, values=None)
