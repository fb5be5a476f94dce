"""What a training has to remember, to go on as though it had never been stopped."""

from __future__ import annotations

import copy
import os
from collections import Counter
from collections.abc import Mapping
from typing import Any

from ..errors import StateError
from ..random import get_rng_state, set_rng_state
from ..serialization import load_checkpoint
from ..serialization.checkpoint import restore, state_of
from .history import History
from .tally import Tally

__all__ = ["Resumable", "Snapshot"]

_COUNTERS = ("epoch", "begun", "batches", "seconds", "should_stop")


class Snapshot:
    """The states of some parts and of the random numbers, in memory."""

    def __init__(self, parts: dict[str, Any]) -> None:
        self.parts = parts
        self.states = {name: copy.deepcopy(state_of(name, part)) for name, part in parts.items()}
        self.rng_state = get_rng_state()

    def restore(self) -> None:
        """Put everything back; a snapshot can be restored more than once."""
        for name, part in self.parts.items():
            restore(part, copy.deepcopy(self.states[name]))
        set_rng_state(self.rng_state)


class Resumable:
    """The half of a `Trainer` that begins, remembers and goes on."""

    model: Any
    optimizer: Any
    scheduler: Any
    callbacks: list[Any]
    train_loader: Any
    history: History
    tally: Tally
    epoch: int
    goal: int
    begun: int
    batches: int
    seconds: float
    should_stop: bool
    interrupted: bool

    def parts(self) -> dict[str, Any]:
        """Everything that has a state, by the name that it has in a checkpoint."""
        loader = self.train_loader
        found = {
            "model": self.model,
            "optimizer": self.optimizer,
            "scheduler": self.scheduler,
            "loader": loader if hasattr(loader, "load_state_dict") else None,
            "generator": getattr(loader, "generator", None),
            "trainer": self,
        }
        return {name: part for name, part in found.items() if part is not None}

    def _begin(self, epochs: int, resume: str | os.PathLike[str] | None) -> None:
        """Count from here or, resuming, from where the saved training began."""
        self._next_epoch()
        self.begun, self.should_stop, self.interrupted = self.epoch, False, False
        if resume is not None:
            load_checkpoint(resume, **self.parts())
        self.goal = self.begun + epochs

    def _next_epoch(self) -> None:
        """Nothing has been seen of the next epoch yet."""
        self.batches, self.seconds = 0, 0.0
        self.tally.reset()

    # -- the trainer's own state, beside its parts'

    def state_dict(self) -> dict[str, Any]:
        """The counters, the history, the sums of the epoch in progress, the callbacks' states."""
        return {
            **{name: getattr(self, name) for name in _COUNTERS},
            "history": [dict(row) for row in self.history],
            "tally": self.tally.state_dict(),
            "callbacks": {name: callback.state_dict() for name, callback in self._named()},
        }

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Take over what `state_dict` returned.

        Raises `StateError` where that trainer had other callbacks or metrics.
        """
        saved, mine = state_dict["callbacks"], dict(self._named())
        if saved.keys() != mine.keys():
            raise StateError(
                f"Trainer: the checkpoint holds the callbacks {', '.join(saved) or 'none'}, this "
                f"trainer has {', '.join(mine) or 'none'}. Build it with the same ones."
            )
        self.tally.load_state_dict(state_dict["tally"])
        for name, callback in mine.items():
            callback.load_state_dict(saved[name])
        for name in _COUNTERS:
            setattr(self, name, state_dict[name])
        self.history.rows[:] = [dict(row) for row in state_dict["history"]]

    def _named(self) -> list[tuple[str, Any]]:
        """The callbacks that remember something: EarlyStopping, EarlyStopping 2, …"""
        seen: Counter[str] = Counter()
        found = []
        for callback in self.callbacks:
            kind = type(callback).__name__
            seen[kind] += 1
            if callback.state_dict():
                found.append((kind if seen[kind] == 1 else f"{kind} {seen[kind]}", callback))
        return found
