"""What people taught: prepared pictures and their right digits, in a file of this user's.

One line of JSON each: {"picture": …, "digit": 7, "answered": 1}. The drawing itself is not kept,
only its 28×28 pixels.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..data.storage import write_whole
from ..errors import DataError
from .codes import picture_of, text_of

__all__ = ["Correction", "Corrections", "data_folder"]

MOST = 2000
"""Older ones make room."""


def data_folder() -> Path:
    """Where this user's operating system wants the files that a program keeps for its user."""
    home = Path.home()
    if sys.platform == "win32":
        root = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif sys.platform == "darwin":
        root = home / "Library" / "Application Support"
    else:
        root = Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    return root / "tinygrad-edu"


@dataclass(frozen=True, slots=True)
class Correction:
    """A picture (28, 28), what it is, and what the network had said."""

    picture: np.ndarray
    digit: int
    answered: int


class Corrections:
    """The corrections in `path`, which is made with the first of them."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def all(self) -> list[Correction]:
        """Every correction, the oldest first. Raises `DataError` where the file is damaged."""
        if not self.path.is_file():
            return []
        found = []
        for number, line in enumerate(self.path.read_text(encoding="utf-8").splitlines(), 1):
            try:
                given = json.loads(line)
                digits = [given["digit"], given["answered"]]
                if not all(type(digit) is int and 0 <= digit <= 9 for digit in digits):
                    raise ValueError
                found.append(Correction(picture_of(given["picture"]), *digits))
            except (ValueError, LookupError, TypeError) as error:
                raise DataError(
                    f"{self.path}, line {number} is no correction. Remove the line, or the file."
                ) from error
        return found

    def add(self, correction: Correction) -> int:
        """Keep one more; how many there are now."""
        kept = [*self.all(), correction][-MOST:]
        lines = [
            json.dumps({"picture": text_of(c.picture), "digit": c.digit, "answered": c.answered})
            for c in kept
        ]
        content = ("\n".join(lines) + "\n").encode()
        write_whole(self.path, lambda file: file.write(content))
        return len(kept)

    def clear(self) -> None:
        """Forget them all: the file is removed."""
        self.path.unlink(missing_ok=True)
