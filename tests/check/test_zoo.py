"""The bug zoo: what is shown is what runs, beside the right pass."""

from __future__ import annotations

import numpy as np
import pytest

from tests.diagnosis.cases import distinct, mistaken
from tinygrad_edu.check import zoo
from tinygrad_edu.check.diagnosis.words import MISTAKES
from tinygrad_edu.errors import ArgumentError


def test_layers_of_one_width_share_their_weights() -> None:
    """Two pairs of square layers share two weights, not one that fits only the first pair."""
    work = zoo.build(zoo.Architecture((4, 4, 4, 5, 5, 5, 2), shared=True))
    assert [k for k in work.inputs if k[0] == "W"] == ["W1", "W3", "W4", "W6"]
    assert np.isfinite(work.forward(**work.inputs)[0])


@pytest.mark.parametrize("name", list(zoo.SPECIMENS))
def test_a_specimen_marks_its_line_and_is_explained(name: str) -> None:
    """The wrong line is marked, the rest is the right file, and both languages tell what it
    does.
    """
    (case,) = distinct(mistaken(name), 1, "0")
    arch = case.architecture
    right, wrong = zoo.source(arch), zoo.source(arch, name)
    changed = [line for line in wrong.splitlines() if line not in right.splitlines()]
    assert any(line.endswith("# ← here") for line in changed)
    assert "# ← here" not in right
    assert name in zoo.specimens(arch)
    assert zoo.specimens(arch, "ru")[name] != zoo.specimens(arch)[name]
    assert name in MISTAKES


def test_what_makes_no_difference_is_refused() -> None:
    """f′(a) is f′(z) for a ReLU, so that specimen is not offered there."""
    with pytest.raises(ArgumentError, match="makes no difference"):
        zoo.build(zoo.Architecture(hidden="relu"), "derivative-at-a")
    with pytest.raises(ArgumentError, match="no specimen 'typo'"):
        zoo.source(specimen="typo")
    with pytest.raises(ArgumentError, match="no such network"):
        zoo.Architecture(hidden="step")


def test_training_shows_the_difference() -> None:
    """Gradient ascent climbs, the right pass descends; both start from the same loss."""
    curves = zoo.train("sign", steps=200)
    assert curves.right[0] == curves.wrong[0]
    assert curves.right[-1] < curves.right[0]
    assert not curves.wrong[-1] < curves.wrong[0]


def test_a_bias_that_is_not_summed_takes_the_batchs_shape() -> None:
    """It trains, and better: every example has a bias of its own."""
    curves = zoo.train("bias-not-summed", zoo.Architecture(scale="sum"), steps=60, lr=0.02)
    assert curves.error == ""
    assert curves.wrong[-1] < curves.right[-1]


def test_training_that_fails_says_why() -> None:
    """A gradient of another shape stops the training at the product that no longer fits."""
    curves = zoo.train("missing-sum", steps=10)
    assert "shapes" in curves.error or "dimension" in curves.error
    assert np.isfinite(curves.wrong).sum() < 10
