"""How time grows with the graph: twice the nodes, twice the time, however long the chain."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from functools import partial
from statistics import linear_regression
from time import process_time
from typing import Any

import numpy as np

import tinygrad_edu

from ..registry import Settings, case
from ..results import Figure, Row, Spread
from ..torchlike import OURS, libraries

NODES = (1_000, 10_000, 100_000, 1_000_000)
LONGEST_WHEN_QUICK = 100_000
DOUBLINGS = 1_000


@case("growth", "CPU time against the size of the graph, forward and backward")
def run(settings: Settings) -> Iterator[Row]:
    """Seconds for chains of growing length, their slope, and a graph with 2¹⁰⁰⁰ paths.

    Twice: as it is, and without Python's garbage collector. The second is the engine alone; the
    difference is the collector looking through a graph that lives, again and again while it grows.
    PyTorch, where the nodes are C++ objects, stands beside: what is left of its slope is the
    machine's, for a small graph stays in the processor's caches and a large one does not.
    """
    lengths = [n for n in NODES if not settings.quick or n <= LONGEST_WHEN_QUICK]
    names = libraries(settings.threads)
    for label, collect in (("", True), (" (collector off)", False)):
        spent = _race_of_lengths(names, lengths, 2, collect)
        for n in lengths:
            times = {name: spent[name][n] for name in names}
            per_node = Figure("µs per node", 1e6 * min(times[OURS].samples) / n)
            yield Row(f"{n:,} nodes{label}", "s", times, [per_node])
        slopes = {name: _slope(spent[name]) for name in names}
        figures = [Figure("log time / log nodes", slopes.pop(OURS), 1.05)]
        figures += [Figure(f"{name}: log time / log nodes", s) for name, s in slopes.items()]
        yield Row(f"slope{label}", figures=figures)
    doubled = Spread(tuple(_seconds(_doublings) for _ in range(9)))
    per_node = Figure("µs per node", 1e6 * doubled.median / DOUBLINGS)
    yield Row(f"{DOUBLINGS:,} doublings", "s", {OURS: doubled}, [per_node])


def _slope(spent: dict[int, Spread]) -> float:
    points = [(np.log(n), np.log(min(times.samples))) for n, times in spent.items()]
    return linear_regression(*zip(*points, strict=True)).slope


def _race_of_lengths(
    names: dict[str, Any], lengths: list[int], rounds: int, collect: bool
) -> dict[str, dict[int, Spread]]:
    """CPU seconds per length; in turn, and the short ones as often as makes up one long one."""
    samples: dict[str, dict[int, list[float]]] = {name: {n: [] for n in lengths} for name in names}
    gc.collect()
    gc.freeze()  # the collector shall walk this graph, not the libraries that were imported before
    if not collect:
        gc.disable()
    for _ in range(rounds):
        for n in lengths:
            repetitions = min(30, max(lengths) // n)
            for name, library in names.items():
                build = partial(_chain, library, n)
                samples[name][n] += [_seconds(build) for _ in range(repetitions)]
    gc.enable()
    gc.unfreeze()
    return {name: {n: Spread(tuple(s)) for n, s in by.items()} for name, by in samples.items()}


def _seconds(build: Callable[[], Any]) -> float:
    """CPU time of forward, backward and the freeing of the graph; nothing here runs in parallel."""
    gc.collect()
    start = process_time()
    build()
    return process_time() - start


def _chain(library: Any, length: int) -> None:
    x = library.tensor(np.ones(8, np.float32)).requires_grad_()
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
