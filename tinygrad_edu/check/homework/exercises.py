"""The exercises at the ends of the lessons: what each asks for, and what a right answer gives.

A student's file names the exercise and defines its function, in plain Python or NumPy:

    exercise = "01"

    def NOR(x1, x2):
        return int(0.5 - x1 - x2 > 0)

The function is called in the child process, on arguments that are made here; the answers are
compared with those of the reference, which stands here and nowhere in the lessons.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

__all__ = ["EXERCISES", "Exercise"]

Arguments = Iterable[tuple[Any, ...]]


@dataclass(frozen=True)
class Exercise:
    """What is asked: a function by name, calls to try it on, and the reference for them."""

    function: str
    reference: Callable[..., Any]
    calls: Callable[[np.random.Generator], Arguments]
    rtol: float = 1e-6


def sigmoid(x: Any) -> Any:
    """1/(1 + e⁻ˣ) without overflow, through tanh."""
    return 0.5 * (1 + np.tanh(0.5 * np.asarray(x)))


def network(X: Any, weights: Any, biases: Any) -> Any:
    """A row per example, a sigmoid after every layer but the last."""
    for number, (W, b) in enumerate(zip(weights, biases, strict=True), 1):
        X = X @ W + b
        X = sigmoid(X) if number < len(weights) else X
    return X


def cross_entropy(scores: Any, labels: Any) -> Any:
    """The mean of ln Σ exp(scores) − score of the truth."""
    shifted = scores - scores.max(axis=1, keepdims=True)
    right = shifted[np.arange(len(labels)), labels]
    return np.mean(np.log(np.exp(shifted).sum(axis=1)) - right)


def confusion_matrix(truth: Any, answers: Any, classes: int) -> Any:
    """Rows are the truth, columns the answers."""
    counts = np.zeros((classes, classes))
    np.add.at(counts, (truth, answers), 1)
    return counts


def momentum(w: float, gradients: Any, eta: float, gamma: float) -> float:
    """v ← γv + η∇L, w ← w − v, once for each gradient."""
    v = 0.0
    for g in gradients:
        v = gamma * v + eta * g
        w -= v
    return w


# The first call is small, so that the sentence about a wrong number can show it whole; no exercise
# has one call alone, so that no constant is right.


def _layers(rng: np.random.Generator) -> Arguments:
    for rows, widths in ((1, (2, 2, 1)), (5, (3, 4, 4, 2))):
        pairs = list(pairwise(widths))
        weights = [rng.normal(size=pair) for pair in pairs]
        yield rng.normal(size=(rows, widths[0])), weights, [rng.normal(size=m) for _, m in pairs]


def _labelled(rng: np.random.Generator) -> Arguments:
    # with exp(1000) in it, the unshifted formula gives NaN
    for scale, rows, classes in ((1.0, 2, 3), (1.0, 6, 4), (1000.0, 3, 4)):
        yield scale * rng.normal(size=(rows, classes)), rng.integers(0, classes, rows)


def _answered(rng: np.random.Generator) -> Arguments:
    for rows, classes in ((6, 3), (50, 4)):
        yield rng.integers(0, classes, rows), rng.integers(0, classes, rows), classes


EXERCISES = {
    "01": Exercise(
        "NOR",
        lambda x1, x2: float(not (x1 or x2)),
        lambda rng: [(0, 0), (0, 1), (1, 0), (1, 1)],
    ),
    "02": Exercise("tanh", np.tanh, lambda rng: [(rng.normal(size=n),) for n in (3, 8)]),
    "03": Exercise("network", network, _layers),
    "04": Exercise("cross_entropy", cross_entropy, _labelled),
    "05": Exercise(
        "central",
        lambda c, x, step: (np.polyval(c, x + step) - np.polyval(c, x - step)) / (2 * step),
        lambda rng: [(rng.normal(size=4), float(rng.normal()), 0.5) for _ in range(3)],
    ),
    "06": Exercise(
        "gradients",
        lambda a, b, c: (b * b, 2 * a * b + c, b),
        lambda rng: [tuple(map(float, rng.integers(-5, 6, 3))) for _ in range(4)],
    ),
    "08": Exercise(
        "slopes_of_division",
        lambda x, y: (1 / y, -x / y**2),
        lambda rng: [tuple(rng.uniform(0.5, 3, 2).tolist()) for _ in range(3)],
    ),
    "09": Exercise(
        "confusion_matrix",
        confusion_matrix,
        _answered,
    ),
    "10": Exercise(
        "momentum",
        momentum,
        lambda rng: [
            (float(rng.normal()), rng.normal(size=n), eta, gamma)
            for n, eta, gamma in ((3, 0.1, 0.9), (6, 0.02, 0.5))
        ],
    ),
    "11": Exercise(
        "softmax_jacobian",
        lambda s: np.diag(s) - np.outer(s, s),
        lambda rng: [(rng.dirichlet(np.ones(n)),) for n in (2, 5)],
    ),
    "13": Exercise(
        "indicator",
        lambda x, a, b, s: sigmoid(s * (x - a)) - sigmoid(s * (x - b)),
        lambda rng: [(rng.uniform(size=n), 0.3, 0.6, s) for n, s in ((3, 5.0), (9, 50.0))],
    ),
    "14": Exercise(
        "kaiming_std", lambda n_in: np.sqrt(2 / n_in), lambda rng: [(n,) for n in (1, 64, 784)]
    ),
    "15": Exercise(
        "dropout",
        lambda x, kept, p: x * kept / (1 - p),
        lambda rng: [
            (rng.normal(size=n), (rng.random(n) > p) * 1.0, p) for n, p in ((4, 0.2), (8, 0.5))
        ],
    ),
    "16": Exercise(
        "newton_step",
        lambda w: w - (4 * w**3 - 3) / (12 * w**2),
        lambda rng: [(float(w),) for w in rng.uniform(0.5, 2, 4)],
    ),
}
"""By the number of the lesson; 07 and 12 ask for `backward` and `MLPRegressor` themselves."""
