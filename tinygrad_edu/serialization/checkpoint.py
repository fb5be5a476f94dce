"""Checkpoints: to stop a training anywhere, and to go on as though nothing had happened.

    start = 0
    if path.exists():
        start = load_checkpoint(path, model=model, optimizer=optimizer, loader=loader).epoch
    for epoch in range(start, 10):
        for x, y in loader:
            …
            optimizer.step()
        save_checkpoint(
            path, model=model, optimizer=optimizer, loader=loader, epoch=epoch + 1
        )

A killed program started again gives, bit for bit, the numbers of one that was never killed. For
that a checkpoint holds everything that the next step depends on: the parameters, what the optimizer
and the scheduler remember, where the random numbers stand, and which examples the epoch has served.
Inside the inner loop save `epoch=epoch`: the loader then serves the rest of that epoch first.
"""

from __future__ import annotations

import copy
import os
from typing import Any, NamedTuple

import numpy as np

from ..errors import DataError, InputTypeError, StateError, TinygradEduError
from ..random import get_rng_state, set_rng_state
from .objects import load, save

__all__ = ["Checkpoint", "load_checkpoint", "save_checkpoint"]

_OURS = ("epoch", "extra", "rng_state")


class Checkpoint(NamedTuple):
    """What a checkpoint says beside the states that `load_checkpoint` has put back."""

    epoch: int
    extra: Any


def save_checkpoint(
    path: str | os.PathLike[str], *, epoch: int = 0, extra: Any = None, **parts: Any
) -> None:
    """Write everything that a training needs to go on: a new file, or the old one stays whole.

    `parts` are whatever has a state, under names of your choice: `model=`, `optimizer=`,
    `scheduler=`, `loader=`, `generator=`; a part that is None is left out. The state of the
    library's own random numbers is always kept; those of NumPy or Python, where you draw from them
    yourself, are yours to keep. `extra` is plain data, such as the losses so far. Save after
    `optimizer.step()`: gradients are not kept.

    The file is a safetensors file, with tensors such as "model.0.weight". Raises as `save` does.
    """
    if not isinstance(epoch, int | np.integer):
        raise InputTypeError(
            f"save_checkpoint: epoch={epoch!r}, but a whole number of finished epochs was expected."
        )
    states = {name: state_of(name, part) for name, part in parts.items() if part is not None}
    save({"epoch": int(epoch), "extra": extra, "rng_state": get_rng_state(), **states}, path)


def load_checkpoint(
    path: str | os.PathLike[str], *, rng_state: bool = True, **parts: Any
) -> Checkpoint:
    """Put the parts back to where `save_checkpoint` found them; returns the epoch and the extra.

    The same names must be given as were saved; those that are not given are passed over, so a
    model can be loaded alone (then with `rng_state=False`, to leave the random numbers as they
    are). Either everything is put back or, where an error is raised, nothing.

    Raises `DataMissing` and `DataError` for the file, `StateError` where it lacks a part or a state
    does not fit the part that is to take it.
    """
    saved = load(path)
    epoch = saved.get("epoch") if isinstance(saved, dict) else None
    if type(epoch) is not int or not saved.keys() >= set(_OURS):
        raise DataError(
            f"load_checkpoint: {path} cannot be used: it is no checkpoint. For what "
            "save_checkpoint did not write, use tinygrad_edu.load(path)."
        )
    parts = {name: part for name, part in parts.items() if part is not None}
    lacking = [name for name in parts if name not in saved.keys() - set(_OURS)]
    if lacking:
        held = ", ".join(saved.keys() - set(_OURS)) or "no parts"
        raise StateError(
            f"load_checkpoint: asked for {', '.join(lacking)}, but {path} holds {held}. Give the "
            "names under which the parts were saved."
        )
    _put_back(path, parts, saved, rng_state)
    return Checkpoint(epoch, saved["extra"])


def _put_back(path: Any, parts: dict[str, Any], saved: dict[str, Any], rng_state: bool) -> None:
    """Give every part its state, or leave all as they were."""
    before = {name: copy.deepcopy(state_of(name, part)) for name, part in parts.items()}
    random_before = get_rng_state()
    name = ""
    try:
        for name, part in parts.items():
            restore(part, saved[name])
        name = "rng_state"
        if rng_state:
            set_rng_state(saved[name])
    except Exception as error:
        for part_name, state in before.items():
            restore(parts[part_name], state)
        set_rng_state(random_before)
        if isinstance(error, TinygradEduError):
            raise
        raise DataError(
            f"load_checkpoint: the {name} in {path} cannot be used "
            f"({type(error).__name__}: {error}). Was it saved from a part of the same kind?"
        ) from error


def state_of(name: str, part: Any) -> Any:
    """The state of a part: `state_dict()`, or `get_state()` of a Generator."""
    if not hasattr(part, "state_dict") and not hasattr(part, "get_state"):
        raise InputTypeError(
            f"checkpoint: {name} is {type(part).__name__}, which has no state_dict() to save. Pass "
            "plain data as extra=…"
        )
    return part.state_dict() if hasattr(part, "state_dict") else part.get_state()


def restore(part: Any, state: Any) -> None:
    """Put a part back to a state that `state_of` returned."""
    if hasattr(part, "load_state_dict"):
        part.load_state_dict(state)
    else:
        part.set_state(state)
