"""MLPClassifier: classes from numbers, by a multi-layer perceptron."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...errors import ArgumentError
from ...nn import CrossEntropyLoss
from ...nn.functional import log_softmax
from ..metrics import accuracy_score
from .base import MLP
from .bases import Classifier
from .checking import as_column
from .keeping import Kept

__all__ = ["MLPClassifier"]


class MLPClassifier(Classifier, MLP, Kept):  # type: ignore[misc]
    """A multi-layer perceptron that learns to tell classes apart, by making −log p(right) small.

        model = MLPClassifier(hidden_layer_sizes=(64,), max_iter=50).fit(X, y)
        model.predict(X), model.predict_proba(X), model.score(X, y)

    X (N, D); y (N,) are numbers or names, as many classes as there are. The last layer has a score
    for each class, of which softmax makes probabilities. Parameters and what is there after `fit`
    are those of `MLPRegressor`, and `classes_`; early stopping looks at the accuracy.
    """

    _metric = "accuracy"
    _wanted: np.ndarray | None = None  # the classes that `partial_fit` was told of
    classes_: np.ndarray

    def __init__(
        self,
        hidden_layer_sizes: Any = (100,),
        learning_rate: float = 0.001,
        max_iter: int = 200,
        *,
        activation: str = "relu",
        solver: str = "adam",
        alpha: float = 0.0001,
        batch_size: Any = "auto",
        shuffle: bool = True,
        random_state: Any = None,
        tol: float = 1e-4,
        verbose: bool = False,
        warm_start: bool = False,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        n_iter_no_change: int = 10,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.learning_rate = learning_rate
        self.max_iter = max_iter
        self.activation = activation
        self.solver = solver
        self.alpha = alpha
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.random_state = random_state
        self.tol = tol
        self.verbose = verbose
        self.warm_start = warm_start
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change

    def fit(self, X: Any, y: Any) -> Any:
        """Learn from X (N, D) and the classes y (N,); returns the estimator itself."""
        self._wanted = None
        return self._fit(X, y)

    def train(self, X: Any, y: Any) -> Any:
        """Learn from X and y: the course's name for `fit`."""
        return self.fit(X, y)

    def partial_fit(self, X: Any, y: Any, classes: Any = None) -> Any:
        """Go once through some more data; the first call is told all the `classes` there will be.

        Raises `ArgumentError` where it is not, or where later ones differ.
        """
        begun = self.__sklearn_is_fitted__()
        if classes is None and not begun:
            raise ArgumentError(
                "partial_fit: the first call needs classes=…, for a later call may bring some that "
                "this one lacks: classes=np.unique(all_y)."
            )
        if classes is not None and begun and not np.array_equal(np.unique(classes), self.classes_):
            raise ArgumentError(
                f"partial_fit: classes={list(classes)}, but the first call was told "
                f"{self.classes_.tolist()}. They cannot change."
            )
        self._wanted = self.classes_ if begun else np.unique(classes)
        return self._partial_fit(X, y)

    def predict(self, X: Any) -> np.ndarray:
        """The likeliest class of each example, (N,)."""
        answers: np.ndarray = self._scores(X, "predict").array.argmax(1)
        found: np.ndarray = self.classes_[answers]
        return found

    def predict_log_proba(self, X: Any) -> np.ndarray:
        """The logarithms of the probabilities, (N, K); exact where these are near 0."""
        logs: np.ndarray = log_softmax(self._scores(X, "predict_proba"), dim=1).array
        return logs

    def predict_proba(self, X: Any) -> np.ndarray:
        """The probability of each class, (N, K), in the order of `classes_`."""
        found: np.ndarray = np.exp(self.predict_log_proba(X))
        return found

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """The share of right answers."""
        return accuracy_score(y, self.predict(X), sample_weight=sample_weight)

    def _targets(self, y: Any, n: int, asked: str) -> np.ndarray:
        """The classes as numbers 0, 1, 2, … (N,)."""
        array = as_column(y, n, self, asked)
        if array.ndim != 1:
            raise ArgumentError(
                f"{asked}: y has shape {array.shape}; y should be a 1d array of classes. Of "
                "one-hot rows, pass y.argmax(1)."
            )
        if array.dtype.kind == "f":
            if not np.isfinite(array).all():
                raise ArgumentError(
                    f"{asked}: Input y contains NaN or infinity, which is no class."
                )
            if (array % 1).any():
                raise ArgumentError(
                    f"{asked}: Unknown label type: continuous. y holds {array[array % 1 != 0][0]}, "
                    "but classes are whole numbers or names. For numbers, use MLPRegressor."
                )
        found = np.unique(array) if self._wanted is None else self._wanted
        strange = np.setdiff1d(array, found)
        if strange.size:
            raise ArgumentError(
                f"{asked}: y holds the class {strange[0]!r}, which is not among {found.tolist()}."
            )
        self._keep_classes(found)
        numbers: np.ndarray = np.searchsorted(found, array)
        return numbers.astype(np.int64)

    def _keep_classes(self, found: np.ndarray) -> None:
        if self.warm_start and self.__sklearn_is_fitted__():
            if not np.array_equal(found, self.classes_):
                raise ArgumentError(
                    f"fit: with warm_start the classes must stay {self.classes_.tolist()}, but y "
                    f"holds {found.tolist()}."
                )
            return
        self.classes_ = found

    def _outputs(self, targets: np.ndarray) -> int:
        return len(self.classes_)

    def _criterion(self) -> Any:
        return CrossEntropyLoss()

    def _hold_back(self, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """As for all, but with each class's share on both sides."""
        order = self._generator.numpy.permutation(len(targets))
        groups = [order[targets[order] == k] for k in range(len(self.classes_))]
        counts = [round(self.validation_fraction * len(group)) for group in groups]
        if not sum(counts):
            return super()._hold_back(targets)
        held = [group[:count] for group, count in zip(groups, counts, strict=True)]
        rest = [group[count:] for group, count in zip(groups, counts, strict=True)]
        return np.concatenate(held), np.sort(np.concatenate(rest))
