"""How time grows with the graph: twice the nodes, twice the time, however long the chain."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from statistics import linear_regression, median
from time import perf_counter
from typing import Any

import numpy as np

import tinygrad_edu

from ..registry import Settings, case
from ..results import Figure, Row, Spread

NODES = {1_000: 15, 10_000: 9, 100_000: 5, 1_000_000: 3}  # nodes → repetitions
DOUBLINGS = 1_000


@case("growth", "time against the size of the graph, forward and backward")
def run(settings: Settings) -> Iterator[Row]:
    """Seconds for chains of growing length, their slope, and a graph with 2¹⁰⁰⁰ paths."""
    lengths = [n for n in NODES if not settings.quick or n <= 100_000]
    spent: list[float] = []
    for n in lengths:
        times = _seconds(lambda n=n: _chain(n), NODES[n])  # type: ignore[misc]
        spent.append(median(times))
        per_node = Figure("µs per node", 1e6 * spent[-1] / n)
        yield Row(f"chain of {n:,}", "s", {"tinygrad_edu": Spread(times)}, [per_node])
    slope = linear_regression([np.log(n) for n in lengths], [np.log(s) for s in spent]).slope
    yield Row("slope", figures=[Figure("log time / log nodes", slope, 1.05)])
    times = _seconds(_doublings, 9)
    yield Row(
        f"{DOUBLINGS:,} doublings",
        "s",
        {"tinygrad_edu": Spread(times)},
        [Figure("µs per node", 1e6 * median(times) / DOUBLINGS)],
    )


def _seconds(build: Callable[[], Any], repetitions: int) -> tuple[float, ...]:
    """Forward, backward and the freeing of the graph, several times over."""
    build()
    times = []
    for _ in range(repetitions):
        gc.collect()
        start = perf_counter()
        build()
        times.append(perf_counter() - start)
    return tuple(times)


def _chain(length: int) -> None:
    x = tinygrad_edu.tensor(np.ones(8, np.float32), requires_grad=True)
    h = x
    for _ in range(length // 2):
        h = h * 0.5
        h = h + x
    h.sum().backward()


def _doublings() -> None:
    """x + x, a thousand times over: 2¹⁰⁰⁰ paths lead from the end to x, and 1000 nodes."""
    x = tinygrad_edu.tensor(np.float64(1), requires_grad=True)
    h = x
    for _ in range(DOUBLINGS):
        h = h + h
    h.backward()
    if x.grad is None or x.grad.item() != 2.0**DOUBLINGS:
        raise SystemExit(
            f"benchmarks: the gradient of {DOUBLINGS} doublings is {x.grad}, not 2¹⁰⁰⁰"
        )
