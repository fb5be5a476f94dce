"""Formulas read off the rules: over the whole registry they give what the engine computed."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tinygrad_edu as torch
from tests.ops.asking import draw_call, every_op_with_rules
from tests.ops.calculus import evaluate
from tinygrad_edu.nn import functional as F
from tinygrad_edu.ops.shape import sum_to
from tinygrad_edu.tensor import Tensor
from tinygrad_edu.viz.formula import explained
from tinygrad_edu.viz.notation import LATEX, TEXT
from tinygrad_edu.viz.record import record


def contributions(name, data):
    """The contributions of one step of the op, with an upstream gradient of generic numbers."""
    op, call, draw = draw_call(name, data)
    z, _ = evaluate(op, call, requires_grad=True)
    if z.node is None or z.node.op is not op or not z.array.size:
        return []
    (step, *_) = record(z, Tensor(draw.reals(z.shape, -1, 1))).steps
    return [explained(step, i) for i, share in enumerate(step.contributions) if share is not None]


@every_op_with_rules
@given(data=st.data())
@settings(max_examples=2)
def test_every_rule_of_the_library_can_be_read(name, data):
    """The formula's value is the contribution, in both notations; so is the sum of its terms."""
    for c in contributions(name, data):
        assert c.formula is not None, name
        value = np.broadcast_to(np.asarray(c.formula.value), c.array.shape)
        np.testing.assert_allclose(value, c.array, rtol=1e-10, atol=1e-12)
        assert c.rule_text(TEXT)
        assert not set(c.rule_text(TEXT)) & set("\\{}")
        latex = c.rule_text(LATEX)
        assert latex.count("{") - latex.count(r"\{") == latex.count("}") - latex.count(r"\}")
        if c.slope is not None:
            product = sum_to(np.asarray(c.upstream * c.slope), c.array.shape)
            np.testing.assert_allclose(product, c.array, rtol=1e-10, atol=1e-12)
        for place in [*np.ndindex(c.array.shape)][:6]:
            terms = c.terms(place)
            if terms is not None:
                total = sum(t.upstream * t.slope for t in terms)
                assert total == pytest.approx(float(c.array[place]), rel=1e-9, abs=1e-11)


def matrix_calculated(text):
    """What a printed formula of matrices gives, by NumPy."""
    for old, new in (("−", "-"), ("·", "*"), ("⊙", "*"), ("ᵀ", ".T"), ("e^", "E**")):
        text = text.replace(old, new)
    text = re.sub(r"\[\[.*?\]\]|\[[-\d\s,.e]+\]", lambda m: f"array({m[0]})", text)
    names = {"array": np.array, "E": np.e, "ln": np.log, "cos": np.cos, "tanh": np.tanh}
    names["softmax"] = lambda x: np.exp(x) / np.exp(x).sum(-1, keepdims=True)
    names["onehot"] = lambda target: np.eye(3)[target]
    return eval(text, {"__builtins__": {}}, names)  # our own formula, in a test


@pytest.mark.parametrize(
    "made",
    [
        lambda x, y: x @ y.T,
        lambda x, y: F.linear(x, y),
        lambda x, y: x * y,
        lambda x, y: x / y,
        lambda x, y: (x - y).sin(),
        lambda x, y: torch.exp(x * y).tanh(),
        lambda x, y: x.T @ y,
        lambda x, y: F.cross_entropy(x, torch.tensor([2, 0])) * y,
        lambda x, y: F.mse_loss(x, y),
    ],
)
@given(seed=st.integers(0, 999))
@settings(max_examples=5)
def test_the_formula_with_its_printed_matrices_gives_the_contribution(made, seed):
    """Products, turned matrices, prediction minus truth: the printed text is calculated again."""
    draw = np.random.default_rng(seed).uniform
    x, y = (torch.tensor(draw(0.5, 2, (2, 3)), requires_grad=True) for _ in range(2))
    z = made(x, y)
    calculated = 0
    for step in record(z, torch.tensor(draw(-1, 1, z.shape))).steps:
        for i, share in enumerate(step.contributions):
            if share is None:
                continue
            text = explained(step, i).rule_text(TEXT, numbers=True, digits=17)
            if "Σ" not in text:  # of a sum the formula does not say over what
                result = np.broadcast_to(matrix_calculated(text), share.shape)
                np.testing.assert_allclose(result, share, rtol=1e-9, atol=1e-12)
                calculated += 1
    assert calculated >= 2
