"""Callback: what watches a training, and may stop it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...errors import ArgumentError

__all__ = ["Callback", "Watcher"]

HIGHER_IS_BETTER = ("accuracy", "precision", "recall", "f1", "r2")


class Callback:
    """A subclass writes the hooks it wants; `trainer` is the `Trainer` that calls them.

        class Celebrate(Callback):
            def on_epoch_end(self, trainer, row):
                if row["val_accuracy"] > 0.99:
                    trainer.should_stop = True

    What it remembers from epoch to epoch goes into `state_dict`, so that a resumed training has it.
    """

    def on_fit_start(self, trainer: Any) -> None:
        """Before the first epoch, or before the rest of a resumed one."""

    def on_epoch_start(self, trainer: Any) -> None:
        """Before the first batch of an epoch; `trainer.epoch` have been finished."""

    def on_batch_end(self, trainer: Any, loss: float) -> None:
        """After every step; `loss` is that of its batch, before the step."""

    def on_epoch_end(self, trainer: Any, row: dict[str, Any]) -> None:
        """After an epoch and its evaluation; `row` is its line in the history."""

    def on_checkpoint(self, trainer: Any, row: dict[str, Any]) -> None:
        """After every callback has seen the end of the epoch: the moment to save."""

    def on_interrupt(self, trainer: Any) -> None:
        """After Ctrl-C, when the step in hand is finished; the epoch may be half done."""

    def on_fit_end(self, trainer: Any) -> None:
        """When the training has come to an end, but not when an error broke it off."""

    def teardown(self, trainer: Any) -> None:
        """At the very end, after errors too: close what was opened."""

    def state_dict(self) -> dict[str, Any]:
        """What must be remembered: plain data and tensors."""
        return {}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Remember what `state_dict` returned."""


class Watcher(Callback):
    """A callback that follows one number of the history, and knows when it is the best so far.

    `monitor` names it, such as "val_loss"; None means that nothing is followed. `mode` is "min" or
    "max"; by default accuracy, precision, recall, F1 and R² are to rise, and all else to fall. A
    number is better if it is so by more than `min_delta`; NaN never is.
    """

    def __init__(
        self, monitor: str | None, mode: str | None = None, min_delta: float = 0.0
    ) -> None:
        name = type(self).__name__
        if mode not in ("min", "max", None):
            raise ArgumentError(f"{name}: mode={mode!r} is unknown: it is 'min', 'max' or None.")
        if not min_delta >= 0:
            raise ArgumentError(f"{name}: min_delta={min_delta!r}, but it cannot be negative.")
        self.monitor, self.min_delta = monitor, min_delta
        rises = (monitor or "").endswith(HIGHER_IS_BETTER) if mode is None else mode == "max"
        self.mode = "max" if rises else "min"
        self.best: float | None = None
        self.best_epoch = 0

    def improved(self, row: dict[str, Any]) -> bool:
        """Whether this epoch is the best so far; then it is remembered.

        Raises `ArgumentError` where the row does not have the number.
        """
        value = row.get(self.monitor or "")
        if not isinstance(value, int | float):
            numbers = [name for name, v in row.items() if isinstance(v, int | float)]
            raise ArgumentError(
                f"{type(self).__name__}: monitor={self.monitor!r} is not a number of this "
                f"training's, which are {', '.join(numbers)}. Is a validation loader missing?"
            )
        sign = 1 if self.mode == "max" else -1
        bound = -float("inf") if self.best is None else sign * self.best + self.min_delta
        if not sign * value > bound:
            return False
        self.best, self.best_epoch = float(value), row["epoch"]
        return True

    def state_dict(self) -> dict[str, Any]:
        """The best number and its epoch."""
        return {"best": self.best, "best_epoch": self.best_epoch}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Remember what `state_dict` returned."""
        self.best, self.best_epoch = state_dict["best"], state_dict["best_epoch"]
