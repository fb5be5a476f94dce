"""Runs that differ in their seed alone, taken together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import mean, stdev
from typing import Any

from ..study.grid import key_of
from ..study.results import Run

__all__ = ["Group", "best_group", "groups"]


@dataclass(frozen=True)
class Group:
    """The runs of one setting, one for each seed; what diverged counts as no right answer."""

    setting: dict[str, Any]
    runs: tuple[Run, ...]

    @property
    def final(self) -> float:
        """The mean test accuracy after the last epoch."""
        return mean(run.final or 0.0 for run in self.runs)

    @property
    def best(self) -> float:
        """The mean of the best test accuracies."""
        return mean((run.best or 0.0) if not run.diverged else 0.0 for run in self.runs)

    @property
    def spread(self) -> float | None:
        """The standard deviation of the final accuracy over the seeds, where there are several."""
        return stdev(run.final or 0.0 for run in self.runs) if len(self.runs) > 1 else None

    @property
    def seconds(self) -> float:
        """The mean time of learning."""
        return mean(run.seconds for run in self.runs)

    def epochs_to(self, accuracy: float) -> float | None:
        """The mean number of epochs until the test accuracy is reached; None where a run never
        reaches it.
        """
        first = [
            next((row["epoch"] for row in run.epochs if row["test_accuracy"] >= accuracy), None)
            for run in self.runs
        ]
        return None if None in first else mean(n for n in first if n is not None)


def groups(runs: Iterable[Run]) -> list[Group]:
    """The runs by their settings without the seed, in their order."""
    found: dict[str, list[Run]] = {}
    for run in runs:
        setting = {axis: value for axis, value in run.setting.items() if axis != "seed"}
        found.setdefault(key_of(setting), []).append(run)
    return [
        Group({a: v for a, v in some[0].setting.items() if a != "seed"}, tuple(some))
        for some in found.values()
    ]


def best_group(some: Iterable[Group]) -> Group:
    """The one with the best final accuracy; of equal ones the fastest."""
    return max(some, key=lambda group: (group.final, -group.seconds))
