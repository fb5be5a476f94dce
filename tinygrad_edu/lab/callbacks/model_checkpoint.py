"""Checkpoints while the training goes on: the last, the best, and every n-th."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from ...errors import ArgumentError
from ...extras import extra
from .base import Watcher

__all__ = ["ModelCheckpoint"]


class ModelCheckpoint(Watcher):
    """Saves the whole training into `folder`, each file whole or not at all.

    last.safetensors        after every epoch, and after Ctrl-C: to go on from
    best.safetensors        after every epoch whose `monitor` is the best so far
    epoch-0010.safetensors  after every epoch whose number divides by `every_n_epochs`

    `Trainer.fit(…, resume=checkpoint.last)` goes on from such a file; `nn.Module.load_state_dict`
    takes what `load(path)["model"]` holds. Needs the extra `[save]`.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        monitor: str | None = None,
        mode: str | None = None,
        *,
        save_last: bool = True,
        every_n_epochs: int | None = None,
    ) -> None:
        super().__init__(monitor, mode)
        if every_n_epochs is not None and (type(every_n_epochs) is not int or every_n_epochs < 1):
            raise ArgumentError(
                f"ModelCheckpoint: every_n_epochs={every_n_epochs!r}, but it is a number from 1, "
                "or None for no such files."
            )
        if not (save_last or monitor or every_n_epochs):
            raise ArgumentError(
                "ModelCheckpoint: nothing is to be saved. Set save_last, monitor or every_n_epochs."
            )
        self.folder = Path(folder)
        self.save_last, self.every_n_epochs = save_last, every_n_epochs
        self._is_best = False

    @property
    def last(self) -> Path:
        """Where the last state is."""
        return self.folder / "last.safetensors"

    @property
    def best_path(self) -> Path:
        """Where the best state is."""
        return self.folder / "best.safetensors"

    def on_fit_start(self, trainer: Any) -> None:
        """Miss the package now, and not after an epoch."""
        extra("safetensors.numpy", "saving checkpoints", "save")

    def on_epoch_end(self, trainer: Any, row: dict[str, Any]) -> None:
        """Look whether this is the best epoch, before any file tells of it."""
        self._is_best = self.monitor is not None and self.improved(row)

    def on_checkpoint(self, trainer: Any, row: dict[str, Any]) -> None:
        """Write what is due."""
        if self.save_last:
            trainer.save_checkpoint(self.last)
        if self._is_best:
            trainer.save_checkpoint(self.best_path)
        if self.every_n_epochs and row["epoch"] % self.every_n_epochs == 0:
            trainer.save_checkpoint(self.folder / f"epoch-{row['epoch']:04d}.safetensors")

    def on_interrupt(self, trainer: Any) -> None:
        """Write where the training stands, in the middle of an epoch too."""
        if self.save_last:
            trainer.save_checkpoint(self.last)
