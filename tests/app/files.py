"""Picture files that the tests make: good ones, and one that claims too much."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import Any

import numpy as np
import pytest

pytest.importorskip("PIL", reason="needs the extra [app]")

from PIL import Image


def seven(size: int = 280, thick: int = 14) -> np.ndarray:
    """A seven, dark on light: (size, size) bytes."""
    y, x = np.mgrid[:size, :size] / size
    bar = (abs(y - 0.22) < thick / size / 2) & (x > 0.28) & (x < 0.7)
    leg = (abs((x - 0.7) + (y - 0.22) * 0.42) < thick / size / 2) & (y > 0.22) & (y < 0.85)
    return np.uint8(255 - 255 * (bar | leg))


def file_of(picture: np.ndarray, kind: str = "PNG", **options: Any) -> bytes:
    file = BytesIO()
    Image.fromarray(picture).save(file, kind, **options)
    return file.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that claims any number of pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    packed = zlib.compress(bytes(min(width, 20_000) * 100), 9)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    )
