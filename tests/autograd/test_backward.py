"""The reverse pass, asked the questions that its users ask."""

from __future__ import annotations

import numpy as np
import pytest

import tinygrad_edu as torch
from tinygrad_edu.errors import DTypeError, GradientError, InputTypeError, ShapeError


def leaf(*numbers: float) -> torch.Tensor:
    """A leaf that wants a gradient."""
    return torch.tensor(numbers[0] if len(numbers) == 1 else list(numbers), requires_grad=True)


# -- one value, many ways


def test_a_value_used_by_two_paths_receives_the_sum_of_both():
    """c = b + b², b = 3a, at a = 2: dc/da = 3·(1 + 2b) = 39; no path is lost or counted twice."""
    a = leaf(2.0)
    b = a * 3
    (b + b * b).backward()
    assert a.grad.item() == 39


def test_a_diamond_counts_21_and_not_6():
    """y = 3x·2x + 9x at x = 1: 12x + 9 = 21; a pass that overwrites instead of adding says 6."""
    x = leaf(1.0)
    a, b = x * 3, x * 2
    y = a * b + (a + a + a)
    y.backward()
    assert x.grad.item() == 21


def test_a_second_pass_adds_12_to_12_and_not_24_to_12():
    """Two passes over one graph give 24, not 36: gradients of inner nodes do not persist."""
    x = leaf(3.0)
    y = x * 2
    z = y * y / 2
    z.backward(retain_graph=True)
    assert x.grad.item() == 12
    z.backward()
    assert x.grad.item() == 24


@pytest.mark.parametrize(
    ("function", "slope"),
    [
        (lambda x: x * x, 6),
        (lambda x: x + x, 2),
        (lambda x: x - x, 0),
        (lambda x: x / x, 0),
        (lambda x: x**x, 27 * (np.log(3) + 1)),
        (lambda x: torch.stack([x, x, x]).sum(), 3),
        (lambda x: torch.maximum(x, x), 1),
        (lambda x: torch.where(x > 0, x, x), 1),
    ],
)
def test_a_tensor_used_twice_by_one_op_receives_both_shares(function, slope):
    """In `x op x` the two inputs are one tensor, whose gradient is the sum of the two rules."""
    x = leaf(3.0)
    function(x).backward()
    assert x.grad.item() == pytest.approx(slope, abs=1e-5)


def test_a_thousand_doublings_take_a_thousand_steps():
    """y + y, repeated 60 times, has 2⁶⁰ paths and 60 nodes; the pass visits the nodes."""
    x = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
    y = x
    for _ in range(60):
        y = y + y
    y.backward()
    assert x.grad.item() == 2.0**60


def test_a_chain_is_walked_without_recursion():
    """20,000 nodes in a row pass Python's recursion limit, forward, backward and when let go."""
    x = leaf(1.0)
    y = x
    for _ in range(20_000):
        y = y + 1e-3
    y.backward()
    del y
    assert x.grad.item() == 1


def test_nodes_go_in_the_order_of_making_however_the_graph_is_walked():
    """A node waits for all its consumers, also where a short path reaches it before a long one."""
    x = leaf(2.0)
    a = x * x
    long = a
    for _ in range(5):
        long = long * 2
    (a + long).backward()
    assert x.grad.item() == 4 * 33


# -- a second pass


@pytest.mark.parametrize(
    ("function", "slope"),
    [
        (lambda x: (x + 1).sum(), 2),
        (lambda x: x.sum(), 2),
        (lambda x: x.mean(), 2 / 3),
        (lambda x: (-x).sum(), -2),
        (lambda x: x.reshape(3, 1).T.sum(), 2),
        (lambda x: torch.cat([x, x]).sum(), 4),
        (lambda x: x.expand(2, 3).sum(), 4),
        (lambda x: x.clone().sum(), 2),
    ],
)
def test_a_graph_that_saved_no_value_can_be_walked_twice(function, slope):
    """Where no rule reads a value, a second backward accumulates, as PyTorch's does."""
    x = leaf(1.0, 2.0, 3.0)
    y = function(x)
    y.backward()
    y.backward()
    assert x.grad.tolist() == pytest.approx([slope] * 3)


@pytest.mark.parametrize(
    "function",
    [
        lambda x: (x * x).sum(),
        lambda x: x.exp().sum(),
        lambda x: x @ x,
        lambda x: (x**2).sum(),
        lambda x: x.relu().sum(),
        lambda x: x.max(),
    ],
)
def test_a_graph_that_saved_values_is_walked_once_unless_retained(function):
    """Where a rule reads a value that the first pass freed, a second backward names op and line."""
    x = leaf(1.0, 2.0, 3.0)
    y = function(x)
    y.backward(retain_graph=True)
    once = x.grad.numpy().copy()
    y.backward()
    np.testing.assert_allclose(x.grad.numpy(), 2 * once)
    with pytest.raises(RuntimeError, match=r"test_backward\.py:\d+: .*retain_graph=True"):
        y.backward()


def test_a_failed_second_pass_leaves_every_gradient_as_it_was():
    """A pass that raises has added nothing, not even to the leaves that it had reached."""
    w, x = leaf(2.0), leaf(3.0)
    y = x * x
    (y * 1).backward()
    with pytest.raises(GradientError):
        (y * w).backward()
    assert w.grad is None
    assert x.grad.item() == 6


def test_one_pass_may_start_in_the_middle_of_a_graph_that_another_has_used():
    """Freed is what a pass went through: another head on the same trunk needs retain_graph."""
    x = leaf(2.0)
    trunk = x * x
    a, b = trunk * 2, trunk * 3
    a.backward(retain_graph=True)
    b.backward()
    assert x.grad.item() == 20


# -- the arguments of backward


def test_gradient_is_the_upstream_gradient():
    """y.backward(v) adds vᵀJ to the leaf."""
    x = leaf(1.0, 2.0, 3.0)
    (x * x).backward(gradient=torch.tensor([1.0, 10.0, 100.0]))
    assert x.grad.tolist() == [2, 40, 600]


@pytest.mark.parametrize("dtype", [torch.int64, torch.float64, torch.float16])
def test_the_upstream_gradient_takes_the_type_of_the_output(dtype):
    """A gradient has the number type of the tensor it belongs to, whatever the user passed."""
    x = leaf(1.0, 2.0)
    (x * 3).backward(torch.tensor([1, 2], dtype=dtype))
    assert x.grad.dtype == torch.float32
    assert x.grad.tolist() == [3, 6]


def test_backward_with_inputs_touches_nothing_else():
    """`inputs` limits the pass: w stays without a gradient, and inner tensors may be asked for."""
    x, w = leaf(1.0, 2.0), leaf(3.0, 4.0)
    y = x * w
    (y * y).sum().backward(inputs=[x, y])
    assert w.grad is None
    assert y.grad.tolist() == [6, 16]
    assert x.grad.tolist() == [18, 64]


def test_backward_with_one_tensor_as_inputs():
    """`inputs=x` is `inputs=[x]`."""
    x, w = leaf(1.0, 2.0), leaf(3.0, 4.0)
    (x * w).sum().backward(inputs=x)
    assert (x.grad.tolist(), w.grad) == ([3, 4], None)


def test_create_graph_makes_the_gradient_differentiable():
    """After backward(create_graph=True), x.grad has a history: d²(x³)/dx² = 6x adds to 3x²."""
    x = leaf(2.0)
    (x**3).backward(create_graph=True)
    g = x.grad
    assert g.requires_grad
    x.grad = None
    g.backward()
    assert x.grad.item() == 12


def test_create_graph_works_inside_no_grad():
    """create_graph asks for recording by itself; a no_grad around it does not make it constant."""
    x = leaf(2.0)
    y = x**3
    with torch.no_grad():
        y.backward(create_graph=True)
        assert not torch.is_grad_enabled()
    assert x.grad.requires_grad


def test_an_ordinary_pass_records_nothing_of_itself():
    """Without create_graph the gradient is a plain tensor."""
    x = leaf(2.0)
    (x**3).backward()
    assert not x.grad.requires_grad
    assert x.grad.node is None


@pytest.mark.parametrize("create_graph", [False, True])
@pytest.mark.parametrize(
    "move",
    [
        lambda x: x,
        lambda x: x.reshape(2),
        lambda x: x[None][0],
        lambda x: x.reshape(1, 2).T.view(2),
    ],
    ids=["itself", "view", "slice", "views"],
)
@pytest.mark.parametrize("one", [False, True])
def test_gradients_share_memory_with_nobody(move, one, create_graph):
    """Two leaves and the upstream gradient own three pieces of memory: `+` hands on the gradient
    itself, a view a view of it.
    """
    x, y, v = leaf(1.0, 2.0), leaf(1.0, 2.0), torch.ones(2)
    if one:
        (move(x) + move(y)).backward(v, create_graph=create_graph)
    else:
        roots = [move(x), move(y)]
        torch.autograd.backward(roots, [v, v], create_graph=create_graph)
    arrays = [x.grad.array, y.grad.array, v.array]
    assert not any(np.shares_memory(a, b) for i, a in enumerate(arrays) for b in arrays[i + 1 :])


def test_inputs_may_be_a_generator():
    """`model.parameters()` is one: it is not used up by the look at what it holds."""
    model = torch.nn.Linear(2, 1)
    model(torch.ones(1, 2)).sum().backward(inputs=model.parameters())
    assert [p.grad.tolist() for p in model.parameters()] == [[[1.0, 1.0]], [1.0]]
    x = leaf(3.0)
    torch.autograd.backward(x * x, inputs=(x for _ in range(1)))
    assert x.grad.item() == 6
    for several in ((x for _ in range(1)), {"x": x}.values()):
        (slope,) = torch.autograd.grad(x * x, several)
        assert slope.item() == 6
    with pytest.raises(GradientError, match=r"holds 0 tensor\(s\)"):
        (x * x).backward(inputs=(y for y in ()))


def test_the_gradient_that_was_passed_stays_as_it_is():
    """A reshape's share is a view of it: nothing is added into that, and no leaf keeps it."""
    given = torch.tensor([1.0, 2.0, 3.0, 4.0])
    x = torch.zeros(2, 2, requires_grad=True)
    x.reshape(4).backward(given)
    assert not np.shares_memory(x.grad.array, given.array)
    x.grad = None
    ((2 * x).reshape(4) + x.reshape(4)).backward(given)  # that of x.reshape(4) arrives first
    assert given.tolist() == [1, 2, 3, 4]
    assert x.grad.tolist() == [[3, 6], [9, 12]]


def test_the_upstream_gradient_is_not_changed():
    """Accumulating into a leaf never writes into the tensor that the user passed."""
    x, v = leaf(1.0, 2.0), torch.ones(2)
    for _ in range(3):
        (x + x).backward(v)
    assert v.tolist() == [1, 1]


def test_several_outputs_go_down_in_one_pass():
    """autograd.backward takes several tensors, with None for those that are single numbers."""
    x = leaf(1.0, 2.0)
    shared = x * x
    torch.autograd.backward([shared.sum(), shared], [None, torch.tensor([1.0, 10.0])])
    assert x.grad.tolist() == [4, 44]


def test_a_leaf_is_its_own_output():
    """x.backward() of a number gives 1; x's gradient with respect to itself accumulates."""
    x = leaf(5.0)
    x.backward()
    x.backward()
    assert x.grad.item() == 2


def test_several_roots_are_one_sum():
    """backward([y, y, x]) with y = 3x is the gradient of y + y + x: 7. No root replaces another."""
    x = leaf(2.0)
    y = x * 3
    torch.autograd.backward([y, y, x])
    assert x.grad.item() == 7


# -- what is refused


@pytest.mark.parametrize(
    ("run", "error", "says"),
    [
        (lambda x: (x * 2).backward(), GradientError, r"shape \(3,\).*loss\.sum\(\)"),
        (lambda x: torch.ones(1).backward(), GradientError, "requires_grad=True"),
        (lambda x: (x * 2).backward(torch.ones(2)), ShapeError, r"\(2,\).*\(3,\)"),
        (lambda x: (x * 2).backward(torch.tensor(1.0)), ShapeError, r"\(\).*\(3,\)"),
        (lambda x: (x * 2).backward(1.0), InputTypeError, "float"),
        (lambda x: x.sum().backward(inputs=[]), GradientError, "inputs"),
        (lambda x: x.sum().backward(inputs=[torch.ones(1)]), GradientError, "requires_grad"),
        (lambda x: torch.autograd.backward([x, x], [x]), GradientError, "2 output"),
        (lambda x: torch.autograd.backward([1.0]), InputTypeError, "float"),
        (lambda x: torch.tensor([1, 2], requires_grad=True), DTypeError, r"int64.*float\(\)"),
    ],
)
def test_a_pass_without_meaning_is_refused_in_words(run, error, says):
    """Each refusal says what it got and what to do, as an error that PyTorch's users catch."""
    with pytest.raises(error, match=says) as caught:
        run(leaf(1.0, 2.0, 3.0))
    assert isinstance(caught.value, RuntimeError | TypeError)
