"""One bar over all workers, with the time left."""

from __future__ import annotations

from typing import Any

from ...errors import NotInstalled
from ...extras import extra
from ..words import words_in
from .grid import Experiment

__all__ = ["Progress"]


class Progress:
    """Counts the epochs of a study; what was finished before does not enter the time left."""

    def __init__(self, experiment: Experiment, shown: bool, lang: str) -> None:
        self.epochs, self.trials = experiment.epochs, len(experiment.tickets())
        self.words, self.shown = words_in(lang), shown
        self.bar: Any = None

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: Any) -> None:
        if self.bar is not None:
            self.bar.close()

    def show(self, finished: int, epochs: int) -> None:
        """So many trials are finished by anybody, and so many epochs of others done here."""
        done = finished * self.epochs + epochs
        if self.bar is None:
            self._open(done)
        if self.bar is not None:
            self.bar.set_postfix_str(f"{finished}/{self.trials}", refresh=False)
            self.bar.update(max(done - self.bar.n, 0))

    def _open(self, done: int) -> None:
        try:
            tqdm = extra("tqdm", "the progress bar", "cli").tqdm
        except NotInstalled:
            return
        self.bar = tqdm(
            total=self.trials * self.epochs,
            initial=done,
            desc=self.words["trainings"],
            unit=self.words["epoch"],
            # None draws nothing where nobody looks
            disable=None if self.shown else True,
        )
