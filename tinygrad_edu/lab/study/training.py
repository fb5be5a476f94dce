"""One trial: from its settings to its curves."""

from __future__ import annotations

import math
import os
import platform
from collections.abc import Callable, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from ...data import TrainTest, digits, mnist
from ...errors import AnomalyError
from ..callbacks import Callback
from .grid import Experiment

__all__ = ["data_of", "machine", "train"]

LOST = 100
"""Who ends with so many times the loss of guessing, ln K for K classes, has diverged as well."""


@cache
def data_of(name: str) -> TrainTest:
    """The data set of an experiment: "digits", "mnist", or a path in MNIST's layout."""
    return digits() if name == "digits" else mnist(None if name == "mnist" else name)


def train(
    experiment: Experiment,
    setting: Mapping[str, Any],
    after_epoch: Callable[[dict[str, Any]], bool] = lambda row: True,
) -> dict[str, Any]:
    """Train once and return what is to be kept; equal settings give equal curves, bit for bit.

    {"outcome": "finished", "diverged" or "pruned", "epochs": [row, …], "reason": …}. A training
    whose loss is no number any more has diverged: the rows are those of the epochs before. So has
    one whose loss ends far above that of guessing; it has all its rows.
    `after_epoch(row)` is told of every epoch, and returns whether to go on.
    """
    recipe, data = experiment.recipe(setting), data_of(experiment.data)
    model = recipe.model(data)
    watcher = _Watcher(after_epoch)
    trainer = recipe.trainer(model, [watcher], progress=False)
    outcome, reason = "finished", ""
    try:
        recipe.fit(trainer, data)
    except AnomalyError as error:
        outcome, reason = "diverged", str(error)
    guessing = math.log(data.classes)
    if outcome == "finished" and trainer.history.rows[-1]["train_loss"] > LOST * guessing:
        outcome = "diverged"
        loss = trainer.history.rows[-1]["train_loss"]
        reason = f"the loss ended at {loss:.3g}, where guessing has {guessing:.3g}"
    elif watcher.stopped:
        outcome = "pruned"
    return {
        "outcome": outcome,
        "reason": reason,
        "epochs": trainer.history.rows,
        "test_examples": len(data.test),
        "parameters": sum(p.numel() for p in model.parameters()),
        "machine": machine(),
    }


class _Watcher(Callback):
    def __init__(self, after_epoch: Callable[[dict[str, Any]], bool]) -> None:
        self.after_epoch, self.stopped = after_epoch, False

    def on_epoch_end(self, trainer: Any, row: dict[str, Any]) -> None:
        self.stopped = not self.after_epoch(row)
        trainer.should_stop = self.stopped


@cache
def machine() -> dict[str, str]:
    """What the numbers were computed by: they are equal where these are, and the time is its."""
    return {
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "numpy": np.__version__,
        "version": _version(),
    }


def _processor() -> str:
    """The processor's name, from where Linux tells it."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            names = [
                line.split(":", 1)[1].strip() for line in file if line.startswith("model name")
            ]
    except OSError:
        names = []
    return names[0] if names else platform.processor() or platform.machine()


def _version() -> str:
    try:
        return version("tinygrad-edu")
    except PackageNotFoundError:  # the source folder, not installed
        return "0 (not installed)"
