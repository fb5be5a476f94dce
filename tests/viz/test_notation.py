"""How numbers and formulas are written."""

from __future__ import annotations

import math
import re

import numpy as np

import tinygrad_edu as torch
from tinygrad_edu import viz
from tinygrad_edu.viz.notation import number, numbers
from tinygrad_edu.viz.plain import plain_formula


def test_numbers_for_people():
    """Four digits, a true minus, nothing small rounded to 0."""
    assert number(-1.5) == "−1.5"
    assert number(1e-7 / 3) == "3.333e-08"
    assert number(-math.inf) == "−∞"
    assert number(-0.0) == "0"
    assert numbers(np.array([[1.0, -2.0]])) == "[[1, −2]]"
    assert numbers(np.zeros((0, 3))) == "(0×3)"
    assert plain_formula(r"z = \frac{1}{n} \sum_i x_i") == "z = 1/n Σ_i x_i"
    assert plain_formula(r"z = x \odot y") == "z = x ⊙ y"


def test_every_op_of_the_library_has_a_plain_formula():
    """No command of LaTeX is left in a terminal."""
    for declared in torch.op.registry.values():
        assert not re.search(r"[\\{}]", plain_formula(declared.formula)), declared.name


def test_a_turned_matrix_is_written_as_one():
    """`x.T` is a permutation to the engine; of more dimensions it stays one."""
    x = torch.tensor([[1.0, 2.0]], requires_grad=True)
    for turned in (x.T, x.permute(1, 0), x.transpose(0, 1)):
        assert "dL/dx ← gᵀ" in viz.explain(x, turned, lang="en").to_text(False)
    deep = torch.ones(1, 2, 3, requires_grad=True)
    assert "permute(g)" in viz.explain(deep, deep.permute(2, 0, 1)).to_text(False)
