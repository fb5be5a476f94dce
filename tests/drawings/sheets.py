"""A digit on a sheet, as people and their devices deliver it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from .fonts import fonts, printed
from .strokes import STYLES, written

THICKEST = 1 / 6
"""Of the digit's height. A thicker pen fills the loops: what it leaves is a blot to anybody."""


@dataclass(frozen=True)
class Drawing:
    """One picture (H, W), bytes, with what it shows and how it was made."""

    picture: np.ndarray
    digit: int
    how: str


def drawn(digit: int, rng: np.random.Generator) -> Drawing:
    """A digit by hand: any style, any pen."""
    style = int(rng.integers(len(STYLES[digit])))
    size = _size(rng)
    height = size * rng.uniform(0.35, 0.8)
    thick = math.exp(rng.uniform(0, math.log(min(40, height * THICKEST))))
    ways = tilted([way * height for way in written(digit, style, rng)], rng.uniform(-15, 15))
    at = _place(np.concatenate(ways), size, thick, rng)
    mask = inked([way + at for way in ways], size, thick)
    picture, light = _lit(mask, rng)
    return Drawing(
        picture, digit, f"style {style}, pen {thick:.0f} of {height:.0f}, {size}, {light}"
    )


def typed(digit: int, rng: np.random.Generator) -> Drawing:
    """A digit of any of the fonts."""
    font = fonts()[int(rng.integers(len(fonts())))]
    size = _size(rng)
    height = size * rng.uniform(0.35, 0.7)
    angle = rng.uniform(-15, 15)
    image = Image.fromarray(np.uint8(255 * printed(digit, font, round(height))))
    image = image.rotate(angle, Image.Resampling.BICUBIC, expand=True)
    free = [max(1, size - side) for side in image.size]
    sheet = Image.new("L", (size, size))
    sheet.paste(image, (int(rng.integers(free[0])), int(rng.integers(free[1]))))
    picture, light = _lit(np.asarray(sheet, np.float32) / 255, rng)
    return Drawing(picture, digit, f"{font.stem}, {height:.0f} of {size}, {light}")


def _size(rng: np.random.Generator) -> int:
    return round(math.exp(rng.uniform(math.log(200), math.log(1200))))


def tilted(ways: list[np.ndarray], degrees: float) -> list[np.ndarray]:
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return [way @ np.array([[c, s], [-s, c]]) for way in ways]


def _place(points: np.ndarray, size: int, thick: float, rng: np.random.Generator) -> np.ndarray:
    """Where the digit goes: anywhere that it fits."""
    low, high = points.min(axis=0) - thick, points.max(axis=0) + thick
    return rng.uniform(0, np.maximum(size - (high - low), 1)) - low


def inked(ways: list[np.ndarray], size: int, thick: float) -> np.ndarray:
    """The ink that a round pen leaves: drawn twice as large, so that edges come out soft."""
    image = Image.new("L", (2 * size, 2 * size))
    pen = ImageDraw.Draw(image)
    for way in ways:
        pen.line([tuple(2 * p) for p in way], fill=255, width=max(1, round(2 * thick)))
        for x, y in 2 * way:
            pen.ellipse([x - thick, y - thick, x + thick, y + thick], fill=255)
    return np.asarray(image.reduce(2), np.float32) / 255


def _lit(ink: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, str]:
    """Ink on a ground, dark on light or the reverse; half of the sheets are photographed."""
    ground, full = (0.95, 0.1) if rng.random() < 0.5 else (0.06, 0.92)
    x = ground + (full - ground) * ink
    how = "dark on light" if ground > full else "light on dark"
    if rng.random() < 0.5:
        v, u = np.mgrid[-1 : 1 : 1j * len(x), -1 : 1 : 1j * len(x)]
        a, b, c = [*rng.uniform(-0.15, 0.15, 2).tolist(), rng.uniform(0, 0.15)]
        x = x * (0.85 + a * u + b * v - c * (u * u + v * v) / 2)
        x = x + rng.normal(0, rng.uniform(0.005, 0.05), x.shape)
        how += ", photo"
    return np.uint8(255 * np.clip(x, 0, 1)), how


def drawings(count: int, seed: int, make: Any) -> Iterator[Drawing]:
    """`count` drawings, every digit as often as the others; one is made when it is asked for."""
    rng = np.random.default_rng(seed)
    return (make(i % 10, rng) for i in range(count))
