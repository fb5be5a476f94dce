"""Is this node's rule right? Its answer, input by input, against the numbers.

For an upstream gradient v and a direction u in the input, the chain rule says

    ⟨rule(v), u⟩ = Σ_k v_k · ∂z_k/∂u,

and the right side is measured. Small inputs are moved element by element; large ones in a few
random directions, in which a wrong rule hides with probability 0; elements are then looked at only
to find the numbers that prove it. Outputs with a kink on the way are left out of v and judged one
by one: each must be a valid subgradient (`kinks`). Outputs that jump (floor at a whole number),
have an infinite slope (√ at 0) or no value have no derivative to compare with, and are counted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..autograd.slopes import JUMP, KINK, LOST, SMOOTH, Measured, measure
from .kinks import Kink, judge_kinks, judge_together
from .local import Local, RuleFailed

__all__ = ["Checked", "Proof", "check_node"]

FULL = 6  # inputs of up to so many elements are moved one by one
PROJECTIONS = 3
ROUNDING = 1e-7  # what a rule may lose in its own arithmetic, relative to the terms it adds up
DOUBT = 0.1  # an error estimate above this share of the slope leaves nothing to compare


@dataclass(frozen=True, slots=True)
class Proof:
    """The numbers that convict a rule.

    place, output   the element of the input, and of z (None: all of z, weighed by a random g)
    analytic, numeric, tolerance   ∂z[output]/∂x[place] as the rule has it, as measured, and how far
    apart they may be; raised: what the rule raised instead of answering
    """

    place: tuple[int, ...] | None = None
    output: tuple[int, ...] | None = None
    analytic: float = float("nan")
    numeric: float = float("nan")
    tolerance: float = 0.0
    step: float = 0.0
    raised: str = ""


@dataclass
class Checked:
    """What was found out about one input of one node.

    proof      the numbers that convict the rule; None where it is right
    kinks      the kinks that were met, each with its verdict
    certainty  the relative error of the measurement: how well "right" is known
    exact      whether a complex step confirmed the measurement
    kinked     the outputs with a kink
    skipped    outputs without a finite slope here, or without a value
    doubtful   whether rounding leaves no digit to compare
    """

    proof: Proof | None = None
    kinks: list[Kink] = field(default_factory=list)
    certainty: float = 0.0
    exact: bool = False
    kinked: np.ndarray = field(default_factory=lambda: np.zeros(0, int))
    skipped: int = 0
    doubtful: bool = False


def scales(x: np.ndarray) -> np.ndarray:
    """How far an element may be moved: by its own size, or by a thousandth of the array's."""
    finite = np.where(np.isfinite(x), np.abs(x), 0.0)
    typical = float(np.sqrt(np.mean(finite**2))) if x.size else 0.0
    floor = 1e-3 * typical if typical else 1.0
    return np.asarray(np.maximum(finite, floor))


def check_node(local: Local, rng: np.random.Generator) -> dict[str, Checked]:
    """Every rule that the engine would run at this node, by the name of its argument."""
    inputs = [i for i in local.floats() if local.rule(i) is not None]
    found = {i: check_input(local, i, rng) for i in inputs}
    named = {local.op.input_name(i): checked for i, checked in found.items()}
    tied = [i for i, checked in found.items() if checked.kinked.size]
    if len(tied) > 1 and not any(checked.proof for checked in found.values()):
        shared = np.array(sorted(set.intersection(*(set(found[i].kinked) for i in tied))), int)
        kinks = judge_together(local, tied, shared, rng)
        if kinks:
            together = Checked(_invalid(kinks), kinks)
            named[kinks[0].argument] = together
    return named


def check_input(local: Local, i: int, rng: np.random.Generator) -> Checked:
    """Check the rule of input `i` at the node's own values."""
    x = local.values[i]
    found = Checked()
    if not x.size or not local.z.size:
        return found
    rows = _directions(x, rng)
    slopes = _measured(local, i, rows)
    if not np.array_equal(local.moved(i, x), local.z.ravel(), equal_nan=True):
        found.doubtful = True  # the forward function gives other numbers every time
        return found
    usable = (slopes.kind == SMOOTH).all(0)
    found.skipped = int(((slopes.kind == JUMP) | (slopes.kind == LOST)).any(0).sum())
    found.exact = slopes.exact
    try:
        v = rng.uniform(0.5, 1.5, local.z.size) * rng.choice([-1.0, 1.0], local.z.size) * usable
        wrong = _disagreement(local, i, v, rows, slopes, found)
        if wrong is not None:
            found.proof = _prove(local, i, rows[wrong], v, rng)
        kinked = (slopes.kind == KINK).any(0) & ~((slopes.kind >= JUMP).any(0))
        found.kinked = np.flatnonzero(kinked)
        if found.proof is None and kinked.any():
            found.kinks = judge_kinks(local, i, found.kinked, rng)
            found.proof = _invalid(found.kinks)
    except RuleFailed as failure:
        found.proof = Proof(raised=str(failure))
    return found


def _directions(x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The ways to move x, one a row: along each element, or along random signs."""
    scale = scales(x).ravel()
    if x.size <= FULL:
        return np.diag(scale)
    signs = rng.choice([-1.0, 1.0], (PROJECTIONS, x.size)) * rng.uniform(
        0.5, 1.5, (PROJECTIONS, x.size)
    )
    return np.asarray(signs * scale)


def _measured(local: Local, i: int, rows: np.ndarray) -> Measured:
    x = local.values[i]

    def f(t: Any, d: int) -> np.ndarray:
        return local.moved(i, np.asarray(x + t * rows[d].reshape(x.shape)))

    return measure(f, len(rows))


def _disagreement(
    local: Local, i: int, v: np.ndarray, rows: np.ndarray, slopes: Measured, found: Checked
) -> int | None:
    """The direction in which rule and measurement differ most, or None where they agree."""
    gx = local.pull(v, i).ravel()
    lost = ~np.isfinite(gx)
    if found.skipped and lost.any():  # 0·∞ at a place without a slope: nothing to compare there
        rows[:] = np.where(lost, 0.0, rows)
        gx, slopes = np.where(lost, 0.0, gx), _measured(local, i, rows)
    known = v != 0
    value, error = (np.where(known, a, 0.0) for a in (slopes.value, slopes.error))
    numeric, unsure = value @ v, error @ np.abs(v)
    terms = np.abs(value) @ np.abs(v)
    with np.errstate(invalid="ignore", over="ignore"):
        analytic = np.where(rows != 0, rows * gx, 0.0).sum(1)
        terms = np.maximum(terms, np.where(rows != 0, np.abs(rows * gx), 0.0).sum(1))
    largest = float(np.max(terms, initial=0.0, where=np.isfinite(terms)))
    allowed = 10 * unsure + ROUNDING * (terms + 1e-3 * largest) + 1e-280
    off = np.where(np.isfinite(analytic), np.abs(analytic - numeric) / allowed, np.inf)
    found.certainty = float(np.max(unsure, initial=0.0) / largest) if largest else 0.0
    found.doubtful = bool(found.certainty > DOUBT)
    if found.doubtful and not np.abs(analytic - numeric).max() > allowed.max():
        return None
    worst = int(np.argmax(off))
    return worst if off[worst] > 1 else None


def _prove(local: Local, i: int, row: np.ndarray, v: np.ndarray, rng: np.random.Generator) -> Proof:
    """The single element of x, and of z, at which the mistake is plainest.

    A rule that is wrong only for a mixed upstream gradient (it is not linear in g) is convicted by
    the random one.
    """
    x, z = local.values[i], local.z
    moved = np.flatnonzero(row)
    gx = local.pull(v, i).ravel()
    if len(moved) > 64:  # among many, those where the rule has most to say and a few at random
        most = np.argsort(-np.abs(np.nan_to_num(gx * row)))[:32]
        moved = np.unique(np.concatenate([most, rng.choice(moved, 32, replace=False)]))
    rows = np.zeros((len(moved), x.size))
    rows[np.arange(len(moved)), moved] = scales(x).ravel()[moved]
    slopes = _measured(local, i, rows)
    unit = rows[np.arange(len(moved)), moved][:, None]
    usable = (slopes.kind == SMOOTH) & (v != 0)
    best, proof = 0.0, None
    for k in _suspects(z.size, slopes, rng):
        one = np.zeros(z.size)
        one[k] = 1.0
        got = local.pull(one, i).ravel()[moved]
        want, slack = slopes.value[:, k] / unit[:, 0], slopes.error[:, k] / unit[:, 0]
        scale = np.maximum(np.abs(got), np.abs(want))
        allowed = 10 * slack + ROUNDING * (scale + 1e-3 * scale.max()) + 1e-280
        off = np.where(usable[:, k], np.abs(got - want) / allowed, 0.0)
        off = np.where(usable[:, k] & ~np.isfinite(got), np.inf, off)
        j = int(np.argmax(off * np.abs(got - want) ** 0.1))
        weight = float(off[j])
        if weight > max(1.0, best) or (proof is None and weight > 1):
            best = weight
            step = float(slopes.step[j, k] * unit[j, 0])
            place, output = _place(moved[j], x.shape), _place(k, z.shape)
            proof = Proof(place, output, float(got[j]), float(want[j]), float(allowed[j]), step)
    return proof or _mixed(local, i, row, v)


def _suspects(n: int, slopes: Measured, rng: np.random.Generator) -> np.ndarray:
    """The outputs to look at: all of a few, else those that move most and some at random."""
    if n <= 32:
        return np.arange(n)
    most = np.argsort(-np.nan_to_num(np.abs(slopes.value).max(0)))[:16]
    return np.unique(np.concatenate([most, rng.choice(n, 16, replace=False)]))


def _mixed(local: Local, i: int, row: np.ndarray, v: np.ndarray) -> Proof:
    slopes = _measured(local, i, row[None])
    got = float(np.where(row != 0, row * local.pull(v, i).ravel(), 0.0).sum())
    want = float(np.where(v != 0, slopes.value[0], 0.0) @ v)
    slack = float(np.where(v != 0, slopes.error[0], 0.0) @ np.abs(v))
    return Proof(None, None, got, want, 10 * slack + ROUNDING * (abs(got) + abs(want)))


def _invalid(kinks: list[Kink]) -> Proof | None:
    """The first kink whose value lies outside of its interval, as a proof."""
    for kink in kinks:
        if not kink.valid:
            nearest = min(max(kink.value, kink.low), kink.high)
            return Proof(kink.place, kink.output, kink.value, nearest, kink.tolerance)
    return None


def _place(k: Any, shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(int(n) for n in np.unravel_index(int(k), shape))
