"""One training step of three networks: where a student's time goes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from statistics import linear_regression

import numpy as np

from tinygrad_edu import fast

from ..peers import numpy_by_hand, sklearn_mlp, steps
from ..problem import OPTIMIZERS, Problem
from ..race import race
from ..registry import Settings, case
from ..results import Figure, Row, Spread, best_of, ratio_figures
from ..torchlike import OURS, TORCH, WITH_FAST, agree, mlp_steps

COURSE = (784, 128, 64, 10)
NETWORKS = (COURSE, (64, 32, 10), (784, 1024, 1024, 10))
BATCHES = (1, 16, 32, 64, 128, 512)
QUICK = {(COURSE, 64, "SGD"), (COURSE, 64, "Adam"), ((64, 32, 10), 16, "SGD")}
HAND, BETTER = numpy_by_hand.NAME, f"the better {TORCH}"


def bounds(problem: Problem) -> dict[str, float]:
    """What was promised: at most this share of a peer's time."""
    if 1024 in problem.sizes:
        return {BETTER: 1.0}
    return {BETTER: 0.75 if problem.batch <= 64 else 0.9, HAND: 1.15}


@case("mlp", "training step: ReLU networks, cross-entropy, float32, by batch and optimizer")
def run(settings: Settings) -> Iterator[Row]:
    """µs per step of every library, and how they grow with the batch."""
    for sizes in NETWORKS:
        for optimizer in OPTIMIZERS:
            ours: dict[int, Spread] = {}
            for batch in BATCHES:
                problem = Problem(sizes, batch, optimizer)
                if not settings.quick or (sizes, batch, optimizer) in QUICK:
                    times = _measure(problem, settings)
                    ours[batch] = times[OURS]
                    label = f"{problem.title} {optimizer}, batch {batch}"
                    limits = {} if settings.quick else bounds(problem)
                    yield Row(label, "µs", times, _figures(times, limits))
            if len(ours) > 1:
                points = [(float(n), t.median) for n, t in ours.items()]
                line = linear_regression(*zip(*points, strict=True))
                figures = [
                    Figure("fixed cost", line.intercept, unit="µs"),
                    Figure("cost per example", line.slope, unit="µs"),
                ]
                yield Row(f"{Problem(sizes, 1, optimizer).title} {optimizer}", figures=figures)


def _figures(times: dict[str, Spread], limits: dict[str, float]) -> list[Figure]:
    """Ours over everyone else's; with `[fast]`, over the better PyTorch."""
    figures = ratio_figures({n: t for n, t in times.items() if n != WITH_FAST}, OURS, limits)
    pair = {name: times[name] for name in (WITH_FAST, BETTER) if name in times}
    if len(pair) == 2:
        (figure,) = ratio_figures(pair, WITH_FAST, {k: v for k, v in limits.items() if k == BETTER})
        figures.append(replace(figure, name=f"[fast] {figure.name}"))
    return figures


def _measure(problem: Problem, settings: Settings) -> dict[str, Spread]:
    programs = {**mlp_steps(problem, settings.threads), **steps(problem)}
    same = {n: run for n, run in programs.items() if n != sklearn_mlp.NAME}  # has its own weights
    for _ in range(3):  # the loss after two steps agrees only if the gradients do
        agree(same)
    with np.errstate(all="ignore"):  # hundreds of steps on one batch: the loss is 0 at last
        times = {name: t.scaled(1e6) for name, t in race(programs, settings).items()}
    fast.use("auto")
    return best_of(times, BETTER, [TORCH, f"{TORCH} fused"])
