"""Lines of any thickness brought to one: measured, then grown or peeled."""

from __future__ import annotations

import math

import numpy as np

__all__ = ["grow", "peel", "width"]


def width(x: np.ndarray) -> float:
    """The mean thickness, in pixels, of the lines in x (H, W) with values from 0 to 1.

    A line of length l and thickness w covers the area w·l, and has two edges of length l; the sum
    of the slopes |∇x| measures the edges, soft ones too: w = 2 · area/edges.
    """
    padded = np.pad(x, 1)
    down = padded[1:, :-1] - padded[:-1, :-1]
    right = padded[:-1, 1:] - padded[:-1, :-1]
    edges = float(np.sqrt(down * down + right * right).sum())
    return 2 * float(x.sum()) / max(edges, 1e-6)


def grow(x: np.ndarray, by: float) -> np.ndarray:
    """The largest value within a circle of radius `by` around each pixel of x (H, W).

    A circle with a broken radius lies between those of the whole ones below and above.
    """
    whole = math.floor(by)
    inner = _disc(x, whole)
    share = by - whole
    return inner if share < 0.01 else (1 - share) * inner + share * _disc(x, whole + 1)


def _disc(x: np.ndarray, radius: int) -> np.ndarray:
    """The largest value in a disc: for each row of it, in a stretch to both sides."""
    if not radius:
        return x
    h = x.shape[0]
    z = x.copy()
    stretches = _stretches(x, radius)
    for dy in range(-radius, radius + 1):
        reach = round(math.sqrt((radius + 0.3) ** 2 - dy * dy))
        rows = stretches[min(reach, radius)]
        to, of = slice(max(0, -dy), h - max(0, dy)), slice(max(0, dy), h - max(0, -dy))
        np.maximum(z[to], rows[of], out=z[to])
    return z


def _stretches(x: np.ndarray, radius: int) -> list[np.ndarray]:
    """The largest value up to 0, 1, …, `radius` pixels to the left and to the right."""
    found = [x]
    for step in range(1, radius + 1):
        z = found[-1].copy()
        np.maximum(z[:, step:], x[:, :-step], out=z[:, step:])
        np.maximum(z[:, :-step], x[:, step:], out=z[:, :-step])
        found.append(z)
    return found


def peel(ink: np.ndarray, layers: int) -> np.ndarray:
    """`layers` pixels taken off every edge of the lines in `ink` (H, W), True where there is ink.

    No line is broken and no loop opened: what is down to a line of single pixels stays, however
    many layers are still to go. Each layer goes in two halves, from the south-east and from the
    north-west, by the rule of T. Y. Zhang and C. Y. Suen, "A fast parallel algorithm for thinning
    digital patterns", Communications of the ACM 27 (1984).
    """
    z = np.pad(ink, 1)
    for _ in range(layers):
        for half in (0, 1):
            z[1:-1, 1:-1] &= ~_loose(z, half)
    return z[1:-1, 1:-1]


def _loose(z: np.ndarray, half: int) -> np.ndarray:
    """Edge pixels whose removal breaks nothing, in a picture with a border of one pixel."""
    n, ne, e, se = z[:-2, 1:-1], z[:-2, 2:], z[1:-1, 2:], z[2:, 2:]
    s, sw, w, nw = z[2:, 1:-1], z[2:, :-2], z[1:-1, :-2], z[:-2, :-2]
    around = (n, ne, e, se, s, sw, w, nw)
    count = sum(p.astype(np.int8) for p in around)
    starts = sum((~p & q).astype(np.int8) for p, q in zip(around, (*around[1:], n), strict=True))
    free = ~(n & e & s) & ~(e & s & w) if half == 0 else ~(n & e & w) & ~(n & s & w)
    loose: np.ndarray = z[1:-1, 1:-1] & (count >= 2) & (count <= 6) & (starts == 1) & free
    return loose
