"""A gradient of a gradient: the backward pass is itself recorded and differentiated."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import numpy as np

from ..peers import Program, installed
from ..race import race
from ..registry import Settings, case
from ..results import Row, ratio_figures
from ..torchlike import OURS, agree, gradient_of_gradient, libraries


@case("second", "gradient of a gradient: d/dx |∇f|², f = Σ tanh(x W)³, x (32, 64), W (64, 64)")
def run(settings: Settings) -> Iterator[Row]:
    """µs for both passes."""
    programs = {n: gradient_of_gradient(lib) for n, lib in libraries(settings.threads).items()}
    programs |= _functional()
    agree(programs)
    times = {name: t.scaled(1e6) for name, t in race(programs, settings).items()}
    yield Row("both passes", "µs", times, ratio_figures(times, OURS, {}))


def _functional() -> dict[str, Program]:
    """The same in libraries that differentiate functions."""
    rng = np.random.default_rng(0)
    x = rng.normal(0, 0.5, (32, 64)).astype(np.float32)
    w = rng.normal(0, 0.2, (64, 64)).astype(np.float32)

    def second(grad: Any, np: Any) -> Any:
        slope = grad(lambda x: np.sum(np.tanh(x @ w) ** 3))
        return grad(lambda x: np.sum(slope(x) ** 2))

    found: dict[str, Program] = {}
    if installed("autograd"):
        hips = second(import_module("autograd").grad, import_module("autograd.numpy"))
        found["HIPS autograd"] = lambda: hips(x)
    if installed("jax"):
        jax = import_module("jax")
        compiled = jax.jit(second(jax.grad, import_module("jax.numpy")))
        found["JAX jit"] = lambda: compiled(x).block_until_ready()
    return found
