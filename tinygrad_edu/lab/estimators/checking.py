"""What estimators take: a matrix of finite numbers, a target for each of its rows."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from ...errors import ArgumentError, InputTypeError, TargetError
from ...tensor import Tensor
from .bases import DataConversionWarning

__all__ = ["as_column", "as_matrix", "as_numbers", "check_features", "remember_features"]


def as_matrix(X: Any, asked: str) -> np.ndarray:
    """X as an array (N, D) of finite floats, float32 where it was so and float64 otherwise.

    Raises `ArgumentError` (a ValueError) for other shapes, NaN, infinities, complex numbers and
    nothing at all; `InputTypeError` (a TypeError) for sparse matrices and what is no number.
    """
    if hasattr(X, "toarray"):
        raise InputTypeError(
            f"{asked}: a sparse matrix was passed, but dense data is required. Use X.toarray()."
        )
    array = as_numbers(X, asked, "X")
    if array.ndim != 2:
        raise ArgumentError(
            f"{asked}: X has shape {array.shape}, but a matrix (examples, features) was expected. "
            "Reshape your data: X.reshape(-1, 1) if it has one feature, X.reshape(1, -1) if it is "
            "one example."
        )
    n, d = array.shape
    if n < 1:
        raise ArgumentError(
            f"{asked}: Found array with 0 sample(s) (shape={array.shape}) while a minimum of 1 is "
            "required."
        )
    if d < 1:
        raise ArgumentError(
            f"{asked}: Found array with 0 feature(s) (shape={array.shape}) while a minimum of 1 is "
            "required."
        )
    return array


def as_numbers(values: Any, asked: str, name: str) -> np.ndarray:
    """An array of finite floats from whatever can be one."""
    array = values.array if isinstance(values, Tensor) else np.asarray(values)
    if array.dtype.kind == "c":
        raise ArgumentError(f"{asked}: {name} is complex. Complex data not supported.")
    if array.dtype not in (np.float32, np.float64):
        try:
            array = array.astype(np.float64)
        except TypeError as error:  # an object among the numbers
            raise InputTypeError(f"{asked}: {name} cannot be read as numbers: {error}.") from error
        except ValueError as error:  # a word among the numbers
            raise ArgumentError(f"{asked}: {name} cannot be read as numbers: {error}.") from error
    if not np.isfinite(array).all():
        which = "NaN" if np.isnan(array).any() else "infinity"
        raise ArgumentError(
            f"{asked}: Input {name} contains {which}. Leave such rows out, or put numbers in their "
            "place before."
        )
    return array


def as_column(y: Any, n: int, estimator: Any, asked: str) -> np.ndarray:
    """y as an array with one row for each of `n` examples; (N, 1) becomes (N,), with a warning."""
    if y is None:
        raise ArgumentError(
            f"{asked}: {type(estimator).__name__} requires y to be passed, but the target y is "
            "None."
        )
    array = y.array if isinstance(y, Tensor) else np.asarray(y)
    if array.dtype.kind == "c":
        raise ArgumentError(f"{asked}: y is complex. Complex data not supported.")
    if array.ndim not in (1, 2):
        raise ArgumentError(
            f"{asked}: y has shape {array.shape}; y should be a 1d array, or (examples, outputs)."
        )
    if len(array) != n:
        raise TargetError(
            f"{asked}: X has {n} examples, y has {len(array)}: each example needs one target."
        )
    if array.ndim == 2 and array.shape[1] == 1:
        warnings.warn(
            "A column-vector y was passed when a 1d array was expected. Please change the shape of "
            "y to (n_samples,), for example using ravel().",
            DataConversionWarning,
            stacklevel=4,
        )
        array = array[:, 0]
    return array


def remember_features(estimator: Any, X: Any, array: np.ndarray) -> None:
    """Keep how many features there are, and their names where X is a table that has them."""
    estimator.n_features_in_ = array.shape[1]
    names = _names(X)
    if names is not None:
        estimator.feature_names_in_ = names
    elif hasattr(estimator, "feature_names_in_"):
        del estimator.feature_names_in_


def check_features(estimator: Any, X: Any, array: np.ndarray, asked: str) -> None:
    """Refuse features that are not those of `fit`: another number, other names, another order."""
    known, d = estimator.n_features_in_, array.shape[1]
    if d != known:
        raise ArgumentError(
            f"{asked}: X has {d} features, but {type(estimator).__name__} is expecting {known} "
            "features as input."
        )
    names, fitted = _names(X), getattr(estimator, "feature_names_in_", None)
    if names is not None and fitted is not None and not np.array_equal(names, fitted):
        raise ArgumentError(
            f"{asked}: The feature names should match those that were passed during fit: "
            f"{', '.join(fitted)}. Received {', '.join(names)}: X[list(model.feature_names_in_)]."
        )


def _names(X: Any) -> np.ndarray | None:
    """The names of a table's columns, if all are texts."""
    columns = getattr(X, "columns", None)
    if columns is None or not len(columns) or not all(isinstance(name, str) for name in columns):
        return None
    return np.asarray(columns, object)
