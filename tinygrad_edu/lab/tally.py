"""What comes out when a network is run over many batches: its scores, and how good they are."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from ..autograd import no_grad
from ..data import DataLoader, Dataset
from ..errors import ArgumentError, InputTypeError, StateError
from ..ops import cat
from ..tensor import Tensor
from .history import Row, plain
from .metrics.named import metrics_by_name

__all__ = ["Tally", "count_batches", "evaluate", "parts_of", "predict"]

BATCH = 1000
"""Examples at a time where nothing is learned: few enough for the memory, enough for the speed."""


class Tally:
    """The mean loss and the metrics of the batches so far."""

    def __init__(self, metrics: Any = ()) -> None:
        self.metrics = {name: copy.deepcopy(m) for name, m in metrics_by_name(metrics).items()}
        self.reset()

    def reset(self) -> None:
        """Forget all batches."""
        self.count, self.total = 0, 0.0
        for metric in self.metrics.values():
            metric.reset()

    def add(self, loss: float, scores: Any, target: Any) -> None:
        """Take in one batch, whose mean loss is `loss`."""
        self.count += len(target)
        self.total += loss * len(target)
        for metric in self.metrics.values():
            metric.update(scores, target)

    def results(self, prefix: str = "") -> Row:
        """{"val_loss": …, "val_accuracy": …} for the prefix "val_"."""
        found = {name: plain(metric.compute()) for name, metric in self.metrics.items()}
        scores = {"loss": self.total / self.count, **found}
        return {prefix + name: value for name, value in scores.items()}

    def state_dict(self) -> dict[str, Any]:
        """The sums so far."""
        sums = {name: metric.state_dict() for name, metric in self.metrics.items()}
        return {"count": self.count, "total": self.total, "metrics": sums}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on from sums that `state_dict` returned, of the same metrics."""
        saved = state_dict["metrics"]
        if saved.keys() != self.metrics.keys():
            raise StateError(
                f"Trainer: the checkpoint holds the metrics {sorted(saved)}, this trainer has "
                f"{sorted(self.metrics)}. Build it with the same ones."
            )
        self.count, self.total = state_dict["count"], state_dict["total"]
        for name, metric in self.metrics.items():
            metric.load_state_dict(saved[name])


def evaluate(model: Any, criterion: Any, data: Any, metrics: Any = ()) -> Row:
    """The mean loss on `data` and the metrics, {"loss": …, "accuracy": …}; nothing is learned.

    `data` is a loader of batches (x, target), or a data set. The network is in evaluation mode
    meanwhile. Raises `ArgumentError` where there is not a single batch.
    """
    tally = Tally(metrics)
    with judging(model):
        for batch in _batches(data):
            inputs, target = parts_of(batch)
            scores = model(*inputs)
            tally.add(criterion(scores, target).item(), scores, target)
    if not tally.count:
        raise ArgumentError(
            "evaluate: the data set is empty, so there is nothing to be right about."
        )
    return tally.results()


def predict(model: Any, data: Any) -> Tensor:
    """The outputs of the network for all of `data`, one after the other, (N, …).

    `data` are examples x (N, …), or a loader or a data set; of batches (x, target) the target is
    left aside. Raises `ArgumentError` where there is nothing to predict for.
    """
    if isinstance(data, Tensor | np.ndarray):
        x = data if isinstance(data, Tensor) else Tensor(data)
        batches: Any = ([x[i : i + BATCH]] for i in range(0, len(x), BATCH))
    else:
        batches = _batches(data)
    with judging(model):
        outputs = [
            model(*(batch[:-1] if len(batch) > 1 else batch)) if _several(batch) else model(batch)
            for batch in batches
        ]
    if not outputs:
        raise ArgumentError("predict: there are no examples. Pass at least one.")
    found: Tensor = cat(outputs)
    return found


def parts_of(batch: Any) -> tuple[list[Any], Any]:
    """The inputs of a batch, and its target: the last part."""
    if not _several(batch) or len(batch) < 2:
        raise InputTypeError(
            f"Trainer: a batch is {type(batch).__name__}"
            f"{f' of {len(batch)}' if _several(batch) else ''}, but (x, target) was expected. Wrap "
            "tensors: DataLoader(TensorDataset(x, target), batch_size=32)."
        )
    *inputs, target = batch
    return inputs, target


@contextmanager
def judging(model: Any) -> Iterator[None]:
    """Inside, the network is in evaluation mode and nothing is recorded."""
    learning = model.training
    model.eval()
    try:
        with no_grad(), np.errstate(over="ignore", invalid="ignore"):
            yield
    finally:
        model.train(learning)


def count_batches(loader: Any) -> int | None:
    """How many batches there are, where the loader knows; one of a stream does not."""
    try:
        return len(loader)
    except TypeError:
        return None


def _batches(data: Any) -> Any:
    return DataLoader(data, BATCH) if isinstance(data, Dataset) else data


def _several(batch: Any) -> bool:
    return isinstance(batch, list | tuple)
