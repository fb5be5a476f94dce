r"""The error function, to the last digit, without a library that has it.

    erf(x) = 2/√π ∫₀ˣ e^(−t²) dt,   erfc(x) = 1 − erf(x)

W. J. Cody, "Rational Chebyshev approximations for the error function", Mathematics of Computation
23 (1969) 631–637: on each of three intervals of |x| a quotient of two polynomials is right to about
1e-16. Where erf is near 1, erfc is what is approximated, so its small values keep all their digits.
"""

from __future__ import annotations

import math

import numpy as np

from ..op import SCALER, Array, op

# The coefficients of numerator and denominator, highest power first; one table per interval.
_NEAR = (  # erf(x)/x in x², |x| ≤ 0.46875
    (
        *(1.85777706184603153e-1, 3.16112374387056560e0, 1.13864154151050156e2),
        *(3.77485237685302021e2, 3.20937758913846947e3),
    ),
    (
        *(1.0, 2.36012909523441209e1, 2.44024637934444173e2),
        *(1.28261652607737228e3, 2.84423683343917062e3),
    ),
)
_MIDDLE = (  # e^(x²) erfc(x) in x, up to 4
    (
        *(2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594e0),
        *(6.61191906371416295e1, 2.98635138197400131e2, 8.81952221241769090e2),
        *(1.71204761263407058e3, 2.05107837782607147e3, 1.23033935479799725e3),
    ),
    (
        *(1.0, 1.57449261107098347e1, 1.17693950891312499e2),
        *(5.37181101862009858e2, 1.62138957456669019e3, 3.29079923573345963e3),
        *(4.36261909014324716e3, 3.43936767414372164e3, 1.23033935480374942e3),
    ),
)
_FAR = (  # x² (1/√π − x e^(x²) erfc(x)) in 1/x², beyond 4
    (
        *(1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1),
        *(1.25781726111229246e-1, 1.60837851487422766e-2, 6.58749161529837803e-4),
    ),
    (
        *(1.0, 2.56852019228982242e0, 1.87295284992346725e0),
        *(5.27905102951428412e-1, 6.05183413124413191e-2, 2.33520497626869185e-3),
    ),
)
_Table = tuple[tuple[float, ...], tuple[float, ...]]


def _quotient(table: _Table, t: Array) -> Array:
    """Numerator over denominator at t, by Horner's scheme."""
    above, below = (np.full_like(t, coefficients[0]) for coefficients in table)
    for p, q in zip(table[0][1:], table[1][1:], strict=True):
        above *= t
        above += p
        below *= t
        below += q
    above /= below
    return above


def _erf_near(x: Array) -> Array:
    """erf(x) for |x| ≤ 0.46875."""
    return x * _quotient(_NEAR, x * x)


def _erfc_away(x: Array) -> Array:
    """erfc(x) for x > 0.46875; in float32 for x ≥ 0."""
    x = np.asarray(np.minimum(x, 30))  # erfc(30) is 0 already, and ∞ − ∞ would be NaN
    z = _quotient(_MIDDLE, x)
    beyond = x > 4
    if beyond.any():
        far = x[beyond]
        t = 1 / (far * far)
        z[beyond] = (1 / math.sqrt(math.pi) - t * _quotient(_FAR, t)) / far
    # e^(−x²) from two factors: c has so few digits that c² is exact, so no digit of x² is lost.
    c = np.trunc(x * 16) / 16
    z *= np.exp(-c * c)
    z *= np.exp((c - x) * (c + x))
    return z


def _mirrored(tail: Array, x: Array) -> Array:
    """erfc(x) from erfc(|x|): 2 − tail below 0, in a fifth of the time of np.where (measured)."""
    sign = np.copysign(np.float32(1), x)
    return (1 - sign) + sign * tail


def _both(x: Array, complement: bool) -> Array:
    """erf(x) or 1 − erf(x), each from the approximation that keeps its digits."""
    x = np.asarray(x)
    if x.dtype.itemsize == 2:  # the coefficients are beyond the numbers of float16
        return _both(x.astype(np.float32), complement).astype(x.dtype)
    if complement and x.dtype.itemsize == 4:
        # To seven digits the middle interval's quotient holds down to 0. That no elements have to
        # be picked out lets a gelu of 131,072 numbers take 1.2 ms for 3.7 (measured).
        return _mirrored(_erfc_away(np.abs(x)), x)
    z = np.empty_like(x)
    near = np.abs(x) <= 0.46875
    inner = _erf_near(x[near])
    z[near] = 1 - inner if complement else inner
    outer = x[~near]
    tail = _erfc_away(np.abs(outer))
    if complement:
        z[~near] = _mirrored(tail, outer)
    else:
        z[~near] = np.copysign(1 - tail, outer)
    return z


@op(family=SCALER, formula=r"z = \frac{2}{\sqrt\pi} \int_0^x e^{-t^2}\,dt", casts="float")
def erf(x: Array) -> Array:
    """The error function: dz/dx = 2/√π · e^(−x²)."""
    return _both(x, complement=False)


@op(family=SCALER, formula=r"z = 1 - \operatorname{erf}(x)", casts="float")
def erfc(x: Array) -> Array:
    """1 − erf(x), with all digits where that is small: dz/dx = −2/√π · e^(−x²)."""
    return _both(x, complement=True)


erf.defvjp(
    x=lambda g, x: g * (2 / math.sqrt(math.pi) * np.exp(-x * x)),
)
erfc.defvjp(
    x=lambda g, x: g * (-2 / math.sqrt(math.pi) * np.exp(-x * x)),
)
