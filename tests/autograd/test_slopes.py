"""Numeric slopes: the step that suits, the error that is admitted, the corner that is seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinygrad_edu.autograd.slopes import JUMP, KINK, LOST, SMOOTH, Measured, Slopes, measure

F = Callable[[Any], Any]


def at(f: F, x: float, scale: float = 1.0) -> Measured:
    """The slope of one number's function at x, moved by steps of the size `scale`."""
    return measure(lambda t, d: np.atleast_1d(f(x + scale * t)), 1)


@given(st.floats(-3, 3), st.sampled_from([np.sin, np.exp, np.tanh, lambda x: x**5 - x]))
def test_the_error_that_is_admitted_covers_the_truth(x: float, f: Any) -> None:
    """|measured − true| stays within ten times the estimate, and that is small."""
    h = 1e-20
    truth = f(complex(x, h)).imag / h
    found = measure(lambda t, d: np.atleast_1d(f(x + np.real(t))), 1)
    error, scale = found.error[0, 0], abs(truth) + abs(f(x)) + 1e-3
    assert abs(found.value[0, 0] - truth) <= 10 * error + 1e-12 * scale
    assert error <= 1e-6 * scale
    assert found.kind[0, 0] == SMOOTH


def test_a_complex_step_gives_all_digits_where_it_can_be_trusted() -> None:
    """exp runs on complex numbers; |x| does too, and gives nonsense, which is seen."""
    found = at(np.exp, 1.0)
    assert found.exact
    assert found.value[0, 0] == pytest.approx(np.e, rel=1e-15)
    found = at(lambda x: np.abs(x) * 2, 3.0)
    assert not found.exact
    assert found.value[0, 0] == pytest.approx(2, rel=1e-8)


def test_rounding_asks_for_long_steps_and_bends_for_short_ones() -> None:
    """Beside 10⁹ a short step is noise; where the curve bends within 10⁻⁴ a long one is wrong."""
    noisy = measure(lambda t, d: np.atleast_1d(np.sin(1 + np.real(t)) + 1e9), 1)
    bent = measure(lambda t, d: np.atleast_1d(np.sin(1e4 * (1 + np.real(t)))), 1)
    assert noisy.step[0, 0] > 30 * bent.step[0, 0]
    assert noisy.error[0, 0] > 1e3 * np.finfo(float).eps
    assert bent.value[0, 0] == pytest.approx(1e4 * np.cos(1e4), rel=1e-4)


def test_terms_that_cancel_are_rounded_at_their_own_size() -> None:
    """10⁻¹² + ½ − ½ is small, and its rounding is that of ½: a short step reads noise there."""
    x, rows = np.array([1e-12, 0.5, -0.5]), np.diag([5e-4, 0.5, 0.5])
    found = measure(lambda t, d: np.atleast_1d(np.sum(x + np.real(t) * rows[d])), 3)
    off = np.abs(found.value[:, 0] - rows.sum(0))
    assert (off <= found.error[:, 0]).all()
    assert (found.error[:, 0] <= 1e-9 * rows.sum(0)).all()


@pytest.mark.parametrize(
    ("f", "x", "kind"),
    [
        (np.abs, 0.0, KINK),
        (lambda x: np.maximum(x, 0), 0.0, KINK),
        (lambda x: np.maximum(x, 0), 1e-5, SMOOTH),
        (np.floor, 2.0, JUMP),
        (lambda x: np.sqrt(np.abs(x)), 0.0, JUMP),
        (lambda x: np.log(np.real(x)), -1.0, LOST),
        (lambda x: np.real(x) ** 2, 0.0, SMOOTH),
        (lambda x: 0 * np.real(x) + 3, 1.0, SMOOTH),
    ],
)
def test_corners_jumps_and_absent_values_are_told_apart(f: F, x: float, kind: int) -> None:
    """A gap that stays is a corner, one that grows a jump or an infinite slope."""
    assert at(lambda y: f(np.real(y)), x).kind[0, 0] == kind


def test_both_sides_of_a_corner() -> None:
    """−1 and 1 for |x| at 0."""
    found = at(lambda y: np.abs(np.real(y)), 0.0)
    assert (found.left[0, 0], found.right[0, 0]) == pytest.approx((-1, 1))


def test_at_the_edge_of_the_domain_one_side_is_enough() -> None:
    """x√x has the slope 0 at 0, and no values to the left."""
    found = at(lambda y: np.real(y) * np.sqrt(np.real(y)) + np.real(y), 0.0)
    assert found.kind[0, 0] == SMOOTH
    assert found.value[0, 0] == pytest.approx(1, abs=1e-3)


def test_one_step_on_both_sides() -> None:
    """`Slopes` is the plain difference that gradcheck uses."""
    slopes = Slopes.of(lambda t: np.atleast_1d((1 + t) ** 2), 1e-6)
    assert slopes.central[0] == pytest.approx(2, rel=1e-9)
    assert slopes.left[0] < slopes.central[0] < slopes.right[0]
