"""Named arrays and a note about them, as the bytes of a safetensors file, and back again.

The format: a length (8 bytes), a header in JSON that says where each array lies, the arrays. It
also has room for texts; one of them, under `tinygrad_edu`, is our note, itself JSON. The note ends
with a checksum of everything, for a damaged weight looks like any other weight.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from ..data.storage import write_whole
from ..errors import DataError, DataMissing, InputTypeError, SaveError, StateError
from ..extras import extra

__all__ = [
    "Note",
    "decode",
    "encode",
    "read_file",
    "read_safetensors",
    "refusing",
    "write_file",
]

Note = dict[str, Any]
"""What stands in the header beside the arrays: anything that JSON can hold, by name."""

_ENTRY, _SUM = "tinygrad_edu", "crc32"
_LONGEST_HEADER = 100_000_000  # bytes; the format's own limit

_TYPES = {
    **{f"F{8 * n}": f"<f{n}" for n in (2, 4, 8)},
    **{f"I{8 * n}": f"<i{n}" for n in (1, 2, 4, 8)},
    **{f"U{8 * n}": f"<u{n}" for n in (1, 2, 4, 8)},
    "BOOL": "?",
}
_WRITABLE = {np.dtype(code).name for code in _TYPES.values()}


def encode(arrays: Mapping[str, np.ndarray], note: Mapping[str, Any]) -> bytes:
    """The bytes of a file that holds `arrays` and `note`; equal contents give equal bytes.

    Raises `InputTypeError` for numbers that the format does not know, such as complex ones.
    """
    safetensors = extra("safetensors.numpy", "saving", "save")
    for name, array in arrays.items():
        if array.dtype.name not in _WRITABLE:
            raise InputTypeError(
                f"save: {name} holds {array.dtype}, which a safetensors file has no place for. "
                f"Convert it to one of {', '.join(sorted(_WRITABLE))}."
            )
    # Not `ascontiguousarray`, which makes a vector of a single number.
    rows = {name: np.asarray(array, order="C") for name, array in arrays.items()}
    text = json.dumps({**note, _SUM: _checksum(rows, note)})
    # A single entry: the library writes several in an order that changes from run to run.
    content: bytes = safetensors.save(rows, {_ENTRY: text})
    return content


def decode(content: bytes) -> tuple[dict[str, np.ndarray], Note | None]:
    """The arrays of a file and its note, or None where the file was not written here.

    Raises whatever is wrong as it comes; `refusing` turns it into one error of the house.
    """
    _check_start(content[:8], len(content))
    safetensors = extra("safetensors", "loading", "save")
    views = safetensors.deserialize(content)  # compares every place and length
    arrays = {name: _array(name, view) for name, view in views}
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    text = header.get("__metadata__", {}).get(_ENTRY)
    if text is None:
        return arrays, None
    note = json.loads(text)
    if not isinstance(note, dict):
        raise ValueError("the note in its header is not a table")
    expected = note.pop(_SUM, None)
    if expected != _checksum(arrays, note):
        raise ValueError("its contents do not give the checksum in its header, so it was changed")
    return arrays, note


def _array(name: str, view: dict[str, Any]) -> np.ndarray:
    """One array; its memory is its own, and may be written to."""
    kind, data, shape = view["dtype"], view["data"], view["shape"]
    if kind == "BF16":  # the upper half of a float32
        bits = np.frombuffer(data, "<u2").astype(np.uint32) << 16
        return bits.view(np.float32).reshape(shape)
    if kind not in _TYPES:
        raise ValueError(f"{name} has the number type {kind}, which NumPy does not have")
    flat = np.frombuffer(data, np.uint8 if kind == "BOOL" else _TYPES[kind])
    flat = flat != 0 if kind == "BOOL" else flat.astype(flat.dtype.newbyteorder("="), copy=False)
    return flat.reshape(shape)


def _checksum(arrays: Mapping[str, np.ndarray], note: Mapping[str, Any]) -> int:
    """CRC-32 of the note and of every array with its name, type and shape."""
    crc = zlib.crc32(json.dumps(note).encode())
    for name, array in sorted(arrays.items()):
        crc = zlib.crc32(f"{name} {array.dtype.name} {array.shape}".encode(), crc)
        crc = zlib.crc32(array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes(), crc)
    return crc


# -- the file itself


def write_file(path: str | os.PathLike[str], content: bytes, asked: str) -> None:
    """Let `content` appear at `path` whole or not at all; `asked` is what the user called.

    Raises `SaveError` (an `OSError`) where the folder or the disk refuses; an older file at `path`
    is then as it was.
    """
    try:
        write_whole(Path(path), lambda file: file.write(content))
    except OSError as error:
        refusal = SaveError(
            f"{asked}: {path} could not be written ({error.strerror or error}). Nothing there was "
            "changed. Is there room, and may this user write to the folder?"
        )
        refusal.errno = error.errno
        raise refusal from error


def read_file(path: str | os.PathLike[str], check: Callable[[bytes, int], None]) -> bytes:
    """The whole file, after `check(its first 8 bytes, its size)` found no reason against it."""
    with open(path, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        check(file.read(8), size)
        file.seek(0)
        return file.read(size)


def read_safetensors(path: str | os.PathLike[str]) -> tuple[dict[str, np.ndarray], Note | None]:
    """The arrays and the note of the file at `path`; raises as `decode` does."""
    return decode(read_file(path, _check_start))


def _check_start(start: bytes, size: int) -> None:
    """Refuse what cannot be a safetensors file before it is read."""
    length = int.from_bytes(start, "little")
    if len(start) == 8 and length <= min(size - 8, _LONGEST_HEADER):
        return
    if start[:4] == b"PK\x03\x04" or start[:1] == b"\x80":
        raise ValueError(
            "it is a pickle, as PyTorch's torch.save writes it, and reading it could run any code. "
            "In PyTorch, write it with safetensors.torch.save_file(model.state_dict(), path)"
        )
    raise ValueError(
        f"it has {size} bytes, and its start announces a header of {length}: it is no safetensors "
        "file, or was cut short"
    )


@contextmanager
def refusing(asked: str, source: Any) -> Iterator[None]:
    """Whatever is wrong with the file `source`, as one error of the house.

    Raises `DataMissing` where there is no such file, `DataError` where it cannot be used.
    """
    if not (isinstance(source, str | os.PathLike) or hasattr(source, "read")):
        raise InputTypeError(
            f"{asked}: received {source!r:.40} of type {type(source).__name__}, but a path or an "
            "open file was expected. Write the path in quotes."
        )
    if isinstance(source, str | os.PathLike) and not Path(source).is_file():
        raise DataMissing(f"{asked}: there is no file {source}. Check the path.")
    try:
        yield
    except _damage() as error:
        detail = " ".join(str(error).split()) or type(error).__name__
        raise DataError(
            f"{asked}: {source} cannot be used: {detail}. It is damaged, cut short or of another "
            "kind."
        ) from error


def _damage() -> tuple[type[Exception], ...]:
    """Each of these has been seen to come out of a damaged file."""
    found: tuple[type[Exception], ...] = (ValueError, LookupError, TypeError, RecursionError)
    found += (AttributeError, ArithmeticError, OSError, MemoryError, StateError)
    try:
        from safetensors import SafetensorError
    except ImportError:
        return found
    return (*found, SafetensorError)
