"""Running metrics of numbers that are near or far: sums of errors, and of what they explain."""

from __future__ import annotations

from typing import Any

import numpy as np

from .classification import as_array
from .metric import Metric
from .regression import explained, residuals

__all__ = ["MAE", "MSE", "R2"]


class _Error(Metric):
    """The mean of a function of δ = target − scores over all examples and outputs."""

    higher_is_better = False

    def reset(self) -> None:
        """Forget all batches."""
        self.sums = {"count": 0, "sum": 0.0}

    def update(self, scores: Any, target: Any) -> None:
        """Add up one batch: scores and target of one shape, (N,) or (N, K)."""
        if not len(as_array(target)):
            return
        _, delta, _ = residuals(self.name, target, scores)
        self.sums["count"] += delta.size
        self.sums["sum"] += float(self._of(delta).sum())

    def _of(self, delta: Any) -> Any:
        raise NotImplementedError

    def compute(self) -> Any:
        """A number from 0."""
        self._need(self.sums["count"])
        return self.sums["sum"] / self.sums["count"]


class MSE(_Error):
    """The mean of δ²."""

    name = "mse"

    def _of(self, delta: Any) -> Any:
        return delta**2


class MAE(_Error):
    """The mean of |δ|."""

    name = "mae"

    def _of(self, delta: Any) -> Any:
        return np.abs(delta)


class R2(Metric):
    """R² = 1 − Σδ² / Σ(y − ȳ)², averaged over the outputs.

    The sum below the line is kept around the mean so far, and moved with it from batch to batch:
    Σy² − N ȳ² would lose all digits where y is large and varies little. Reference: T. Chan, G.
    Golub, R. LeVeque, "Algorithms for Computing the Sample Variance" (1983).
    """

    name = "r2"

    def reset(self) -> None:
        """Forget all batches."""
        self.sums = {
            "count": 0,
            "mean": np.zeros(1),
            "around": np.zeros(1),
            "unexplained": np.zeros(1),
        }

    def update(self, scores: Any, target: Any) -> None:
        """Add up one batch: scores and target of one shape, (N,) or (N, K)."""
        if not len(as_array(target)):
            return
        y, delta, _ = residuals(self.name, target, scores)
        s, n, m = self.sums, self.sums["count"], len(y)
        step = y.mean(axis=0) - s["mean"]
        around = ((y - y.mean(axis=0)) ** 2).sum(axis=0)
        s["around"] = s["around"] + around + step**2 * (n * m / (n + m))
        s["mean"] = s["mean"] + step * (m / (n + m))
        s["unexplained"] = s["unexplained"] + (delta**2).sum(axis=0)
        s["count"] = n + m

    def compute(self) -> Any:
        """1 is perfect, 0 is no better than the mean; NaN of fewer than two examples."""
        self._need(self.sums["count"])
        if self.sums["count"] < 2:
            return float("nan")
        return explained(self.sums["unexplained"], self.sums["around"])
