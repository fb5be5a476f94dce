"""To teach the network what it got wrong, without its forgetting what it knew.

A network that sees nothing but a few corrections soon calls everything by their names. So each
batch is made of corrections, bent anew each time, and of MNIST's digits as a rehearsal; a thousand
of these, and five hundred of the test pictures to measure with, come with the package. The lesson
ends as soon as every correction is learned: what is not needed is not changed. Reference:
A. Robins, "Catastrophic forgetting, rehearsal and pseudorehearsal", Connection Science 7 (1995).
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from .. import nn, optim
from ..autograd import no_grad
from ..data.storage import read_npz
from ..errors import ArgumentError
from ..lab.augment import bent
from ..random import Generator
from ..tensor import Tensor
from .corrections import Correction

__all__ = ["Lesson", "fine_tune"]

REHEARSAL = Path(__file__).parent / "model" / "rehearsal.npz"
STEPS, TAUGHT, REHEARSED = 120, 16, 112  # at most so many steps; of each batch so many examples
SURE = 0.7  # the probability of the right digit from which on a correction counts as learned


@dataclass(frozen=True, slots=True)
class Lesson:
    """What came of it: of the corrections and of MNIST's test pictures, the share read rightly."""

    corrections: int
    learned_before: float
    learned: float
    known_before: float
    known: float


@cache
def rehearsal() -> dict[str, np.ndarray]:
    """`x_train (1000, 784)`, `y_train`, `x_test (500, 784)`, `y_test` of MNIST, from 0 to 1."""
    arrays = read_npz(REHEARSAL)
    pixels = {name: arrays[name].astype(np.float32) / 255 for name in ("x_train", "x_test")}
    return {**arrays, **pixels}


def fine_tune(
    model: Any,
    corrections: Sequence[Correction],
    progress: Callable[[float], None] = lambda share: None,
    seed: int = 0,
) -> tuple[Any, Lesson]:
    """A copy of `model` that has also learned from the corrections, and what came of it.

    `model` stays as it is; `progress` is told the share that is done. Raises `ArgumentError` where
    there are no corrections.
    """
    if not corrections:
        raise ArgumentError("fine_tune: there are no corrections to learn from. Correct an answer.")
    x = np.stack([c.picture.reshape(784) for c in corrections])
    y = np.array([c.digit for c in corrections])
    known, pupil = rehearsal(), copy.deepcopy(model)
    rng, generator = np.random.default_rng(seed), Generator().manual_seed(seed)
    optimizer = optim.Adam(pupil.parameters(), lr=3e-4)
    loss_of = nn.CrossEntropyLoss(label_smoothing=0.02)
    progress(0.0)
    for step in range(STEPS):
        if step % 5 == 0 and _sure(pupil, x, y):
            break
        taught = rng.integers(len(x), size=TAUGHT)
        old = rng.integers(len(known["x_train"]), size=REHEARSED)
        pictures = bent(Tensor(np.concatenate([x[taught], known["x_train"][old]])), generator)
        target = Tensor(np.concatenate([y[taught], known["y_train"][old]]).astype(np.int64))
        optimizer.zero_grad()
        loss_of(pupil(pictures), target).backward()
        optimizer.step()
        progress((step + 1) / STEPS)
    progress(1.0)
    shares = [
        _share(network, *examples)
        for examples in ((x, y), (known["x_test"], known["y_test"]))
        for network in (model, pupil)
    ]
    return pupil.eval(), Lesson(len(x), *shares)


def _sure(model: Any, x: np.ndarray, y: np.ndarray) -> bool:
    """Whether each correction is read rightly, and without much doubt."""
    with no_grad():
        chances = nn.functional.softmax(model(Tensor(x)), dim=1).numpy()
    return bool((chances[np.arange(len(y)), y] >= SURE).all())


def _share(model: Any, x: np.ndarray, y: np.ndarray) -> float:
    with no_grad():
        return float((model(Tensor(x)).numpy().argmax(axis=1) == y).mean())
