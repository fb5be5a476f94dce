"""Metrics that are fed batch by batch and hold sums instead of all the data.

    metric = F1(average="macro")
    for x, target in loader:
        metric.update(model(x), target)
    metric.compute()  # what f1_score says of all batches together

What is summed is small: a confusion matrix, or a handful of moments. So a metric goes into a
checkpoint, and an epoch that is resumed in its middle ends with the same number.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...errors import ArgumentError
from ...tensor import Tensor

__all__ = ["Metric"]


class Metric:
    """Something that is measured over many batches; `higher_is_better` says in which direction.

    A subclass has a `name`, and writes `reset`, `update(scores, target)` and `compute`; all that it
    remembers between batches are numbers and arrays in `self.sums`.
    """

    name = "metric"
    higher_is_better = True

    def __init__(self) -> None:
        self.sums: dict[str, Any] = {}
        self.reset()

    def reset(self) -> None:
        """Forget all batches."""
        raise NotImplementedError(f"{type(self).__name__} has no `reset` method. Write one.")

    def update(self, scores: Any, target: Any) -> None:
        """Take in one batch: the outputs of the network, and what they should have been."""
        raise NotImplementedError(f"{type(self).__name__} has no `update` method. Write one.")

    def compute(self) -> Any:
        """The metric of all batches since `reset`."""
        raise NotImplementedError(f"{type(self).__name__} has no `compute` method. Write one.")

    def state_dict(self) -> dict[str, Any]:
        """The sums so far, as copies: a metric may go on counting in its own arrays."""
        return {
            k: Tensor(v.copy()) if isinstance(v, np.ndarray) else v for k, v in self.sums.items()
        }

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on from sums that `state_dict` returned."""
        self.sums = {
            k: v.numpy().copy() if isinstance(v, Tensor) else v for k, v in state_dict.items()
        }

    def _need(self, count: int) -> None:
        if not count:
            raise ArgumentError(
                f"{type(self).__name__}.compute: no batch has been seen. Call update(scores, "
                "target) first."
            )
