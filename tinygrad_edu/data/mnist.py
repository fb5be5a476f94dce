"""MNIST and Fashion-MNIST: 70000 pictures of 28×28 pixels each, from wherever they are.

The places, in this order; the first that is named decides, and nothing that a user named is passed
over:

    1. the `path` argument (`--data PATH` on the command line)
    2. the environment variable TINYGRAD_EDU_DATA
    3. the user's cache, filled by a download the first time

A path is a file in Keras's layout (`mnist.npz`), or a folder that holds it or the four original IDX
files (`train-images-idx3-ubyte.gz` and so on, gzipped or not). For Fashion-MNIST the archive is
`fashion-mnist.npz`, and the IDX files, which have MNIST's names, lie in a folder `fashion-mnist` of
their own; a folder that holds them may also be named as the `path` itself.

References: Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, "Gradient-based learning applied to document
recognition", Proceedings of the IEEE 86 (1998). H. Xiao, K. Rasul, R. Vollgraf, "Fashion-MNIST: a
novel image dataset for benchmarking machine learning algorithms", arXiv:1708.07747 (2017).
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

__all__ = ["VARIABLE", "cache_folder", "fashion_mnist", "mnist"]

VARIABLE = "TINYGRAD_EDU_DATA"
"""The environment variable that names the file or the folder."""

_NAMES = ("x_train", "y_train", "x_test", "y_test")
_IDX = {
    "x_train": "train-images",
    "y_train": "train-labels",
    "x_test": "t10k-images",
    "y_test": "t10k-labels",
}


_FASHION = (
    *("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"),
    *("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
)


def mnist(path: str | os.PathLike[str] | None = None, *, download: bool = True) -> TrainTest:
    """MNIST: `x_train (60000, 784), y_train (60000,), x_test (10000, 784), y_test (10000,)`.

    Pixels are divided by 255, so they lie between 0 and 1. Other sets in MNIST's layout
    (Fashion-MNIST, a part of MNIST) are read from a `path` too.

    Raises `DataMissing` (a `FileNotFoundError`) where there is no file and none can be downloaded,
    and `DataError` (a `ValueError`) where a file is damaged or holds something else.
    """
    return _found("mnist", path, download)


def fashion_mnist(
    path: str | os.PathLike[str] | None = None, *, download: bool = True
) -> TrainTest:
    """Fashion-MNIST: ten kinds of clothing in MNIST's place, and harder to tell apart.

    The shapes, the scale and the errors are `mnist`'s; `class_names` holds "T-shirt/top" and so on.
    """
    return _found("fashion-mnist", path, download, _FASHION)


def _found(
    name: str,
    path: str | os.PathLike[str] | None,
    download: bool,
    class_names: tuple[str, ...] = (),
) -> TrainTest:
    """The set called `name`, from the first of the places that is named."""
    place = path if path is not None else os.environ.get(VARIABLE)
    if place:
        asked = name if path is not None else f"{name} ({VARIABLE})"
        arrays, source = _read(Path(place).expanduser(), name, asked, named=path is not None)
    else:
        source = cache_folder() / (f"{name}.npz" if name == "mnist" else name)
        if not source.exists():
            _fetch(source, name, download)
        arrays, _ = _read(source, name, name, named=True)
    _check(name, arrays, source)
    x_train, y_train, x_test, y_test = (arrays[key] for key in _NAMES)
    return pictures(name, (x_train, y_train), (x_test, y_test), white=255, class_names=class_names)


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


def _read(place: Path, name: str, asked: str, named: bool) -> tuple[dict[str, np.ndarray], Path]:
    """The four arrays from a file or a folder, and where they were found.

    A place that was `named` for this set holds nothing else. The variable may be there for another
    set, and files that look alike must not be taken for this one.
    """
    own = named or name == "mnist"
    if place.is_file() and (own or place.name == f"{name}.npz"):
        return read_npz(place), place
    if not place.is_dir():
        raise DataMissing(
            f"{asked}: there is no file or folder {place}. Check the path; it should be "
            f"{name}.npz, or the folder that holds it."
        )
    archive, within = place / f"{name}.npz", place / name
    if archive.is_file():
        return read_npz(archive), archive
    folder = within if within.is_dir() or not own else place
    found = {key: file for key in _NAMES if (file := _idx_file(folder, key))}
    if len(found) == len(_NAMES):
        return {key: read_idx(file) for key, file in found.items()}, folder
    lacking = ", ".join(f"{_IDX[key]}-…-ubyte.gz" for key in _NAMES if key not in found)
    raise DataMissing(
        f"{asked}: the folder {place} holds no {name}.npz, and of the IDX files "
        f"{'' if folder is place else f'in {folder.name}/ '}it lacks {lacking}. Put the file "
        "there, or name another folder."
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


def _fetch(target: Path, name: str, download: bool) -> None:
    """Fill the cache, or say how to do it by hand."""
    if not download:
        raise DataMissing(
            f"{name}: there is no {target}, and download=False. Put it there, set {VARIABLE}, or "
            "allow the download."
        )
    from .download import fetch_fashion_mnist, fetch_mnist

    (fetch_mnist if name == "mnist" else fetch_fashion_mnist)(target)


def _check(name: str, arrays: Mapping[str, np.ndarray], source: Path) -> None:
    """Refuse arrays that are not pictures of 28×28 bytes with one label from 0 to 9 each."""
    lacking = [key for key in _NAMES if key not in arrays]
    if lacking:
        raise DataError(
            f"{name}: {source} holds {', '.join(map(repr, arrays)) or 'nothing'}, but lacks "
            f"{', '.join(lacking)}. It should be an archive in Keras's layout."
        )
    for part in ("train", "test"):
        x, y = arrays[f"x_{part}"], arrays[f"y_{part}"]
        if x.shape[1:] != (28, 28) or x.dtype != np.uint8 or not len(x):
            raise DataError(
                f"{name}: x_{part} in {source} is {x.dtype} of shape {x.shape}, but pictures (N, "
                "28, 28) of uint8 were expected. Is it another data set?"
            )
        if y.shape != x.shape[:1] or y.dtype.kind not in "iu":
            raise DataError(
                f"{name}: y_{part} in {source} is {y.dtype} of shape {y.shape}, but {len(x)} whole "
                f"numbers ({len(x)},) were expected, one for each picture."
            )
        if y.min() < 0 or y.max() > 9:
            raise DataError(
                f"{name}: y_{part} in {source} goes from {y.min()} to {y.max()}, but labels are "
                "class numbers from 0 to 9. Is it another data set?"
            )
