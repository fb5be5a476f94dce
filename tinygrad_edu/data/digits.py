"""The small real data set that comes with the library: 1797 handwritten digits of 8×8 pixels."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from .split import TrainTest, pictures
from .storage import read_npz

__all__ = ["digits", "digits_raw"]

_FILE = Path(__file__).parent / "files" / "digits.npz"


def digits() -> TrainTest:
    """The handwritten digits of the UCI set, in 1442 pictures to learn from and 355 to test on.

    Returns `x_train (1442, 64), y_train (1442,), x_test (355, 64), y_test (355,)`; pixels are
    divided by 16, so they lie between 0 and 1. The test part is **every fifth picture of every
    class**, in the order of the file: the same on every machine, with no random numbers, and each
    digit has its share.

    The 13 people who wrote the digits occur in both parts, so the test says how well the network
    reads *these* hands. For unknown hands take the last fifth of `digits_raw()`, and expect a few
    percent less.

    Reference: E. Alpaydin, C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine
    Learning Repository (1998), CC BY 4.0; see `files/README.md`.
    """
    images, labels = digits_raw()
    test = every_fifth(labels)
    return pictures(
        "digits", (images[~test], labels[~test]), (images[test], labels[test]), white=16
    )


def digits_raw() -> tuple[np.ndarray, np.ndarray]:
    """The file as it is, in bytes: `images (1797, 8, 8)` from 0 to 16, and `labels (1797,)`."""
    arrays = read_npz(_FILE)
    return arrays["images"], arrays["labels"]


def every_fifth(labels: np.ndarray) -> np.ndarray:
    """A mask (N,) of every fifth example of every class: stratified without random numbers."""
    mask = np.zeros(len(labels), bool)
    for label in np.unique(labels):
        mask[np.flatnonzero(labels == label)[4::5]] = True
    return mask
