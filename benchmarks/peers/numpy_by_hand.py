"""The step as a good student writes it from the lecture: no library, no tricks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..problem import OPTIMIZERS, Problem

NAME = "NumPy by hand"


def steps(problem: Problem) -> dict[str, Callable[[], Any]]:
    """Forward, backward and update, layer by layer."""
    (x, t), rows = problem.examples(), np.arange(problem.batch)
    weights = [np.ascontiguousarray(w.T) for w, _ in problem.layers()]  # (in, out)
    biases = [b for _, b in problem.layers()]
    memories: list[dict[str, Any]] = [{} for _ in range(2 * len(weights))]
    options = OPTIMIZERS[problem.optimizer][1]
    update = _UPDATES[problem.optimizer]

    def step() -> Any:
        activations = [x]
        for w, b in zip(weights[:-1], biases[:-1], strict=True):
            activations.append(np.maximum(activations[-1] @ w + b, 0))
        z = activations[-1] @ weights[-1] + biases[-1]
        z -= z.max(axis=1, keepdims=True)
        p = np.exp(z)
        total = p.sum(axis=1, keepdims=True)
        loss = (np.log(total[:, 0]) - z[rows, t]).mean()  # finite where a probability is 0
        p /= total
        p[rows, t] -= 1
        g = p / len(t)
        slopes = []
        for k in range(len(weights) - 1, -1, -1):
            slopes.append((k, activations[k].T @ g, g.sum(axis=0)))
            if k:
                g = (g @ weights[k].T) * (activations[k] > 0)
        for k, dw, db in slopes:
            update(weights[k], dw, memories[2 * k], **options)
            update(biases[k], db, memories[2 * k + 1], **options)
        return loss

    return {NAME: step}


def _sgd(w: np.ndarray, g: np.ndarray, memory: dict[str, Any], lr: float) -> None:
    w -= lr * g


def _momentum(
    w: np.ndarray, g: np.ndarray, memory: dict[str, Any], lr: float, momentum: float
) -> None:
    v = memory.setdefault("v", np.zeros_like(w))
    v *= momentum
    v += g
    w -= lr * v


def _rmsprop(w: np.ndarray, g: np.ndarray, memory: dict[str, Any], lr: float, alpha: float) -> None:
    e = memory.setdefault("e", np.zeros_like(w))
    e *= alpha
    e += (1 - alpha) * g * g
    w -= lr * g / (np.sqrt(e) + 1e-8)


def _adam(w: np.ndarray, g: np.ndarray, memory: dict[str, Any], lr: float) -> None:
    m, v = memory.setdefault("m", np.zeros_like(w)), memory.setdefault("v", np.zeros_like(w))
    n = memory["n"] = memory.get("n", 0) + 1
    m *= 0.9
    m += 0.1 * g
    v *= 0.999
    v += 0.001 * g * g
    w -= lr / (1 - 0.9**n) * m / (np.sqrt(v / (1 - 0.999**n)) + 1e-8)


_UPDATES: dict[str, Callable[..., None]] = {
    "SGD": _sgd,
    "Momentum": _momentum,
    "RMSprop": _rmsprop,
    "Adam": _adam,
}
