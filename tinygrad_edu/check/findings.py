"""What the numbers of a run mean: the definition of each ailment, with its thresholds.

    value, slope        a NaN or an infinity, in the forward or backward pass: at its first birth
    dead                over half of a layer's relus gave 0 for every example of the last 20 passes
    saturated           over 80 % of a hidden sigmoid's or tanh's outputs lie where the slope is
                        below 0.01 (0.02), on average over the last 20 passes
    vanishing           a layer's gradient (r.m.s., median of the last 20 passes) is below 1/1000 of
                        that of a later layer
    exploding           … is above 1000 times that of a later layer, or above 1000 times the size of
                        the layer's own weights; or the whole gradient's norm grew beyond 1000 times
                        its median in the first ten passes
    rate too high       the loss, averaged over three passes, exceeded ten times its first value and
                        its median; or five times its first value, while the parameters went ten
                        times their own size; or it ended above 1.5 times the mean of the first
                        five; or it is a saw-tooth: in a quarter of the last 40 passes it jumped by
                        more than half of its first value and its median
    rate too low        after 100 passes the loss fell by less than 5 %, the parameters have moved
                        by less than 1 % of their size, and no other finding explains it
    overfitting         train accuracy above 95 %, and the test's ten points behind, or five
                        points behind and below its own best

They are thresholds for alarms, wide enough that a healthy training stays far inside of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from .watch import Units, watch

__all__ = ["Finding", "diagnose_run"]

ENOUGH = 20  # passes before units and gradients are judged
EXAMPLES = 256  # examples that a unit must have ignored to be called dead
DEAD, SATURATED = 0.5, 0.8
FAR = 1e3  # between the gradients of two layers
PEAK, ENDED, JUMPED, AWAY = 10.0, 1.5, 0.5, 10.0
PATIENCE, FELL, MOVED = 100, 0.95, 0.01
LEARNED, BEHIND, SLIGHTLY = 0.95, 0.10, 0.05


@dataclass(frozen=True, slots=True)
class Finding:
    """One ailment: its name, the line or layer, and the numbers that show it."""

    name: str
    where: str
    facts: dict[str, Any] = field(default_factory=dict)

    def text(self, lang: str) -> str:
        """The finding in words, "en" or "ru"."""
        from .watch_words import sentence

        return sentence(self, lang)

    def remedies(self, lang: str) -> str:
        """What usually helps."""
        from .watch_words import remedy

        return remedy(self, lang)


def diagnose_run(seen: watch) -> list[Finding]:
    """Every ailment of the run so far, causes before their consequences."""
    found = [] if seen.anomaly is None else [seen.anomaly]
    found += _rate_too_high(seen)
    for units in seen.units.values():
        found += _units(units)
    found += _gradients(seen)
    found += _overfitting(seen)
    if not found:
        found += _rate_too_low(seen)
    return found


def _units(units: Units) -> Iterator[Finding]:
    enough = len(units.off) >= ENOUGH and sum(units.examples) >= EXAMPLES
    if enough and len({len(off) for off in units.off}) == 1:
        dead = np.logical_and.reduce(list(units.off))
        if dead.mean() > DEAD:
            facts = {"dead": int(dead.sum()), "units": len(dead), "passes": len(units.off)}
            yield Finding("dead", units.place, facts)
    if units.hidden and len(units.share) >= ENOUGH:
        share = float(np.mean(units.share))
        if share > SATURATED:
            yield Finding("saturated", units.place, {"op": units.op, "share": round(share, 4)})


def _gradients(seen: watch) -> Iterator[Finding]:
    """The gradients of the weights, layer against layer; of biases nothing is said."""
    sizes = {
        name: median(passes)
        for name, passes in seen.gradients.items()
        if len(passes) >= ENOUGH and seen._parameters[name].ndim > 1
    }
    names, values = list(sizes), list(sizes.values())
    for k, name in enumerate(names[:-1]):
        if not np.isfinite(values[k]):
            continue
        later = max(range(k + 1, len(names)), key=lambda j: values[j])
        if 0 < values[k] * FAR < values[later]:
            yield _layers("vanishing", name, values[k], names[later], values[later])
            break
        least = min(range(k + 1, len(names)), key=lambda j: values[j])
        if values[k] > FAR * values[least] > 0:
            yield _layers("exploding", name, values[k], names[least], values[least])
            break
    for name, size in sizes.items():
        own = float(np.sqrt(np.mean(np.square(seen._parameters[name].array, dtype=np.float64))))
        if size > FAR * own > 0:
            yield Finding("exploding size", name, {"size": _short(size), "own": _short(own)})
            break
    yield from _norm(seen)


def _norm(seen: watch) -> Iterator[Finding]:
    norms = np.sqrt(np.array(seen.norms))
    if len(norms) >= ENOUGH:
        usual, top = float(np.median(norms[:10])), float(np.max(norms))
        if top > FAR * usual > 0 or not np.isfinite(top):
            facts = {"usual": _short(usual), "top": _short(top), "step": int(norms.argmax()) + 1}
            yield Finding("exploding norm", "", facts)


def _layers(name: str, here: str, size: float, there: str, other: float) -> Finding:
    facts = {"size": _short(size), "other": _short(other), "layer": there}
    return Finding(name, here, facts | {"ratio": _short(size / other)})


def _rate_too_high(seen: watch) -> Iterator[Finding]:
    losses = np.array(seen.losses)
    known = losses[np.isfinite(losses)]
    if len(known) < 8:
        return
    first, early = float(known[0]), float(known[:5].mean())
    if min(first, early) <= 0:  # a loss that can be negative has no natural size to compare with
        return
    usual = max(first, float(np.median(known)))
    smooth = np.convolve(known, np.ones(3) / 3, "valid")
    far_away = seen.moved() > AWAY
    jumps = np.abs(np.diff(known[-41:])) > JUMPED * usual
    facts = {"first": _short(first), "rate": _rate(seen)}
    if smooth.max() > PEAK * usual or (far_away and smooth.max() > PEAK / 2 * first):
        step = int(smooth.argmax()) + 2
        yield Finding("rate too high", "", facts | {"peak": _short(smooth.max()), "step": step})
    elif len(known) >= 30 and float(np.median(known[-10:])) > ENDED * max(first, early):
        yield Finding("rate too high", "", facts | {"last": _short(np.median(known[-10:]))})
    elif len(known) > 60 and jumps.mean() > 0.25:
        facts |= {"jumps": int(jumps.sum()), "of": len(jumps)}
        yield Finding("rate too high", "", facts)


def _rate_too_low(seen: watch) -> Iterator[Finding]:
    losses = [loss for loss in seen.losses if np.isfinite(loss)]
    if len(losses) < PATIENCE:
        return
    first, last, moved = float(np.mean(losses[:10])), float(np.mean(losses[-10:])), seen.moved()
    if first > 0 and last > FELL * first and moved < MOVED:
        facts = {"first": _short(first), "last": _short(last), "passes": len(losses)}
        yield Finding("rate too low", "", facts | {"moved": _short(moved), "rate": _rate(seen)})


def _overfitting(seen: watch) -> Iterator[Finding]:
    if len(seen.scores) < 2:
        return
    train, test = seen.scores[-1]
    best = max(score for _, score in seen.scores)
    gap = train - test
    if train > LEARNED and (gap > BEHIND or (gap > SLIGHTLY and test < best - 0.01)):
        facts = {"train": round(train, 4), "test": round(test, 4), "best": round(best, 4)}
        yield Finding("overfitting", "", facts | {"epochs": len(seen.scores)})


def _rate(seen: watch) -> float | None:
    return None if seen.optimizer is None else float(seen.optimizer.param_groups[0]["lr"])


def _short(x: Any) -> float:
    return float(f"{float(x):.4g}")
