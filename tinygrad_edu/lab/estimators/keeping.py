"""A fitted estimator in a file that holds numbers and words, and no code."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from ...errors import DataError
from ...serialization import load, save
from ...serialization.files import refusing

__all__ = ["Kept"]

_KEPT = ("loss_curve_", "n_iter_", "loss_", "best_loss_")


class Kept:
    """Saving and loading of estimators, without pickle."""

    def save(self: Any, path: str | os.PathLike[str]) -> None:
        """Write the parameters and what was learned to a safetensors file, whole or not at all.

        A `random_state` that is a generator is not kept. Raises `NotFitted` before `fit`,
        `SaveError` where the disk refuses.
        """
        self._check_fitted("save")
        params = self.get_params(deep=False)
        if not isinstance(params["random_state"], int | np.integer):
            params["random_state"] = None
        contents = {
            "estimator": type(self).__name__,
            "params": {name: _plain(value) for name, value in params.items()},
            "learned": {name: _plain(getattr(self, name)) for name in _KEPT},
            "sizes": [self.n_features_in_, self.n_outputs_],
            "double": self.coefs_[0].dtype == np.float64,
            "flat": getattr(self, "_flat", False),
            "classes": self.classes_.tolist() if hasattr(self, "classes_") else None,
            "features": list(getattr(self, "feature_names_in_", [])),
            "model": self.model_.state_dict(),
        }
        save(contents, path)

    @classmethod
    def load(cls: Any, path: str | os.PathLike[str]) -> Any:
        """The estimator that `save` wrote to `path`, ready to predict.

        Raises `DataMissing` where there is no such file, `DataError` where it holds something else.
        """
        contents = load(path)
        if not isinstance(contents, dict) or contents.get("estimator") != cls.__name__:
            raise DataError(
                f"{cls.__name__}.load: {path} cannot be used: it holds no {cls.__name__}. "
                "Was it written by the save method of one?"
            )
        with refusing(f"{cls.__name__}.load", path):
            return _restored(cls, contents)


def _restored(cls: Any, contents: dict[str, Any]) -> Any:
    """The estimator that these contents describe."""
    estimator = cls(**contents["params"])
    estimator._check_parameters()
    estimator.n_features_in_, n_outputs = contents["sizes"]
    if contents["features"]:
        estimator.feature_names_in_ = np.asarray(contents["features"], object)
    if contents["classes"] is not None:
        estimator.classes_ = np.asarray(contents["classes"])
    else:
        estimator._flat = contents["flat"]
    estimator._build(n_outputs, np.float64 if contents["double"] else np.float32)
    estimator.model_.load_state_dict(contents["model"])
    for name in _KEPT:
        setattr(estimator, name, contents["learned"][name])
    return estimator


def _plain(value: Any) -> Any:
    """Plain data, where NumPy's numbers may stand."""
    if isinstance(value, list | tuple):
        return type(value)(map(_plain, value))
    return value.tolist() if isinstance(value, np.generic | np.ndarray) else value
