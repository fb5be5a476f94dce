"""MNIST's digits as other people would have drawn them: bent anew each time, and ones with flags.

A network of dense layers knows nothing of pictures: what a shift, a tilt or a thicker pen leave
unchanged it can only learn from examples. Reference: P. Simard, D. Steinkraus, J. Platt, "Best
Practices for Convolutional Neural Networks Applied to Visual Document Analysis" (2003).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..data import TensorDataset, TrainTest
from ..data.transforms import TransformDataset, distort, thickness
from ..errors import ShapeError
from ..random import Generator
from ..tensor import Tensor

__all__ = ["augmented", "flagged"]

_BENDS: dict[str, Any] = {
    "degrees": 12,
    "translate": 0.05,
    "scale": (0.85, 1.12),
    "shear": 8,
    "alpha": 30,
    "sigma": 4,
}


def augmented(data: TrainTest, seed: int = 0) -> TransformDataset:
    """The part to learn from, with half of its ones a second time under a flag, bent as it is read.

    Which ones and what flags comes from `seed`; how a picture is bent, from the library's own
    random numbers. Raises `ShapeError` where the pictures are not 28×28 digits.
    """
    if data.image_shape != (28, 28) or data.classes != 10:
        raise ShapeError(
            f"augment: {data.name} has {data.classes} classes of pictures {data.image_shape}, but "
            "the changes are made for handwritten digits of 28×28. Use data='mnist'."
        )
    generator = Generator().manual_seed(seed)
    x, y = data.x_train.numpy(), data.y_train.numpy()
    ones = np.flatnonzero(y == 1)
    chosen = generator.numpy.permutation(ones)[: len(ones) // 2]
    flags = flagged(x[chosen].reshape(-1, 28, 28), generator).reshape(-1, 784)
    whole = TensorDataset(np.concatenate([x, flags]), np.concatenate([y, y[chosen]]))
    return TransformDataset(whole, bent)


def bent(x: Tensor, generator: Generator | None = None) -> Tensor:
    """Rows of pixels (N, 784), each tilted, moved, scaled, sheared, rubbed, thicker or thinner."""
    pictures = thickness(x.reshape(-1, 28, 28), 0.6, generator=generator)
    changed: Tensor = distort(pictures, **_BENDS, generator=generator).reshape(-1, 784)
    return changed


def flagged(ones: np.ndarray, generator: Generator) -> np.ndarray:
    """Pictures (N, 28, 28) of the digit 1, each with a flag, a third of them with a base, too.

    MNIST's ones are plain strokes, as most Americans write them; elsewhere the pen comes from the
    left below, and without examples of that a network calls it a 7. The flag leaves the top at 25°
    to 60° from the stroke and is a quarter to half as long as the stroke is high.
    """
    rng = generator.numpy
    n = len(ones)
    filled = ones.max(axis=2) > 0.5
    top = filled.argmax(axis=1)
    bottom = 27 - filled[:, ::-1].argmax(axis=1)
    height = bottom - top + 1
    thick = np.clip(ones.sum(axis=(1, 2)) / np.maximum(height, 1), 1.5, 4)
    head, foot = _column(ones, top), _column(ones, bottom)
    lean = np.degrees(np.arctan2(height, head - foot))  # 90 is upright, below it leans right
    angle = np.radians(np.maximum(lean - rng.uniform(25, 60, n), 20))  # below the horizontal
    length = height * rng.uniform(0.25, 0.5, n)
    start = top + thick / 2
    flag = (start, head, start + length * np.sin(angle), head - length * np.cos(angle))
    reach = height * rng.uniform(0.15, 0.3, n) * (rng.random(n) < 1 / 3)
    floor = bottom - thick / 2
    base = (floor, foot - reach, floor, foot + reach)
    z = ones
    for stroke, there in ((flag, np.ones(n, bool)), (base, reach > 0)):
        drawn = np.clip(thick[:, None, None] / 2 + 0.5 - _distance(*stroke), 0, 1)
        z = np.maximum(z, drawn * there[:, None, None])
    return _centred(z).astype(np.float32)


def _column(x: np.ndarray, row: np.ndarray) -> np.ndarray:
    """Where the ink of one row of each picture lies, (N,)."""
    line = x[np.arange(len(x)), row]
    where: np.ndarray = (line * np.arange(28)).sum(axis=1) / np.maximum(line.sum(axis=1), 1e-6)
    return where


def _distance(*ends: np.ndarray) -> np.ndarray:
    """From each pixel to a stretch from (y0, x0) to (y1, x1), one for each picture: (N, 28, 28)."""
    y, x = np.ogrid[:28, :28]
    y0, x0, y1, x1 = (end[:, None, None] for end in ends)
    dy, dx = y1 - y0, x1 - x0
    along = ((y - y0) * dy + (x - x0) * dx) / np.maximum(dy * dy + dx * dx, 1e-6)
    along = np.clip(along, 0, 1)
    distance: np.ndarray = np.hypot(y - y0 - along * dy, x - x0 - along * dx)
    return distance


def _centred(x: np.ndarray) -> np.ndarray:
    """Each picture moved by whole pixels until its centre of mass is in the middle."""
    mass = x.sum(axis=(1, 2))
    places = np.arange(28) - 13.5
    z = np.empty_like(x)
    for i, picture in enumerate(x):
        down = round(float((picture.sum(axis=1) * places).sum() / mass[i]))
        right = round(float((picture.sum(axis=0) * places).sum() / mass[i]))
        z[i] = np.roll(picture, (-down, -right), axis=(0, 1))
    return z
