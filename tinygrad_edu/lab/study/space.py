"""The axes of a grid in Optuna's terms."""

from __future__ import annotations

from typing import Any

from ...extras import extra
from .grid import AXES, Experiment

__all__ = ["choose", "shown", "space"]

_CONTINUOUS = {"lr": True, "weight_decay": True, "dropout": False}
"""What a search looks for between the listed values too; rates and decays by their logarithm."""


def shown(value: Any) -> Any:
    """A value as one of Optuna's choices: the widths (128, 64) are the text "128,64"."""
    return ",".join(map(str, value)) or "none" if isinstance(value, list | tuple) else value


def space(experiment: Experiment) -> dict[str, Any]:
    """The distribution of every axis: a choice in a grid, for a search between two ends."""
    distributions = extra("optuna", "the lab", "lab").distributions
    found = {}
    for axis in AXES:
        values = getattr(experiment.grid, axis)
        between = axis in _CONTINUOUS and len(values) > 1 and None not in values
        if experiment.search and between:
            log = _CONTINUOUS[axis] and min(values) > 0
            found[axis] = distributions.FloatDistribution(min(values), max(values), log=log)
        else:
            found[axis] = distributions.CategoricalDistribution([shown(v) for v in values])
    return found


def choose(trial: Any, experiment: Experiment) -> dict[str, Any]:
    """The setting that the study's sampler proposes for a trial."""
    setting = {}
    for axis, distribution in space(experiment).items():
        if hasattr(distribution, "choices"):
            chosen = trial.suggest_categorical(axis, distribution.choices)
            values = {shown(value): value for value in getattr(experiment.grid, axis)}
            setting[axis] = values[chosen]
        else:
            low, high, log = distribution.low, distribution.high, distribution.log
            setting[axis] = trial.suggest_float(axis, low, high, log=log)
    return setting
