"""Frames on a pipe: eight bytes of length, then JSON; arrays are base64 of their bytes.

Nothing that is read is executed: no pickle, no object arrays. What is no such frame is `Garbled`.
"""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np

__all__ = ["LARGEST", "Garbled", "decode", "encode"]

LARGEST = 64 << 20
"""Bytes that one frame may have."""

KINDS = {"f8", "f4", "i8", "c16", "b1"}


class Garbled(Exception):
    """Bytes that are no message."""


def encode(message: Any) -> bytes:
    """A message with its length in front; raises `Garbled` for what is no data, or too much."""
    try:
        text = json.dumps(pack(message)).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise Garbled(f"cannot be sent: {error}") from error
    if len(text) > LARGEST:
        raise Garbled(f"{len(text)} bytes are more than {LARGEST}")
    return len(text).to_bytes(8, "big") + text


def decode(text: bytes) -> Any:
    """The message in a frame (without its length)."""
    try:
        return unpack(json.loads(text))
    except (ValueError, TypeError, KeyError, RecursionError, MemoryError) as error:
        raise Garbled(f"cannot be read: {error}") from error


def pack(value: Any) -> Any:
    """NumPy's types as JSON's."""
    if isinstance(value, np.generic):
        value = np.asarray(value)
    if isinstance(value, np.ndarray):
        if value.nbytes > LARGEST // 2:  # said at once: to spell it out would take seconds
            raise ValueError(f"an array of {value.nbytes} bytes is too large")
        kind = {"f": "f8", "i": "i8", "u": "i8", "c": "c16", "b": "b1"}.get(value.dtype.kind, "")
        if value.dtype == np.float32:
            kind = "f4"
        if not kind:
            raise TypeError(f"an array of {value.dtype}")
        data = base64.b64encode(np.ascontiguousarray(value, kind).tobytes()).decode()
        return {"array": data, "kind": kind, "shape": list(value.shape)}
    if isinstance(value, dict):
        return {"dict": [[str(k), pack(v)] for k, v in value.items()]}
    if isinstance(value, list | tuple):
        return [pack(v) for v in value]
    if value is None or isinstance(value, str | bool | int | float):
        return value
    raise TypeError(f"a {type(value).__name__}")


def unpack(value: Any) -> Any:
    """The way back."""
    if isinstance(value, list):
        return [unpack(v) for v in value]
    if not isinstance(value, dict):
        return value
    if "dict" in value:
        return {str(k): unpack(v) for k, v in value["dict"]}
    if value["kind"] not in KINDS:
        raise ValueError("an unknown kind of number")
    shape = tuple(int(n) for n in value["shape"])
    array = np.frombuffer(base64.b64decode(value["array"], validate=True), value["kind"])
    return array.reshape(shape).copy()
