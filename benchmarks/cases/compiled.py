"""The compiled step beside JAX's, and beside the matrix products that nobody can do without."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import tinygrad_edu as te
from tinygrad_edu import fast

from ..peers import jax_jit, steps
from ..problem import OPTIMIZERS, Problem
from ..race import race
from ..registry import Settings, case
from ..results import Row, Spread, ratio_figures
from ..torchlike import OURS, agree, in_mode, mlp_step

COURSE = (784, 128, 64, 10)
BATCHES = (1, 16, 32, 64, 128, 512)
COMPILED, WITH_FAST = f"{OURS} compiled", f"{OURS} compiled, [fast]"
PRODUCTS = "matrix products"


def matrix_products(problem: Problem) -> Callable[[], None]:
    """The products of one step, forward and backward, into arrays that are there already."""
    weights = [w for w, _ in problem.layers()]  # (out, in)
    x, _ = problem.examples()
    rng = np.random.default_rng(2)
    inputs = [x, *(rng.random((problem.batch, len(w)), dtype=np.float32) for w in weights[:-1])]
    slopes = [rng.random((problem.batch, len(w)), dtype=np.float32) for w in weights]
    calls: list[tuple[Any, ...]] = []
    for k, (w, h, g) in enumerate(zip(weights, inputs, slopes, strict=True)):
        calls.append((h, w.T, np.empty_like(g)))
        calls.append((g.T, h, np.empty_like(w)))
        if k:  # nobody asks for the gradient of the pictures
            calls.append((g, w, np.empty_like(h)))

    def run() -> None:
        for x, y, out in calls:
            np.matmul(x, y, out)

    return run


@case("compiled", "the compiled step: MLP 784-128-64-10, by batch and optimizer")
def run(settings: Settings) -> Iterator[Row]:
    """µs per step: eager, compiled without and with `[fast]`, JAX's jit, the products alone."""
    for optimizer in OPTIMIZERS:
        for batch in BATCHES:
            if settings.quick and (optimizer, batch) not in {("SGD", 64), ("Adam", 64)}:
                continue
            problem = Problem(COURSE, batch, optimizer)
            times = _measure(problem, settings)
            yield Row(f"{optimizer}, batch {batch}", "µs", times, _figures(times, optimizer))


def _figures(times: dict[str, Spread], optimizer: str) -> list[Any]:
    best = WITH_FAST if WITH_FAST in times else COMPILED
    bounds = {jax_jit.NAME: 0.9, PRODUCTS: 1.6} if best == WITH_FAST else {}
    figures = ratio_figures({k: v for k, v in times.items() if k != COMPILED}, best, bounds)
    if optimizer == "SGD" and jax_jit.NAME in times:
        plain = {COMPILED: times[COMPILED], jax_jit.NAME: times[jax_jit.NAME]}
        (alone,) = ratio_figures(plain, COMPILED, {jax_jit.NAME: 1.0})
        figures.append(alone)
    return figures


def _measure(problem: Problem, settings: Settings) -> dict[str, Spread]:
    found = {OURS: in_mode("off", mlp_step(te, problem))}
    found[COMPILED] = in_mode("off", mlp_step(te, problem, compiled=True))
    if fast.available():
        found[WITH_FAST] = in_mode("on", mlp_step(te, problem, compiled=True))
    peers = steps(problem)
    if jax_jit.NAME in peers:
        found[jax_jit.NAME] = peers[jax_jit.NAME]
    for _ in range(3):
        agree(found)
    with np.errstate(all="ignore"):
        times = race({**found, PRODUCTS: matrix_products(problem)}, settings)
    fast.use("auto")
    return {name: spread.scaled(1e6) for name, spread in times.items()}
