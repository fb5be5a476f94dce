"""Numeric slopes: what differences of values say about a derivative, and how surely they say it.

    from the right  (f(t) − f(0)) / t        error O(t)  + O(ε/t)
    from the left   (f(0) − f(−t)) / t       error O(t)  + O(ε/t)
    central         their mean               error O(t²) + O(ε/t²·t)

A long step errs by the bend of the curve (truncation), a short one by the digits that f has lost
(rounding). No step suits every function, so `measure` takes a ladder of them, each an eighth of the
one before, extrapolates each pair to t = 0 (Richardson), and keeps the rung whose estimated error
is least. Where f also runs on complex numbers, Im f(ih)/h has no difference and hence no rounding
at all; it is believed only where it agrees with the ladder, for an f that takes |x| or compares
gives nonsense on complex numbers.

At a kink (relu at 0) the two sides differ at every step, and a central difference gives their mean,
which is nobody's gradient: there every value in between is a valid subgradient.

References: L. F. Richardson (1911); C. J. F. Ridders, "Accurate computation of F'(x) and
F'(x)F''(x)" (1982); W. Squire, G. Trapp, "Using complex variables to estimate derivatives of real
functions" (1998).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

__all__ = ["JUMP", "KINK", "LOST", "SMOOTH", "STEPS", "Measured", "Slopes", "measure"]

STEPS = 0.06 / 8.0 ** np.arange(8)
"""The ladder: 0.06 … 2.9e-8, of the size of what is moved."""

SMOOTH, KINK, JUMP, LOST = range(4)
"""What f is like at a place: has a slope; two of them; no finite one (a jump, √ at 0); no value."""

_H = 1e-20  # the imaginary step: its square is below every rounding


class Slopes(NamedTuple):
    """The slopes on both sides of a point, at one step."""

    left: np.ndarray
    right: np.ndarray

    @classmethod
    def of(cls, f: Callable[[float], np.ndarray], h: float) -> Slopes:
        """The slopes of f at 0 by the step h."""
        middle = f(0.0)
        return cls((middle - f(-h)) / h, (f(h) - middle) / h)

    @property
    def central(self) -> np.ndarray:
        """Their mean: the central difference."""
        mean: np.ndarray = (self.left + self.right) / 2
        return mean


class Measured(NamedTuple):
    """The slopes of every output of f, (D, n) for D directions and n outputs.

    value        the slope;  error: how far it may be from the truth
    left, right  the slopes on both sides
    kind         SMOOTH, KINK, JUMP or LOST
    step         the step that was chosen
    exact        whether a complex step confirmed it
    """

    value: np.ndarray
    error: np.ndarray
    left: np.ndarray
    right: np.ndarray
    kind: np.ndarray
    step: np.ndarray
    exact: bool


def measure(f: Callable[[Any, int], np.ndarray], directions: int) -> Measured:
    """The slopes of `t ↦ f(t, d)` at t = 0 for each direction d; f returns n numbers.

    f may raise where t is complex; then there is no complex step.
    """
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        middle = np.array([f(0.0, d) for d in range(directions)], np.float64)
        above, below = (
            np.array([[f(s * t, d) for d in range(directions)] for t in STEPS], np.float64)
            for s in (1, -1)
        )
        digits = np.finfo(np.result_type(f(0.0, 0), np.float16)).eps if directions else 0.0
        found = _climb(middle, above, below, float(digits))
        return _confirm(found, f, directions)


def _climb(middle: np.ndarray, above: np.ndarray, below: np.ndarray, eps: float) -> Measured:
    """Judge the ladder: values (D, n) in the middle, (steps, D, n) on both sides."""
    t = STEPS[:, None, None]
    right, left = (above - middle) / t, (middle - below) / t
    size = np.fmax(np.abs(middle), np.fmax(np.abs(above[-1]), np.abs(below[-1])))
    noise = 2 * eps * np.fmax(size, _terms(right[0] + left[0])) / t
    kind, low = _kinds(left, right, noise)
    value, error, rung = _best((right + left) / 2, noise, 64.0, low)
    one_sided = ~np.isfinite(error)  # at the edge of the domain (√ at 0) only one side is there
    side = np.where(np.isfinite(right), right, left)
    edge_value, edge_error, edge_rung = _best(side, noise, 8.0, low)
    value, error, rung = (
        np.where(one_sided, a, b)
        for a, b in ((edge_value, value), (edge_error, error), (edge_rung, rung))
    )
    kind = np.where(one_sided & (kind == KINK), SMOOTH, kind)
    kind = np.where(np.isfinite(middle) & np.isfinite(error), kind, LOST)
    step = STEPS[rung.astype(int)]
    return Measured(value, error, _rung(left, low), _rung(right, low), kind, step, False)


def _terms(twice: np.ndarray) -> np.ndarray:
    """The size of what adds up to each output, from twice its slopes (D, n) at the longest step.

    Terms that cancel, as in 10⁻¹² + ½ − ½, are rounded at their own size, not at their sum's. An
    input of the size x that has the slope s brings s·x to it, and that is its slope in t.
    """
    known = np.where(np.isfinite(twice), np.abs(twice) / 2, 0.0)
    largest: np.ndarray = known.max(0, initial=0.0)
    return largest


def _best(d: np.ndarray, noise: np.ndarray, gain: float, low: np.ndarray) -> tuple[np.ndarray, ...]:
    """Richardson's extrapolation of each pair of rungs, and the one that errs least.

    From one step to the next the error falls by `gain`: 8² for central, 8 for one-sided slopes.
    Long steps across a nearby kink agree with each other on a mean: so what departs from the
    shortest readable step, `low`, by more than rounding errs by as much.
    """
    better = d[1:] + (d[1:] - d[:-1]) / (gain - 1)
    moved = np.abs(better[1:] - better[:-1])
    departs = np.abs(better[1:] - _rung(d, low)) - 8 * _rung(noise, low)
    error = moved + noise[2:] + np.where(departs > 0, departs, 0.0)
    error = np.where(np.isfinite(error), error, np.inf)
    best = np.argmin(error, 0)
    return _rung(better[1:], best), _rung(error, best), best + 2


def _rung(x: np.ndarray, which: np.ndarray) -> np.ndarray:
    """From x (steps, D, n) the step `which` (D, n) of every element."""
    flat = x.reshape(len(x), -1)
    chosen: np.ndarray = flat[which.ravel(), np.arange(which.size)].reshape(which.shape)
    return chosen


def _kinds(left: np.ndarray, right: np.ndarray, noise: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """SMOOTH, KINK or JUMP for every output, and the rung at which it was judged.

    On the way down a smooth f closes the gap between its sides by 8 from step to step; at a kink
    the gap stays, at a jump it grows by 8 (by √8 for a root). The shortest step at which rounding
    leaves the gap readable decides.
    """
    gap = np.abs(right - left)
    steep = np.fmax(np.abs(right), np.abs(left))
    scale = np.fmax(steep, 1e-6 * np.nanmax(np.where(np.isfinite(steep), steep, 0), initial=0.0))
    readable = noise <= 1e-3 * scale
    readable[:2] = True
    low = len(STEPS) - 1 - np.argmax(readable[::-1], 0)
    here, blur, slope = _rung(gap, low), 8 * _rung(noise, low), _rung(steep, low)
    kink = (here > 1e-2 * _rung(scale, low) + blur) & (here > 0.5 * _rung(gap, low - 1))
    grows = (slope > 2 * _rung(steep, low - 1)) & (slope > blur)
    kind = np.where(grows, JUMP, np.where(kink, KINK, SMOOTH))
    return kind, low


def _confirm(found: Measured, f: Callable[[Any, int], np.ndarray], directions: int) -> Measured:
    """Take the complex step where it agrees with the ladder: it knows all the digits."""
    try:
        exact = np.array([f(1j * _H, d) for d in range(directions)]).imag / _H
    except Exception:  # whatever a forward function says to complex numbers: it does not take them
        return found
    smooth = found.kind == SMOOTH
    wide = 16 * found.error + 1e-9 * np.abs(found.value)
    if exact.shape != found.value.shape or not smooth.any():
        return found
    if not bool((np.abs(exact - found.value) <= wide)[smooth].all()):
        return found
    value = np.where(smooth, exact, found.value)
    error = np.where(smooth, 1e-12 * np.abs(exact), found.error)
    return Measured(value, error, found.left, found.right, found.kind, found.step, True)
