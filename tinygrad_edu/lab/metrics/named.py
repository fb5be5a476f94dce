"""Metrics by their names, as a trainer is asked for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...errors import ArgumentError, InputTypeError
from .counting import F1, Accuracy, ConfusionMatrix, Precision, Recall
from .metric import Metric
from .summing import MAE, MSE, R2

__all__ = ["metrics_by_name"]

_BY_NAME = {
    kind.name: kind for kind in (Accuracy, Precision, Recall, F1, ConfusionMatrix, MSE, MAE, R2)
}


def metrics_by_name(asked: Any) -> dict[str, Metric]:
    """Metrics under their names: from ["accuracy", F1("micro")], or from {"my name": F1()}.

    Raises `ArgumentError` for a name that is not known or is there twice.
    """
    if isinstance(asked, str | Metric):
        asked = [asked]
    pairs = asked.items() if isinstance(asked, Mapping) else ((None, metric) for metric in asked)
    found: dict[str, Metric] = {}
    for name, metric in pairs:
        if isinstance(metric, str):
            if metric not in _BY_NAME:
                raise ArgumentError(
                    f"metrics: {metric!r} is not known. Use one of {', '.join(_BY_NAME)}, or a "
                    "Metric of your own."
                )
            metric = _BY_NAME[metric]()
        if not isinstance(metric, Metric):
            raise InputTypeError(
                f"metrics: received {type(metric).__name__}, but names and Metrics were expected, "
                'such as ["accuracy", F1(average="micro")].'
            )
        name = name or metric.name
        if name in found or name == "loss":
            raise ArgumentError(
                f"metrics: {name!r} is there already. Give names of your own: "
                '{"f1 of all": F1("micro"), "f1": F1()}.'
            )
        found[name] = metric
    return found
