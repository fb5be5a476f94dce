"""Pictures bent in random ways, so that a network sees no picture twice.

Every picture is read anew at places that are shifted a little: z[i, j] = x[r(i, j), c(i, j)], with
r and c between the pixels, so x is interpolated. The affine maps move the places by a matrix, the
elastic ones by a smooth random field; `distort` does both and reads the picture only once, which
takes less time and blurs less.

Reference: Simard, Steinkraus, Platt, "Best practices for convolutional neural networks applied to
visual document analysis", ICDAR (2003).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...errors import ArgumentError
from ...random import Generator, default_generator
from .shapes import Batch, as_pictures

__all__ = ["affine", "distort", "elastic"]

_TOGETHER = 128
"""Pictures worked on at once: what they need fits into the processor's cache."""


def affine(
    x: Batch,
    degrees: float = 0.0,
    translate: float = 0.0,
    scale: Sequence[float] = (1.0, 1.0),
    shear: float = 0.0,
    *,
    generator: Generator | None = None,
) -> Batch:
    """Each picture of x (N, H, W) or (N, C, H, W) turned, moved, sized and slanted at random.

    degrees     turned about the middle by an angle from −degrees to degrees
    translate   moved by up to this part of the height and the width
    scale       made larger by a factor between these two
    shear       slanted by an angle from −shear to shear, in degrees

    What comes into view from outside is 0. Raises `ArgumentError` for a range that cannot be.
    """
    return distort(x, degrees, translate, scale, shear, alpha=0.0, generator=generator)


def elastic(
    x: Batch, alpha: float = 34.0, sigma: float = 4.0, *, generator: Generator | None = None
) -> Batch:
    """Each picture of x (N, H, W) or (N, C, H, W) bent, as the tremor of a hand bends a line.

    A field of numbers from −1 to 1, one for each pixel and direction, is smoothed by a Gaussian of
    width `sigma` and multiplied by `alpha`; the defaults are the paper's for pictures of 29 × 29.
    """
    return distort(x, alpha=alpha, sigma=sigma, generator=generator)


def distort(
    x: Batch,
    degrees: float = 0.0,
    translate: float = 0.0,
    scale: Sequence[float] = (1.0, 1.0),
    shear: float = 0.0,
    alpha: float = 34.0,
    sigma: float = 4.0,
    *,
    generator: Generator | None = None,
) -> Batch:
    """`affine` and `elastic` in one reading: x (N, H, W) or (N, C, H, W) → the same shape."""
    _check(degrees, translate, scale, shear, alpha, sigma)
    pictures, restore = as_pictures("distort", x)
    rng = (generator or default_generator).numpy
    n, channels, h, w = pictures.shape
    z = np.empty_like(pictures)
    for first in range(0, n if h and w else 0, _TOGETHER):
        part = slice(first, min(first + _TOGETHER, n))
        count = part.stop - first
        places = _affine_places(rng, (count, h, w), degrees, translate, scale, shear)
        if alpha:
            places += _smooth_field(rng, (count, h, w), alpha, sigma)
        for channel in range(channels):
            z[part, channel] = read_between(pictures[part, channel], *places)
    return restore(z)


def read_between(x: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """z[n, i, j] = x[n, rows[n, i, j], columns[n, i, j]], bilinear between pixels, 0 outside.

    x (N, H, W), rows and columns (N, H', W') → (N, H', W')
    """
    n, h, w = x.shape
    framed = np.zeros((n, h + 3, w + 3), x.dtype)  # a frame of zeros stands for all that is outside
    framed[:, 1:-2, 1:-2] = x
    down = np.clip(rows + 1, 0, h + 1)
    across = np.clip(columns + 1, 0, w + 1)
    i, j = down.astype(np.intp), across.astype(np.intp)
    down -= i  # what is left are the shares of the next pixel
    across -= j
    i *= w + 3
    i += j
    i += np.arange(0, framed.size, (h + 3) * (w + 3))[:, None, None]
    flat = framed.reshape(-1)
    corners = (flat[start:].take(i, mode="clip") for start in (0, 1, w + 3, w + 4))
    above = _between(next(corners), next(corners), across)
    below = _between(next(corners), next(corners), across)
    return _between(above, below, down)


def _between(a: np.ndarray, b: np.ndarray, share: np.ndarray) -> np.ndarray:
    """a + share · (b − a), written over b."""
    b -= a
    b *= share
    b += a
    return b


def _affine_places(
    rng: np.random.Generator,
    shape: tuple[int, int, int],
    degrees: float,
    translate: float,
    scale: Sequence[float],
    shear: float,
) -> np.ndarray:
    """Where each pixel of each picture comes from: rows and columns, (2, N, H, W) in float32.

    A picture's map is p → R S s p + t about its middle, with R a turn, S a slant and s a factor;
    the pixel at p comes from the place (R S s)⁻¹ (p − t).
    """
    n, h, w = shape
    turn = np.deg2rad(rng.uniform(-degrees, degrees, n))
    slant = np.tan(np.deg2rad(rng.uniform(-shear, shear, n)))
    factor = rng.uniform(scale[0], scale[1], n)
    move = rng.uniform(-translate, translate, (2, n)) * [[h], [w]]
    c, s = np.cos(turn) / factor, np.sin(turn) / factor
    inverse = np.array([[c, s], [-s - slant * c, c - slant * s]])  # S⁻¹ Rᵀ / s, (2, 2, N)
    middle = np.array([[(h - 1) / 2], [(w - 1) / 2]])
    start = middle - (inverse * (middle + move)).sum(1)  # where the pixel (0, 0) comes from, (2, N)
    down = inverse[:, 0, :, None] * np.arange(h) + start[:, :, None]  # (2, N, H)
    across = inverse[:, 1, :, None] * np.arange(w)  # (2, N, W)
    places: np.ndarray = down.astype(np.float32)[..., None] + across.astype(np.float32)[:, :, None]
    return places


def _smooth_field(
    rng: np.random.Generator, shape: tuple[int, int, int], alpha: float, sigma: float
) -> np.ndarray:
    """Random displacements that neighbours share: (2, N, H, W) in float32.

    Smoothing along one dimension is a product with a matrix, and the Gaussian of the plane is two
    of them, one after the other. In the order (H, 2 · N, W), both are single large products.
    """
    n, h, w = shape
    noise = rng.random((h, 2 * n * w), np.float32)
    noise -= 0.5
    noise *= 2 * alpha
    rows = gaussian(h, sigma) @ noise  # (H, H) @ (H, 2 · N · W)
    field: np.ndarray = rows.reshape(-1, w) @ gaussian(w, sigma)  # (H · 2 · N, W) @ (W, W)
    return field.reshape(h, 2, n, w).transpose(1, 2, 0, 3)


def gaussian(n: int, sigma: float) -> np.ndarray:
    """The symmetric matrix (n, n) that smooths n numbers, taking those outside as 0."""
    reach = np.arange(-4 * n - 64, 4 * n + 65)
    weights: np.ndarray = np.exp(
        -0.5 * (np.subtract.outer(np.arange(n), np.arange(n)) / sigma) ** 2
    )
    weights /= np.exp(-0.5 * (reach / sigma) ** 2).sum()
    return weights.astype(np.float32)


def _check(
    degrees: float,
    translate: float,
    scale: Sequence[float],
    shear: float,
    alpha: float,
    sigma: float,
) -> None:
    if len(scale) != 2 or not 0 < scale[0] <= scale[1]:
        raise ArgumentError(
            f"affine: scale={scale!r}, but a smallest and a largest factor were expected, such as "
            "(0.9, 1.1)."
        )
    limits = {"degrees": 180.0, "shear": 89.0, "translate": 1.0}
    given = {"degrees": degrees, "shear": shear, "translate": translate}
    for name, limit in limits.items():
        if not 0 <= given[name] <= limit:
            raise ArgumentError(
                f"affine: {name}={given[name]!r}, but it is drawn on both sides of 0, so a number "
                f"from 0 to {limit:g} was expected."
            )
    if not (alpha >= 0 and sigma > 0):
        raise ArgumentError(
            f"elastic: alpha={alpha!r} and sigma={sigma!r}, but a strength from 0 on and a width "
            "above 0 were expected."
        )
