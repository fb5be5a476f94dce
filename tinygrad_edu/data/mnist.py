"""MNIST: 70000 handwritten digits of 28×28 pixels, from wherever they are.

The places, in this order; the first that is named decides, and nothing that a user named is passed
over:

    1. the `path` argument (`--data PATH` on the command line)
    2. the environment variable TINYGRAD_EDU_DATA
    3. the user's cache, filled by a download the first time

A path is a file in Keras's layout (`mnist.npz`), or a folder that holds it or the four original IDX
files (`train-images-idx3-ubyte.gz` and so on, gzipped or not).

Reference: Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, "Gradient-based learning applied to document
recognition", Proceedings of the IEEE 86 (1998).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ..errors import DataError, DataMissing
from .split import TrainTest, pictures
from .storage import read_idx, read_npz

__all__ = ["VARIABLE", "cache_folder", "mnist"]

VARIABLE = "TINYGRAD_EDU_DATA"
"""The environment variable that names the file or the folder."""

_NAMES = ("x_train", "y_train", "x_test", "y_test")
_IDX = {
    "x_train": "train-images",
    "y_train": "train-labels",
    "x_test": "t10k-images",
    "y_test": "t10k-labels",
}


def mnist(path: str | os.PathLike[str] | None = None, *, download: bool = True) -> TrainTest:
    """MNIST: `x_train (60000, 784), y_train (60000,), x_test (10000, 784), y_test (10000,)`.

    Pixels are divided by 255, so they lie between 0 and 1. Other sets in MNIST's layout
    (Fashion-MNIST, a part of MNIST) are read from a `path` too.

    Raises `DataMissing` (a `FileNotFoundError`) where there is no file and none can be downloaded,
    and `DataError` (a `ValueError`) where a file is damaged or holds something else.
    """
    place = path if path is not None else os.environ.get(VARIABLE)
    if place:
        asked = "mnist" if path is not None else f"mnist ({VARIABLE})"
        arrays, source = _read(Path(place).expanduser(), asked)
    else:
        source = cache_folder() / "mnist.npz"
        if not source.exists():
            _fetch(source, download)
        arrays = read_npz(source)
    _check(arrays, source)
    x_train, y_train, x_test, y_test = (arrays[name] for name in _NAMES)
    return pictures("mnist", (x_train, y_train), (x_test, y_test), white=255)


def cache_folder() -> Path:
    """Where this user's operating system wants files that can be made again."""
    home = Path.home()
    if sys.platform == "win32":
        root = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif sys.platform == "darwin":
        root = home / "Library" / "Caches"
    else:
        root = Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")
    return root / "tinygrad-edu"


def _read(place: Path, asked: str) -> tuple[dict[str, np.ndarray], Path]:
    """The four arrays from a file or a folder, and where they were found."""
    if place.is_file():
        return read_npz(place), place
    if not place.is_dir():
        raise DataMissing(
            f"{asked}: there is no file or folder {place}. Check the path; it should be mnist.npz, "
            "or the folder that holds it."
        )
    archive = place / "mnist.npz"
    if archive.is_file():
        return read_npz(archive), archive
    found = {name: file for name in _NAMES if (file := _idx_file(place, name))}
    if len(found) == len(_NAMES):
        return {name: read_idx(file) for name, file in found.items()}, place
    lacking = ", ".join(f"{_IDX[name]}-…-ubyte.gz" for name in _NAMES if name not in found)
    raise DataMissing(
        f"{asked}: the folder {place} holds no mnist.npz, and of the IDX files it lacks {lacking}. "
        "Put the file there, or name another folder."
    )


def _idx_file(folder: Path, name: str) -> Path | None:
    """The IDX file of one array, under either spelling that is about, gzipped or not."""
    kind = "idx3-ubyte" if name.startswith("x") else "idx1-ubyte"
    for joint in "-.":
        for suffix in (".gz", ""):
            file = folder / f"{_IDX[name]}{joint}{kind}{suffix}"
            if file.is_file():
                return file
    return None


def _fetch(target: Path, download: bool) -> None:
    """Fill the cache, or say how to do it by hand."""
    if not download:
        raise DataMissing(
            f"mnist: there is no {target}, and download=False. Put mnist.npz there, set "
            f"{VARIABLE}, or allow the download."
        )
    from .download import fetch_mnist

    fetch_mnist(target)


def _check(arrays: Mapping[str, np.ndarray], source: Path) -> None:
    """Refuse arrays that are not pictures of 28×28 bytes with one label from 0 to 9 each."""
    lacking = [name for name in _NAMES if name not in arrays]
    if lacking:
        raise DataError(
            f"mnist: {source} holds {', '.join(map(repr, arrays)) or 'nothing'}, but lacks "
            f"{', '.join(lacking)}. It should be an archive in Keras's layout."
        )
    for part in ("train", "test"):
        x, y = arrays[f"x_{part}"], arrays[f"y_{part}"]
        if x.shape[1:] != (28, 28) or x.dtype != np.uint8 or not len(x):
            raise DataError(
                f"mnist: x_{part} in {source} is {x.dtype} of shape {x.shape}, but pictures (N, "
                "28, 28) of uint8 were expected. Is it another data set?"
            )
        if y.shape != x.shape[:1] or y.dtype.kind not in "iu":
            raise DataError(
                f"mnist: y_{part} in {source} is {y.dtype} of shape {y.shape}, but {len(x)} whole "
                f"numbers ({len(x)},) were expected, one for each picture."
            )
        if y.min() < 0 or y.max() > 9:
            raise DataError(
                f"mnist: y_{part} in {source} goes from {y.min()} to {y.max()}, but labels are "
                "digits from 0 to 9. Is it another data set?"
            )
