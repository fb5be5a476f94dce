"""Photos of paper with a digit on it, as a telephone takes them.

One kind for each thing that goes wrong with them: the light, its shadows, the paper, the pen, the
camera's noise, the table beside the paper; and one with nearly all of it.
"""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageFilter

from .sheets import Drawing, inked, tilted
from .strokes import STYLES, written

HEIGHT, WIDTH = 900, 1200
WHITE, YELLOW, TABLE = (0.97, 0.96, 0.94), (0.95, 0.88, 0.68), (0.35, 0.24, 0.16)
BLACK, BLUE, PENCIL = (0.15, 0.15, 0.17), (0.16, 0.22, 0.55), (0.55, 0.55, 0.56)
PRINT, MARGIN = (0.62, 0.72, 0.88), (0.9, 0.45, 0.45)

# kind: (light, paper, pen, lines on the paper, noise)
KINDS = {
    "even light": ("even", WHITE, BLACK, "", 0.015),
    "light from a side": ("slope", WHITE, BLACK, "", 0.015),
    "light of a lamp": ("lamp", WHITE, BLACK, "", 0.015),
    "a shadow's edge": ("shadow", WHITE, BLACK, "", 0.015),
    "a dark corner": ("corner", WHITE, BLACK, "", 0.015),
    "blue on yellow": ("slope", YELLOW, BLUE, "", 0.015),
    "pencil": ("slope", WHITE, PENCIL, "", 0.015),
    "noise": ("even", WHITE, BLACK, "", 0.08),
    "ruled paper": ("even", WHITE, BLACK, "ruled", 0.015),
    "squared paper": ("even", WHITE, BLACK, "squared", 0.015),
    "a table beside": ("even", WHITE, BLACK, "table", 0.015),
    "nearly all of it": ("lamp", YELLOW, BLUE, "squared", 0.03),
}


def photo(kind: str, digit: int, rng: np.random.Generator) -> Drawing:
    """A photo (900, 1200, 3), bytes, of one of the kinds."""
    light, paper, pen, lines, noise = KINDS[kind]
    ink = _written(digit, rng)[..., None]
    x = _paper(paper, lines, rng) * (1 - ink) + np.array(pen) * ink
    image = Image.fromarray(_bytes(x * _light(light, rng)[..., None]))
    soft = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.5, 1.5)))
    noisy = np.asarray(soft, np.float32) / 255 + rng.normal(0, noise, x.shape)
    return Drawing(_bytes(noisy), digit, kind)


def _bytes(x: np.ndarray) -> np.ndarray:
    return np.uint8(255 * np.clip(x, 0, 1))


def _written(digit: int, rng: np.random.Generator) -> np.ndarray:
    """The ink (H, W): any style, a quarter to half of the paper tall, anywhere on it."""
    height, thick = rng.uniform(220, 480), rng.uniform(5, 14)
    style = int(rng.integers(len(STYLES[digit])))
    ways = [way * height for way in written(digit, style, rng)]
    ways = tilted(ways, rng.uniform(-10, 10))
    points = np.concatenate(ways)
    low, high = points.min(axis=0) - thick, points.max(axis=0) + thick
    edge = 150  # the digit is on the paper, not on the table
    at = rng.uniform(edge, np.array([WIDTH, HEIGHT]) - edge / 2 - (high - low)) - low
    return inked([way + at for way in ways], WIDTH, thick)[:HEIGHT]


def _paper(colour: tuple[float, ...], lines: str, rng: np.random.Generator) -> np.ndarray:
    x = np.ones((HEIGHT, WIDTH, 3)) * colour
    step = int(rng.integers(45, 90))
    start = int(rng.integers(step))
    if lines in ("ruled", "squared"):
        for row in range(start, HEIGHT - 1, step):
            x[row : row + 2] = PRINT
    if lines == "squared":
        for column in range(start, WIDTH - 1, step):
            x[:, column : column + 2] = PRINT
    if lines == "ruled":
        x[:, 90:93] = MARGIN
    if lines == "table":
        x[:, :140] = x[:70] = TABLE
    return x


def _light(kind: str, rng: np.random.Generator) -> np.ndarray:
    """How bright it is on each pixel, (H, W)."""
    v, u = np.mgrid[-1 : 1 : 1j * HEIGHT, -1 : 1 : 1j * WIDTH]
    angle = rng.uniform(0, 2 * math.pi)
    along = math.cos(angle) * u + math.sin(angle) * v
    if kind == "slope":
        return 0.68 + 0.21 * along
    if kind == "lamp":
        a, b = rng.uniform(-0.6, 0.6, 2)
        return 0.35 + 0.6 * np.exp(-((u - a) ** 2 + (v - b) ** 2) / 0.8)
    if kind == "shadow":
        edge = along - rng.uniform(-0.4, 0.4)
        return 0.85 - 0.4 / (1 + np.exp(-edge / rng.uniform(0.01, 0.06)))
    if kind == "corner":
        a, b = rng.choice([-1, 1], 2)
        return 0.9 - 0.6 * np.exp(-((u - a) ** 2 + (v - b) ** 2) / 0.5)
    return np.full_like(u, 0.9)
