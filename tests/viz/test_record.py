"""The record of a backward pass: its steps, its sums, and what it leaves alone."""

from __future__ import annotations

import numpy as np
import pytest

import tinygrad_edu as torch
from tinygrad_edu import engine, nn
from tinygrad_edu.errors import GradientError, InputTypeError, ShapeError
from tinygrad_edu.viz.record import record


def diamond():
    """The course's example: e = c·d with c = a + b, d = b + 1, at a = −1, b = 3."""
    a = torch.tensor(-1.0, requires_grad=True)
    b = torch.tensor(3.0, requires_grad=True)
    c = a + b
    d = b + 1
    return a, b, c, d, c * d


def test_steps_are_numbered_in_the_order_of_the_pass():
    """mul first, then the sum that was made last."""
    *_, e = diamond()
    passed = record(e)
    assert [(s.number, s.node.op.name) for s in passed.steps] == [
        (1, "mul"),
        (2, "add"),
        (3, "add"),
    ]
    assert passed.order == [s.node for s in passed.steps]
    assert passed.complete


def test_contributions_add_up_to_the_gradient():
    """b is used twice and receives 2 from one use, 4 from the other."""
    a, b, c, _, e = diamond()
    passed = record(e)
    assert passed.gradient_of(b) == 6
    assert [float(share.array) for share in passed.consumers_of(b)] == [2, 4]
    assert [(s.step.node.op.name, s.i) for s in passed.consumers_of(c.node)] == [("mul", 0)]
    assert passed.leaves == [a, b]


def test_an_input_used_twice_by_one_op_has_two_consumers():
    """a·a sends two contributions, in the order of the inputs."""
    a = torch.tensor(3.0, requires_grad=True)
    shares = record(a * a).consumers_of(a)
    assert [(share.i, float(share.array)) for share in shares] == [(0, 3.0), (1, 3.0)]


def test_nobody_notices_the_pass():
    """No .grad is touched, not of a leaf nor of a retained tensor; other listeners hear nothing."""
    a, b, c, _, e = diamond()
    c.retain_grad()
    heard = []
    with engine.listen(heard.append), torch.autograd.detect_anomaly():
        record(e)
    assert heard == []
    assert a.grad is None
    assert c.grad is None
    assert c.retains_grad
    e.backward()
    assert (a.grad, b.grad, c.grad) == (4, 6, 4)


def test_hooks_change_the_recorded_gradient_too():
    """The numbers are those that a backward pass gives."""
    a, _, c, _, e = diamond()
    c.register_hook(lambda g: g * 10)
    passed = record(e)
    assert passed.gradient_of(a) == 40
    assert passed.hooked(c.node)
    assert not passed.hooked(a)


def test_of_several_numbers_the_sum_is_differentiated_unless_a_gradient_is_given():
    """gradient= is dL/d(output)."""
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * x
    assert record(y).gradient_of(x).tolist() == [2, 4]
    assert record(y, torch.tensor([1.0, 10.0])).gradient_of(x).tolist() == [2, 40]
    with pytest.raises(ShapeError):
        record(y, torch.ones(3))


def test_a_freed_graph_is_recorded_as_far_as_it_goes():
    """An addition needs no values; the product behind it has lost its own."""
    a = torch.tensor(2.0, requires_grad=True)
    product = a * a
    (product * 1).backward()
    passed = record(product + a)
    assert not passed.complete
    assert [s.node.op.name for s in passed.steps] == ["add"]
    assert passed.stopped_at is product.node
    assert isinstance(passed.error, GradientError)
    assert passed.gradient_of(a) is None


def test_a_failed_script_gives_the_graph_that_stood_before():
    """The exception knows which op failed, on what."""
    x = torch.ones(2, 3, requires_grad=True)
    h = x * 2
    with pytest.raises(ShapeError) as caught:
        h @ torch.ones(2)
    passed = record(caught.value, names={"h": h})
    assert passed.nodes == [h.node]
    assert passed.failure.op.name == "matmul"
    assert "h @ torch.ones(2)" in passed.failure.where
    assert not passed.complete
    assert passed.names.of(h.node) == "h"


@pytest.mark.parametrize("thing", [torch.ones(2), 3, None, ValueError("no op")])
def test_what_has_no_recipe_is_refused(thing):
    """A constant, a number, a stranger's exception."""
    with pytest.raises(InputTypeError):
        record(thing)


def test_names_come_from_mappings_modules_and_variables():
    """The first name given holds; a module names its parameters; "caller" reads the variables."""
    model = nn.Sequential(nn.Linear(2, 1))
    x = torch.ones(1, 2)
    score = model(x)
    loss = (score * score).sum()
    weight = model[0].weight
    assert record(loss, names=model).names.of(weight) == "0.weight"
    mine = record(loss, names="caller").names
    assert mine.of(weight) == "weight"
    assert mine.of(model[0].bias) == "model.0.bias"
    assert mine.of(score.node) == "score"
    assert mine.of_constant(x.array) == "x"
    both = record(loss, names=[{"w": weight}, model]).names
    assert (both.of(weight), both.of(model[0].bias)) == ("w", "0.bias")
    with pytest.raises(InputTypeError, match="names"):
        record(loss, names=5)


def test_a_node_that_no_gradient_reaches_has_no_number():
    """The weights of a loss are constants to its rule: what made them is not visited."""
    x = torch.tensor([0.3, 0.6], requires_grad=True)
    w = x * 2
    loss = nn.functional.binary_cross_entropy(x, torch.ones(2), weight=w)
    passed = record(loss)
    assert passed.complete
    assert passed.number_of(w.node) is None
    assert passed.gradient_of(w.node) is None


@pytest.mark.slow
def test_a_long_chain_is_recorded_without_recursion():
    """100,000 nodes, in time linear in their number."""
    x = torch.tensor(1.0, requires_grad=True)
    y = x
    for _ in range(100_000):
        y = y + 1
    passed = record(y)
    assert len(passed.steps) == 100_000
    assert passed.gradient_of(x) == 1
    assert len(passed.consumers_of(passed.nodes[500])) == 1


def test_the_record_holds_what_the_engine_computed():
    """Every gradient equals autograd.grad's."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 3))
    loss = nn.functional.cross_entropy(model(torch.randn(6, 4)), torch.tensor([0, 1, 2, 0, 1, 2]))
    passed = record(loss)
    for p, g in zip(
        model.parameters(), torch.autograd.grad(loss, list(model.parameters())), strict=True
    ):
        np.testing.assert_array_equal(passed.gradient_of(p), g.array)
