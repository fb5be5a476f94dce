"""The digits in the package: the values that the world knows, split the same way everywhere."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import tinygrad_edu.data
from tinygrad_edu.data import digits, digits_raw
from tinygrad_edu.data.digits import every_fifth


def test_the_values_are_scikit_learns() -> None:
    """Every pixel, every label and their order are those of scikit-learn's copy."""
    datasets = pytest.importorskip("sklearn.datasets", reason="scikit-learn is not installed")
    theirs = datasets.load_digits()
    images, labels = digits_raw()
    assert np.array_equal(images, theirs.images)
    assert np.array_equal(labels, theirs.target)


def test_the_values_are_known_without_scikit_learn() -> None:
    """Shape, range, the sum of the pixels and the count of each label are the UCI table's."""
    images, labels = digits_raw()
    assert images.shape == (1797, 8, 8)
    assert labels.shape == (1797,)
    assert (images.min(), images.max(), int(images.sum())) == (0, 16, 561718)
    assert np.bincount(labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]


def test_tensors_as_a_network_wants_them() -> None:
    """Rows of float32 between 0 and 1, labels int64, in two parts that together are the whole."""
    data = digits()
    x_train, y_train, x_test, y_test = data
    assert (x_train.shape, x_test.shape) == ((1442, 64), (355, 64))
    assert (y_train.shape, y_test.shape) == ((1442,), (355,))
    assert x_train.dtype == np.float32
    assert y_train.dtype == np.int64
    assert (x_train.array.min(), x_train.array.max()) == (0.0, 1.0)
    assert (data.features, data.classes, data.image_shape) == (64, 10, (8, 8))
    images, _ = digits_raw()
    total = int(x_train.array.sum(dtype=np.float64) + x_test.array.sum(dtype=np.float64))
    assert total == images.sum() // 16


def test_the_split_takes_a_fifth_of_every_class() -> None:
    """The test part holds every fifth picture of each class, and no picture twice."""
    _, labels = digits_raw()
    mask = every_fifth(labels)
    for digit in range(10):
        chosen = mask[labels == digit]
        assert chosen.tolist() == [i % 5 == 4 for i in range(len(chosen))]


def test_the_split_is_the_same_every_time() -> None:
    """Two calls give equal arrays, and editing one leaves the other alone."""
    first, second = digits(), digits()
    first.x_train.array[:] = 7
    assert second.x_train.array.max() == 1.0


def test_the_data_set_says_what_it_is() -> None:
    """Its repr names the parts, the features and the classes."""
    assert repr(digits()) == (
        "<digits: 1442 examples to learn from, 355 to test on, 64 features (8×8), 10 classes>"
    )


def test_the_file_is_small_and_has_its_attribution_beside_it() -> None:
    """The archive takes less than 50 kB, and its creators and licence are named next to it."""
    folder = Path(tinygrad_edu.data.__file__).parent / "files"
    assert (folder / "digits.npz").stat().st_size < 50_000
    text = (folder / "README.md").read_text(encoding="utf-8")
    for word in ("Alpaydin", "Kaynak", "10.24432/C50P49", "creativecommons.org/licenses/by/4.0"):
        assert word in text


def test_loading_needs_numpy_alone() -> None:
    """Reading the digits imports no plotting, command line or progress package."""
    code = (
        "import sys; from tinygrad_edu.data import digits; digits(); "
        "print([m for m in ('click', 'matplotlib', 'tqdm', 'sklearn', 'urllib.request', 'graphviz')"
        " if m in sys.modules])"
    )
    root = Path(__file__).parents[2]
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root
    )
    assert result.stdout.strip() == "[]"
