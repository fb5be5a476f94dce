"""How numbers and formulas are written."""

from __future__ import annotations

import math
import re

import numpy as np

import tinygrad_edu as torch
from tinygrad_edu.viz.notation import number, numbers
from tinygrad_edu.viz.plain import plain_formula


def test_numbers_for_people():
    """Four digits, a true minus, nothing small rounded to 0."""
    assert number(-1.5) == "−1.5"
    assert number(1e-7 / 3) == "3.333e-08"
    assert number(-math.inf) == "−∞"
    assert numbers(np.array([[1.0, -2.0]])) == "[[1, −2]]"
    assert numbers(np.zeros((0, 3))) == "(0×3)"
    assert plain_formula(r"z = \frac{1}{n} \sum_i x_i") == "z = 1/n Σ_i x_i"
    assert plain_formula(r"z = x \odot y") == "z = x ⊙ y"


def test_every_op_of_the_library_has_a_plain_formula():
    """No command of LaTeX is left in a terminal."""
    for declared in torch.op.registry.values():
        assert not re.search(r"[\\{}]", plain_formula(declared.formula)), declared.name
