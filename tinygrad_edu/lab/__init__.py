"""The laboratory: a training loop, its record, and pictures of it.

    data = digits()
    recipe = recipe_for("digits")
    model = recipe.model(data)
    history = recipe.fit(recipe.trainer(model), data)
    save_curves(history, "curves.png")

That is what `tinygrad-edu train` does; every part of it can be used alone. `Trainer` is the loop
for networks and data of any kind.
"""

from typing import Any

from . import metrics
from .callbacks import Callback, EarlyStopping, HistoryFile, ModelCheckpoint, ProgressBar
from .curves import save_curves
from .history import History
from .metrics import *
from .recipe import Recipe, mlp, recipe_for
from .saving import load_model, save_model
from .step import training_step
from .tally import evaluate, predict
from .trainer import Trainer

__all__ = [
    *metrics.__all__,
    "Callback",
    "EarlyStopping",
    "History",
    "HistoryFile",
    "MLPClassifier",  # noqa: F405  # from __getattr__
    "MLPRegressor",  # noqa: F405
    "ModelCheckpoint",
    "ProgressBar",
    "Recipe",
    "Trainer",
    "training_step",
    "evaluate",
    "load_model",
    "mlp",
    "predict",
    "recipe_for",
    "save_curves",
    "save_model",
]


def __getattr__(name: str) -> Any:
    """Import the estimators when they are first named, for these look for scikit-learn."""
    if name in ("MLPClassifier", "MLPRegressor"):
        from . import estimators

        return getattr(estimators, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
