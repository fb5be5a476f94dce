"""Optimizer steps as plain loops: in Python a thousand times too slow, compiled the fastest there is.

NumPy goes through all parameters once for every operation, a loop once for all of them; that is
four times as fast for Adam. The operations and their order are those of `optim`, number by number,
so the results are too. All arrays are flat; scalars have the arrays' number type.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Flat = np.ndarray


def sgd(p: Flat, g: Flat, lr: Any, decay: Any, sign: Any) -> None:
    """p ← p − η d, with d = ±g + λ p."""
    for i in range(p.size):
        d = sign * g[i]
        if decay != 0:
            d = p[i] * decay + d
        p[i] = p[i] - lr * d


def momentum(
    p: Flat, g: Flat, v: Flat, lr: Any, decay: Any, sign: Any, mu: Any, keep: Any, nesterov: bool
) -> None:
    """v ← μ v + (1 − τ) d, p ← p − η v; with Nesterov's look ahead p ← p − η (d + μ v)."""
    for i in range(p.size):
        d = sign * g[i]
        if decay != 0:
            d = p[i] * decay + d
        v[i] = v[i] * mu + d * keep
        step = v[i]
        if nesterov:
            step = d + v[i] * mu
        p[i] = p[i] - step * lr


def rmsprop(
    p: Flat, g: Flat, e: Flat, lr: Any, decay: Any, sign: Any, alpha: Any, rest: Any, eps: Any
) -> None:
    """E ← α E + (1 − α) d², p ← p − η d/(√E + ε)."""
    for i in range(p.size):
        d = sign * g[i]
        if decay != 0:
            d = p[i] * decay + d
        e[i] = e[i] * alpha + (d * d) * rest
        p[i] = p[i] - (d / (np.sqrt(e[i]) + eps)) * lr


def adam(
    p: Flat, g: Flat, m: Flat, v: Flat, rate: Any, decay: Any, sign: Any, shrink: Any,
    rest1: Any, beta2: Any, rest2: Any, eps: Any,
) -> None:  # fmt: skip
    """m ← m + (1 − β₁)(d − m), v ← β₂ v + (1 − β₂) d², p ← p − rate · m/(√v + ε).

    `shrink` is AdamW's 1 − η λ, with which p is multiplied first.
    """
    for i in range(p.size):
        w = p[i]
        d = sign * g[i]
        if decay != 0:
            d = w * decay + d
        w = w * shrink
        m[i] = m[i] + (d - m[i]) * rest1
        v[i] = v[i] * beta2 + (d * d) * rest2
        p[i] = w - (m[i] / (np.sqrt(v[i]) + eps)) * rate


LOOPS = {f.__name__: f for f in (sgd, momentum, rmsprop, adam)}
