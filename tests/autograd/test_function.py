"""`autograd.Function`: forward and backward by hand, in PyTorch's style."""

from __future__ import annotations

import numpy as np
import pytest

import tinygrad_edu as torch
from tinygrad_edu.autograd import Function, grad, gradcheck, gradgradcheck, once_differentiable
from tinygrad_edu.errors import GradientError, InPlaceError, InputTypeError, ShapeError


def leaf(*numbers: float) -> torch.Tensor:
    """A leaf in float64 that wants a gradient."""
    return torch.tensor(numbers, dtype=torch.float64, requires_grad=True)


class Cube(Function):
    """x³, from its saved input."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x * x

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g * 3 * x * x


class Exp(Function):
    """eˣ, from its saved output."""

    @staticmethod
    def forward(ctx, x):
        y = x.exp()
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, g):
        (y,) = ctx.saved_tensors
        return g * y


class Scale(Function):
    """x·k for a Python number k, declared in the newer style."""

    @staticmethod
    def forward(x, k):
        return x * k

    @staticmethod
    def setup_context(ctx, inputs, output):
        _, ctx.k = inputs

    @staticmethod
    def backward(ctx, g):
        return g * ctx.k, None


class PolarToPlane(Function):
    """(r, φ) → (r·cos φ, r·sin φ): two inputs, two outputs."""

    @staticmethod
    def forward(ctx, r, phi):
        ctx.save_for_backward(r, phi)
        return r * phi.cos(), r * phi.sin()

    @staticmethod
    def backward(ctx, gx, gy):
        r, phi = ctx.saved_tensors
        return gx * phi.cos() + gy * phi.sin(), r * (gy * phi.cos() - gx * phi.sin())


def function(forward, backward):
    """A Function made of two plain functions."""
    return type(
        "Made", (Function,), {"forward": staticmethod(forward), "backward": staticmethod(backward)}
    )


@pytest.mark.parametrize(
    ("apply", "inputs"),
    [
        (Cube.apply, (leaf(1.0, -2.0, 0.5),)),
        (Exp.apply, (leaf(1.0, -2.0, 0.5),)),
        (lambda x: Scale.apply(x, 3.0), (leaf(1.0, -2.0),)),
        (PolarToPlane.apply, (leaf(1.0, 2.0), leaf(0.3, -0.7))),
        (lambda x: Cube.apply(Exp.apply(x)) * x, (leaf(0.1, 0.2),)),
    ],
)
def test_a_function_has_right_derivatives_of_first_and_second_order(apply, inputs):
    """backward is differentiable through saved inputs and saved outputs alike."""
    assert gradcheck(apply, inputs)
    assert gradgradcheck(apply, inputs)


def test_third_derivative():
    """d³(x³)/dx³ = 6."""
    x = leaf(2.0)
    y = Cube.apply(x)
    for _ in range(3):
        (y,) = grad(y, x, create_graph=True)
    assert y.item() == 6


def test_one_output_of_several_may_stay_unused():
    """An output that the loss does not use hands zeros to backward."""
    r, phi = leaf(2.0), leaf(0.5)
    _, y = PolarToPlane.apply(r, phi)
    y.backward()
    assert r.grad.item() == pytest.approx(np.sin(0.5))
    assert phi.grad.item() == pytest.approx(2 * np.cos(0.5))


def test_needs_input_grad_tells_which_gradients_are_wanted():
    """One flag per argument of forward; numbers and constants are False."""
    seen = []

    def backward(ctx, g):
        seen.append(ctx.needs_input_grad)
        return g, None, None

    made = function(lambda ctx, x, w, k: x * k, backward)
    made.apply(leaf(1.0), torch.ones(1), 3.0).backward()
    assert seen == [(True, False, False)]


def test_none_is_a_gradient_of_zero_for_a_tensor_that_wants_one():
    """backward may return None for an input that it does not depend on."""
    x, w = leaf(1.0), leaf(5.0)
    made = function(lambda ctx, x, w: x * 2, lambda ctx, g: (g * 2, None))
    (made.apply(x, w) + w * 0).backward()
    assert (x.grad.item(), w.grad.item()) == (2, 0)


def test_forward_is_not_recorded():
    """Inside forward nothing is recorded, whatever its tensors require; the output is."""
    inside = []

    def forward(ctx, x):
        inside.append((x * 2).requires_grad)
        return x * 2

    y = function(forward, lambda ctx, g: g * 2).apply(leaf(1.0))
    assert inside == [False]
    assert y.requires_grad
    assert not y.is_leaf


def test_nothing_is_recorded_for_constants_or_in_no_grad():
    """Without an input that wants a gradient, apply is just forward."""
    assert not Cube.apply(torch.ones(2)).requires_grad
    with torch.no_grad():
        assert not Cube.apply(leaf(1.0)).requires_grad


def test_backward_is_called_once_for_all_inputs():
    """The gradients of all inputs come from one call."""
    calls = []

    def backward(ctx, g):
        calls.append(1)
        return g, g

    made = function(lambda ctx, x, y: x + y, backward)
    made.apply(leaf(1.0), leaf(2.0)).backward()
    assert calls == [1]


def test_backward_runs_again_for_a_second_pass_with_its_own_gradient():
    """A retained graph calls backward anew; no cached result of the first pass is served."""
    x = leaf(2.0)
    y = Cube.apply(x)
    y.backward(torch.tensor([1.0]), retain_graph=True)
    y.backward(torch.tensor([10.0]))
    assert x.grad.item() == 11 * 12


def test_a_tensor_given_twice_receives_both_gradients():
    """apply(x, x) adds the gradients of its two arguments."""
    x = leaf(2.0)
    made = function(lambda ctx, a, b: a + b, lambda ctx, g: (g, g * 10))
    made.apply(x, x).backward()
    assert x.grad.item() == 11


def test_an_output_marked_non_differentiable_is_a_constant():
    """mark_non_differentiable: for indices and masks beside the value."""

    def forward(ctx, x):
        mask = (x > 0).double()
        ctx.mark_non_differentiable(mask)
        return x * mask, mask

    y, mask = function(forward, lambda ctx, g, _: g).apply(leaf(1.0, -1.0))
    assert (y.requires_grad, mask.requires_grad) == (True, False)


def test_once_differentiable_refuses_a_second_derivative():
    """A backward with NumPy inside is marked so, and create_graph through it raises."""
    made = function(Cube.forward, once_differentiable(Cube.backward))
    x = leaf(2.0)
    made.apply(x).backward()
    assert x.grad.item() == 12
    with pytest.raises(GradientError, match="once_differentiable"):
        grad(made.apply(x), x, create_graph=True)


def test_numpy_inside_backward_by_way_of_detach():
    """The usual use: forward and backward in NumPy on detached arrays."""

    def forward(ctx, x):
        ctx.x = x.detach().numpy()
        return torch.tensor(np.sin(ctx.x))

    x = leaf(0.5)
    made = function(forward, lambda ctx, g: g * torch.tensor(np.cos(ctx.x)))
    made.apply(x).backward()
    assert x.grad.item() == pytest.approx(np.cos(0.5))


@pytest.mark.parametrize(
    ("backward", "error", "says"),
    [
        (lambda ctx, g: (g, g), GradientError, r"2 gradient.*1 argument"),
        (lambda ctx, g: (), GradientError, r"0 gradient"),
        (lambda ctx, g: torch.ones(3), ShapeError, r"\(3,\).*\(2,\)"),
        (lambda ctx, g: 1.0, InputTypeError, "float"),
        (lambda ctx, g: "g", InputTypeError, "str"),
    ],
)
def test_a_backward_that_returns_the_wrong_thing_is_named(backward, error, says):
    """Wrong count, wrong shape, wrong type: the message names the class and both sides."""
    made = function(lambda ctx, x: x * 2, backward)
    with pytest.raises(error, match=says) as caught:
        made.apply(leaf(1.0, 2.0)).sum().backward()
    assert "Made.backward" in str(caught.value)


def test_trailing_nones_are_allowed():
    """As in PyTorch, more Nones than arguments do no harm."""
    x = leaf(1.0)
    function(lambda ctx, x: x * 2, lambda ctx, g: (g * 2, None, None)).apply(x).backward()
    assert x.grad.item() == 2


def test_an_edited_saved_tensor_is_refused():
    """save_for_backward guards its tensors, inputs and outputs, against in-place changes."""
    x = leaf(1.0) * 1
    y = Cube.apply(x)
    x.add_(1)
    with pytest.raises(InPlaceError, match="saved"):
        y.backward()
    z = Exp.apply(leaf(1.0))
    with torch.no_grad():
        z.add_(1)
    with pytest.raises(InPlaceError, match="changed in place"):
        z.sum().backward()


def test_a_tensor_whose_view_was_edited_is_refused():
    """A Function guards its inputs like an op: y's history is out of date after `v *= 2`."""
    y = leaf(1.0, 2.0) * 1
    v = y[:1]
    v *= 2
    with pytest.raises(InPlaceError, match=r"Cube.*out of date"):
        Cube.apply(y)


def test_forward_and_backward_must_be_defined():
    """A Function without them says which one is missing."""
    with pytest.raises(RuntimeError, match="forward"):
        Function.apply(leaf(1.0))
    incomplete = type("Half", (Function,), {"forward": staticmethod(lambda ctx, x: x * 2)})
    with pytest.raises(RuntimeError, match="backward"):
        incomplete.apply(leaf(1.0)).backward()


def test_a_second_backward_raises_where_values_were_saved():
    """After a pass that does not retain the graph, a Function's context is gone."""
    y = Cube.apply(leaf(1.0))
    y.backward()
    with pytest.raises(RuntimeError, match=r"second time.*retain_graph"):
        y.backward()


class Both(Function):
    """a + b, whose backward hands out one and the same array for both."""

    @staticmethod
    def forward(ctx, a, b):
        return a + b

    @staticmethod
    def backward(ctx, g):
        h = g * 2
        return h, h


def test_one_array_may_be_the_gradient_of_two_inputs():
    """Where their paths meet others, nothing is added into the array that both of them hold."""
    x = torch.tensor([1.0], requires_grad=True)
    a, b = x * 1, x * 1
    (Both.apply(a, b) + a * 10).sum().backward()
    assert x.grad.item() == 14
    p, q = (torch.tensor([1.0], requires_grad=True) for _ in "pq")
    for _ in range(2):
        Both.apply(p, q).sum().backward()
    assert p.grad.item() == q.grad.item() == 4


def test_a_saved_tensor_may_be_the_gradient():
    """What backward hands out is copied, so a second pass does not add into it."""

    class Weighted(Function):
        @staticmethod
        def forward(ctx, x, c):
            ctx.save_for_backward(c)
            return (x * c).sum()

        @staticmethod
        def backward(ctx, g):
            (c,) = ctx.saved_tensors
            return c, None

    x, c = torch.tensor([1.0, 1.0], requires_grad=True), torch.tensor([1.0, 2.0])
    for _ in range(2):
        Weighted.apply(x, c).backward()
    assert c.tolist() == [1, 2]
    assert x.grad.tolist() == [2, 4]


def test_a_gradient_has_the_type_of_its_input():
    """A backward that computes in float64 leaves a float32 gradient to a float32 leaf."""

    class Wide(Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return g.double() * 2

    x = torch.tensor([1.0], requires_grad=True)
    Wide.apply(x).sum().backward()
    assert x.grad.dtype == torch.float32


def test_a_gradient_asked_for_again_is_computed_from_the_gradient_of_that_time():
    """One that came in with other numbers in the same tensor is not mistaken for the last."""

    class Two(Function):
        @staticmethod
        def forward(ctx, a, b):
            return a + b

        @staticmethod
        def backward(ctx, g):
            return g * 3, g * 4

    a, b = (torch.tensor([1.0], requires_grad=True) for _ in "ab")
    y, v = Two.apply(a, b), torch.ones(1)
    assert grad(y, a, v, retain_graph=True)[0].item() == 3
    v.mul_(2)
    assert grad(y, a, v)[0].item() == 6


def test_absent_gradients_are_none_where_that_was_asked_for():
    """`ctx.set_materialize_grads(False)`, as in PyTorch."""

    class Pair(Function):
        @staticmethod
        def forward(ctx, x):
            ctx.set_materialize_grads(False)
            return x * 1, x * 1

        @staticmethod
        def backward(ctx, g1, g2):
            return g1 if g2 is None else g2 * 100

    x = torch.tensor([1.0], requires_grad=True)
    Pair.apply(x)[0].sum().backward()
    assert x.grad.item() == 1


def test_a_tensor_by_keyword_is_refused():
    """No gradient would reach it."""
    with pytest.raises(TypeError, match="keyword"):
        Both.apply(torch.ones(1), b=torch.ones(1, requires_grad=True))
