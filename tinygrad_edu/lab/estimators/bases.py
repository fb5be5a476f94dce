"""What estimators inherit from scikit-learn where it is installed, and what stands in where not.

With scikit-learn they are its own `BaseEstimator`s: pipelines, searches and notebooks know them.
With NumPy alone they do the same work, and have the same methods to read and set parameters.
"""

from __future__ import annotations

import inspect
from importlib import import_module
from typing import Any

from ...errors import ArgumentError, TinygradEduError

__all__ = ["Base", "Classifier", "DataConversionWarning", "NotFitted", "Regressor"]


class Parameters:
    """Parameters are the arguments of `__init__`, kept under their names."""

    @classmethod
    def _get_param_names(cls) -> list[str]:
        names = inspect.signature(cls.__init__).parameters
        return sorted(name for name in names if name != "self")

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Every parameter by its name."""
        return {name: getattr(self, name) for name in self._get_param_names()}

    def set_params(self, **params: Any) -> Any:
        """Set some parameters; returns the estimator itself.

        Raises `ArgumentError` for a name that is none.
        """
        for name, value in params.items():
            if name not in self._get_param_names():
                raise ArgumentError(
                    f"set_params: {type(self).__name__} has no parameter {name!r}. It has "
                    f"{', '.join(self._get_param_names())}."
                )
            setattr(self, name, value)
        return self

    def __repr__(self) -> str:
        usual = {
            name: parameter.default
            for name, parameter in inspect.signature(type(self).__init__).parameters.items()
        }
        given = {k: v for k, v in self.get_params().items() if v is not usual[k] and v != usual[k]}
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in given.items())})"


def _bases() -> tuple[type, type, type, type, type]:
    """The base of all, of classifiers and of regressors; the error before `fit`; a warning."""
    stand_ins = (
        Parameters,
        object,
        object,
        ValueError,
        type("DataConversionWarning", (UserWarning,), {}),
    )
    try:
        base, exceptions = import_module("sklearn.base"), import_module("sklearn.exceptions")
    except ImportError:
        return stand_ins
    return (
        base.BaseEstimator,
        base.ClassifierMixin,
        base.RegressorMixin,
        exceptions.NotFittedError,
        exceptions.DataConversionWarning,
    )


_base, _classifier, _regressor, _not_fitted, _conversion = _bases()

Base: Any = _base
Classifier: Any = _classifier if _classifier is not object else type("Classifier", (), {})
Regressor: Any = _regressor if _regressor is not object else type("Regressor", (), {})
DataConversionWarning: Any = _conversion
NotFitted: Any = type(
    "NotFitted",
    (TinygradEduError, _not_fitted, *([AttributeError] if _not_fitted is ValueError else [])),
    {"__doc__": "An estimator was asked for what it learns in `fit`, before that."},
)
