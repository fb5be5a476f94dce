"""Files of arrays, read with suspicion and written whole or not at all.

A file from outside may be cut short, damaged, or made to harm. So nothing here runs code from a
file (no pickle), every length is checked against what the file says about itself before memory is
asked for, and whatever goes wrong becomes one `DataError` that names the file.
"""

from __future__ import annotations

import io
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path
from time import time
from typing import IO, Any, BinaryIO

import numpy as np

from ..errors import DataError, DataMissing

__all__ = ["LARGEST", "read_idx", "read_npz", "write_whole"]

LARGEST = 1 << 30
"""Bytes that one array may take: MNIST needs 47 million; a header that asks for more is a trap."""

_IDX_BYTES = 0x08  # the type code of unsigned bytes, the only one that the digit files use


def read_npz(path: Path, content: bytes | None = None) -> dict[str, np.ndarray]:
    """Every array of a NumPy archive (`.npz`), by name; `content` where its bytes are not a file
    yet.

    Raises `DataMissing` where there is no such file and `DataError` where it is not such an
    archive, is truncated or damaged, or holds Python objects instead of numbers.
    """
    import zipfile  # here, for most users of the library never read a file

    with _reading(path), path.open("rb") if content is None else io.BytesIO(content) as file:
        archive = zipfile.ZipFile(file)
        return {
            info.filename.removesuffix(".npy"): _npy(archive, info) for info in archive.infolist()
        }


def _npy(archive: Any, info: Any) -> np.ndarray:
    """One array of an archive, after a look at its header."""
    with archive.open(info) as entry:
        version = np.lib.format.read_magic(entry)
        read_header = (
            np.lib.format.read_array_header_1_0
            if version == (1, 0)
            else np.lib.format.read_array_header_2_0
        )
        shape, fortran, dtype = read_header(entry)
        if dtype.hasobject:
            raise ValueError(
                f"{info.filename} holds pickled Python objects, which could run any code, so they "
                "are never read"
            )
        count = _count(shape)
        buffer = _the_rest(entry, count * dtype.itemsize)
    array = np.frombuffer(buffer, dtype, count)
    return array.reshape(shape[::-1]).T if fortran else array.reshape(shape)


def read_idx(path: Path) -> np.ndarray:
    """The array of bytes in an IDX file (the format of the original MNIST), gzipped or not.

    The file is: two zero bytes, the code of the number type, the number of dimensions, each length
    as a big-endian 32-bit integer, then the numbers. Raises as `read_npz` does.
    """
    import gzip

    unpack: Any = gzip.open if path.suffix == ".gz" else open
    with _reading(path), unpack(path, "rb") as file:
        magic = _exactly(file, 4)
        if magic[:2] != b"\0\0" or magic[2] != _IDX_BYTES or not 1 <= magic[3] <= 4:
            start = bytes(magic).hex(" ")
            raise ValueError(f"it starts with {start}, not with 00 00 08 and a count")
        shape = np.frombuffer(_exactly(file, 4 * magic[3]), ">u4").tolist()
        return np.frombuffer(_the_rest(file, _count(shape)), np.uint8).reshape(shape)


def _count(shape: Any) -> int:
    """How many numbers an array of this shape has, refused where it is absurd."""
    count = 1
    for length in shape:
        count *= int(length)
    if not 0 <= count <= LARGEST:
        raise ValueError(f"its header announces an array of shape {tuple(shape)}, which cannot be")
    return count


def _exactly(file: IO[bytes], length: int) -> bytearray:
    """The next `length` bytes, asked for in pieces, so that a false length costs no memory."""
    if length > LARGEST:
        raise ValueError(f"its header announces {length} bytes, which cannot be")
    buffer = bytearray()
    while len(buffer) < length:
        piece = file.read(min(length - len(buffer), 1 << 24))
        if not piece:
            raise EOFError(f"it ends after {len(buffer)} of {length} bytes")
        buffer += piece
    return buffer


def _the_rest(file: IO[bytes], length: int) -> bytearray:
    """The last `length` bytes; only at the end do zip and gzip compare their checksums."""
    buffer = _exactly(file, length)
    if file.read(1):
        raise ValueError(f"more follows the {length} bytes that its header announces")
    return buffer


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Whatever goes wrong while `path` is read, as one error of the house."""
    import lzma
    import struct
    import zipfile
    import zlib

    damage = (
        *(EOFError, ValueError, KeyError, TypeError, RuntimeError, SyntaxError, OverflowError),
        *(MemoryError, OSError, struct.error, zlib.error, lzma.LZMAError, zipfile.BadZipFile),
    )  # each of these has been seen to come out of a damaged archive
    try:
        yield
    except FileNotFoundError:
        raise DataMissing(f"data: there is no file {path}. Check the path.") from None
    except PermissionError:
        raise DataError(f"data: {path} may not be read. Check its permissions.") from None
    except damage as error:
        detail = " ".join(str(error).split()) or type(error).__name__
        raise DataError(
            f"data: {path} cannot be used: {detail}. It is damaged, cut short or of another kind; "
            "get it again."
        ) from error


def write_whole(path: Path, write: Callable[[BinaryIO], Any]) -> None:
    """Let `write(file)` fill a file that appears at `path` complete, or not at all.

    The bytes go to a temporary file in the same folder, reach the disk, and only then take the
    name: renaming is a single step for the operating system. A program killed at any moment leaves
    the old file whole; its temporary file is removed by a later write. Missing folders are made.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    _sweep(path)
    # Not `tempfile`, whose files only their owner may read: a model is there to be shared.
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with temporary.open("xb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _sweep(path: Path) -> None:
    """Remove what writers of `path` left lying that were killed more than an hour ago."""
    for stray in path.parent.glob(f".{escape(path.name)}.*.part"):
        with suppress(OSError):  # another process may be at it too
            if time() - stray.stat().st_mtime > 3600:
                stray.unlink()
