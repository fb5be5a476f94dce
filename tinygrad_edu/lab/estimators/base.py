"""A network behind scikit-learn's interface: what regression and classification have in common."""

from __future__ import annotations

import math
from numbers import Integral, Real
from typing import Any

import numpy as np

from ... import nn
from ...autograd import no_grad
from ...data import DataLoader, TensorDataset
from ...errors import ArgumentError
from ...random import Generator, default_generator
from ...tensor import Tensor
from ..callbacks import Callback, EarlyStopping
from ..recipe import ACTIVATIONS, OPTIMIZERS, mlp
from ..tally import predict
from ..trainer import Trainer
from .bases import Base, NotFitted
from .checking import as_matrix, check_features, remember_features

__all__ = ["MLP"]

_SAME = {"logistic": "sigmoid"}  # scikit-learn's name and ours


class MLP(Base):  # type: ignore[misc]  # scikit-learn has no types
    """The network, its training and its weights; a subclass says what the outputs mean."""

    # -- what a subclass says

    _metric: str  # what early stopping looks at

    def _targets(self, y: Any, n: int, asked: str) -> np.ndarray:
        raise NotImplementedError

    def _outputs(self, targets: np.ndarray) -> int:
        raise NotImplementedError

    def _criterion(self) -> Any:
        raise NotImplementedError

    # -- learning

    def _fit(self, X: Any, y: Any) -> Any:
        self._check_parameters()
        array = as_matrix(X, "fit")
        again = self.warm_start and self.__sklearn_is_fitted__()
        if again:
            check_features(self, X, array, "fit")
        targets = self._targets(y, len(array), "fit")
        if not again:
            remember_features(self, X, array)
            self._build(self._outputs(targets), array.dtype)
        self._train(array, targets, self.max_iter)
        return self

    def _partial_fit(self, X: Any, y: Any) -> Any:
        self._check_parameters()
        if self.early_stopping:
            raise ArgumentError(
                "partial_fit: early_stopping=True needs all the data at once, to hold some back. "
                "Call fit, or set early_stopping=False."
            )
        array, begun = as_matrix(X, "partial_fit"), self.__sklearn_is_fitted__()
        if begun:
            check_features(self, X, array, "partial_fit")
        targets = self._targets(y, len(array), "partial_fit")
        if not begun:
            remember_features(self, X, array)
            self._build(self._outputs(targets), array.dtype)
        self._train(array, targets, 1)
        return self

    def _build(self, n_outputs: int, dtype: Any) -> None:
        """A network that has learned nothing, and what will change it."""
        self._generator = _generator(self.random_state)
        self.n_outputs_ = n_outputs
        sizes = [self.n_features_in_, *_widths(self.hidden_layer_sizes), n_outputs]
        activation: str = self.activation
        self.model_ = mlp(sizes, _SAME.get(activation, activation))
        if dtype == np.float64:
            self.model_.double()
        layers = self._layers()
        for layer in layers:
            nn.init.xavier_uniform_(layer.weight, generator=self._generator)
            nn.init.zeros_(layer.bias)
        groups = [
            {"params": [layer.weight for layer in layers], "weight_decay": 0.0},
            {"params": [layer.bias for layer in layers]},
        ]
        self._optimizer = OPTIMIZERS[self.solver](groups, self.learning_rate)
        self.loss_curve_: list[float] = []
        self.n_iter_ = 0

    def _train(self, array: np.ndarray, targets: np.ndarray, epochs: int) -> None:
        """Go `epochs` times through the data, or until it does not help any more."""
        X, y = Tensor(array.astype(self.coefs_[0].dtype, copy=False)), Tensor(targets)
        validation = None
        if self.early_stopping:
            held, rest = self._hold_back(targets)
            validation = TensorDataset(X[held], y[held])
            X, y = X[rest], y[rest]
        loader = DataLoader(
            TensorDataset(X, y), self._batch(len(y)), self.shuffle, generator=self._generator
        )
        # ½ α‖W‖²/B beside the mean loss of a batch of B, as in scikit-learn.
        self._optimizer.param_groups[0]["weight_decay"] = self.alpha / loader.batch_size
        for group in self._optimizer.param_groups:
            group["lr"] = self.learning_rate
        trainer = Trainer(
            self.model_,
            self._criterion(),
            self._optimizer,
            metrics=[self._metric] if self.early_stopping else (),
            callbacks=self._callbacks(),
            progress=False,
        )
        history = trainer.fit(loader, validation, epochs)
        self.loss_curve_ += history["loss"]
        self.loss_, self.best_loss_ = self.loss_curve_[-1], min(self.loss_curve_)
        self.n_iter_ = len(self.loss_curve_)
        if self.early_stopping:
            self.validation_scores_ = history[f"val_{self._metric}"]
            self.best_validation_score_ = max(self.validation_scores_)

    def _callbacks(self) -> list[Callback]:
        stopping = EarlyStopping(
            f"val_{self._metric}" if self.early_stopping else "loss",
            patience=self.n_iter_no_change,
            min_delta=self.tol,
            restore_best_weights=self.early_stopping,
        )
        return [stopping, *([Verbose(self.n_iter_)] if self.verbose else [])]

    def _batch(self, n: int) -> int:
        """How many examples a step learns from."""
        if self.batch_size == "auto":
            return min(200, max(8, n // 25), n)
        return min(int(self.batch_size), n)

    def _hold_back(self, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The numbers of the examples that early stopping is judged by, and of the others."""
        order = self._generator.numpy.permutation(len(targets))
        count = max(1, round(self.validation_fraction * len(targets)))
        if count >= len(targets):
            raise ArgumentError(
                f"fit: early_stopping holds back {count} of n_samples={len(targets)}, and nothing "
                "is left to learn from. Pass more data, or set early_stopping=False."
            )
        return order[:count], order[count:]

    # -- what was learned

    @property
    def coefs_(self) -> list[np.ndarray]:
        """The weight matrices (n_in, n_out), from the first layer to the last."""
        return [layer.weight.array.T for layer in self._layers()]

    @property
    def intercepts_(self) -> list[np.ndarray]:
        """The biases (n_out,), from the first layer to the last."""
        return [layer.bias.array for layer in self._layers()]

    @property
    def n_layers_(self) -> int:
        """How many layers there are, the inputs among them."""
        return len(self._layers()) + 1

    def _layers(self) -> list[Any]:
        self._check_fitted("coefs_")
        return [layer for layer in self.model_ if isinstance(layer, nn.Linear)]

    def _scores(self, X: Any, asked: str) -> Tensor:
        """The outputs of the network for X, (N, K)."""
        self._check_fitted(asked)
        array = as_matrix(X, asked)
        check_features(self, X, array, asked)
        with no_grad():
            return predict(self.model_, array.astype(self.coefs_[0].dtype, copy=False))

    def __sklearn_is_fitted__(self) -> bool:
        return "model_" in vars(self)

    def _check_fitted(self, asked: str) -> None:
        if not self.__sklearn_is_fitted__():
            raise NotFitted(
                f"{asked}: this {type(self).__name__} instance is not fitted yet. Call fit(X, y) "
                "first."
            )

    # -- parameters

    def _check_parameters(self) -> None:
        """Refuse parameters of nonsense, before any work is done."""
        _widths(self.hidden_layer_sizes)
        _one_of("activation", self.activation, [*ACTIVATIONS, *_SAME])
        _one_of("solver", self.solver, OPTIMIZERS)
        _number("learning_rate", self.learning_rate, above=0)
        _number("alpha", self.alpha, least=0)
        _number("tol", self.tol, least=0)
        _number("max_iter", self.max_iter, least=1, whole=True)
        _number("n_iter_no_change", self.n_iter_no_change, least=1, whole=True)
        _number("validation_fraction", self.validation_fraction, above=0, below=1)
        if self.batch_size != "auto":
            _number("batch_size", self.batch_size, least=1, whole=True)


class Verbose(Callback):
    """Says each epoch's loss, as scikit-learn does."""

    def __init__(self, before: int) -> None:
        self.before = before  # epochs of earlier calls

    def on_epoch_end(self, trainer: Any, row: dict[str, Any]) -> None:
        """One line."""
        print(f"Iteration {self.before + row['epoch']}, loss = {row['loss']:.8f}")


def _generator(random_state: Any) -> Generator:
    """Random numbers from a whole number, from NumPy's generators, or (None) from the library's."""
    seed: Any = random_state
    if random_state is None:
        seed = default_generator.numpy.integers(2**31 - 1)
    elif isinstance(random_state, np.random.RandomState):
        seed = random_state.randint(2**31 - 1)
    elif isinstance(random_state, np.random.Generator):
        seed = random_state.integers(2**31 - 1)
    return Generator().manual_seed(seed)


def _widths(sizes: Any) -> list[int]:
    """The widths of the hidden layers, from a whole number or a row of them."""
    widths: list[Any] = list(sizes) if np.iterable(sizes) else [sizes]
    if (
        not all(type(n) is int or isinstance(n, np.integer) for n in widths)
        or min(widths, default=1) < 1
    ):
        raise ArgumentError(
            f"hidden_layer_sizes={sizes!r}, but each width is a whole number from 1 on, as in "
            "(100,) or (128, 64)."
        )
    return [int(n) for n in widths]


def _one_of(name: str, value: Any, known: Any) -> None:
    if not isinstance(value, str) or value not in known:
        raise ArgumentError(f"{name}={value!r} is not known. Use one of {', '.join(known)}.")


def _number(
    name: str,
    value: Any,
    *,
    least: float = -math.inf,
    above: float = -math.inf,
    below: float = math.inf,
    whole: bool = False,
) -> None:
    kind = Integral if whole else Real
    is_number = isinstance(value, kind) and not isinstance(value, bool | np.bool)
    if is_number and value >= least and above < value < below:
        return
    bound = f"at least {least:g}" if least > -math.inf else f"above {above:g}"
    bound += f" and below {below:g}" if below < math.inf else ""
    raise ArgumentError(
        f"{name}={value!r}, but it is a {'whole' if whole else 'finite'} number, {bound}."
    )
