"""Digits of the distribution's fonts: upright and slanted, with serifs and without, and by hand.

The packages are fonts-dejavu, fonts-liberation and, for the hands, fonts-comic-neue,
fonts-humor-sans and fonts-breip. Left out are the fonts for programmers, whose 0 has a stroke or a
dot in it: nobody draws it so, and MNIST has none.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
FAMILIES = (
    *("DejaVuSans", "DejaVuSerif", "LiberationSans", "LiberationSerif"),
    *("ComicNeue", "Humor-Sans", "Breip"),
)
WITHOUT = ("Mono", "Math")


@cache
def fonts() -> tuple[Path, ...]:
    """The files of the families that are installed."""
    found = [
        path
        for folder in FOLDERS
        for path in folder.rglob("*.[ot]tf")
        if path.name.startswith(FAMILIES) and not any(word in path.name for word in WITHOUT)
    ]
    return tuple(sorted(found))


def printed(digit: int, font: Path, height: int) -> np.ndarray:
    """The digit in that font, about `height` pixels tall: (H, W) from 0 to 1, no margin."""
    face = ImageFont.truetype(str(font), size=round(height * 1.35))
    left, top, right, bottom = (round(v) for v in face.getbbox(str(digit)))
    image = Image.new("L", (right - left + 4, bottom - top + 4))
    ImageDraw.Draw(image).text((2 - left, 2 - top), str(digit), fill=255, font=face)
    return np.asarray(image, np.float32) / 255
