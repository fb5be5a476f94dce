"""Picture files as arrays, with bounds on what a file may cost before it is known to be harmless.

A file of a few kilobytes can claim a billion pixels. So its header is read first, and what is too
large is refused before a pixel is unpacked. A JPEG is unpacked at a fraction of its size where that
is enough, as its format allows. Of an animation the first frame is taken. SVG and HTML are no
pictures here: they are texts that a browser runs.
"""

from __future__ import annotations

import io
import os
import warnings
from typing import Any

import numpy as np

from ..errors import DataError, DataMissing
from ..extras import extra

__all__ = ["MOST_BYTES", "MOST_PIXELS", "NotAPicture", "TooLarge", "read_picture"]

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF", "PPM")
MOST_BYTES = 16_000_000
MOST_PIXELS = 40_000_000
ENOUGH = 1600  # pixels on the longer side; `prepare` looks no closer


class TooLarge(DataError):
    """A file with more bytes, or a picture with more pixels, than are read here."""


class NotAPicture(DataError):
    """A file that is no picture, or is damaged."""


def read_picture(file: str | os.PathLike[str] | bytes) -> np.ndarray:
    """The picture in a file, or in the bytes of one: (H, W), (H, W, 3) or (H, W, 4), bytes.

    It is turned upright as its camera noted, and shrunk to 1600 pixels where it is larger. Raises
    `TooLarge`, `NotAPicture`, and `DataMissing` where there is no such file: each is a `DataError`.
    """
    image_module = extra("PIL.Image", "reading pictures", "app")
    name, content = _content(file)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # on size, which is judged below; on odd metadata
            with image_module.open(io.BytesIO(content), formats=FORMATS) as image:
                return _pixels(image, name)
    except DataError:
        raise
    except image_module.DecompressionBombError:
        raise _too_many(name, "by what its header claims") from None
    # Pillow's readers raise whatever a damaged file leads them into.
    except Exception as error:
        raise NotAPicture(
            f"{name} cannot be read as a picture ({type(error).__name__}). It should be a whole "
            f"file in one of the formats {', '.join(FORMATS)}."
        ) from error


def _content(file: str | os.PathLike[str] | bytes) -> tuple[str, bytes]:
    if isinstance(file, bytes):
        name, content = "the file", file
    else:
        name, content = str(file), _bytes_of(file)
    if len(content) > MOST_BYTES:
        raise TooLarge(f"{name} has more than {MOST_BYTES // 1_000_000} MB. Send a smaller one.")
    return name, content


def _bytes_of(file: str | os.PathLike[str]) -> bytes:
    """The content of a file of the disk, up to one byte more than is allowed."""
    if os.path.exists(file) and not os.path.isfile(file):
        raise DataError(f"{file} is a folder or a device, but a picture's file was expected.")
    try:
        with open(file, "rb") as opened:
            return opened.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise DataMissing(f"{file}: there is no such file. Check the path.") from None
    except (OSError, ValueError) as error:  # no right to read it, a name that cannot be one …
        why = getattr(error, "strerror", None) or error
        raise DataError(f"{file} cannot be opened ({why}). Check the path.") from None


def _pixels(image: Any, name: str) -> np.ndarray:
    ops = extra("PIL.ImageOps", "reading pictures", "app")
    if image.width * image.height > 4 * MOST_PIXELS:
        raise _too_many(name, f"{image.width}×{image.height}")
    image.draft("RGB", (ENOUGH, ENOUGH))  # a JPEG: read it at 1/2, 1/4 or 1/8
    if image.width * image.height > MOST_PIXELS:
        raise _too_many(name, f"{image.width}×{image.height}")
    k = -(-max(image.size) // ENOUGH)
    if image.mode == "P" or "transparency" in image.info:
        image = image.convert("RGBA")
    elif image.mode in ("1", "CMYK", "YCbCr", "HSV", "LAB", "PA", "RGBX", "RGBa"):
        image = image.convert("L" if image.mode == "1" else "RGB")
    elif image.mode.startswith(("I", "F")):
        image = _deep(image)
    image = ops.exif_transpose(image)
    return np.asarray(image.reduce(k) if k > 1 else image)


def _deep(image: Any) -> Any:
    """Sixteen bits and more for each pixel, brought to eight by the range that they fill."""
    numbers = np.nan_to_num(np.asarray(image, np.float32))
    low, high = float(numbers.min()), float(numbers.max())
    grey = np.uint8(255 * (numbers - low) / max(high - low, 1e-6))
    return extra("PIL.Image", "reading pictures", "app").fromarray(grey)


def _too_many(name: str, found: str) -> TooLarge:
    return TooLarge(
        f"{name} has too many pixels ({found}); up to {MOST_PIXELS // 1_000_000} million are read. "
        "Send a smaller one."
    )
