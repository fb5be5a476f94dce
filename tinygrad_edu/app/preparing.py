"""A drawing as the network knows digits: as MNIST's authors prepared theirs."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import NoInk
from .blots import without_blots
from .ink import ink
from .resampling import resample
from .stroke import grow, peel, width

__all__ = ["prepare"]

FINE = 4
"""Lines are grown and peeled on a grid this many times finer than the 28×28 pixels."""

BOX, SIDE = 20 * FINE, 28 * FINE

THIN, THICK = 1.9 * FINE, 3.2 * FINE
"""Lines between these are left as they are; of MNIST's, nine in ten are."""


def prepare(image: Any) -> np.ndarray:
    """The digit in `image` as a picture of MNIST's kind: (28, 28), float32, 0 to 1, light on dark.

        x = prepare(np.asarray(PIL.Image.open("seven.png")))
        scores = model(te.tensor(x.reshape(1, 784)))

    `image` is an array (H, W), (H, W, 3) or (H, W, 4) of bytes, or of floats from 0 to 1, of any
    size: a drawing, a scan, a photo of paper. Step by step:

    1. The ink is found: what lies away from the ground, whether it is darker or lighter. In a photo
       the ground follows light and shade, and the paper's printed lines are told from the pen's.
       Blots are dropped.
    2. The ink's box is scaled into 20×20, keeping its aspect; a pixel is the mean over its area.
    3. Lines far thinner or thicker than MNIST's are grown or peeled to their thickness.
    4. The centre of mass goes to the centre of 28×28.

    Raises `NoInk` where there is nothing to see, `ShapeError` and `DTypeError` where `image` is no
    picture. Reference: Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten
    digits" (1998), for steps 2 and 4.
    """
    fine = _scaled(_box(without_blots(ink(image))))
    pixels = _centred(fine).reshape(28, FINE, 28, FINE).mean(axis=(1, 3))
    prepared: np.ndarray = pixels.astype(np.float32)
    return prepared


def _box(x: np.ndarray) -> np.ndarray:
    """The smallest part of x that holds all the ink."""
    rows, columns = (x.max(axis=axis) > 0.4 for axis in (1, 0))
    if not rows.any():
        raise NoInk("prepare: the ink is too faint to be a digit. Draw something.")
    (top, bottom), (left, right) = (_ends(np.flatnonzero(side)) for side in (rows, columns))
    return x[top : bottom + 1, left : right + 1]


def _ends(places: np.ndarray) -> tuple[int, int]:
    return int(places[0]), int(places[-1])


def _scaled(x: np.ndarray) -> np.ndarray:
    """The ink on the fine grid, its longer side as long as the box, its lines of a fit thickness.

    Growing and peeling change the outline, but not the way that the pen's centre took. It is this
    way, as long as the side less one thickness, that is scaled, so that the result fills the box.
    """
    side, thick = max(x.shape), width(x)
    thick = min(thick, 0.9 * side)
    natural = BOX / side * thick  # what the lines would have without further ado
    target = float(np.clip(natural, THIN, THICK))
    scale = (BOX - target) / max(side - thick, 0.05 * side)
    scale = min(scale, (BOX - target) / 2)
    margin = FINE * 2
    shape = tuple(round(length * scale) + 2 * margin for length in x.shape)
    z = resample(x, -margin / scale, -margin / scale, scale, shape)
    z = _full(z)
    change = (target - width(z)) / 2
    if change > 0.25:
        return grow(np.pad(z, BOX // 8), change)
    if change < -0.75:
        layers = round(-change) + 2
        return grow(np.pad(peel(z > 0.5, layers), BOX // 8).astype(np.float32), 2)
    return z


def _full(z: np.ndarray) -> np.ndarray:
    """Lines thinner than a pixel were paled by the mean over its area: give them back their ink."""
    strong = z[z > 0.5 * z.max()]
    return np.minimum(z / max(float(strong.mean()), 1e-6), 1)


def _centred(z: np.ndarray) -> np.ndarray:
    """z in the middle of a square of 28·FINE pixels, by its mass; what sticks out goes."""
    total = float(z.sum())
    square = np.zeros((SIDE, SIDE), np.float32)
    places = []
    for axis, length in enumerate(z.shape):
        along = z.sum(axis=1 - axis)
        centre = float((along * (np.arange(length) + 0.5)).sum()) / total
        start = round(SIDE / 2 - centre)
        low, high = max(0, start), min(SIDE, start + length)
        places.append((slice(low, high), slice(low - start, high - start)))
    (to_y, of_y), (to_x, of_x) = places
    square[to_y, to_x] = z[of_y, of_x]
    return square
