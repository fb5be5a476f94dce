"""What training looks like with a mistake: the right pass and the specimen, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .architecture import Architecture
from .build import Handwritten, build

__all__ = ["Curves", "train"]


@dataclass(frozen=True)
class Curves:
    """The losses of two trainings from one start, on the same data; NaN after a failure."""

    right: np.ndarray
    wrong: np.ndarray
    error: str = ""  # what stopped the wrong one: a shape that no longer fits, an overflow


def train(
    specimen: str,
    architecture: Architecture | None = None,
    place: Any = None,
    steps: int = 200,
    lr: float = 0.1,
    batch: int = 20,
    seed: int = 0,
) -> Curves:
    """Gradient descent by the right backward and by one with a specimen: the two curves of the
    loss.

    Both start from the same weights and see the same batch; an update is written `W = W - lr * dW`,
    as students do, so that a gradient of a wrong shape changes the shape of W.
    """
    right, _ = descend(build(architecture, None, None, batch, seed), steps, lr)
    wrong, error = descend(build(architecture, specimen, place, batch, seed), steps, lr)
    return Curves(right, wrong, error)


def descend(work: Handwritten, steps: int, lr: float) -> tuple[np.ndarray, str]:
    """The loss before every step, and why it ended early, if it did."""
    losses = np.full(steps, np.nan)
    now = dict(work.inputs)
    params = work.architecture.params
    with np.errstate(all="ignore"):
        for step in range(steps):
            try:
                loss, cache = work.forward(**now)
                losses[step] = loss
                wanted = now if work.architecture.form == "inputs" else {**now, **cache}
                found = work.backward(**wanted)
                if isinstance(found, tuple):
                    found = dict(zip(params, found, strict=True))
                gradients = {k.removeprefix("d"): g for k, g in found.items()}
                now = {**now, **{k: now[k] - lr * gradients[k] for k in params}}
            except (ValueError, TypeError) as error:  # NumPy: shapes that no longer fit
                return losses, f"{type(error).__name__}: {error}"
            if not np.isfinite(loss):
                return losses, "the loss is no longer finite"
    return losses, ""
