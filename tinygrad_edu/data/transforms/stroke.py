"""Lines made thicker and thinner: grey pictures under dilation and erosion.

Both look at a pixel and its four neighbours. Dilation takes the largest, so light lines on dark
ground grow by a pixel on each side; erosion takes the smallest, and they shrink. Reference: Serra,
"Image Analysis and Mathematical Morphology", Academic Press (1982).
"""

from __future__ import annotations

import numpy as np

from ...errors import ArgumentError
from ...random import Generator, default_generator
from .shapes import Batch, as_pictures

__all__ = ["dilate", "erode", "thickness"]


def dilate(x: Batch) -> Batch:
    """Each pixel of x (N, H, W) or (N, C, H, W) replaced by the largest of it and its four
    neighbours.
    """
    pictures, restore = as_pictures("dilate", x)
    return restore(_spread(pictures, np.maximum))


def erode(x: Batch) -> Batch:
    """Each pixel of x (N, H, W) or (N, C, H, W) replaced by the smallest of it and its four
    neighbours; beyond the edge there are none.
    """
    pictures, restore = as_pictures("erode", x)
    return restore(_spread(pictures, np.minimum))


def thickness(x: Batch, amount: float = 0.7, *, generator: Generator | None = None) -> Batch:
    """The lines of each picture made thicker or thinner by a random share of a pixel.

    The share a is drawn from −amount to amount: a picture becomes (1 − |a|) · x + |a| · y, with y
    the dilated picture for a > 0 and the eroded one for a < 0. Thin lines fade when they are
    eroded, so an amount below 1 is advised. Raises `ArgumentError` outside of 0 to 1.
    """
    if not 0 <= amount <= 1:
        raise ArgumentError(
            f"thickness: amount={amount!r}, but a share from 0 to 1 was expected: 0 leaves a "
            "picture as it is, 1 reaches the fully dilated and eroded ones."
        )
    pictures, restore = as_pictures("thickness", x)
    rng = (generator or default_generator).numpy
    share = rng.uniform(-amount, amount, len(pictures)).astype(pictures.dtype)
    thicker = share > 0
    z = np.empty_like(pictures)
    z[thicker] = _spread(pictures[thicker], np.maximum)
    z[~thicker] = _spread(pictures[~thicker], np.minimum)
    z -= pictures
    z *= np.abs(share)[:, None, None, None]
    z += pictures
    return restore(z)


def _spread(x: np.ndarray, choose: np.ufunc) -> np.ndarray:
    """`choose` over each pixel and its four neighbours, on pictures (N, C, H, W)."""
    z = x.copy()
    for here, there in (
        (np.s_[..., 1:, :], np.s_[..., :-1, :]),
        (np.s_[..., :, 1:], np.s_[..., :, :-1]),
    ):
        choose(z[here], x[there], out=z[here])
        choose(z[there], x[here], out=z[there])
    return z
