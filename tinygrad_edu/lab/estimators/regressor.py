"""MLPRegressor: numbers from numbers, by a multi-layer perceptron."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...nn.functional import mse_loss
from ..metrics import r2_score
from .base import MLP
from .bases import Regressor
from .checking import as_column, as_numbers
from .keeping import Kept

__all__ = ["MLPRegressor"]


def half_squared_error(scores: Any, target: Any) -> Any:
    """The mean of ½(y − ŷ)², whose slope is the error itself."""
    return mse_loss(scores, target) * 0.5


class MLPRegressor(Regressor, MLP, Kept):  # type: ignore[misc]
    """A multi-layer perceptron that learns ŷ(x), by making the mean of ½(y − ŷ)² small.

        model = MLPRegressor(hidden_layer_sizes=(100,), learning_rate=0.001, max_iter=10)
        model.train(X, y)  # or fit: the course's word and scikit-learn's
        model.predict(X)

    X (N, D), y (N,) or (N, K) → ŷ of the shape of y. Scale X and y to about 1 before, as for every
    network. `hidden_layer_sizes` are the widths between; `learning_rate` is a number, the η of the
    steps; `max_iter` counts epochs. `activation` is one of relu, tanh, logistic, identity,
    leaky_relu, elu, gelu, silu; `solver` one of sgd, momentum, rmsprop, adam. `alpha` weighs the
    penalty ½α‖W‖². `batch_size="auto"` makes 25 steps of an epoch, of 8 to 200 examples each.

    Training ends where the loss has not fallen by `tol` for `n_iter_no_change` epochs, or with
    `early_stopping` where R² on the share `validation_fraction`, held back, has not risen; then the
    best weights are kept. Afterwards: `loss_curve_`, `loss_`, `n_iter_`, `coefs_`, `intercepts_`,
    `model_` (the network itself), `validation_scores_`.

    Raises `ArgumentError` (a ValueError) for parameters of nonsense and for NaN in the data,
    `TargetError` where y does not fit X, `AnomalyError` where the learning rate is too high.
    """

    _metric = "r2"

    def __init__(
        self,
        hidden_layer_sizes: Any = (100,),
        learning_rate: float = 0.001,
        max_iter: int = 10,
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
        """Learn from X (N, D) and y (N,) or (N, K); returns the estimator itself."""
        return self._fit(X, y)

    def train(self, X: Any, y: Any) -> Any:
        """Learn from X and y: the course's name for `fit`."""
        return self.fit(X, y)

    def partial_fit(self, X: Any, y: Any) -> Any:
        """Go once through some more data, from where the last call ended."""
        return self._partial_fit(X, y)

    def predict(self, X: Any) -> np.ndarray:
        """ŷ for each example: (N,), or (N, K) where y was so."""
        outputs: np.ndarray = self._scores(X, "predict").array
        return outputs[:, 0] if self._flat else outputs

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """R² of the predictions: 1 is perfect, 0 no better than the mean of y."""
        return r2_score(y, self.predict(X), sample_weight=sample_weight)

    def _targets(self, y: Any, n: int, asked: str) -> np.ndarray:
        array = as_numbers(as_column(y, n, self, asked), asked, "y")
        self._flat = array.ndim == 1
        return array[:, None] if self._flat else array

    def _outputs(self, targets: np.ndarray) -> int:
        return int(targets.shape[1])

    def _criterion(self) -> Any:
        return half_squared_error

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
