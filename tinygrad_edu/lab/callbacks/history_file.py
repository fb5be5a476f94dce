"""The history in a file that grows while the training goes on."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from ...errors import ArgumentError
from .base import Callback

__all__ = ["HistoryFile"]


class HistoryFile(Callback):
    """Writes the history after every epoch, as a table (.csv) or as JSON (.json).

    The file is written anew each time, whole or not at all; a resumed training writes all its rows.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        if self.path.suffix not in (".csv", ".json"):
            raise ArgumentError(
                f"HistoryFile: {self.path} ends in neither .csv nor .json, which would say what to "
                "write."
            )

    def on_checkpoint(self, trainer: Any, row: dict[str, Any]) -> None:
        """Write all rows."""
        history = trainer.history
        (history.to_csv if self.path.suffix == ".csv" else history.to_json)(self.path)
