"""gradcheck and gradgradcheck: they find what is wrong, pass what is right, and say where."""

from __future__ import annotations

import numpy as np
import pytest

import tinygrad_edu as torch
from tinygrad_edu.autograd import gradcheck, gradgradcheck
from tinygrad_edu.errors import GradcheckError
from tinygrad_edu.op import SCALER, op


def leaf(*numbers: float, dtype=torch.float64) -> torch.Tensor:
    """A leaf that wants a gradient."""
    return torch.tensor(numbers, dtype=dtype, requires_grad=True)


@pytest.fixture
def wrong_cube():
    """x³ with the slope 2x², as a student may write it."""

    @op(family=SCALER, formula=r"z = x^3")
    def wrong_cube(x):
        """The cube."""
        return x * x * x

    wrong_cube.defvjp(x=lambda g, x: g * 2 * x * x)
    return wrong_cube


@pytest.fixture
def constant_slope():
    """x³ with the right slope at first order, frozen: its second derivative is 0."""

    @op(family=SCALER, formula=r"z = x^3")
    def constant_slope(x):
        """The cube."""
        return x * x * x

    constant_slope.defvjp(x=lambda g, x: g * (3 * np.asarray(getattr(x, "array", x)) ** 2))
    return constant_slope


@pytest.mark.parametrize(
    ("function", "inputs"),
    [
        (lambda x: x**2, (leaf(1.0, -2.0),)),
        (lambda x, y: x @ y, (leaf(1.0, 2.0), leaf(3.0, 4.0))),
        (lambda x: (x.exp(), x.sum()), (leaf(0.1, 0.2),)),
        (lambda x, n: x**n, (leaf(1.5), 3)),
        (lambda x, w: x * w, (leaf(1.0), torch.ones(3, dtype=torch.float64))),
        (lambda x: x.reshape(2, 2).T[0], (leaf(1.0, 2.0, 3.0, 4.0),)),
        (lambda x: x * 2, (leaf(),)),
        (lambda x: torch.tensor(1.0), (leaf(1.0),)),
    ],
)
def test_right_rules_pass(function, inputs):
    """One or several inputs and outputs, numbers and constants between them, empty tensors."""
    assert gradcheck(function, inputs)
    assert gradgradcheck(function, inputs)


def test_one_tensor_needs_no_tuple():
    """gradcheck(f, x) is gradcheck(f, (x,))."""
    assert gradcheck(torch.exp, leaf(1.0))


def test_a_wrong_rule_is_found_and_reported_element_by_element(wrong_cube):
    """The report names input and element, both slopes, their difference and what was allowed."""
    with pytest.raises(GradcheckError) as caught:
        gradcheck(lambda x, y: y * wrong_cube(x), (leaf(0.0, 2.0), leaf(1.0, 10.0)))
    text = str(caught.value)
    assert "1 slope(s) disagree" in text  # at 0 both slopes are 0, and y's rule is right
    for part in ("output 0[1]", "input 0[1]", "at 2", "analytic 80", "numeric 120", "allowed"):
        assert part in text
    assert isinstance(caught.value, RuntimeError)


def test_raise_exception_false_returns_false(wrong_cube):
    """For programs that want an answer rather than a report."""
    assert gradcheck(wrong_cube, leaf(2.0), raise_exception=False) is False
    assert gradcheck(torch.sin, leaf(2.0), raise_exception=False) is True


def test_a_long_report_is_cut(wrong_cube):
    """Ten lines are enough to see what is wrong; the rest is counted."""
    with pytest.raises(GradcheckError, match="… and 15 more"):
        gradcheck(wrong_cube, leaf(*np.linspace(1, 2, 25)))


def test_the_second_order_finds_a_rule_that_takes_a_slope_as_constant(constant_slope):
    """First order passes, second order does not: the residual law broken."""
    x = leaf(1.0, 2.0)
    assert gradcheck(constant_slope, x)
    with pytest.raises(GradcheckError, match="analytic 0"):
        gradgradcheck(constant_slope, x)


@pytest.mark.parametrize(
    ("broken", "where"),
    [
        (lambda x: x.detach() * x, "input 0"),
        (lambda x: x.detach(), "input 0"),
        (lambda x: torch.tensor(x.detach().numpy() * 2), "input 0"),
    ],
)
def test_a_gradient_lost_on_the_way_is_found(broken, where):
    """detach in the wrong place gives half the slope, or none."""
    with pytest.raises(GradcheckError, match=where):
        gradcheck(broken, leaf(1.0, 2.0))


@pytest.mark.parametrize(
    ("function", "at"),
    [
        (torch.relu, (0.0, 1.0)),
        (torch.abs, (0.0, -1.0)),
        (lambda x: x.clamp(0, 1), (0.0, 1.0)),
        (lambda x: torch.maximum(x, x.flip(0)), (1.0, 1.0)),
        (lambda x: x.amax(), (1.0, 1.0, 0.0)),
        (lambda x: x.max(0)[0], (1.0, 1.0)),
    ],
)
def test_at_a_kink_every_slope_between_the_two_sides_is_right(function, at):
    """A central difference gives relu′(0) = ½, which is nobody's; 0 and 1 are both accepted."""
    assert gradcheck(function, leaf(*at))


def test_at_a_kink_a_slope_outside_of_the_two_sides_is_wrong():
    """relu′(0) = −1 or 2 is not between 0 and 1."""

    @op(family=SCALER, formula=r"z = \max(x, 0)")
    def odd_relu(x):
        """The positive part."""
        return np.maximum(x, 0)

    odd_relu.defvjp(x=lambda g, x: g * np.where(x > 0, 1.0, np.where(x < 0, 0.0, 2.0)))
    with pytest.raises(GradcheckError, match=r"between 0 and 1 \(a kink\)"):
        gradcheck(odd_relu, leaf(0.0))


def test_a_wrong_scale_is_not_excused_by_a_tolerance():
    """A factor of 1.01 is found in float64; a looser tolerance may be asked for."""

    def scaled(x):
        return x.detach() * 0.01 + x * 0.99

    with pytest.raises(GradcheckError):
        gradcheck(scaled, leaf(1.0))
    assert gradcheck(scaled, leaf(1.0), rtol=0.02)


def test_float32_is_checked_with_steps_that_fit():
    """Rounding leaves fewer digits: a right rule passes, a rule wrong by a third does not."""
    x = leaf(1.0, 2.0, dtype=torch.float32)
    assert gradcheck(lambda x: x**3, x)
    with pytest.raises(GradcheckError):
        gradcheck(lambda x: x**2 * x.detach(), x)


def test_a_nan_gradient_is_wrong_where_the_slope_is_a_number():
    """0·∞ in a rule is found at a point where the function itself is smooth."""

    def hidden(x):
        return torch.where(x.abs() > 0.5, (x * x).log(), x * 3)

    with np.errstate(all="ignore"), pytest.raises(GradcheckError, match="analytic nan, numeric 3"):
        gradcheck(hidden, leaf(0.0))


def test_gradients_and_inputs_are_left_alone():
    """A check changes neither the values nor .grad of what it checks."""
    x = leaf(1.0, 2.0)
    gradcheck(torch.exp, x)
    gradgradcheck(torch.exp, x)
    assert x.tolist() == [1, 2]
    assert x.grad is None


def test_grad_outputs_may_be_given():
    """The upstream gradients of gradgradcheck are the user's, or random."""
    assert gradgradcheck(lambda x: x**3, (leaf(1.0, 2.0),), (leaf(1.0, -1.0),))


def test_nothing_to_check_is_an_error():
    """Without an input that wants a gradient the answer would be an empty yes."""
    with pytest.raises(ValueError, match="none of the inputs requires a gradient"):
        gradcheck(torch.exp, torch.ones(2))
