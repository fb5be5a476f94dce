"""Running metrics of right and wrong answers: a confusion matrix, and what is read off it."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...errors import ArgumentError, InputTypeError, TargetError
from .classification import AVERAGES, as_array, ratios
from .metric import Metric

__all__ = ["F1", "Accuracy", "ConfusionMatrix", "Precision", "Recall"]


class ConfusionMatrix(Metric):
    """C[i, j] examples of class i that were taken for class j, (K, K); it grows with the classes.

    Scores (N, K) answer with the largest. One score for each example answers with class 1 where it
    is above `threshold`: 0 for logits, 0.5 for probabilities. Targets are class numbers, or
    probabilities (N, K), of which the largest counts.
    """

    name = "confusion_matrix"

    def __init__(self, num_classes: int = 0, threshold: float = 0.0) -> None:
        self.num_classes, self.threshold = num_classes, threshold
        super().__init__()

    def reset(self) -> None:
        """Forget all batches."""
        self.sums = {"table": np.zeros((self.num_classes, self.num_classes), np.int64)}

    def update(self, scores: Any, target: Any) -> None:
        """Count one batch: scores (N, K) or (N,), target (N,)."""
        true, answered = decide(self.name, as_array(scores), as_array(target), self.threshold)
        if not true.size:
            return
        table = self.sums["table"]
        missing = 1 + int(max(true.max(), answered.max())) - len(table)
        if missing > 0:
            table = self.sums["table"] = np.pad(table, (0, missing))
        classes = len(table)
        table += np.bincount(true * classes + answered, minlength=classes**2).reshape(table.shape)

    def compute(self) -> Any:
        """The table, (K, K)."""
        self._need(self.sums["table"].sum())
        return self.sums["table"].copy()


class Accuracy(ConfusionMatrix):
    """The share of right answers."""

    name = "accuracy"

    def compute(self) -> Any:
        """A number from 0 to 1."""
        table = self.sums["table"]
        self._need(table.sum())
        return int(np.trace(table)) / int(table.sum())


class _Ratio(ConfusionMatrix):
    """Precision, recall or F1 of all batches: see `f1_score` for `average` and `zero_division`."""

    def __init__(
        self,
        average: str | None = "macro",
        *,
        num_classes: int = 0,
        threshold: float = 0.0,
        zero_division: float = 0.0,
    ) -> None:
        if average not in AVERAGES:
            raise ArgumentError(
                f"{type(self).__name__}: average={average!r} is not known. Use one of {AVERAGES}."
            )
        self.average, self.zero_division = average, zero_division
        super().__init__(num_classes, threshold)

    def compute(self) -> Any:
        """One number, or one for each class (K,) where `average` is None.

        As in scikit-learn, a class that never occurred and was never answered is no class.
        """
        table = self.sums["table"]
        self._need(table.sum())
        if self.average == "binary":
            if len(table) > 2:
                raise ArgumentError(
                    f"{type(self).__name__}: average='binary' is for two classes, but there are "
                    f"{len(table)}. Use average='macro', 'micro', 'weighted' or None."
                )
            table = np.pad(table, (0, 2 - len(table)))[::-1, ::-1]  # class 1 first
            return float(ratios(self.name, table, None, self.zero_division, 1)[0])
        seen = np.flatnonzero(table.sum(axis=0) + table.sum(axis=1))
        if self.average is not None and not self.num_classes:
            table = table[np.ix_(seen, seen)]
        return ratios(self.name, table, self.average, self.zero_division)


class Precision(_Ratio):
    """Of those that were called k, the share that are."""

    name = "precision"


class Recall(_Ratio):
    """Of those that are k, the share that was found."""

    name = "recall"


class F1(_Ratio):
    """The harmonic mean of precision and recall."""

    name = "f1"


def decide(
    asked: str, scores: np.ndarray, target: np.ndarray, threshold: float
) -> tuple[np.ndarray, np.ndarray]:
    """The true and the answered class numbers of a batch, both (N,)."""
    if scores.ndim == 2 and scores.shape[1] == 1 and target.ndim <= 2:
        scores = scores[:, 0]
        target = target[:, 0] if target.ndim == 2 and target.shape[1] == 1 else target
    if target.shape == scores.shape and scores.ndim > 1:
        target = target.argmax(1)
    if scores.ndim == target.ndim + 1 and scores.shape[:1] + scores.shape[2:] == target.shape:
        answered = scores.argmax(1)
    elif scores.shape == target.shape:
        answered = (scores > threshold).astype(np.int64)
    else:
        raise TargetError(
            f"{asked}: scores {scores.shape} and target {target.shape} do not fit. Scores are (N, "
            "K) for K classes or (N,) for two, targets are class numbers (N,)."
        )
    true = target.reshape(-1)
    if true.size and ((true.dtype.kind == "f" and (true % 1).any()) or true.min() < 0):
        raise InputTypeError(
            f"{asked}: a target is {true[(true % 1 != 0) | (true < 0)][0]}, but classes are "
            "numbered 0, 1, 2, …"
        )
    return true.astype(np.int64, copy=False), answered.reshape(-1)
