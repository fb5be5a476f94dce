"""Small arrays as text: what goes between the page and the server, and into the file of
corrections.
"""

from __future__ import annotations

import base64
import binascii

import numpy as np

from ..errors import DataError

__all__ = ["picture_of", "signed", "text_of"]


def text_of(x: np.ndarray) -> str:
    """A picture with values from 0 to 1 as base64 of its bytes, safe in an address."""
    return base64.urlsafe_b64encode(np.uint8(np.rint(255 * np.clip(x, 0, 1))).tobytes()).decode()


def signed(x: np.ndarray) -> str:
    """Numbers of both signs as base64 of signed bytes; the largest becomes ±127."""
    most = max(float(np.abs(x).max()), 1e-12)
    return base64.urlsafe_b64encode(np.int8(np.rint(127 * x / most)).tobytes()).decode()


def picture_of(text: object) -> np.ndarray:
    """The picture (28, 28) that `text_of` wrote; raises `DataError` for anything else."""
    try:
        if not isinstance(text, str) or len(text) > 2000:
            raise ValueError
        content = base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True)
        pixels = np.frombuffer(content, np.uint8).reshape(28, 28)
    except (ValueError, binascii.Error):
        raise DataError("a picture of 28×28 pixels was expected, as the page sends it.") from None
    return pixels.astype(np.float32) / np.float32(255)
