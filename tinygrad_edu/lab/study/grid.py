"""Which trainings there are to be: the axes of a grid, and what all its trainings share."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from itertools import product
from typing import Any

from ...errors import ArgumentError
from ..recipe import SCHEDULES, Recipe

__all__ = ["AXES", "Experiment", "Grid", "key_of"]

LARGEST = 100_000
"""More trials than this are a slip of the pen."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The values to try, axis by axis; every combination of them is one training.

    `weight_decay` is L2's strength (None: the optimizer's own), `hidden` the widths between input
    and output. The axes have the names of a `Recipe`, which says what each value means.
    """

    optimizer: tuple[str, ...] = ("sgd", "momentum", "rmsprop", "adam")
    lr: tuple[float, ...] = (0.1, 0.01, 0.001)
    batch_size: tuple[int, ...] = (16, 32, 64)
    hidden: tuple[tuple[int, ...], ...] = ((128, 64),)
    activation: tuple[str, ...] = ("relu",)
    init: tuple[str, ...] = ("default",)
    weight_decay: tuple[float | None, ...] = (None,)
    dropout: tuple[float, ...] = (0.0,)
    seed: tuple[int, ...] = (0,)

    def __post_init__(self) -> None:
        for axis in AXES:
            values = getattr(self, axis)
            if isinstance(values, str) or not isinstance(values, Sequence):
                raise ArgumentError(
                    f"Grid: {axis}={values!r}, but an axis is a list of values, as in [{values!r}]."
                )
            values = tuple(_frozen(value) for value in values)
            object.__setattr__(self, axis, tuple(dict.fromkeys(values)))
            if not values:
                raise ArgumentError(
                    f"Grid: {axis} has no value, so the grid is empty: there is nothing to train. "
                    "Give it at least one, or leave it out."
                )
            for value in values:
                _check(axis, value)
        if len(self) > LARGEST:
            raise ArgumentError(
                f"Grid: {len(self)} trainings are more than {LARGEST}. Shorten an axis, or let "
                "search=… choose among them."
            )

    def __len__(self) -> int:
        return math.prod(len(getattr(self, axis)) for axis in AXES)

    def settings(self) -> list[dict[str, Any]]:
        """Every combination: [{"optimizer": "sgd", "lr": 0.1, …}, …]; the last axis runs first."""
        values = (getattr(self, axis) for axis in AXES)
        return [dict(zip(AXES, chosen, strict=True)) for chosen in product(*values)]


AXES = tuple(field.name for field in fields(Grid))
_KINDS: dict[str, Any] = {
    "optimizer": str,
    "activation": str,
    "init": str,
    "lr": (int, float),
    "batch_size": int,
    "hidden": tuple,
    "weight_decay": (int, float, type(None)),
    "dropout": (int, float),
    "seed": int,
}


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _check(axis: str, value: Any) -> None:
    """Let a recipe judge one value; its own refusal says what is allowed."""
    whole = axis == "hidden" and isinstance(value, tuple)
    if (
        isinstance(value, bool)
        or not isinstance(value, _KINDS[axis])
        or (whole and not all(type(width) is int for width in value))
    ):
        raise ArgumentError(
            f"Grid: {axis}={value!r} is a {type(value).__name__}, but numbers were expected for "
            "lr, batch_size, weight_decay, dropout and seed, lists of widths for hidden, and names "
            "for the other axes."
        )
    Recipe(**{axis: value})


@dataclass(frozen=True, slots=True)
class Experiment:
    """A grid, and what all its trainings share; two equal ones are the same study.

    `search` is None for the whole grid. A number lets Optuna's `sampler` choose that many settings
    between the ends of the numeric axes and among the values of the others, and its `pruner` ends
    early what promises little.
    """

    grid: Grid = Grid()
    data: str = "digits"
    epochs: int = 10
    schedule: str = "constant"
    label_smoothing: float = 0.0
    search: int | None = None
    sampler: str = "tpe"
    pruner: str = "none"

    def __post_init__(self) -> None:
        if self.schedule not in SCHEDULES or not 0 <= self.label_smoothing < 1:
            raise ArgumentError(
                f"Experiment: schedule={self.schedule!r}, label_smoothing={self.label_smoothing}, "
                f"but the schedule is one of {', '.join(SCHEDULES)}, the smoothing from 0 to 1."
            )
        for name, number in (("epochs", self.epochs), ("search", self.search)):
            if not (name == "search" and number is None) and (
                type(number) is not int or number < 1
            ):
                raise ArgumentError(f"Experiment: {name}={number!r} is a whole number from 1 on.")
        for name, chosen, known in (
            ("sampler", self.sampler, SAMPLERS),
            ("pruner", self.pruner, PRUNERS),
        ):
            if chosen not in known:
                raise ArgumentError(
                    f"Experiment: {name}={chosen!r} is not known. Use one of {', '.join(known)}."
                )

    def recipe(self, setting: Mapping[str, Any]) -> Recipe:
        """The whole recipe of one training of the grid."""
        shared = ("epochs", "schedule", "label_smoothing")
        chosen = {**setting, "hidden": tuple(setting["hidden"])}  # JSON has no tuples
        return Recipe(**{name: getattr(self, name) for name in shared}, **chosen)

    def tickets(self) -> list[dict[str, Any] | None]:
        """The settings of every trial; None where the sampler is to choose."""
        return [None] * self.search if self.search else list(self.grid.settings())

    def to_json(self) -> str:
        """The experiment as text, equal for equal experiments."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Experiment:
        """The experiment that `to_json` wrote."""
        parts = json.loads(text)
        return cls(grid=Grid(**parts.pop("grid")), **parts)


SAMPLERS = {
    "tpe": "TPESampler",
    "random": "RandomSampler",
    "cmaes": "CmaEsSampler",
    "gp": "GPSampler",
    "qmc": "QMCSampler",
}
SAMPLER_NEEDS = {
    "cmaes": {"cmaes": "search"},
    "gp": {"scipy": "search", "torch": "bench"},
    "qmc": {"scipy": "search"},
}
"""Packages, and our extras with them, that Optuna imports only when it makes its choice."""
PRUNERS = {
    "none": "NopPruner",
    "median": "MedianPruner",
    "halving": "SuccessiveHalvingPruner",
    "hyperband": "HyperbandPruner",
}


def key_of(setting: Mapping[str, Any]) -> str:
    """A setting as text: equal for equal settings, on every machine."""
    return json.dumps(setting, sort_keys=True)
