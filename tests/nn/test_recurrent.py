"""Group norm and recurrent cells: what they compute, what they refuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tinygrad_edu as torch
from tinygrad_edu import nn
from tinygrad_edu.errors import TinygradEduError


def test_a_group_of_channels_comes_out_with_mean_0_and_variance_1() -> None:
    """Sample by sample, group by group, whatever the others of the batch are."""
    x = torch.tensor(np.random.default_rng(0).normal(2, 3, (5, 6, 4, 3)))
    y = nn.GroupNorm(2, 6).double()(x).detach().numpy().reshape(5, 2, -1)
    np.testing.assert_allclose(y.mean(-1), 0, atol=1e-12)
    np.testing.assert_allclose(y.var(-1), 1, atol=1e-4)  # ε takes a little away


def test_an_lstm_learns_to_remember_the_first_number() -> None:
    """A sequence of ±1 and then zeros; after six steps the cell still says which came first."""
    torch.manual_seed(0)
    cell, head = nn.LSTMCell(1, 8), nn.Linear(8, 1)
    optimizer = torch.optim.Adam([*cell.parameters(), *head.parameters()], lr=0.05)
    first = torch.tensor([[1.0], [-1.0]])
    for _ in range(60):
        state = cell(first)
        for _ in range(6):
            state = cell(torch.zeros(2, 1), state)
        loss = nn.functional.mse_loss(head(state[0]), first)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.01


CELL = nn.GRUCell(3, 4)


@pytest.mark.parametrize(
    ("call", "kind", "says"),
    [
        (lambda: nn.GroupNorm(3, 4), ValueError, "num_groups=3 does not divide"),
        (lambda: nn.GroupNorm(0, 4), ValueError, "num_groups=0"),
        (lambda: nn.GroupNorm(2, 4)(torch.ones(2, 5)), RuntimeError, "do not come in 2 groups"),
        (lambda: nn.GroupNorm(2, 4)(torch.ones(2, 6)), RuntimeError, "weight is \\(4,\\)"),
        (lambda: nn.RNNCell(3, 4, nonlinearity="x"), ValueError, "'tanh' or 'relu'"),
        (lambda: nn.RNNCell(3, 0), ValueError, "hidden_size=0"),
        (lambda: CELL(torch.ones(2, 5)), RuntimeError, "one step was expected"),
        (lambda: CELL(torch.ones(7, 2, 3)), RuntimeError, "Loop over the steps"),
        (lambda: CELL(torch.ones(2, 3), torch.ones(4)), RuntimeError, r"needs a state \(2, 4\)"),
    ],
)
def test_refusals(call: Callable[[], Any], kind: type[Exception], says: str) -> None:
    """Sizes that do not fit are refused by an error of PyTorch's type that says the sizes."""
    with pytest.raises(kind, match=says) as caught:
        call()
    assert isinstance(caught.value, TinygradEduError)
