"""The embedding looks rows up, and its gradient finds the way back to them."""

from __future__ import annotations

import numpy as np
import pytest

import tinygrad_edu as torch
import tinygrad_edu.nn.functional as F
from tinygrad_edu import nn
from tinygrad_edu.autograd import gradcheck, gradgradcheck

PLACES = torch.tensor([[0, 1, 1], [4, 4, 1]])


def test_rows_are_looked_up_and_gradients_add_up() -> None:
    """A row's gradient is the sum over all the places that looked it up."""
    layer = nn.Embedding(5, 2)
    y = layer(PLACES)
    assert y.shape == (2, 3, 2)
    np.testing.assert_array_equal(y.detach().numpy(), layer.weight.detach().numpy()[PLACES.numpy()])
    y.sum().backward()
    np.testing.assert_array_equal(layer.weight.grad.numpy()[:, 0], [1, 3, 0, 0, 2])


def test_the_padding_row_is_zero_and_is_not_learned() -> None:
    """It starts as zeros and gets no gradient; −1 names the last row."""
    layer = nn.Embedding(5, 2, padding_idx=-1)
    assert layer.padding_idx == 4
    assert not layer.weight.detach().numpy()[4].any()
    layer(PLACES).sum().backward()
    np.testing.assert_array_equal(layer.weight.grad.numpy()[:, 0], [1, 3, 0, 0, 0])


def test_frequent_rows_can_be_slowed_down_and_long_ones_shortened() -> None:
    """`scale_grad_by_freq` divides by the count; `max_norm` shortens the rows that are used."""
    layer = nn.Embedding(5, 2, scale_grad_by_freq=True)
    layer(PLACES).sum().backward()
    np.testing.assert_allclose(layer.weight.grad.numpy()[:, 0], [1, 1, 0, 0, 1], rtol=1e-6)
    table = torch.full((5, 4), 3.0)
    F.embedding(PLACES, table, max_norm=1.0)
    np.testing.assert_allclose(np.linalg.norm(table.numpy(), axis=1), [1, 1, 6, 6, 1], rtol=1e-6)


def test_a_learned_table_can_be_brought_along() -> None:
    """`from_pretrained` takes a table and freezes it, unless it is told not to."""
    table = torch.arange(6.0).reshape(3, 2)
    layer = nn.Embedding.from_pretrained(table)
    assert not layer.weight.requires_grad
    assert layer(torch.tensor(2)).tolist() == [4, 5]
    assert nn.Embedding.from_pretrained(table, freeze=False).weight.requires_grad


@pytest.mark.parametrize("padding_idx", [None, 1])
def test_gradients_of_both_orders_are_those_of_differences(padding_idx: int | None) -> None:
    """The derivative of the lookup is the sum back into the rows, and the other way round."""
    table = torch.tensor(np.random.default_rng(0).normal(size=(5, 2)), requires_grad=True)
    places = PLACES if padding_idx is None else torch.tensor([0, 4, 4])

    def call(x: torch.Tensor) -> torch.Tensor:
        return F.embedding(places, x, padding_idx) ** 3

    assert gradcheck(call, (table,))
    assert gradgradcheck(call, (table,))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: nn.Embedding(3, 2)(torch.tensor([3])), IndexError, "index 3 is out of range"),
        (lambda: nn.Embedding(3, 2)(torch.tensor([0, -1])), IndexError, "index -1"),
        (lambda: nn.Embedding(3, 2)(torch.ones(2)), RuntimeError, r"x\.long\(\)"),
        (lambda: nn.Embedding(3, 2, padding_idx=3), ValueError, "padding_idx=3"),
        (lambda: nn.Embedding(-3, 2), ValueError, "num_embeddings=-3"),
        (lambda: nn.Embedding(3, 2, sparse=True)(PLACES), ValueError, "dense"),
        (lambda: nn.Embedding(3, 2, _weight=torch.ones(2, 3)), RuntimeError, "must be equal"),
        (lambda: nn.Embedding.from_pretrained(torch.ones(3)), RuntimeError, r"\(V, D\)"),
        (lambda: F.embedding(PLACES, torch.ones(3)), RuntimeError, r"\(V, D\)"),
    ],
)
def test_bad_input_is_refused(call: object, error: type[Exception], message: str) -> None:
    """What was asked, what was received, what to do."""
    with pytest.raises(error, match=message):
        call()  # type: ignore[operator]
