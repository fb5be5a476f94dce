"""The 300-op chain in the libraries that do not look like PyTorch.

h ← tanh(h · w + b) · 0.9 − c, sixty times, forward and backward; the gradient of x comes back.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

from . import Program, installed


def chains(length: int, size: int) -> dict[str, Program]:
    """µs-sized work, so what is measured is what each library does around it."""
    rng = np.random.default_rng(0)
    arrays = rng.uniform(0.5, 1.0, (4, size)).astype(np.float32)
    found: dict[str, Program] = {}
    if installed("autograd"):
        found["HIPS autograd"] = _functional(length, arrays)
    if installed("mygrad"):
        found["MyGrad"] = _mygrad(length, arrays)
    if installed("micrograd") and size == 1:
        found["micrograd"] = _micrograd(length, [float(a[0]) for a in arrays])
    return found


def _functional(length: int, arrays: np.ndarray) -> Program:
    np: Any = import_module("autograd.numpy")
    start, weight, bias, c = arrays

    def f(args: tuple[Any, ...]) -> Any:
        h, w, b = args
        for _ in range(length // 5):
            h = np.tanh(h * w + b) * 0.9 - c
        return np.sum(h)

    slopes: Callable[..., Any] = import_module("autograd").grad(f)
    return lambda: slopes((start, weight, bias))[0]


def _mygrad(length: int, arrays: np.ndarray) -> Program:
    mg: Any = import_module("mygrad")
    mg.turn_memory_guarding_off()  # as its documentation advises for speed
    x, w, b = (mg.tensor(a) for a in arrays[:3])
    c = arrays[3]

    def run() -> Any:
        x.null_grad(), w.null_grad(), b.null_grad()
        h = x
        for _ in range(length // 5):
            h = mg.tanh(h * w + b) * 0.9 - c
        h.sum().backward()
        return x.grad

    return run


def _micrograd(length: int, numbers: list[float]) -> Program:
    value: Any = import_module("micrograd.engine").Value
    start, weight, bias, c = numbers

    def run() -> Any:
        x, w, b = value(start), value(weight), value(bias)
        h = x
        for _ in range(length // 5):
            h = (h * w + b).relu() * 0.9 - c  # it has no tanh
        h.backward()
        return x.grad

    return run
