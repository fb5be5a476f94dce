"""Metrics, each in two forms: a function of all answers, and a running one that is fed batches.

    accuracy_score(y_true, y_pred)                                      scikit-learn's names
    metric = Accuracy(); metric.update(scores, target); metric.compute()

Both give the same numbers, and scikit-learn's.
"""

from .classification import (
    accuracy_score,
    confusion_matrix,
    f1_score,
    precision_score,
    recall_score,
)
from .counting import F1, Accuracy, ConfusionMatrix, Precision, Recall
from .metric import Metric
from .regression import mean_absolute_error, mean_squared_error, r2_score
from .summing import MAE, MSE, R2

__all__ = [
    "F1",
    "MAE",
    "MSE",
    "R2",
    "Accuracy",
    "ConfusionMatrix",
    "Metric",
    "Precision",
    "Recall",
    "accuracy_score",
    "confusion_matrix",
    "f1_score",
    "mean_absolute_error",
    "mean_squared_error",
    "precision_score",
    "r2_score",
    "recall_score",
]
