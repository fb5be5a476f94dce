"""Networks behind scikit-learn's interface and the course's: `fit` or `train`, `predict`."""

from .classifier import MLPClassifier
from .regressor import MLPRegressor

__all__ = ["MLPClassifier", "MLPRegressor"]
