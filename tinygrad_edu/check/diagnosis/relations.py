"""What one wrong gradient is to the right one: a multiple, its transpose, a sum that was not taken
…

These need no idea of the network; two observations with different sizes tell N from 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from .work import Inputs

__all__ = ["TOLERANCE", "Observation", "Relation", "close", "relation"]

TOLERANCE = 1e-4
"""Relative to the largest slope: mistakes are far larger, log(p + 1e-7) and float32 far smaller."""


@dataclass
class Observation:
    """One call of backward, beside the truth."""

    inputs: Inputs
    lengths: dict[str, int]  # N, K, D
    truth: dict[str, np.ndarray]
    got: dict[str, np.ndarray | None]

    @property
    def scale(self) -> float:
        """The largest slope."""
        return max((float(np.abs(t).max(initial=0)) for t in self.truth.values()), default=0.0)

    def right(self, name: str) -> bool:
        """Whether backward's gradient of a parameter is the truth, shape included."""
        return close(self.got[name], self.truth[name], self.scale)

    def wrong(self) -> list[str]:
        """The parameters whose gradient is wrong, those nearest the output first."""
        return [name for name in reversed(self.truth) if not self.right(name)]

    def agrees(self, predicted: dict[str, np.ndarray] | None) -> bool:
        """Whether backward returned just what a hypothesis predicts."""
        return predicted is not None and all(
            close(self.got[k], predicted[k], self.scale) for k in self.truth
        )


def close(got: np.ndarray | None, want: np.ndarray, scale: float) -> bool:
    """Whether two gradients have one shape and the same numbers."""
    if got is None or got.shape != want.shape:
        return False
    room = TOLERANCE * max(scale, 1e-12, float(np.abs(want).max(initial=0)) * 0.01)
    return bool((np.abs(got - want) <= room).all())


@dataclass(frozen=True)
class Relation:
    """The name of a mistake, and what belongs to it: a factor in words, or an axis."""

    name: str
    detail: str = ""


def relation(name: str, seen: Sequence[Observation], bias: bool) -> Relation | None:
    """What a parameter's gradient is to the truth in all observations, or None."""
    pairs = [(o.got[name], o.truth[name], o.scale) for o in seen]
    known = [(g, t, s) for g, t, s in pairs if g is not None]
    if len(known) < len(pairs):
        return Relation("missing-gradient")
    if all(g.shape == t.shape for g, t, _ in known):
        if all(not g.any() for g, _, _ in known):
            return Relation("zero-gradient")
        if all(g.ndim == 2 and g.shape == g.T.shape and close(g.T, t, s) for g, t, s in known):
            return Relation("transposed")
        return factor(name, seen) or penalty(name, seen)
    if all(g.size == t.size and close(g.reshape(t.shape), t, s) for g, t, s in known):
        return Relation("shape", f"{known[-1][0].shape}")
    if all(g.ndim == 2 and g.T.shape == t.shape and close(g.T, t, s) for g, t, s in known):
        return Relation("transposed")
    return unsummed(known, bias)


def unsummed(known: list[tuple[np.ndarray, np.ndarray, float]], bias: bool) -> Relation | None:
    """Whether the sum over some axis is all that is missing."""
    for axis in range(known[0][0].ndim):
        if all(
            g.ndim > axis
            and g.shape[axis] > 1
            and g.size == t.size * g.shape[axis]
            and any(close(h.reshape(t.shape), t, s) for h in orders(g.sum(axis)))
            for g, t, s in known
        ):
            return Relation("bias-not-summed" if bias else "missing-sum", str(axis))
    return None


def orders(array: np.ndarray) -> list[np.ndarray]:
    """An array and its transpose: a batch of outer products may be laid out either way."""
    return [array, np.ascontiguousarray(array.T)]


def factor(name: str, seen: Sequence[Observation]) -> Relation | None:
    """Whether the gradient is a constant times the truth, and which constant."""
    ratios = []
    seen = [o for o in seen if o.truth[name].any() or not o.right(name)]  # dead units say nothing
    for o in seen:
        g, t = o.got[name], o.truth[name]
        size = float(np.vdot(t, t))
        if g is None or not size:
            return None
        ratios.append(float(np.vdot(g, t)) / size)
        if not close(g, ratios[-1] * t, max(o.scale, float(np.abs(g).max()))):
            return None
    if not ratios:
        return None
    for (symbol, value), sign, number in product(SYMBOLS.items(), (1, -1), (1, 2, 0.5)):
        c = [sign * number * value(o.lengths) for o in seen]
        if np.allclose(c, ratios, rtol=1e-3):
            word = spelled(sign * number, symbol)
            return Relation(named(sign * number, symbol), word)
    if np.ptp(ratios) <= 1e-3 * abs(ratios[0]):
        return Relation("wrong-factor", f"{ratios[0]:.4g}")
    return None


SYMBOLS = {
    "": lambda n: 1.0,
    "N": lambda n: n["N"],
    "1/N": lambda n: 1 / n["N"],
    "K": lambda n: n["K"],
    "1/K": lambda n: 1 / n["K"],
    "N·K": lambda n: n["N"] * n["K"],
    "1/(N·K)": lambda n: 1 / (n["N"] * n["K"]),
    "D": lambda n: n["D"],
    "1/D": lambda n: 1 / n["D"],
    "N²": lambda n: n["N"] ** 2,
    "1/N²": lambda n: 1 / n["N"] ** 2,
    "K/N": lambda n: n["K"] / n["N"],
    "N/K": lambda n: n["N"] / n["K"],
}
"""Factors made of the batch size N, the number of outputs K and of inputs D."""


def spelled(number: float, symbol: str) -> str:
    """A factor in words: "−1", "2", "½", "N", "−2·1/N"."""
    sign = "−" if number < 0 else ""
    size = {1: "", 2: "2", 0.5: "½"}[abs(number)]
    return sign + ("·".join(part for part in (size, symbol) if part) or "1")


def named(number: float, symbol: str) -> str:
    """What a teacher calls the factor."""
    plain = {-1: "sign", 2: "factor-2", 0.5: "factor-half"}
    if not symbol:
        return plain.get(number, "wrong-factor")
    if number != 1 or symbol in ("D", "1/D", "K/N", "N/K"):
        return "wrong-factor"
    return "mean-for-sum" if symbol.startswith("1/") else "sum-for-mean"


def penalty(name: str, seen: Sequence[Observation]) -> Relation | None:
    """Whether the difference is a multiple of the parameter: an L2 penalty without its gradient."""
    ratios = []
    for o in seen:
        w, g, t = np.asarray(o.inputs[name]), o.got[name], o.truth[name]
        size = float(np.vdot(w, w))
        if g is None or not size or w.size < 3:
            return None
        ratios.append(float(np.vdot(t - g, w)) / size)
        if not close(g + ratios[-1] * w, t, o.scale):
            return None
    same = ratios[0] and np.ptp(ratios) <= 1e-2 * abs(ratios[0])
    return Relation("no-penalty", f"{ratios[0]:.4g}") if same else None
