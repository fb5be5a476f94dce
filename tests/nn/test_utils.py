"""Clipping keeps gradients in bounds; vectors carry all parameters there and back."""

from __future__ import annotations

import math

import numpy as np
import pytest

import tinygrad_edu as torch
from tinygrad_edu import nn
from tinygrad_edu.nn import utils
from tinygrad_edu.nn.utils.rnn import pad_sequence


def with_gradients(*rows: list[float]) -> list[nn.Parameter]:
    """Parameters that have these gradients."""
    made = []
    for row in rows:
        p = nn.Parameter(torch.zeros(len(row)))
        p.grad = torch.tensor(row)
        made.append(p)
    return made


def test_clipping_by_norm_keeps_the_direction() -> None:
    """All gradients together are shortened to max_norm; the norm before is returned."""
    ps = with_gradients([3.0, 0.0], [0.0, 4.0])
    assert utils.clip_grad_norm_(iter(ps), 1.0).item() == 5
    np.testing.assert_allclose(ps[0].grad.numpy(), [0.6, 0], rtol=1e-5)
    np.testing.assert_allclose(ps[1].grad.numpy(), [0, 0.8], rtol=1e-5)
    assert utils.clip_grad_norm_(ps, 10.0).item() == pytest.approx(1, rel=1e-5)
    np.testing.assert_allclose(ps[0].grad.numpy(), [0.6, 0], rtol=1e-5)  # short enough
    assert utils.clip_grad_norm_(ps[0], 0.3, math.inf).item() == pytest.approx(0.6, rel=1e-5)
    assert ps[0].grad.dtype == torch.float32


def test_parameters_without_gradients_are_passed_over() -> None:
    """Also where there are none at all."""
    p = nn.Parameter(torch.ones(2))
    assert utils.clip_grad_norm_([p], 1.0).item() == 0
    utils.clip_grad_value_([p], 1.0)
    assert p.grad is None


def test_clipping_by_value_holds_each_element() -> None:
    """Every element between −clip_value and clip_value."""
    ps = with_gradients([3.0, -0.1, -2.0])
    utils.clip_grad_value_(ps, 0.5)
    np.testing.assert_allclose(ps[0].grad.numpy(), [0.5, -0.1, -0.5], rtol=1e-6)


def test_a_norm_that_is_not_finite_can_be_refused() -> None:
    """NaN spreads to all gradients as in PyTorch, or raises where asked to; no bound below 0."""
    ps = with_gradients([math.nan, 1.0])
    with pytest.raises(RuntimeError, match=r"order 2\.0 is nan"):
        utils.clip_grad_norm_(ps, 1.0, error_if_nonfinite=True)
    assert ps[0].grad.numpy()[1] == 1
    with pytest.raises(ValueError, match="max_norm=-1"):
        utils.clip_grad_norm_(ps, -1)


def test_parameters_travel_as_one_vector() -> None:
    """There and back gives the same module; the way there can be differentiated."""
    a, b = nn.Linear(3, 2), nn.Linear(3, 2)
    vector = utils.parameters_to_vector(a.parameters())
    assert vector.shape == (8,)
    utils.vector_to_parameters(vector, b.parameters())
    for p, q in zip(a.parameters(), b.parameters(), strict=True):
        np.testing.assert_array_equal(p.numpy(force=True), q.numpy(force=True))
    (vector**2).sum().backward()
    np.testing.assert_allclose(a.weight.grad.numpy(), 2 * a.weight.numpy(force=True), rtol=1e-6)


def test_a_vector_of_the_wrong_length_changes_nothing() -> None:
    """PyTorch passes over what is left; here it is refused, before anything is written."""
    layer = nn.Linear(3, 2)
    before = layer.weight.numpy(force=True).copy()
    for n in (7, 9):
        with pytest.raises(RuntimeError, match="hold 8 numbers"):
            utils.vector_to_parameters(torch.ones(n), layer.parameters())
    with pytest.raises(TypeError, match="a tensor was expected"):
        utils.vector_to_parameters([1.0], layer.parameters())
    np.testing.assert_array_equal(layer.weight.numpy(force=True), before)


def test_sequences_are_filled_up_to_the_longest() -> None:
    """Left or right, batch first or not; the gradient reaches what was there."""
    xs = [torch.ones(n, 2, requires_grad=True) for n in (2, 3)]
    y = pad_sequence(xs, batch_first=True, padding_value=-1.0)
    assert y[0].tolist() == [[1, 1], [1, 1], [-1, -1]]
    assert pad_sequence(xs, padding_side="left")[:, 0].tolist() == [[0, 0], [1, 1], [1, 1]]
    (y * y).sum().backward()
    assert [x.grad.tolist() for x in xs] == [[[2, 2]] * 2, [[2, 2]] * 3]


@pytest.mark.parametrize(
    ("call", "kind", "says"),
    [
        (lambda: pad_sequence([1, 2]), TypeError, "sequence 0 is int"),
        (lambda: pad_sequence([torch.ones(2), torch.ones(2, 3)]), RuntimeError, "sequence 1"),
        (lambda: pad_sequence([]), RuntimeError, "empty"),
        (lambda: pad_sequence([torch.ones(1)], padding_side="top"), ValueError, "'top'"),
    ],
)
def test_what_is_no_list_of_sequences_is_refused(call, kind, says) -> None:
    """With an error of PyTorch's type."""
    with pytest.raises(kind, match=says):
        call()
