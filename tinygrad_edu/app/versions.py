"""Networks that were taught, one file each, so that every lesson can be taken back."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from ..lab import load_model, save_model

__all__ = ["Versions"]

MOST = 9


class Versions:
    """The networks `taught-1.safetensors`, `taught-2.safetensors`, … in a folder; the last counts.

    Of more than nine, the oldest goes.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def numbers(self) -> list[int]:
        """Of the networks that are there, in their order."""
        names = [re.fullmatch(r"taught-(\d+)\.safetensors", p.name) for p in self._files()]
        return sorted(int(name[1]) for name in names if name)

    def latest(self) -> Any:
        """The network of the last lesson, or None. Raises `DataError` where its file is damaged."""
        numbers = self.numbers()
        return load_model(self._path(numbers[-1])) if numbers else None

    def add(self, model: Any) -> int:
        """Keep the network of one more lesson; its number."""
        numbers = self.numbers()
        number = (numbers[-1] if numbers else 0) + 1
        save_model(model, self._path(number), {"activation": "relu"})
        for old in numbers[: -(MOST - 1)]:
            self._path(old).unlink(missing_ok=True)
        return number

    def back(self) -> bool:
        """Take the last lesson back; False where there was none."""
        numbers = self.numbers()
        if numbers:
            self._path(numbers[-1]).unlink(missing_ok=True)
        return bool(numbers)

    def _files(self) -> list[Path]:
        return list(self.folder.iterdir()) if self.folder.is_dir() else []

    def _path(self, number: int) -> Path:
        return self.folder / f"taught-{number}.safetensors"
