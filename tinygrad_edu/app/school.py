"""The network that answers, and the lessons that change it: one at a time, each with a way back."""

from __future__ import annotations

import threading
import zlib
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ..errors import ArgumentError, TinygradEduError
from .corrections import Correction, Corrections, data_folder
from .reading import SHIPPED, Reader
from .teaching import fine_tune
from .versions import Versions

__all__ = ["School"]


class School:
    """A reader, this user's corrections, and the networks that came of them.

    `folder` is where they are kept, the user's data folder by default; nothing is written before
    somebody teaches. What was taught to one network is kept apart from what was taught to another.
    """

    def __init__(self, model: Path | None = None, folder: Path | None = None) -> None:
        path = model or SHIPPED
        self.first = Reader(path)
        kept = (folder or data_folder()) / f"drawing-{zlib.crc32(path.read_bytes()):08x}"
        self.corrections = Corrections(kept / "corrections.jsonl")
        self.versions = Versions(kept)
        self.reader = self._latest()
        self._lock = threading.Lock()  # around files and the fields below
        self._running = False
        self._progress = 0.0
        self._outcome: dict[str, Any] | None = None

    def _latest(self) -> Reader:
        model = self.versions.latest()
        return self.first if model is None else Reader.of(model)

    def state(self) -> dict[str, Any]:
        """What the page shows of it."""
        with self._lock:
            return {
                "corrections": len(self.corrections.all()),
                "lessons": len(self.versions.numbers()),
                "running": self._running,
                "progress": self._progress,
                "outcome": self._outcome,
                "file": str(self.corrections.path),
            }

    def correct(self, correction: Correction) -> None:
        """Keep a correction."""
        with self._lock:
            self.corrections.add(correction)

    def forget(self) -> None:
        """Remove all corrections; the lessons stay."""
        with self._lock:
            self.corrections.clear()

    def back(self) -> bool:
        """The network as it was before the last lesson; False where there was none."""
        with self._lock:
            self._refuse_if_running()
            changed = self.versions.back()
            self.reader, self._outcome = self._latest(), None
            return changed

    def start(self) -> None:
        """Begin a lesson from all corrections, in a thread of its own.

        Raises `ArgumentError` while another one goes on, or where there is nothing to learn.
        """
        with self._lock:
            self._refuse_if_running()
            corrections = self.corrections.all()
            if not corrections:
                raise ArgumentError("there are no corrections to learn from yet.")
            self._running, self._progress, self._outcome = True, 0.0, None
        threading.Thread(target=self._learn, args=(corrections,), daemon=True).start()

    def _refuse_if_running(self) -> None:
        if self._running:
            raise ArgumentError("a lesson is going on. Wait until it ends.")

    def _learn(self, corrections: list[Correction]) -> None:
        outcome: dict[str, Any] = {"failed": True}
        try:
            model, lesson = fine_tune(self.reader.model, corrections, self._advance)
            with self._lock:
                self.versions.add(model)
                self.reader = Reader.of(model)
            outcome = asdict(lesson)
        except (TinygradEduError, OSError) as error:
            outcome["detail"] = str(error)
        finally:  # whatever happened, the page is told that the lesson has ended
            self._running, self._outcome = False, outcome

    def _advance(self, share: float) -> None:
        self._progress = share
