"""Exponentials, logarithms, angles: one number in, one number out, times the local slope.

Where the slope can be said with the output z, it is: z is there already, and x need not be kept.
"""

from __future__ import annotations

import math

import numpy as np

from ..op import SCALER, Array, op

# -- exponentials and logarithms


@op(family=SCALER, formula=r"z = e^x", casts="float")
def exp(x: Array) -> Array:
    """The function that is its own slope: dz/dx = z."""
    return np.exp(x)


@op(family=SCALER, formula=r"z = e^x - 1", casts="float")
def expm1(x: Array) -> Array:
    """exp(x) − 1 without losing the digits of a small x: dz/dx = z + 1."""
    return np.expm1(x)


@op(family=SCALER, formula=r"z = \ln x", casts="float")
def log(x: Array) -> Array:
    """Natural logarithm: dz/dx = 1/x."""
    return np.log(x)


@op(family=SCALER, formula=r"z = \log_2 x", casts="float")
def log2(x: Array) -> Array:
    """Logarithm to the base 2: dz/dx = 1/(x ln 2)."""
    return np.log2(x)


@op(family=SCALER, formula=r"z = \log_{10} x", casts="float")
def log10(x: Array) -> Array:
    """Logarithm to the base 10: dz/dx = 1/(x ln 10)."""
    return np.log10(x)


@op(family=SCALER, formula=r"z = \ln(1 + x)", casts="float")
def log1p(x: Array) -> Array:
    """log(1 + x) without losing the digits of a small x: dz/dx = 1/(1 + x)."""
    return np.log1p(x)


exp.defvjp(x=lambda g, z: g * z)
expm1.defvjp(x=lambda g, z: g * (z + 1))
log.defvjp(x=lambda g, x: g / x)
log2.defvjp(x=lambda g, x: g / (x * math.log(2)))
log10.defvjp(x=lambda g, x: g / (x * math.log(10)))
log1p.defvjp(x=lambda g, x: g / (1 + x))


# -- angles


@op(family=SCALER, formula=r"z = \sin x", casts="float")
def sin(x: Array) -> Array:
    """Sine of an angle in radians: dz/dx = cos x."""
    return np.sin(x)


@op(family=SCALER, formula=r"z = \cos x", casts="float")
def cos(x: Array) -> Array:
    """Cosine of an angle in radians: dz/dx = −sin x."""
    return np.cos(x)


@op(family=SCALER, formula=r"z = \tan x", casts="float")
def tan(x: Array) -> Array:
    """Tangent of an angle in radians: dz/dx = 1 + z²."""
    return np.tan(x)


@op(family=SCALER, formula=r"z = \arcsin x", casts="float")
def asin(x: Array) -> Array:
    """The angle in [−π/2, π/2] whose sine is x: dz/dx = 1/√(1 − x²)."""
    return np.arcsin(x)


@op(family=SCALER, formula=r"z = \arccos x", casts="float")
def acos(x: Array) -> Array:
    """The angle in [0, π] whose cosine is x: dz/dx = −1/√(1 − x²)."""
    return np.arccos(x)


@op(family=SCALER, formula=r"z = \arctan x", casts="float")
def atan(x: Array) -> Array:
    """The angle in (−π/2, π/2) whose tangent is x: dz/dx = 1/(1 + x²)."""
    return np.arctan(x)


@op(family=SCALER, formula=r"z = \operatorname{atan2}(x, y)", casts="float")
def atan2(x: Array, y: Array) -> Array:
    """The angle in (−π, π] of the point whose height is x and whose width is y.

    dz/dx = y/(x² + y²), dz/dy = −x/(x² + y²); both are 0 at the origin, where there is no angle.
    """
    return np.arctan2(x, y)


def _radius(x: Array, y: Array) -> Array:
    """x² + y², and 1 at the origin: 0/1 is 0 where 0/0 would be NaN."""
    r = x * x + y * y
    return np.where(r == 0, 1, r)


sin.defvjp(x=lambda g, x: g * np.cos(x))
cos.defvjp(x=lambda g, x: -g * np.sin(x))
tan.defvjp(x=lambda g, z: g * (1 + z * z))
asin.defvjp(x=lambda g, x: g / np.sqrt(1 - x * x))
acos.defvjp(x=lambda g, x: -g / np.sqrt(1 - x * x))
atan.defvjp(x=lambda g, x: g / (1 + x * x))
atan2.defvjp(
    x=lambda g, x, y: g * (y / _radius(x, y)),
    y=lambda g, x, y: -g * (x / _radius(x, y)),
)


# -- hyperbolic


@op(family=SCALER, formula=r"z = \sinh x", casts="float")
def sinh(x: Array) -> Array:
    """(eˣ − e⁻ˣ)/2: dz/dx = cosh x."""
    return np.sinh(x)


@op(family=SCALER, formula=r"z = \cosh x", casts="float")
def cosh(x: Array) -> Array:
    """(eˣ + e⁻ˣ)/2: dz/dx = sinh x."""
    return np.cosh(x)


@op(family=SCALER, formula=r"z = \tanh x", casts="float")
def tanh(x: Array) -> Array:
    """sinh/cosh, between −1 and 1: dz/dx = 1 − z²."""
    return np.tanh(x)


sinh.defvjp(x=lambda g, x: g * np.cosh(x))
cosh.defvjp(x=lambda g, x: g * np.sinh(x))
tanh.defvjp(x=lambda g, z: g * (1 - z * z))
