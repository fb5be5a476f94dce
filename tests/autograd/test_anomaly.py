"""detect_anomaly names the forward line where the first NaN or infinity was born.

Every program below marks that line with the comment `born`.
"""

from __future__ import annotations

import inspect

import numpy as np
import pytest

import tinygrad_edu as torch
from tinygrad_edu.autograd import detect_anomaly, is_anomaly_enabled, set_detect_anomaly
from tinygrad_edu.errors import AnomalyError, GradientError


def leaf(*numbers: float) -> torch.Tensor:
    """A leaf of these numbers."""
    return torch.tensor(numbers, requires_grad=True)


def log_of_zero():
    p = leaf(0.0, 1.0)
    q = p.log()  # born
    return (q * 0).sum()


def zero_by_zero():
    x = leaf(0.0, 1.0)
    y = x + 1
    z = x / x  # born
    return (y * z).mean()


def exp_overflow_behind_a_finite_loss():
    x = leaf(1000.0)
    y = x.exp()  # born
    return (1 / (1 + y)).sum()


def sqrt_at_zero_is_born_backward():
    x = leaf(0.0, 4.0)
    y = x * 2
    z = y.sqrt()  # born
    return (z * 3).sum()


def a_branch_that_where_does_not_choose():
    x = leaf(0.0, 4.0)
    y = x.log()  # born
    return torch.where(x > 0, y, torch.zeros(2)).sum()


def an_element_that_nobody_uses():
    x = leaf(-1.0, 4.0)
    y = x.sqrt()  # born
    return y[1]


def a_row_masked_entirely():
    x = leaf(1.0, 2.0)
    y = x.masked_fill(torch.tensor([True, True]), -torch.inf)
    z = y.softmax(0)  # born
    return z.sum()


def overflow_then_difference():
    x = leaf(1e30)
    y = x * x  # born
    return (y - y).sum()


def log_of_an_underflown_softmax():
    logits = leaf(200.0, 0.0)
    p = logits.softmax(0)
    q = p.log()  # born
    return -q[1]


def constant_infinity_times_zero():
    x = leaf(0.0, 1.0)
    w = torch.tensor([torch.inf, 1.0])
    y = x * w  # born
    return y.sum()


BORN = [
    log_of_zero,
    zero_by_zero,
    exp_overflow_behind_a_finite_loss,
    sqrt_at_zero_is_born_backward,
    a_branch_that_where_does_not_choose,
    an_element_that_nobody_uses,
    a_row_masked_entirely,
    overflow_then_difference,
    log_of_an_underflown_softmax,
    constant_infinity_times_zero,
]


def born_line(program) -> str:
    """`test_anomaly.py:<the line of program that is marked>`."""
    lines, first = inspect.getsourcelines(program)
    (offset,) = [i for i, line in enumerate(lines) if line.endswith("# born\n")]
    return f"test_anomaly.py:{first + offset}:"


@pytest.mark.parametrize("program", BORN)
def test_the_forward_line_of_the_birth_is_named(program):
    """Not the line where it was noticed, and not the next consumer's: the one that made it."""
    with np.errstate(all="ignore"), detect_anomaly():
        loss = program()
        with pytest.raises(AnomalyError) as caught:
            loss.backward()
    assert born_line(program) in str(caught.value)


def causal_attention(mask_as_sum: bool):
    scores = leaf(*map(float, range(9))).reshape(3, 3)
    future = torch.ones(3, 3).triu(1).bool()
    if mask_as_sum:
        scores = scores + torch.zeros(3, 3).masked_fill(future, -torch.inf)
    else:
        scores = scores.masked_fill(future, -torch.inf)
    weights = scores.softmax(-1)
    return (weights * weights).sum()


@pytest.mark.parametrize(
    "program",
    [
        lambda: causal_attention(True),
        lambda: causal_attention(False),
        lambda: torch.maximum(leaf(1.0, 2.0), torch.tensor(-torch.inf)).sum(),
        lambda: torch.logsumexp(torch.cat([leaf(1.0), torch.tensor([-torch.inf])]), 0),
        lambda: torch.relu(leaf(0.0, -1.0)).sum(),
        lambda: leaf(0.0, 0.0).norm(),
    ],
)
def test_an_infinity_put_in_on_purpose_is_no_anomaly(program):
    """−∞ in an attention mask is legal as long as every gradient is finite."""
    with detect_anomaly():
        program().backward()


def test_numbers_that_came_in_bad_are_told_from_those_born_inside():
    """A NaN in the data is reported as coming from outside, with the input that held it."""
    x, data = leaf(1.0, 2.0), torch.tensor([torch.nan, 1.0])
    with detect_anomaly(), pytest.raises(AnomalyError, match=r"from outside: y of mul .*data"):
        (x * data).sum().backward()


def test_a_bad_upstream_gradient_is_the_callers():
    """backward(NaN) blames the argument, not an op."""
    y = leaf(1.0) * 2
    with detect_anomaly(), pytest.raises(AnomalyError, match="passed to backward"):
        y.backward(torch.tensor([torch.nan]))


def test_the_report_says_what_went_in():
    """The message gives the op, the values at the place, and what to do."""
    with np.errstate(all="ignore"), detect_anomaly():
        loss = log_of_zero()
        with pytest.raises(AnomalyError) as caught:
            loss.backward()
    text = str(caught.value)
    for part in ("index (0,)", "1 of 2", "in log", "x = 0", "q = p.log()", "clamp"):
        assert part in text


def test_a_differentiated_pass_is_watched_too():
    """A second derivative that is infinite is found: d²(x^1.5)/dx² at 0."""
    x = leaf(0.0, 1.0)
    with detect_anomaly():
        (g,) = torch.autograd.grad((x**1.5).sum(), x, create_graph=True)
        with pytest.raises(AnomalyError, match="test_anomaly"):
            g.sum().backward()


def test_without_the_mode_nothing_is_checked():
    """Outside of the block a NaN passes, as in PyTorch."""
    x = leaf(-1.0)
    with np.errstate(all="ignore"):
        y = x.sqrt()
        with detect_anomaly():
            assert is_anomaly_enabled()
        assert not is_anomaly_enabled()
        y.backward()
    assert np.isnan(x.grad.item())


def test_check_nan_false_switches_it_off():
    """detect_anomaly(check_nan=False) lets all pass."""
    x = leaf(-1.0)
    with np.errstate(all="ignore"), detect_anomaly(check_nan=False):
        x.sqrt().backward()


def test_set_detect_anomaly_as_function_and_as_block():
    """It may be switched for good, or for a block that gives back the former state."""
    set_detect_anomaly(True)
    try:
        with set_detect_anomaly(False):
            assert not is_anomaly_enabled()
        assert is_anomaly_enabled()
    finally:
        set_detect_anomaly(False)
    assert not is_anomaly_enabled()


def test_an_anomaly_leaves_no_half_gradient():
    """The pass raises before any leaf has received something."""
    w = leaf(1.0, 1.0)
    x = leaf(0.0, 1.0)
    with np.errstate(all="ignore"), detect_anomaly(), pytest.raises(GradientError):
        (w * x.log()).sum().backward()
    assert (w.grad, x.grad) == (None, None)
