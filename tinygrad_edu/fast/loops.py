"""Plain loops: in Python a thousand times too slow, compiled the fastest there is.

NumPy goes through all parameters once for every operation, a loop once for all of them; that is
four times as fast for Adam. The operations and their order are those of `optim` and of
`ops.cross_entropy`, number by number, so the results are too. Arrays are flat unless their shapes
are given; `s` holds the settings, in the arrays' number type.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Flat = np.ndarray

# -- optimizers


def sgd(p: Flat, g: Flat, s: Flat) -> None:
    """p ← p − η d, with d = ±g + λ p."""
    lr, decay, sign = s[0], s[1], s[2]
    for i in range(p.size):
        d = sign * g[i]
        if decay != 0:
            d = p[i] * decay + d
        p[i] = p[i] - lr * d


def momentum(p: Flat, g: Flat, v: Flat, s: Flat) -> None:
    """v ← μ v + (1 − τ) d, p ← p − η v; with Nesterov's look ahead p ← p − η (d + μ v)."""
    lr, decay, sign, mu, keep, nesterov = s[0], s[1], s[2], s[3], s[4], s[5] != 0
    for i in range(p.size):
        d = sign * g[i]
        if decay != 0:
            d = p[i] * decay + d
        v[i] = v[i] * mu + d * keep
        step = v[i]
        if nesterov:
            step = d + v[i] * mu
        p[i] = p[i] - step * lr


def rmsprop(p: Flat, g: Flat, e: Flat, s: Flat) -> None:
    """E ← α E + (1 − α) d², p ← p − η d/(√E + ε)."""
    lr, decay, sign, alpha, rest, eps = s[0], s[1], s[2], s[3], s[4], s[5]
    for i in range(p.size):
        d = sign * g[i]
        if decay != 0:
            d = p[i] * decay + d
        e[i] = e[i] * alpha + (d * d) * rest
        p[i] = p[i] - (d / (np.sqrt(e[i]) + eps)) * lr


def adam(p: Flat, g: Flat, m: Flat, v: Flat, s: Flat) -> None:
    """m ← m + (1 − β₁)(d − m), v ← β₂ v + (1 − β₂) d², p ← p − rate · m/(√v + ε).

    `shrink` is AdamW's 1 − η λ, with which p is multiplied first.
    """
    rate, decay, sign, shrink = s[0], s[1], s[2], s[3]
    rest1, beta2, rest2, eps = s[4], s[5], s[6], s[7]
    for i in range(p.size):
        w = p[i]
        d = sign * g[i]
        if decay != 0:
            d = w * decay + d
        w = w * shrink
        m[i] = m[i] + (d - m[i]) * rest1
        v[i] = v[i] * beta2 + (d * d) * rest2
        p[i] = w - (m[i] / (np.sqrt(v[i]) + eps)) * rate


# -- softmax and cross-entropy, around NumPy's own exp and log


def shifted(x: Any, t: Any, e: Any, own: Flat) -> bool:
    """e (C, N) ← x (N, C) less its largest, own (N) ← that of the true class; whether all are."""
    n, c = x.shape
    for i in range(n):
        top = x[i, 0]
        for k in range(1, c):
            a = x[i, k]
            if a > top or a != a:
                top = a
        for k in range(c):
            e[k, i] = x[i, k] - top
        if t[i] < 0 or t[i] >= c:
            return False
        own[i] = e[t[i], i]
    return True


def column_sums(e: Any, total: Flat) -> None:
    """total (N) ← Σ e (C, N)."""
    total[:] = e[0]
    for k in range(1, e.shape[0]):
        for i in range(e.shape[1]):
            total[i] += e[k, i]


def less_truth(e: Any, total: Flat, t: Any, scale: Any, out: Any) -> None:
    """out (N, C) ← (e/Σ e − onehot(t)) · scale."""
    n, c = out.shape
    for i in range(n):
        for k in range(c):
            out[i, k] = e[k, i] / total[i]
        out[i, t[i]] -= np.float32(1)
        for k in range(c):
            out[i, k] *= scale


LOOPS = {f.__name__: f for f in (sgd, momentum, rmsprop, adam, shifted, column_sums, less_truth)}
