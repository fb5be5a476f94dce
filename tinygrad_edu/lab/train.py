"""The training loop: what every script repeats, once, and open to be watched.

    for epoch in train(model, optimizer, criterion, loader, test, epochs=10):
        print(epoch.number, epoch.test.accuracy)

`train` is a generator: it does an epoch's work when the next one is asked for. Whoever runs it may
print, draw, save or stop between two epochs, and needs no callbacks for that; `list(train(…))` is
the history.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np

from ..autograd import no_grad
from ..data import DataLoader
from ..errors import AnomalyError, ArgumentError
from .threads import threads_for

__all__ = ["Epoch", "Score", "cosine", "evaluate", "train"]


@dataclass(frozen=True, slots=True)
class Score:
    """How well a network does on a data set: mean loss, and share of right answers (0 to 1)."""

    loss: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class Epoch:
    """One time through the data: its number from 1, the scores after it, the learning rate in it.

    Both scores are taken after the epoch, by the same finished network, so they can be compared.
    `seconds` is the time of the learning alone.
    """

    number: int
    train: Score
    test: Score
    lr: float
    seconds: float


def constant(done: float) -> float:
    """The learning rate as it was given, from beginning to end."""
    return 1.0


def cosine(done: float) -> float:
    """Long steps first, ever shorter ones later: (1 + cos π·done) / 2, with `done` from 0 to 1.

    Reference: I. Loshchilov, F. Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts"
    (2017).
    """
    return (1 + math.cos(math.pi * done)) / 2


def train(
    model: Any,
    optimizer: Any,
    criterion: Any,
    loader: DataLoader,
    test: Any,
    epochs: int,
    *,
    schedule: Callable[[float], float] = constant,
    measure: Any = None,
    on_batch: Callable[[], object] | None = None,
) -> Iterator[Epoch]:
    """Train `model` on the batches of `loader`, and yield an `Epoch` after each time through them.

    `test` is a data set that the network never learns from. `schedule(done)` multiplies the
    learning rates, where `done` is the finished share of the epochs. `measure` is the loss that is
    reported, where that is not the one that is minimised. `on_batch()` is called after every step.

    Raises `AnomalyError` where the loss is no longer a finite number.
    """
    measure = measure or criterion
    rates = [group["lr"] for group in optimizer.param_groups]
    for number in range(1, epochs + 1):
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = rate * schedule((number - 1) / epochs)
        with threads_for(model):
            started = perf_counter()
            one_epoch(model, optimizer, criterion, loader, on_batch)
            seconds = perf_counter() - started
            learned = evaluate(model, measure, loader.dataset)
            tested = evaluate(model, measure, test)
        yield Epoch(number, learned, tested, optimizer.param_groups[0]["lr"], seconds)


def one_epoch(
    model: Any,
    optimizer: Any,
    criterion: Any,
    loader: DataLoader,
    on_batch: Callable[[], object] | None = None,
) -> None:
    """Predict, compare, go backward, step: once for every batch."""
    model.train()
    for x, y in loader:  # x (B, D), y (B,)
        with np.errstate(over="ignore", invalid="ignore"):  # the check below says it better
            loss = criterion(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        if not math.isfinite(loss.item()):
            raise AnomalyError(
                f"train: the loss became {loss.item()} at a learning rate of "
                f"{optimizer.param_groups[0]['lr']:g}. The steps lead away from the minimum: use a "
                "smaller learning rate."
            )
        if on_batch is not None:
            on_batch()


def evaluate(model: Any, criterion: Any, dataset: Any, batch_size: int = 1000) -> Score:
    """The mean loss and the share of right answers on `dataset`, without learning from it.

    In batches, so that the memory it takes does not grow with the data.
    """
    if not len(dataset):
        raise ArgumentError(
            "evaluate: the data set is empty, so there is nothing to be right about."
        )
    learning = model.training
    model.eval()
    total, right = 0.0, 0
    with no_grad(), np.errstate(over="ignore", invalid="ignore"):
        for x, y in DataLoader(dataset, batch_size):  # x (B, D), y (B,)
            scores = model(x)  # (B, classes)
            total += criterion(scores, y).item() * len(y)
            right += int((scores.numpy().argmax(1) == y.numpy()).sum())
    model.train(learning)
    return Score(total / len(dataset), right / len(dataset))
