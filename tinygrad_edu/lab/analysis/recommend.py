"""A recommendation that follows from the numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import mean
from typing import Any

from ...errors import ArgumentError
from ..study.results import Results
from .groups import Group, best_group, groups
from .significance import paired_permutation_test

__all__ = ["Recommendation", "goal", "recommend"]


@dataclass(frozen=True)
class Recommendation:
    """`best` is the most accurate setting; `equals` cannot be told from it by this test set, and
    `chosen` is the one of them that learned in the least time. `tops` are the optimizers' best
    settings, `means` their mean accuracies over all settings, `worst` those of the worst setting;
    `forgiving` has the best mean: whoever picks a setting blindly fares best with it. `rivals` are
    the other optimizers' best settings with the p-value of the difference (None with one seed).
    """

    best: Group
    margin: float
    equals: list[Group]
    chosen: Group
    forgiving: str
    means: dict[str, float]
    worst: dict[str, float]
    tops: dict[str, Group]
    rivals: dict[str, tuple[Group, float | None]]


def goal(results: Results) -> float:
    """What convergence is measured by: 99 % of the best final accuracy, in whole percent."""
    best = max((run.final or 0.0 for run in results), default=0.0)
    return math.floor(99 * best) / 100


def recommend(results: Results, test_examples: int) -> Recommendation:
    """What to use on this data, by these runs.

    Of n test pictures an accuracy p is known to √(p(1 − p)/n), so two settings whose accuracies
    differ by less than twice the error of the difference, 2·√(2p(1 − p)/n), are equal for all that
    is known; then the faster one is better. More seeds are no more pictures, so n stays.
    Raises `ArgumentError` where nothing has been run.
    """
    if not len(results):
        raise ArgumentError("recommend: no run is finished yet, so there is nothing to compare.")
    everything = groups(results)
    best = best_group(everything)
    p = best.final
    margin = 2 * math.sqrt(2 * p * (1 - p) / max(test_examples, 1))
    equals = [group for group in everything if group.final >= p - margin]
    names = results.values("optimizer")
    of = {name: [g for g in everything if g.setting["optimizer"] == name] for name in names}
    tops = {name: best_group(some) for name, some in of.items()}
    means = {name: mean(group.final for group in some) for name, some in of.items()}
    return Recommendation(
        best=best,
        margin=margin,
        equals=equals,
        chosen=min(equals, key=lambda group: group.seconds),
        forgiving=max(means, key=lambda name: means[name]),
        means=means,
        worst={name: min(group.final for group in some) for name, some in of.items()},
        tops=tops,
        rivals={
            name: (group, _p_value(best, group))
            for name, group in tops.items()
            if group is not best
        },
    )


def _p_value(a: Group, b: Group) -> float | None:
    """Of the difference over the seeds that both have."""
    first: dict[Any, float] = {run.setting["seed"]: run.final or 0.0 for run in a.runs}
    second: dict[Any, float] = {run.setting["seed"]: run.final or 0.0 for run in b.runs}
    seeds = [seed for seed in first if seed in second]
    if len(seeds) < 2:
        return None
    return paired_permutation_test([first[s] for s in seeds], [second[s] for s in seeds])
