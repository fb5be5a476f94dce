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

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .local import Local

__all__ = ["Kink", "judge_kinks", "judge_together"]

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


def judge_kinks(local: Local, i: int, outputs: np.ndarray, rng: np.random.Generator) -> list[Kink]:
    """A verdict for each kinked output of the node (the first few of many), by input `i`."""
    found: list[Kink] = []
    points = _nearby(local, rng)
    for k in outputs[:MOST]:
        gx = _gradient(local, i, int(k))
        elements = _elements(local, i, int(k), gx)
        for row in [*elements, np.sum(elements, 0)] if len(elements) > 1 else elements:
            kink = _judge(local, int(k), {i: gx}, {i: row.reshape(gx.shape)}, points)
            if kink.low != kink.high or not kink.valid:
                found.append(kink)
    return found


def judge_together(
    local: Local, inputs: Sequence[int], outputs: np.ndarray, rng: np.random.Generator
) -> list[Kink]:
    """The invalid ones among the kinked outputs as all `inputs` move at once: shares must add up.

    At a tie of max(x, y) each of the two may receive anything from 0 to 1, but not both the whole.
    """
    points, found = _nearby(local, rng), []
    u = {i: np.ones_like(local.values[i]) for i in inputs}
    for k in outputs[:MOST]:
        gx = {i: _gradient(local, i, int(k)) for i in inputs}
        found.append(_judge(local, int(k), gx, u, points))
    return [kink for kink in found if not kink.valid]


def _gradient(local: Local, i: int, k: int) -> np.ndarray:
    """∂z_k/∂(input i), as the rule has it."""
    one = np.zeros(local.z.size)
    one[k] = 1.0
    return local.pull(one, i)


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


def _elements(local: Local, i: int, k: int, gx: np.ndarray) -> list[np.ndarray]:
    """Unit directions along the elements of input `i` that output `k` depends on."""
    x = local.values[i]
    far = 1e-3 * sizes(x).ravel()
    units: list[np.ndarray] = []
    ranked = np.argsort(gx.ravel() == 0, kind="stable")  # those that the rule names come first
    for j in ranked[: 8 * ELEMENTS]:
        unit = np.zeros(x.size)
        unit[j] = 1.0
        ways = (x + s * far[j] * unit.reshape(x.shape) for s in (1, -1))
        if gx.flat[j] != 0 or any(local.moved(i, way)[k] != local.z.flat[k] for way in ways):
            units.append(unit)
        if len(units) == ELEMENTS:
            break
    return units


def _judge(
    local: Local,
    k: int,
    gx: Mapping[int, np.ndarray],
    u: Mapping[int, np.ndarray],
    points: list[Local],
) -> Kink:
    """The interval of output k along `u`, from the sides and the points nearby, and the rule's
    value.
    """
    h = 1e-2 * RADIUS * min(float(sizes(local.values[i])[way != 0].min()) for i, way in u.items())

    def slope(at: Local, a: float, b: float) -> float:
        ends = [{i: np.asarray(at.values[i] + s * way) for i, way in u.items()} for s in (a, b)]
        low, high = (float(at.with_inputs(end)[k]) for end in ends)
        return (high - low) / (b - a)

    left, right = slope(local, -h, 0.0), slope(local, 0.0, h)
    # A side is <s, u> for some valid s as well, by the mean value theorem.
    around = np.array([left, right, *(slope(p, -h, h) for p in points)])
    low, high = float(np.nanmin(around)), float(np.nanmax(around))
    value = float(sum((gx[i] * way).sum() for i, way in u.items()))
    steep = max(abs(low), abs(high), *(float(np.abs(g).max()) for g in gx.values()))
    if high - low < TOLERANCE * steep:  # no kink in this direction: one number, measured twice
        low = high = (low + high) / 2
    (i, way), *others = u.items()
    place, x = None, float("nan")
    if not others and np.count_nonzero(way) == 1:
        place = tuple(int(n) for n in np.argwhere(way)[0])
        x = float(local.values[i][place])
    argument = ", ".join(local.op.input_name(i) for i in u)
    output = tuple(int(n) for n in np.unravel_index(k, local.z.shape))
    sides = (left, right, low, high, value, TOLERANCE * steep)
    return Kink(local.op.name, argument, place, output, x, *sides)
