"""To stop when going on does not help: the simplest remedy against overfitting."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from ...errors import ArgumentError
from .base import Watcher

__all__ = ["EarlyStopping"]


class EarlyStopping(Watcher):
    """Stops after `patience` epochs in a row in which the number was not better than the best.

    With `restore_best_weights` the network ends with the weights of its best epoch, whether it was
    stopped or not. Reference: L. Prechelt, "Early Stopping – But When?" (1998).
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        patience: int = 5,
        min_delta: float = 0.0,
        mode: str | None = None,
        restore_best_weights: bool = False,
    ) -> None:
        super().__init__(monitor, mode, min_delta)
        if type(patience) is not int or patience < 1:
            raise ArgumentError(
                f"EarlyStopping: patience={patience!r}, but it is a number of epochs, from 1."
            )
        self.patience, self.restore_best_weights = patience, restore_best_weights
        self.bad_epochs = self.stopped_epoch = 0
        self.best_weights: dict[str, Any] | None = None

    def on_epoch_end(self, trainer: Any, row: dict[str, Any]) -> None:
        """Count the epoch as good or bad."""
        if self.improved(row):
            self.bad_epochs = 0
            if self.restore_best_weights:
                self.best_weights = copy.deepcopy(dict(trainer.model.state_dict()))
            return
        self.bad_epochs += 1
        if self.bad_epochs >= self.patience:
            trainer.should_stop = True
            self.stopped_epoch, self.bad_epochs = row["epoch"], 0

    def on_fit_end(self, trainer: Any) -> None:
        """Go back to the best weights."""
        if self.best_weights is not None:
            trainer.model.load_state_dict(self.best_weights)

    def state_dict(self) -> dict[str, Any]:
        """The best epoch, its weights, and the bad ones since."""
        return super().state_dict() | {
            "bad_epochs": self.bad_epochs,
            "stopped_epoch": self.stopped_epoch,
            "best_weights": self.best_weights,
        }

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Remember what `state_dict` returned."""
        super().load_state_dict(state_dict)
        self.bad_epochs = state_dict["bad_epochs"]
        self.stopped_epoch = state_dict["stopped_epoch"]
        self.best_weights = copy.deepcopy(state_dict["best_weights"])
