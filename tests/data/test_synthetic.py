"""The course's small problems: shapes, classes, and that they are what they are called."""

from __future__ import annotations

import numpy as np
import pytest

import tinygrad_edu as te
from tinygrad_edu import data

CLASSES = {data.moons: 2, data.circles: 2, data.spirals: 3, data.blobs: 3}


@pytest.mark.parametrize("make", CLASSES, ids=lambda f: f.__name__)
def test_classes_in_the_plane(make):
    """n points, float32; class numbers in int64, in equal parts; the same again from one seed."""
    x, y = make(90, generator=te.Generator().manual_seed(1))
    assert x.shape == (90, 2)
    assert x.dtype == te.float32
    assert y.dtype == te.int64
    assert np.bincount(y.numpy()).tolist() == [90 // CLASSES[make]] * CLASSES[make]
    again, _ = make(90, generator=te.Generator().manual_seed(1))
    assert te.equal(x, again)


def test_circles_lie_around_each_other():
    """Without noise every point of class 0 has radius 1, of class 1 the factor."""
    x, y = data.circles(40, noise=0.0, factor=0.3)
    radius = np.hypot(*x.numpy().T)
    np.testing.assert_allclose(radius, np.where(y.numpy() == 0, 1.0, 0.3), rtol=1e-6)


def test_moons_are_not_parted_by_a_line_but_by_a_network():
    """The best line leaves errors on the moons; one hidden layer does not."""
    te.manual_seed(0)
    x, y = data.moons(200, noise=0.05)
    scores = {}
    for hidden in (0, 16):
        layers = [te.nn.Linear(2, hidden), te.nn.Tanh()] if hidden else []
        model = te.nn.Sequential(*layers, te.nn.Linear(hidden or 2, 2))
        optimizer = te.optim.Adam(model.parameters(), lr=0.05)
        for _ in range(300):
            optimizer.zero_grad()
            te.nn.functional.cross_entropy(model(x), y).backward()
            optimizer.step()
        scores[hidden] = (model(x).argmax(1) == y).float().mean().item()
    assert scores[0] < 0.95 < 0.99 < scores[16]


@pytest.mark.parametrize(
    ("name", "truth"),
    [("AND", [0, 0, 0, 1]), ("or", [0, 1, 1, 1]), ("nand", [1, 1, 1, 0]), ("xor", [0, 1, 1, 0])],
)
def test_gates_are_their_truth_tables(name, truth):
    """The four pairs of bits, and what the gate makes of them."""
    x, y = data.gate(name)
    assert x.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert y.tolist() == truth


def test_sine_is_sine():
    """Without noise y is sin x to float32's rounding."""
    x, y = data.sine(50)
    np.testing.assert_allclose(y.numpy(), np.sin(x.numpy().astype(np.float64)), atol=1e-6)
    assert x.shape == y.shape == (50, 1)


def test_what_cannot_be_made_is_refused():
    """An unknown gate and no points at all."""
    with pytest.raises(ValueError, match="xor"):
        data.gate("not")
    with pytest.raises(ValueError, match="moons: 0"):
        data.moons(0)
