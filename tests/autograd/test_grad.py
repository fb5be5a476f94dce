"""`autograd.grad`: gradients as values."""

from __future__ import annotations

import numpy as np
import pytest

import tinygrad_edu as torch
from tinygrad_edu.autograd import grad
from tinygrad_edu.errors import ArgumentError, GradientError, InputTypeError, ShapeError


@pytest.fixture
def x():
    """A leaf [1, 2, 3]."""
    return torch.tensor([1.0, 2.0, 3.0], requires_grad=True)


@pytest.fixture
def w():
    """Another leaf, of one number."""
    return torch.tensor(2.0, requires_grad=True)


def test_grad_returns_a_tuple_and_accumulates_nothing(x, w):
    """One gradient for each input, in their order; no .grad is touched."""
    gx, gw = grad((x * w).sum(), [x, w])
    assert (gx.tolist(), gw.item()) == ([2, 2, 2], 6)
    assert (x.grad, w.grad) == (None, None)


def test_one_input_needs_no_list(x):
    """grad(y, x) is grad(y, [x]): still a tuple."""
    (g,) = grad((x * x).sum(), x)
    assert g.tolist() == [2, 4, 6]
    assert not g.requires_grad


def test_inner_tensors_have_gradients_too(x):
    """An input may be any tensor of the graph, also the output itself."""
    y = x * x
    z = y * 3
    gz, gy, gx = grad(z.sum(), [z, y, x])
    assert gz.tolist() == [1, 1, 1]
    assert gy.tolist() == [3, 3, 3]
    assert gx.tolist() == [6, 12, 18]
    out = (x * 2).sum()
    assert grad(out, out)[0].item() == 1


def test_the_same_input_twice_has_the_same_gradient_twice(x):
    """A tensor may be named twice."""
    a, b = grad((x * x).sum(), [x, x])
    assert a.tolist() == b.tolist() == [2, 4, 6]


def test_arguments_stand_in_pytorchs_order(x, w):
    """The sixth is `only_inputs`, which scripts for WGAN-GP still write."""
    named = grad((x * x).sum(), x, only_inputs=True)
    assert named[0].tolist() == [2, 4, 6]
    assert grad(x.sum(), w, None, False, False, True, True) == (None,)


def test_grad_outputs_weigh_several_outputs(x):
    """The gradient of Σₖ⟨vₖ, yₖ⟩; None stands for 1 where the output is one number."""
    v = torch.tensor([1.0, 10.0, 100.0])
    (g,) = grad([x * x, x.sum()], x, grad_outputs=[v, None])
    assert g.tolist() == [3, 41, 601]


def test_outputs_may_depend_on_one_another(x):
    """One output may be an ancestor of the other; the contributions add up."""
    y = x * 2
    z = y * y
    (g,) = grad([y.sum(), z.sum()], x)
    assert g.tolist() == [2 + 8, 2 + 16, 2 + 24]


def test_create_graph_gives_every_order(w):
    """w⁵: 80, 160, 240, 240, 120 at w = 2."""
    y, found = w**5, []
    for _ in range(5):
        (y,) = grad(y, w, create_graph=True)
        found.append(y.item())
    assert found == pytest.approx([80, 160, 240, 240, 120])


def test_a_gradient_penalty_trains(x, w):
    """‖∂y/∂x‖² differentiated in w: y = w·x², so Σ(2wx)² has the slope 8w·Σx²."""
    (g,) = grad((w * x * x).sum(), x, create_graph=True)
    (g * g).sum().backward()
    assert w.grad.item() == pytest.approx(8 * 2 * 14)


def test_create_graph_keeps_the_graph_for_more(x):
    """create_graph implies retain_graph, unless that is said to be False."""
    y = (x * x).sum()
    grad(y, x, create_graph=True)
    grad(y, x, retain_graph=True)
    y.backward()
    with pytest.raises(GradientError, match="second time"):
        grad(y, x)


def test_what_lies_beyond_the_inputs_is_not_used_up(x):
    """grad(z, y) stops at y: y's own history can still be walked."""
    y = x * x
    grad((y * 3).sum(), y)
    y.sum().backward()
    assert x.grad.tolist() == [2, 4, 6]


def test_branches_that_do_not_lead_to_the_inputs_are_not_walked(x, w):
    """The pass runs only where it is asked to: the branch of w was freed, and is not missed."""
    branch = w * w
    branch.backward()
    y = (x * 2).sum() + branch
    assert grad(y, x)[0].tolist() == [2, 2, 2]


def test_an_unused_input_is_an_error_or_none_or_zeros(x, w):
    """By default an error; allow_unused gives None, materialize_grads zeros."""
    y = (x * x).sum()
    with pytest.raises(GradientError, match=r"input 1.*allow_unused=True"):
        grad(y, [x, w], retain_graph=True)
    assert grad(y, [x, w], allow_unused=True, retain_graph=True)[1] is None
    zeros = grad(y, [x, w], materialize_grads=True)[1]
    assert (zeros.item(), zeros.shape, zeros.dtype) == (0, (), torch.float32)


def test_a_gradient_has_the_type_and_shape_of_its_input():
    """float64 beside float32, broadcast beside full: each gradient is like its tensor."""
    a = torch.ones(3, 1, dtype=torch.float64, requires_grad=True)
    b = torch.ones(4, requires_grad=True)
    for g, t in zip(grad((a * b).sum(), [a, b]), (a, b), strict=True):
        assert (g.shape, g.dtype) == (t.shape, t.dtype)


def test_gradients_are_the_callers_own(x):
    """Changing a returned gradient changes nothing else, not even one of the same pass."""
    y = x * 1
    gx, gy = grad((y + 0).sum(), [x, y])
    gx.mul_(100)
    assert gy.tolist() == [1, 1, 1]
    v = torch.ones(3)
    (g,) = grad(x + 0, x, v)
    g.mul_(100)
    assert v.tolist() == [1, 1, 1]


@pytest.mark.parametrize(
    ("ask", "error", "says"),
    [
        (lambda x: grad(x * 2, x), GradientError, r"\(3,\).*gradient="),
        (lambda x: grad(x * 2, x, torch.ones(2)), ShapeError, r"\(2,\).*\(3,\)"),
        (lambda x: grad(x.sum(), torch.ones(3)), GradientError, "input 0 does not require"),
        (lambda x: grad(torch.ones(1), x), GradientError, "does not require a gradient"),
        (lambda x: grad(x.sum(), []), GradientError, "inputs= is empty"),
        (lambda x: grad([x.sum()], x, [None, None]), GradientError, r"1 output.*2 upstream"),
        (lambda x: grad(1.0, x), InputTypeError, "float"),
        (
            lambda x: grad(x.sum(), x, materialize_grads=True, allow_unused=False),
            ArgumentError,
            "allow_unused",
        ),
    ],
)
def test_a_question_without_answer_is_refused_in_words(x, ask, error, says):
    """Each refusal names what came and what to do."""
    with pytest.raises(error, match=says):
        ask(x)


def test_second_derivatives_through_a_shared_subexpression(x):
    """Σ (x²·eˣ)·x² by create_graph equals the formula, with x² shared by both factors."""
    square = x * x
    y = (square * x.exp() * square).sum()
    (g,) = grad(y, x, create_graph=True)
    (h,) = grad(g.sum(), x)
    a = np.array([1.0, 2.0, 3.0])
    np.testing.assert_allclose(h.numpy(), (a**4 + 8 * a**3 + 12 * a**2) * np.exp(a), rtol=1e-5)
