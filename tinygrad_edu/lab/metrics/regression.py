"""How far predictions of numbers lie from the truth, under scikit-learn's names.

y_true and y_pred are (N,), or (N, K) for K outputs, whose scores are averaged.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...errors import ArgumentError, TargetError
from .classification import as_array

__all__ = ["mean_absolute_error", "mean_squared_error", "r2_score", "residuals"]


def mean_squared_error(y_true: Any, y_pred: Any, *, sample_weight: Any = None) -> float:
    """The mean of δ², with δ = y_true − y_pred."""
    _, delta, weights = residuals("mean_squared_error", y_true, y_pred, sample_weight)
    return float(np.average(delta**2, axis=0, weights=weights).mean())


def mean_absolute_error(y_true: Any, y_pred: Any, *, sample_weight: Any = None) -> float:
    """The mean of |δ|, with δ = y_true − y_pred."""
    _, delta, weights = residuals("mean_absolute_error", y_true, y_pred, sample_weight)
    return float(np.average(np.abs(delta), axis=0, weights=weights).mean())


def r2_score(y_true: Any, y_pred: Any, *, sample_weight: Any = None) -> float:
    """R² = 1 − Σδ² / Σ(y − ȳ)²: 1 is perfect, 0 is no better than always to say the mean.

    Where y is constant, R² is 1 for perfect predictions and 0 for others; of fewer than two
    examples it is NaN, as nothing varies.
    """
    true, delta, weights = residuals("r2_score", y_true, y_pred, sample_weight)
    if len(true) < 2:
        return float("nan")
    w = np.ones(len(true)) if weights is None else weights
    unexplained = w @ delta**2  # (K,)
    total = w @ (true - np.average(true, axis=0, weights=w)) ** 2  # (K,)
    return explained(unexplained, total)


def explained(unexplained: np.ndarray, total: np.ndarray) -> float:
    """The mean over outputs of 1 − unexplained / total; both (K,)."""
    constant = total == 0
    share = unexplained / np.where(constant, 1.0, total)
    share = np.where(constant, np.where(unexplained == 0, 0.0, 1.0), share)
    return float(np.mean(1 - share))


def residuals(
    asked: str, y_true: Any, y_pred: Any, sample_weight: Any = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """y (N, K) and δ (N, K) in float64, and the weights (N,) or None.

    Raises `TargetError` where the shapes differ, `ArgumentError` for no predictions at all.
    """
    true, guess = (np.asarray(as_array(y), np.float64) for y in (y_true, y_pred))
    true, guess = (y[:, None] if y.ndim == 1 else y for y in (true, guess))
    if true.shape != guess.shape:
        raise TargetError(
            f"{asked}: y_true {true.shape} and y_pred {guess.shape} differ: each prediction is "
            "compared with one number."
        )
    if not true.size:
        raise ArgumentError(f"{asked}: there are no predictions, so there is nothing to measure.")
    weights = None if sample_weight is None else np.asarray(as_array(sample_weight), np.float64)
    return true, true - guess, weights
