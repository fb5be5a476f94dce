"""Small data files for the tests, right ones and wrong ones."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np

IDX = {
    "x_train": "train-images-idx3-ubyte",
    "y_train": "train-labels-idx1-ubyte",
    "x_test": "t10k-images-idx3-ubyte",
    "y_test": "t10k-labels-idx1-ubyte",
}


def little_mnist(train: int = 20, test: int = 10) -> dict[str, np.ndarray]:
    """Arrays in MNIST's layout with a few random pictures."""
    rng = np.random.default_rng(0)
    arrays = {}
    for part, n in ("train", train), ("test", test):
        arrays[f"x_{part}"] = rng.integers(0, 256, (n, 28, 28), dtype=np.uint8)
        arrays[f"y_{part}"] = (np.arange(n) % 10).astype(np.uint8)
    return arrays


def write_npz(path: Path, **changed: np.ndarray | None) -> Path:
    """An archive in Keras's layout, with some arrays replaced, or left out where None."""
    arrays = {**little_mnist(), **changed}
    np.savez_compressed(path, **{k: v for k, v in arrays.items() if v is not None})  # type: ignore[arg-type]
    return path


def idx_bytes(array: np.ndarray) -> bytes:
    """An array of bytes in the IDX format."""
    head = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes()
    return head + array.tobytes()


def write_idx(folder: Path, *, gzipped: bool = True, joint: str = "-") -> Path:
    """The four IDX files of a small MNIST in `folder`."""
    for name, array in little_mnist().items():
        file = folder / (IDX[name].replace("-idx", f"{joint}idx") + (".gz" if gzipped else ""))
        content = idx_bytes(array)
        file.write_bytes(gzip.compress(content) if gzipped else content)
    return folder
