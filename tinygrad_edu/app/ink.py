"""Where a picture holds ink: whatever the colours, the light on the paper and the side of contrast.

shades     one number for each pixel, from colours and transparency
ground     what each pixel would be without ink: a smooth surface, for light is uneven
ink        how far a pixel lies from the ground, on the side where the ink is; 0 to 1
"""

from __future__ import annotations

import numpy as np

from ..errors import DTypeError, NoInk, ShapeError
from .resampling import shrink

__all__ = ["ink", "shades"]

_LARGEST = 1600  # pixels on the longer side; a larger picture is shrunk first
_FAINTEST = 0.06  # of the way from black to white: less is no ink, but a stain of the paper


def ink(image: np.ndarray) -> np.ndarray:
    """How much ink lies on each pixel, from 0 to 1: (H, W), (H, W, 3) or (H, W, 4) → (h, w).

    The picture may be dark on light or light on dark. Raises `NoInk` where nothing stands out from
    the ground, `ShapeError` and `DTypeError` for what is no picture.
    """
    x = shades(image)
    ground = _ground(x)
    away = x - ground
    small = shrink(away, 64)
    if (small.astype(np.float64) ** 3).sum() < 0:  # the few pixels that lie far off are the ink
        away = -away / np.maximum(ground, 0.25)  # paper in the shade: its ink is fainter, too
    return _from_0_to_1(away)


def shades(image: np.ndarray) -> np.ndarray:
    """The picture as float32 from 0 to 1, (h, w): of colours, the channel that varies most.

    Red ink on white paper shows in the green and the blue channel, chalk in all. What is
    transparent is laid on white, or, where the visible part is light, on black.
    """
    x = np.asarray(image)
    if x.dtype == bool:
        x = x.astype(np.float32)
    if x.dtype.kind not in "uif":
        raise DTypeError(f"prepare: the picture holds {x.dtype}, but numbers were expected.")
    if x.ndim not in (2, 3) or (x.ndim == 3 and x.shape[2] not in (1, 2, 3, 4)) or 0 in x.shape:
        raise ShapeError(
            f"prepare: received an array {x.shape}, but a picture is (H, W), (H, W, 3) or "
            "(H, W, 4)."
        )
    white = float(np.iinfo(x.dtype).max) if x.dtype.kind in "ui" else max(1.0, _largest(x))
    x = shrink(x, _LARGEST).astype(np.float32) / np.float32(white)
    x = np.clip(np.nan_to_num(x), 0, 1)
    if x.ndim == 2:
        picture: np.ndarray = x
        return picture
    if x.shape[2] in (2, 4):
        x = _opaque(x[..., :-1], x[..., -1:])
    spread = x.reshape(-1, x.shape[2]).std(axis=0)
    return x[..., int(spread.argmax())]


def _largest(x: np.ndarray) -> float:
    """The largest finite number: floats that go up to 255 are bytes in disguise."""
    return float(np.max(x, initial=0, where=np.isfinite(x)))


def _opaque(colours: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    visible = float(alpha.sum())
    if alpha.min() > 0.99 or not visible:
        return colours
    light = float((colours.mean(axis=2, keepdims=True) * alpha).sum()) / visible
    over: np.ndarray = colours * alpha + (1 - alpha) * (0.0 if light > 0.5 else 1.0)
    return over


def _ground(x: np.ndarray) -> np.ndarray:
    """The colour that half of the pixels have; or else a surface, for the light was uneven.

    The surface a + bu + cv + du² + euv + fv² lies closest to the picture, seen from afar:
    closest in absolute distance, which half of the pixels may lie away from without moving it:
    the ink is the smaller part. Each round weighs a pixel by 1/distance (iteratively reweighted
    least squares).
    """
    common = np.median(x)
    if np.mean(np.abs(x - common) < 0.02) > 0.5:
        return np.full_like(x, common)
    small = shrink(x, 64).astype(np.float64)
    z, surface = small.ravel(), _polynomial(*small.shape)
    weight = np.ones(len(z))
    for _ in range(12):
        left = surface.T * weight
        at = np.linalg.lstsq(left @ surface, left @ z, rcond=None)[0]
        weight = 1 / np.maximum(np.abs(z - surface @ at), 1e-3)
    surface_there: np.ndarray = (_polynomial(*x.shape) @ at).astype(np.float32).reshape(x.shape)
    return surface_there


def _polynomial(h: int, w: int) -> np.ndarray:
    v, u = np.meshgrid(
        (np.arange(h) + 0.5) / h - 0.5, (np.arange(w) + 0.5) / w - 0.5, indexing="ij"
    )
    return np.stack([np.ones_like(u), u, v, u * u, u * v, v * v], axis=-1).reshape(-1, 6)


def _from_0_to_1(away: np.ndarray) -> np.ndarray:
    """The distance from the ground as a share of what full ink has, without the ground's noise."""
    noise = 1.48 * float(np.median(np.abs(shrink(away, 400) if away.size > 1e6 else away)))
    floor = max(_FAINTEST, 4 * noise)
    strong = away[away > floor]
    if strong.size < 3:
        raise NoInk(
            "prepare: nothing stands out from the ground, so there is no digit to see. Draw "
            "something, or take a picture with more contrast."
        )
    full = float((strong**2).sum() / strong.sum())
    low = max(floor, 0.2 * full)
    high = max(0.8 * full, low + 0.01)
    return np.clip((away - low) / (high - low), 0, 1)
