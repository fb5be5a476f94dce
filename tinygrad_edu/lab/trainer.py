"""The training loop: what every script repeats, once.

    trainer = Trainer(model, nn.CrossEntropyLoss(), optimizer, metrics=["accuracy"])
    history = trainer.fit(train_loader, val_loader, epochs=10)
    history["val_accuracy"]  # ten numbers

The loop itself is `_fit` and `_epoch`; one step is `trainer.step`; whatever else happens is a
callback's doing. To be interrupted is part of the plan: Ctrl-C stops between two steps, and a
training that goes on from a checkpoint gives, bit for bit, the numbers of one that never stopped.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import Any

import numpy as np

from ..data import Dataset
from ..errors import AnomalyError, ArgumentError, InputTypeError
from ..optim.fading import settle
from ..optim.lr_scheduler import ReduceLROnPlateau
from ..serialization import save_checkpoint
from ..tensor import Tensor
from .callbacks import Callback, ProgressBar
from .history import History, Row
from .interrupt import Interrupt
from .resuming import Resumable, Snapshot
from .step import training_step
from .tally import Tally, count_batches, evaluate, parts_of, predict
from .threads import threads_for

__all__ = ["Trainer"]

SETTLE = 100
"""After so many steps the optimizer's state is looked through for what has faded away."""


class Trainer(Resumable):
    """Trains `model` to make `criterion(model(x), target)`, a mean over the batch, small.

    `metrics` are names or Metrics: "accuracy", F1(average="micro"). `scheduler` goes one step on
    after every epoch or, with `scheduler_every="batch"`, after every batch; ReduceLROnPlateau is
    given the number called `monitor`, the first validation loss where there is one. `measure` is
    the loss that evaluation reports, where that is not the one that is minimised. `progress` shows
    a bar where somebody looks on. `step` may be replaced by a faster one with the same results.

    Raises `ArgumentError` and `InputTypeError` for parts that cannot work together.
    """

    def __init__(
        self,
        model: Any,
        criterion: Any,
        optimizer: Any,
        scheduler: Any = None,
        *,
        metrics: Any = (),
        callbacks: Sequence[Callback] = (),
        clip_grad_norm: float | None = None,
        scheduler_every: str = "epoch",
        monitor: str | None = None,
        measure: Any = None,
        progress: bool = True,
    ) -> None:
        self.model, self.criterion, self.optimizer = model, criterion, optimizer
        self.scheduler, self.scheduler_every = scheduler, scheduler_every
        self.monitor, self.measure = monitor, measure or criterion
        self.step: Any = training_step(model, criterion, optimizer, clip_grad_norm)
        self.callbacks = [*callbacks, *([ProgressBar()] if progress else [])]
        self._check_parts()
        self.history = History()
        self.metrics = metrics
        self.tally = Tally(metrics)  # of the epoch in progress
        self.epoch = 0  # how many are finished
        self.goal = 0  # how many there will be
        self.begun = 0  # how many there were when this fit began
        self.batches = 0  # of the epoch in progress
        self.seconds = 0.0  # spent on it
        self.should_stop = False  # a callback's wish
        self.interrupted = False  # whether the last fit was ended by Ctrl-C
        self.train_loader: Any = None
        self._snapshot: Snapshot | None = None

    def _check_parts(self) -> None:
        for callback in self.callbacks:
            if not isinstance(callback, Callback):
                raise InputTypeError(
                    f"Trainer: received {callback!r} as a callback, which is not a Callback. "
                    "Derive from lab.Callback, and pass instances: callbacks=[EarlyStopping()]."
                )
        if self.scheduler_every not in ("epoch", "batch"):
            raise ArgumentError(
                f"Trainer: scheduler_every={self.scheduler_every!r}, but it is 'epoch' or 'batch'."
            )
        if isinstance(self.scheduler, ReduceLROnPlateau) and self.scheduler_every == "batch":
            raise ArgumentError(
                "Trainer: ReduceLROnPlateau follows a number of the whole epoch. Leave "
                "scheduler_every='epoch'."
            )

    # -- what a user calls

    def fit(
        self,
        train_loader: Any,
        val_loader: Any = None,
        epochs: int = 1,
        *,
        resume: str | os.PathLike[str] | None = None,
    ) -> History:
        """Train for `epochs` times through `train_loader`; the history of all epochs so far.

        `val_loader` is a loader or a data set that nothing is learned from; its scores are called
        "val_loss" and so on. Several have names: {"test": loader} gives "test_loss". `resume` is a
        checkpoint to go on from: the rest of the `epochs` of the training that wrote it is done.

        Ctrl-C stops after the step in hand, and `interrupted` tells of it; a second one raises
        KeyboardInterrupt. Raises `ArgumentError` for an empty loader, and `AnomalyError` where the
        loss or a weight is no longer a finite number; everything then is as it was after the last
        epoch that was good.
        """
        validation = val_loader if isinstance(val_loader, Mapping) else {"val": val_loader}
        validation = {name: data for name, data in validation.items() if data is not None}
        self._check_fit(train_loader, validation, epochs)
        self.train_loader = train_loader
        self._begin(epochs, resume)
        try:
            with threads_for(self.model), Interrupt() as interrupt:
                self._fit(validation, interrupt)
        except AnomalyError:
            self.rewind()
            raise
        finally:
            self._call("teardown")
        return self.history

    def evaluate(self, data: Any) -> Row:
        """The loss and the metrics on a loader or a data set: {"loss": …, "accuracy": …}."""
        return evaluate(self.model, self.measure, data, self.metrics)

    def predict(self, data: Any) -> Tensor:
        """The outputs for examples (N, …), a loader or a data set, one after the other."""
        return predict(self.model, data)

    def save_checkpoint(self, path: str | os.PathLike[str]) -> None:
        """Write the whole training to a file, from which `fit(…, resume=path)` goes on."""
        save_checkpoint(path, epoch=self.epoch, **self.parts())

    def rewind(self) -> None:
        """Put everything back to where the last whole epoch ended."""
        if self._snapshot is not None:
            self._snapshot.restore()

    # -- the loop

    def _fit(self, validation: dict[str, Any], interrupt: Interrupt) -> None:
        self._call("on_fit_start")
        self._snapshot = Snapshot(self.parts())
        while self.epoch < self.goal and not (self.should_stop or self.interrupted):
            self._epoch(validation, interrupt)
            self.interrupted = interrupt.pressed
        if self.interrupted:
            self._call("on_interrupt")
        self._call("on_fit_end")

    def _epoch(self, validation: dict[str, Any], interrupt: Interrupt) -> None:
        """Learn from every batch, then look how good it has become."""
        self._call("on_epoch_start")
        lr = self.lr
        self._learn(interrupt)
        if interrupt.pressed and not self._whole:
            return
        row = {"epoch": self.epoch + 1, **self.tally.results()}
        for name, data in validation.items():
            row |= {f"{name}_{key}": value for key, value in self.evaluate(data).items()}
        row |= {"lr": lr, "seconds": self.seconds}
        self._check_finite(row)
        if self.scheduler_every == "epoch":
            self._schedule(row)
        self.history.rows.append(row)
        self.epoch += 1
        self._next_epoch()
        self._call("on_epoch_end", row)
        self._snapshot = Snapshot(self.parts())
        self._call("on_checkpoint", row)

    def _learn(self, interrupt: Interrupt) -> None:
        """One step for every batch, until the epoch ends or Ctrl-C is pressed."""
        self.model.train()
        self._whole = False
        started = perf_counter() - self.seconds
        for batch in self.train_loader:
            inputs, target = parts_of(batch)
            with np.errstate(over="ignore", invalid="ignore"):  # the check below says it better
                loss, scores = self.step(*inputs, target)
            value = loss.item()
            if not math.isfinite(value):
                raise self._anomaly(f"the loss became {value}")
            self.tally.add(value, scores, target)
            if self.scheduler_every == "batch":
                self._schedule({})
            self.batches += 1
            if self.batches % SETTLE == 0:
                settle(self.optimizer)
            self.seconds = perf_counter() - started
            self._call("on_batch_end", value)
            if interrupt.pressed:
                return
        self._whole = True
        if not self.batches:
            raise ArgumentError(
                "Trainer.fit: the loader gave no batch, so there is nothing to learn from. A "
                "generator can be read only once: pass a DataLoader."
            )

    def _schedule(self, row: Row) -> None:
        """Let the scheduler set the rates of what comes next."""
        if not isinstance(self.scheduler, ReduceLROnPlateau):
            if self.scheduler is not None:
                self.scheduler.step()
            return
        losses = [name for name in row if name.endswith("_loss")]
        name = self.monitor or (losses[0] if losses else "loss")
        if name not in row:
            raise ArgumentError(
                f"Trainer: monitor={name!r} is not known. Use one of {', '.join(row)}."
            )
        self.scheduler.step(row[name])

    def _call(self, hook: str, *details: Any) -> None:
        for callback in self.callbacks:
            getattr(callback, hook)(self, *details)

    # -- what can go wrong

    @property
    def lr(self) -> float:
        """The present learning rate, of the first parameter group."""
        return float(self.optimizer.param_groups[0]["lr"])

    def _anomaly(self, what: str) -> AnomalyError:
        return AnomalyError(
            f"train: {what} at a learning rate of {self.lr:g}. The steps lead away from the "
            "minimum: use a smaller learning rate. The network is as it was before this "
            "epoch."
        )

    def _check_finite(self, row: Row) -> None:
        """The last step's harm shows in no loss of the epoch: look at what it left."""
        for name, value in row.items():
            if name.endswith("_loss") and not math.isfinite(value):
                raise self._anomaly(f"{name} became {value}")
        for name, p in self.model.named_parameters():
            if not np.isfinite(p.array).all():
                raise self._anomaly(f"{name} became infinite or NaN")

    def _check_fit(self, train_loader: Any, validation: dict[str, Any], epochs: int) -> None:
        if type(epochs) is not int or epochs < 1:
            raise ArgumentError(
                f"Trainer.fit: epochs={epochs!r}, but it is a whole number from 1 on."
            )
        if isinstance(train_loader, Dataset) or not hasattr(train_loader, "__iter__"):
            raise InputTypeError(
                f"Trainer.fit: received {type(train_loader).__name__} to learn from, but a loader "
                "of batches was expected: DataLoader(dataset, batch_size=32, shuffle=True)."
            )
        for name, data in {"train": train_loader, **validation}.items():
            if count_batches(data) == 0:
                raise ArgumentError(
                    f"Trainer.fit: the {name} loader is empty: it has no batch. Is the data set "
                    "empty, or smaller than one batch with drop_last?"
                )
