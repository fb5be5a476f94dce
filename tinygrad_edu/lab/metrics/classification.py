"""How many answers are right, and of which kind the wrong ones are.

Everything here is counted in one table, the confusion matrix C: C[i, j] examples of class i were
taken for class j. Its diagonal is what is right, a column is what was answered, a row is what was
true:

    precision of class k = C[k, k] / Σᵢ C[i, k]      of those called k, the share that are
    recall of class k    = C[k, k] / Σⱼ C[k, j]      of those that are k, the share that was found
    F1 of class k        = their harmonic mean, 2 C[k, k] / (Σᵢ C[i, k] + Σⱼ C[k, j])

Names, arguments and answers are scikit-learn's, among them what 0/0 is: the `zero_division`.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from ...errors import ArgumentError, InputTypeError, ShapeError, TargetError
from ...tensor import Tensor

__all__ = [
    "AVERAGES",
    "accuracy_score",
    "as_array",
    "confusion_matrix",
    "f1_score",
    "precision_score",
    "ratios",
    "recall_score",
]

AVERAGES = ("binary", "micro", "macro", "weighted", None)


def accuracy_score(y_true: Any, y_pred: Any, *, sample_weight: Any = None) -> float:
    """The share of right answers; y_true (N,), y_pred (N,).

    Raises `TargetError` where the lengths differ, `ArgumentError` for no answers at all.
    """
    true, answered = _labels("accuracy_score", y_true, y_pred)
    weights = None if sample_weight is None else as_array(sample_weight)
    return float(np.average(true == answered, weights=weights))


def confusion_matrix(y_true: Any, y_pred: Any, *, labels: Any = None) -> np.ndarray:
    """C (K, K) in int64: C[i, j] examples of `labels[i]` were taken for `labels[j]`.

    `labels` are all that occur, sorted, unless they are given; what is not among them is not
    counted.
    """
    true, answered = _labels("confusion_matrix", y_true, y_pred)
    names = _names(labels, true, answered)
    counted = np.isin(true, names) & np.isin(answered, names)
    order = np.argsort(names)
    i, j = (order[np.searchsorted(names, side[counted], sorter=order)] for side in (true, answered))
    table = np.zeros((len(names), len(names)), np.int64)
    np.add.at(table, (i, j), 1)
    return table


def precision_score(y_true: Any, y_pred: Any, **options: Any) -> Any:
    """Of those that were called k, the share that are; options as for `f1_score`."""
    return _scored("precision", y_true, y_pred, **options)


def recall_score(y_true: Any, y_pred: Any, **options: Any) -> Any:
    """Of those that are k, the share that was found; options as for `f1_score`."""
    return _scored("recall", y_true, y_pred, **options)


def f1_score(y_true: Any, y_pred: Any, **options: Any) -> Any:
    """The harmonic mean of precision and recall, 2PR / (P + R).

    `average` makes one number of the classes': "binary" is that of class `pos_label` alone; "macro"
    is their mean, "weighted" their mean by the number of true examples, "micro" counts all classes
    in one pot; None returns one for each class. `labels` are the classes, all that occur by
    default. `zero_division` is the value of 0/0; "warn" means 0 and a warning.
    """
    return _scored("f1", y_true, y_pred, **options)


def _scored(
    kind: str,
    y_true: Any,
    y_pred: Any,
    *,
    labels: Any = None,
    pos_label: Any = 1,
    average: str | None = "binary",
    zero_division: float | str = "warn",
) -> Any:
    asked = f"{kind}_score"
    if average not in AVERAGES:
        raise ArgumentError(f"{asked}: average={average!r} is not known. Use one of {AVERAGES}.")
    true, answered = _labels(asked, y_true, y_pred)
    everything = _names(None, true, answered)
    chosen = everything if labels is None else as_array(labels)
    if average == "binary":
        chosen = _positive(asked, everything, pos_label)
    elsewhere = np.setdiff1d(everything, chosen)  # counted as mistakes, though not asked for
    table = confusion_matrix(true, answered, labels=np.concatenate([chosen, elsewhere]))
    found = ratios(kind, table, average, zero_division, len(chosen))
    return found


def ratios(
    kind: str,
    table: np.ndarray,
    average: str | None,
    zero_division: float | str,
    first: int | None = None,
) -> Any:
    """Precision, recall or F1 of the `first` classes of a confusion matrix: see `f1_score`."""
    right = np.diag(table)[:first]
    answered, true = table.sum(axis=0)[:first], table.sum(axis=1)[:first]
    below = {"precision": answered, "recall": true, "f1": answered + true}[kind]
    above = 2 * right if kind == "f1" else right
    if average == "micro":
        above, below = above.sum(keepdims=True), below.sum(keepdims=True)
    if zero_division == "warn" and (below == 0).any():
        warnings.warn(
            f"{kind}_score: 0/0 where a class has no examples to divide by; it counts as 0. Pass "
            "zero_division= to say what it should count as.",
            UserWarning,
            stacklevel=4,
        )
    nothing = 0.0 if zero_division == "warn" else float(zero_division)
    each = np.where(below == 0, nothing, above / np.where(below == 0, 1, below))
    if average is None:
        return each
    weights = true if average == "weighted" else np.ones_like(below)
    return _mean(each, weights, nothing)


def _mean(each: np.ndarray, weights: np.ndarray, nothing: float) -> float:
    """The weighted mean of those that are numbers; `nothing` where no weight is left."""
    numbers = ~np.isnan(each)
    if not weights[numbers].sum():
        return nothing if weights.size else 0.0
    return float(np.average(each[numbers], weights=weights[numbers]))


def _positive(asked: str, labels: np.ndarray, pos_label: Any) -> np.ndarray:
    """The one class that a binary score is about."""
    if len(labels) > 2:
        raise ArgumentError(
            f"{asked}: average='binary' is for two classes, but there are {len(labels)}. Use "
            "average='macro', 'micro', 'weighted' or None."
        )
    if len(labels) == 2 and pos_label not in labels:
        raise ArgumentError(
            f"{asked}: pos_label={pos_label!r} is not among the labels {labels.tolist()}."
        )
    return np.array([pos_label])


def _names(labels: Any, true: np.ndarray, answered: np.ndarray) -> np.ndarray:
    """The classes: those that are given, or all that occur, in order."""
    if labels is None:
        return np.union1d(true, answered)
    names = as_array(labels)
    if not names.size or not np.isin(names, true).any():
        raise ArgumentError(f"labels={names.tolist()}, but none of them is a true label.")
    return names


def as_array(values: Any) -> np.ndarray:
    """The numbers or names of a tensor, an array or a list."""
    return values.array if isinstance(values, Tensor) else np.asarray(values)


def _labels(asked: str, y_true: Any, y_pred: Any) -> tuple[np.ndarray, np.ndarray]:
    """Both sides as vectors of one length."""
    true, answered = as_array(y_true), as_array(y_pred)
    if true.ndim == 2 and true.shape[1] == 1:
        true = true[:, 0]
    if answered.ndim == 2 and answered.shape[1] == 1:
        answered = answered[:, 0]
    if true.ndim != 1 or answered.ndim != 1:
        raise ShapeError(
            f"{asked}: y_true {true.shape} and y_pred {answered.shape} should be one label for "
            "each example, (N,). Of scores (N, K), pass scores.argmax(1)."
        )
    if len(true) != len(answered):
        raise TargetError(
            f"{asked}: {len(true)} true labels, but {len(answered)} answers: each answer is "
            "compared with one label."
        )
    if not len(true):
        raise ArgumentError(
            f"{asked}: there are no answers, so there is nothing to be right about."
        )
    if (true.dtype.kind in "US") != (answered.dtype.kind in "US"):
        raise InputTypeError(
            f"{asked}: y_true holds {true.dtype}, y_pred {answered.dtype}: names and numbers are "
            "never equal. Translate one of them."
        )
    return true, answered
