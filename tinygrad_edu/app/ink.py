"""Where a picture holds ink: whatever the colours, the light on the paper and the side of contrast.

shades     one number for each pixel, from colours and transparency
ink        how far a pixel lies from the ground, on the side where the ink is; 0 to 1

Two kinds of picture are told apart. A drawing has one ground of one colour. A photo has a ground
that must be found first (`ground`), and on it, beside the ink, noise and the lines of the paper.
"""

from __future__ import annotations

import numpy as np

from ..errors import DTypeError, NoInk, ShapeError
from .ground import blurred, ground, ink_is_dark
from .resampling import shrink

__all__ = ["ink", "shades"]

_LARGEST = 1600  # pixels on the longer side; a larger picture is shrunk first
_PHOTO = 640  # of a photo so many are looked at: its lines are no hairs, and its noise is averaged
_FAINTEST = 0.06  # of the way from black to white: less is no ink, but a stain of the paper


def ink(image: np.ndarray) -> np.ndarray:
    """How much ink lies on each pixel, from 0 to 1: (H, W), (H, W, 3) or (H, W, 4) → (h, w).

    The picture may be dark on light or light on dark. Raises `NoInk` where nothing stands out from
    the ground, `ShapeError` and `DTypeError` for what is no picture.
    """
    x = shades(image)
    common = np.float32(np.median(_thinned(x)))
    away = x - common
    return _of_a_drawing(away) if _is_a_drawing(away) else _of_a_photo(x)


def _is_a_drawing(away: np.ndarray) -> bool:
    """Whether half of the picture has the ground's colour, and nearly all of its frame."""
    frame = np.concatenate([away[0], away[-1], away[:, 0], away[:, -1]])
    alike = [float(np.mean(np.abs(part) < 0.02)) for part in (_thinned(away), frame)]
    return alike[0] > 0.5 and alike[1] > 0.95


def _of_a_drawing(away: np.ndarray) -> np.ndarray:
    """From the distance to the ground's one colour: what lies far off is ink, on either side."""
    small = shrink(away, 64)
    if (small * small * small).sum() < 0:  # the few pixels that lie far off are the ink
        away = -away
    floor = max(_FAINTEST, 4 * _noise(away))
    strong = _strong(away, floor)
    full = float((strong * strong).sum() / strong.sum())
    return _from_0_to_1(away, max(floor, 0.2 * full), 0.8 * full)


def _of_a_photo(x: np.ndarray) -> np.ndarray:
    """From the distance to a ground that light and paper make uneven.

    The paper's printed lines are fainter and thinner than the pen's: the threshold between the two
    kinds of ink parts them, and lies halfway up the pen's edges where there is one kind only.
    """
    x = blurred(shrink(x, _PHOTO))
    dark = ink_is_dark(x)
    x = np.rint(255 * (x if dark else 1 - x)).astype(np.uint8)  # compared four times as fast
    paper = ground(x)
    away = paper.astype(np.float32) - x
    away /= np.maximum(paper, 64) if dark else 255  # in the shade the ink is fainter, too
    away -= np.median(_thinned(away))  # the closing lies on the upper edge of the noise
    floor = max(_FAINTEST, 4 * _noise(away))
    strong = _strong(away, floor)
    between = _threshold(strong)
    return _from_0_to_1(
        away, max(floor, 0.75 * between), 0.8 * float(strong[strong > between].mean())
    )


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
    white = np.float32(np.iinfo(x.dtype).max if x.dtype.kind in "ui" else max(1.0, _largest(x)))
    x = shrink(x, _LARGEST)
    if x.ndim == 3:
        x = _one_channel(x, white)
    unit = x.astype(np.float32) / white
    shade: np.ndarray = np.clip(unit if x.dtype.kind in "ui" else np.nan_to_num(unit), 0, 1)
    return shade


def _largest(x: np.ndarray) -> float:
    """The largest finite number: floats that go up to 255 are bytes in disguise."""
    return float(np.max(x, initial=0, where=np.isfinite(x)))


def _one_channel(x: np.ndarray, white: np.float32) -> np.ndarray:
    """(h, w, channels) → (h, w): without transparency, and of the colours the most telling."""
    if x.shape[2] in (2, 4):
        x = _opaque(x[..., :-1], x[..., -1:], white)
    spread = np.nan_to_num(_thinned(x).astype(np.float32)).std(axis=(0, 1))
    channel: np.ndarray = x[..., int(spread.argmax())]
    return channel


def _opaque(colours: np.ndarray, alpha: np.ndarray, white: np.float32) -> np.ndarray:
    """The colours, in the same unit, with the transparent part laid on white or black."""
    if alpha.min() >= 0.99 * white or not alpha.any():
        return colours
    share = np.clip(np.nan_to_num(alpha.astype(np.float32) / white), 0, 1)
    x = np.nan_to_num(colours.astype(np.float32))
    visible = float(share.sum(dtype=np.float64))
    light = float((x.mean(axis=2, keepdims=True) * share).sum(dtype=np.float64)) / visible
    over: np.ndarray = x * share + (1 - share) * (0 if light > 0.5 * white else white)
    return over


def _thinned(x: np.ndarray) -> np.ndarray:
    """Some of the pixels, evenly spread: enough to tell a median or a deviation from."""
    down, right = (-(-side // 128) for side in x.shape[:2])
    return x[::down, ::right]


def _noise(away: np.ndarray) -> float:
    """The standard deviation of the ground, by the median: ink does not count."""
    return 1.48 * float(np.median(np.abs(_thinned(away))))


def _strong(away: np.ndarray, floor: float) -> np.ndarray:
    strong = away[away > floor]
    if strong.size < 3:
        raise NoInk(
            "prepare: nothing stands out from the ground, so there is no digit to see. Draw "
            "something, or take a picture with more contrast."
        )
    return strong


def _threshold(values: np.ndarray) -> float:
    """What parts the values best into two groups: their means lie farthest from each other.

    Reference: N. Otsu, "A threshold selection method from gray-level histograms", IEEE Transactions
    on Systems, Man, and Cybernetics 9 (1979).
    """
    counts, edges = np.histogram(values, bins=64)
    centres = (edges[:-1] + edges[1:]) / 2
    below, sums = counts.cumsum(), (counts * centres).cumsum()
    above = below[-1] - below
    means = sums / np.maximum(below, 1), (sums[-1] - sums) / np.maximum(above, 1)
    between = below * above * (means[1] - means[0]) ** 2
    return float(edges[1 + int(between.argmax())])


def _from_0_to_1(away: np.ndarray, low: float, high: float) -> np.ndarray:
    """The distance from the ground as a share: nothing up to `low`, full ink from `high` on."""
    away = away - np.float32(low)
    away *= np.float32(1 / max(high - low, 0.01))
    share: np.ndarray = np.clip(away, 0, 1, out=away)
    return share
