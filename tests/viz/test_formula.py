"""Formulas read off the rules: over the whole registry they give what the engine computed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ops.asking import draw_call, every_op_with_rules
from tests.ops.calculus import evaluate
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
