"""HIPS autograd: the gradient of a NumPy function; it has no optimizer for steps, so SGD only."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from ..problem import OPTIMIZERS, Problem

NAME = "HIPS autograd"


def steps(problem: Problem) -> dict[str, Callable[[], Any]]:
    """w ← w − η g on every array of the list of parameters."""
    if problem.optimizer != "SGD":
        return {}
    np: Any = import_module("autograd.numpy")
    value_and_grad = import_module("autograd").value_and_grad
    x, t = problem.examples()
    rows, lr = np.arange(len(t)), OPTIMIZERS["SGD"][1]["lr"]
    params = [a for layer in problem.layers() for a in layer]

    def loss_of(params: list[Any]) -> Any:
        h = x
        for k in range(0, len(params) - 2, 2):
            h = np.maximum(h @ params[k].T + params[k + 1], 0)
        z = h @ params[-2].T + params[-1]
        z = z - np.max(z, axis=1, keepdims=True)
        return np.mean(np.log(np.sum(np.exp(z), axis=1)) - z[rows, t])

    slope = value_and_grad(loss_of)

    def step() -> Any:
        loss, slopes = slope(params)
        for w, g in zip(params, slopes, strict=True):
            w -= lr * g
        return loss

    return {NAME: step}
