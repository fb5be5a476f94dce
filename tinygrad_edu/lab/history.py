"""The record of a training: one row for every epoch, read by row or by column."""

from __future__ import annotations

import csv
import io
import json
import math
import os
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from ..errors import ArgumentError
from ..serialization.files import write_file
from ..tensor import Tensor

__all__ = ["History", "Row", "plain"]

Row = dict[str, Any]
"""What is known of one epoch: {"epoch": 3, "loss": 0.21, "val_loss": 0.25, "lr": 0.01, …}."""


class History:
    """The rows of a training: `history[-1]["val_loss"]`, or as a column `history["val_loss"]`.

    Every row holds `epoch` (from 1), `loss` and the metrics over the batches while it was learned
    from them, the scores afterwards under `val_loss` and so on, `lr`, and the `seconds` that the
    learning took.
    """

    def __init__(self, rows: list[Row] | None = None) -> None:
        self.rows = rows if rows is not None else []

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __getitem__(self, which: Any) -> Any:
        if not isinstance(which, str):
            return self.rows[which]
        if which not in self.columns:
            raise ArgumentError(
                f"History: there is no column {which!r}. Use one of {', '.join(self.columns)}."
            )
        return [row.get(which) for row in self.rows]

    @property
    def columns(self) -> list[str]:
        """The names of what was recorded, in order."""
        return list(dict.fromkeys(name for row in self.rows for name in row))

    def to_csv(self, path: str | os.PathLike[str]) -> None:
        """Write a table with a line for each epoch, whole or not at all."""
        text = io.StringIO()
        table = csv.DictWriter(text, self.columns, lineterminator="\n")
        table.writeheader()
        table.writerows(
            {k: json.dumps(v) if isinstance(v, list) else v for k, v in row.items()}
            for row in self.rows
        )
        write_file(path, text.getvalue().encode(), "to_csv")

    def to_json(
        self, path: str | os.PathLike[str], settings: Mapping[str, object] | None = None
    ) -> None:
        """Write {"settings": …, "epochs": [row, …]}, whole or not at all; NaN becomes null."""
        record = {"settings": dict(settings or {}), "epochs": [_finite(row) for row in self.rows]}
        text = json.dumps(record, indent=1, ensure_ascii=False) + "\n"
        write_file(path, text.encode(), "to_json")

    def __repr__(self) -> str:
        return f"<History: {len(self)} epochs of {', '.join(self.columns) or 'nothing'}>"


def plain(value: Any) -> Any:
    """A metric as numbers and lists, which every file can hold."""
    if isinstance(value, Tensor):
        value = value.array
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else value


def _finite(value: Any) -> Any:
    """The value for JSON, which has no NaN and no infinity."""
    if isinstance(value, dict):
        return {k: _finite(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_finite(v) for v in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
