"""Attention takes means of values by likeness, and never looks where it must not."""

from __future__ import annotations

import math

import numpy as np
import pytest

import tinygrad_edu as torch
import tinygrad_edu.nn.functional as F
from tinygrad_edu.autograd import gradcheck, gradgradcheck

attend = F.scaled_dot_product_attention


def drawn(*shape: int, seed: int = 0) -> torch.Tensor:
    """Numbers in float64 that a gradient can be asked for."""
    numbers = np.random.default_rng(seed).normal(size=shape)
    return torch.tensor(numbers, requires_grad=True)


def test_equal_likeness_is_the_mean_and_great_likeness_the_value() -> None:
    """A query of zeros sees all keys alike; a large one sees only its own."""
    value = drawn(3, 2).detach()
    keys = torch.eye(3, dtype=torch.float64)
    mean = attend(torch.zeros(1, 3, dtype=torch.float64), keys, value)
    np.testing.assert_allclose(mean.numpy()[0], value.numpy().mean(0))
    np.testing.assert_allclose(attend(keys * 1e3, keys, value).numpy(), value.numpy())


def test_causal_attention_does_not_see_the_future() -> None:
    """A change of later keys and values changes no earlier output; a mask can say the same."""
    x = drawn(2, 4, 3).detach()
    before = attend(x, x, x, is_causal=True).numpy()
    mask = torch.ones(4, 4).tril().bool()
    np.testing.assert_array_equal(attend(x, x, x, attn_mask=mask).numpy(), before)
    later = x.clone()
    later[:, 2:] = 9.0
    after = attend(x, later, later, is_causal=True).numpy()
    np.testing.assert_array_equal(after[:, :2], before[:, :2])
    assert not np.allclose(after[:, 2:], before[:, 2:])


@pytest.mark.parametrize("kind", ["truth", "numbers"])
def test_a_query_that_may_look_nowhere_gets_zeros(kind: str) -> None:
    """Not NaN, and neither does its gradient."""
    mask = torch.tensor([[True, False], [False, False]])
    if kind == "numbers":
        mask = torch.zeros(2, 2, dtype=torch.float64).masked_fill(~mask, -math.inf)
    x = drawn(2, 3)
    z = attend(x, x, x, attn_mask=mask)
    z.sum().backward()
    np.testing.assert_array_equal(z.detach().numpy()[1], np.zeros(3))
    assert np.isfinite(x.grad.numpy()).all()


def test_dropout_leaves_out_some_weights() -> None:
    """Those that are kept are scaled, so that the mean stays."""
    torch.manual_seed(0)
    x, ones = torch.zeros(1000, 2), torch.ones(1000, 1)
    kept = attend(x, x, ones, dropout_p=0.5).numpy()
    assert kept.mean() == pytest.approx(1, abs=0.01)
    assert kept.std() > 0.01


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"is_causal": True, "scale": 0.3},
        {"attn_mask": torch.tensor([[True, False], [False, False], [True, True]])},
        {"attn_mask": torch.tensor([[0.5, -math.inf]], dtype=torch.float64)},
    ],
)
def test_gradients_of_both_orders_are_those_of_differences(options: dict) -> None:
    """First and second derivatives in queries, keys and values."""
    inputs = (drawn(2, 3, 4), drawn(2, 2, 4, seed=1), drawn(2, 2, 2, seed=2))
    assert gradcheck(lambda q, k, v: attend(q, k, v, **options), inputs)
    assert gradgradcheck(lambda q, k, v: attend(q, k, v, **options), inputs)


X = torch.ones(2, 3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: attend(X, torch.ones(2, 4), X), "do not fit"),
        (lambda: attend(X, X, torch.ones(3, 3)), "do not fit"),
        (lambda: attend(X[0], X[0], X[0]), "do not fit"),
        (lambda: attend(X, X, X, torch.ones(2, 2).bool(), is_causal=True), "Give one"),
        (lambda: attend(X, X, X, torch.ones(2, 2).long()), r"mask\.bool\(\)"),
        (lambda: attend(X, X, X, torch.ones(3, 2)), "broadcast"),
        (lambda: attend(X, X, X, dropout_p=2.0), "p=2"),
        (lambda: attend(X, X, X, enable_gqa=True), "enable_gqa"),
        (
            lambda: attend(*[torch.ones(n, 2, 2) for n in (3, 2, 2)], enable_gqa=True),
            "no multiple",
        ),
    ],
)
def test_bad_input_is_refused(call: object, message: str) -> None:
    """What was asked, what was received, what to do."""
    with pytest.raises(RuntimeError, match=message):
        call()  # type: ignore[operator]
