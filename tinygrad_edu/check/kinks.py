"""Where a function has a corner: which slopes are valid there, and which one the rule took.

At a corner of z the derivative is a set, the convex hull of the gradients at the smooth points
nearby (Clarke's subdifferential): [0, 1] for relu at 0, [−1, 1] for |x|, and for max(x, y) at a tie
every pair that adds up to 1. Any element of it is a gradient that descends; a library picks one and
sticks to it. So a value is not compared with a number: it must lie in the interval that the
gradients nearby span, along every element and along their sum. The sum matters: the pair (1, 1)
at a tie is right element by element, and counts the gradient twice.

Reference: F. H. Clarke, "Optimization and Nonsmooth Analysis" (1983).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .local import Local

__all__ = ["Kink", "judge_kinks"]

MOST = 8  # kinked outputs of one node that are judged; the others are like them
AROUND = 24  # points nearby at which the slope is taken
ELEMENTS = 12  # elements of the input that are looked at for one output
RADIUS = 1e-4  # how near "nearby" is, in sizes of the element
TOLERANCE = 1e-3  # what the bend of the curve within that radius may add to an interval


@dataclass(frozen=True, slots=True)
class Kink:
    """One corner: output `output` of the node as input element `place` moves through its value.

    x            the element's value;  left, right: the slopes on both sides
    low, high    the interval of valid subgradients;  value: the one that the rule takes
    place        None where all elements move together (their shares must add up)
    """

    op: str
    argument: str
    place: tuple[int, ...] | None
    output: tuple[int, ...]
    x: float
    left: float
    right: float
    low: float
    high: float
    value: float
    tolerance: float

    @property
    def valid(self) -> bool:
        """Whether the value lies in the interval."""
        return self.low - self.tolerance <= self.value <= self.high + self.tolerance


def judge_kinks(
    local: Local, i: int, outputs: np.ndarray, scale: np.ndarray, rng: np.random.Generator
) -> list[Kink]:
    """A verdict for each kinked output of the node (the first few of many), by input `i`."""
    found: list[Kink] = []
    points = _nearby(local, rng)
    for k in outputs[:MOST]:
        one = np.zeros(local.z.size)
        one[k] = 1.0
        gx = local.pull(one, i)
        elements = _elements(local, i, int(k), gx, scale)
        for row in [*elements, sum(elements)] if len(elements) > 1 else elements:
            kink = _judge(local, i, int(k), gx, row.reshape(gx.shape), points)
            if kink.low != kink.high or not kink.valid:
                found.append(kink)
    return found


def _nearby(local: Local, rng: np.random.Generator) -> list[Local]:
    """The node at points around its own, every floating point input moved a little."""
    points = []
    for _ in range(AROUND):
        values = list(local.values)
        for i in local.floats():
            x = values[i]
            values[i] = np.asarray(x + RADIUS * rng.uniform(-1, 1, x.shape) * sizes(x))
        points.append(local.at(values))
    return points


def sizes(x: np.ndarray) -> np.ndarray:
    """What "near" means for each element: its own size, or a thousandth of the largest."""
    finite = np.where(np.isfinite(x), np.abs(x), 0.0)
    return np.asarray(np.maximum(finite, 1e-3 * (float(finite.max(initial=0.0)) or 1.0)))


def _elements(
    local: Local, i: int, k: int, gx: np.ndarray, scale: np.ndarray
) -> list[np.ndarray]:
    """Unit directions along the elements of input `i` that output `k` depends on."""
    x = local.values[i]
    units = []
    ranked = np.argsort(gx.ravel() == 0, kind="stable")  # those that the rule names come first
    for j in ranked[: 8 * ELEMENTS]:
        unit = np.zeros(x.size)
        unit[j] = 1.0
        h = 1e-3 * scale.ravel()[j]
        moved = [local.moved(i, np.asarray(x + s * h * unit.reshape(x.shape)))[k] for s in (1, -1)]
        if gx.flat[j] != 0 or any(z != local.z.flat[k] for z in moved):
            units.append(unit)
        if len(units) == ELEMENTS:
            break
    return units


def _judge(
    local: Local, i: int, k: int, gx: np.ndarray, u: np.ndarray, points: list[Local]
) -> Kink:
    """The interval along `u`, from the sides and from the points nearby, and the rule's value."""
    x = local.values[i]
    h = 1e-2 * RADIUS * float(sizes(x)[u != 0].min())

    def slope(at: Local, a: float, b: float) -> float:
        y = at.values[i]
        high, low = (float(at.moved(i, np.asarray(y + s * u))[k]) for s in (b, a))
        return (high - low) / (b - a)

    left, right = slope(local, -h, 0.0), slope(local, 0.0, h)
    around = [left, right, *(slope(p, -h, h) for p in points)]
    spread = np.array([s for s in around if np.isfinite(s)] or [np.nan])
    low, high = float(spread.min()), float(spread.max())
    value = float((gx * u).sum())
    steep = max(abs(low), abs(high), float(np.abs(gx).max()))
    single = np.flatnonzero(u)
    place: Any = None
    if len(single) == 1:
        place = tuple(int(n) for n in np.unravel_index(int(single[0]), x.shape))
    output = tuple(int(n) for n in np.unravel_index(k, local.z.shape))
    if high - low < TOLERANCE * steep:  # no kink in this direction: one number, measured twice
        low = high = (low + high) / 2
    return Kink(
        local.op.name, local.op.input_name(i), place, output, float(x[place]) if place is not None
        else float("nan"), left, right, low, high, value, TOLERANCE * steep,
    )
