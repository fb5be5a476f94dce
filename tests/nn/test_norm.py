"""Batch norm and layer norm: what they make of their input, and what they remember of it."""

from __future__ import annotations

import numpy as np
import pytest

import tinygrad_edu as torch
import tinygrad_edu.nn.functional as F
from tinygrad_edu import nn
from tinygrad_edu.autograd import gradcheck, gradgradcheck


def drawn(*shape: int) -> torch.Tensor:
    """Numbers in float64 that a gradient can be asked for."""
    numbers = np.random.default_rng(len(shape)).normal(2, 3, shape)
    return torch.tensor(numbers, requires_grad=True)


def test_a_batch_comes_out_with_mean_0_and_variance_1() -> None:
    """Channel by channel over a batch of vectors, sequences or pictures, in training."""
    for layer, shape in (
        (nn.BatchNorm1d(4), (50, 4)),
        (nn.BatchNorm1d(4), (20, 4, 5)),
        (nn.BatchNorm2d(4), (9, 4, 5, 6)),
    ):
        y = layer.double()(drawn(*shape)).detach().numpy()
        over = (0, *range(2, len(shape)))
        np.testing.assert_allclose(y.mean(over), 0, atol=1e-12)
        np.testing.assert_allclose(y.var(over), 1, atol=1e-4)  # ε takes a little away


def test_running_estimates_follow_the_batches() -> None:
    """They move by `momentum` towards the batch's mean and unbiased variance; None averages."""
    batches = [drawn(8, 3) * k for k in (1.0, 2.0, 3.0)]
    means = [b.detach().numpy().mean(0) for b in batches]
    variances = [b.detach().numpy().var(0, ddof=1) for b in batches]
    moving, average = nn.BatchNorm1d(3).double(), nn.BatchNorm1d(3, momentum=None).double()
    expected_mean, expected_var = np.zeros(3), np.ones(3)
    for batch, mean, var in zip(batches, means, variances, strict=True):
        moving(batch), average(batch)
        expected_mean = 0.9 * expected_mean + 0.1 * mean
        expected_var = 0.9 * expected_var + 0.1 * var
    np.testing.assert_allclose(moving.running_mean.numpy(), expected_mean)
    np.testing.assert_allclose(moving.running_var.numpy(), expected_var)
    np.testing.assert_allclose(average.running_mean.numpy(), np.mean(means, axis=0))
    np.testing.assert_allclose(average.running_var.numpy(), np.mean(variances, axis=0))
    assert moving.num_batches_tracked.item() == 3
    assert moving.num_batches_tracked.dtype == torch.int64
    moving.reset_running_stats()
    assert not moving.running_mean.numpy().any()
    assert moving.num_batches_tracked.item() == 0


def test_evaluation_uses_the_estimates_and_leaves_them_alone() -> None:
    """After eval() one sample is enough, and nothing is learned from it."""
    layer = nn.BatchNorm1d(3).double()
    layer(drawn(10, 3))
    before = {k: v.clone() for k, v in layer.eval().state_dict().items()}
    x = drawn(1, 3)
    mean, var = before["running_mean"].numpy(), before["running_var"].numpy()
    expected = (x.detach().numpy() - mean) / np.sqrt(var + 1e-5)
    np.testing.assert_allclose(layer(x).detach().numpy(), expected)
    for name, x in layer.state_dict().items():
        np.testing.assert_array_equal(x.numpy(), before[name].numpy())
    stateless = nn.BatchNorm1d(3, track_running_stats=False).double()
    many = drawn(10, 3)
    np.testing.assert_array_equal(
        stateless(many).numpy(force=True), stateless.eval()(many).numpy(force=True)
    )
    assert list(stateless.state_dict()) == ["weight", "bias"]


def test_a_sample_comes_out_with_mean_0_and_variance_1() -> None:
    """Layer norm looks at each sample alone, in training and in evaluation."""
    layer, x = nn.LayerNorm((4, 5)).double(), drawn(3, 4, 5)
    y = layer(x).detach().numpy()
    np.testing.assert_allclose(y.mean((1, 2)), 0, atol=1e-12)
    np.testing.assert_allclose(y.var((1, 2)), 1, atol=1e-4)
    np.testing.assert_array_equal(layer.eval()(x).detach().numpy(), y)
    alone = layer(x[1:2]).detach().numpy()
    np.testing.assert_allclose(alone, y[1:2], rtol=1e-12)


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (nn.BatchNorm1d(3), (4, 3)),
        (nn.BatchNorm1d(3), (3, 3, 2)),
        (nn.BatchNorm1d(3, affine=False), (4, 3)),
        (nn.BatchNorm1d(3).eval(), (4, 3)),
        (nn.BatchNorm2d(2), (2, 2, 2, 2)),
        (nn.LayerNorm(4), (3, 4)),
        (nn.LayerNorm((2, 3), bias=False), (2, 2, 3)),
    ],
)
def test_gradients_of_both_orders_are_those_of_differences(
    layer: nn.Module, shape: tuple[int, ...]
) -> None:
    """First and second derivatives in the input and in the parameters."""
    layer.double()
    names = [name for name, _ in layer.named_parameters()]
    x = drawn(*shape)
    parameters = [drawn(*p.shape) for p in layer.parameters()]

    def call(x: torch.Tensor, *values: torch.Tensor) -> torch.Tensor:
        learned = dict(zip(names, values, strict=True))
        if isinstance(layer, nn.LayerNorm):
            return F.layer_norm(x, layer.normalized_shape, **learned, eps=layer.eps)
        fixed = (None, None) if layer.training else (layer.running_mean, layer.running_var)
        return F.batch_norm(x, *fixed, **learned, training=layer.training)

    assert gradcheck(call, (x, *parameters))
    assert gradgradcheck(call, (x, *parameters))


def test_the_output_may_be_written_over() -> None:
    """Backward reads the input, not the output, so an activation may work in place."""
    for layer in (nn.LayerNorm(3, elementwise_affine=False), nn.BatchNorm1d(3, affine=False)):
        x, y = drawn(4, 3), drawn(4, 3)
        F.relu(layer(x), inplace=True).sum().backward()
        F.relu(layer(y)).sum().backward()
        np.testing.assert_array_equal(x.grad.numpy(), y.grad.numpy())


def test_float32_stays_float32() -> None:
    """Neither the output nor the running estimates are widened."""
    layer = nn.BatchNorm1d(3)
    assert layer(torch.ones(4, 3)).dtype == torch.float32
    assert {x.dtype for x in layer.parameters()} == {torch.float32}
    assert layer.running_var.dtype == torch.float32
    assert nn.LayerNorm(3)(torch.ones(4, 3)).dtype == torch.float32


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: nn.BatchNorm1d(3)(torch.ones(1, 3)), ValueError, "one value for each channel"),
        (lambda: nn.BatchNorm1d(3)(torch.ones(2, 4)), RuntimeError, r"4 channels.*is \(3,\)"),
        (lambda: nn.BatchNorm1d(3)(torch.ones(2, 3, 1, 1)), ValueError, r"\(N, C\) or \(N, C, L\)"),
        (lambda: nn.BatchNorm2d(3)(torch.ones(2, 3)), ValueError, r"\(N, C, H, W\) was expected"),
        (lambda: nn.BatchNorm1d(-1), ValueError, "num_features=-1"),
        (lambda: F.batch_norm(torch.ones(3), None, None, training=True), RuntimeError, "channels"),
        (lambda: F.batch_norm(torch.ones(3, 2), None, None), ValueError, "running_mean and"),
        (lambda: nn.LayerNorm(3)(torch.ones(2, 4)), RuntimeError, r"does not end in .*\(3,\)"),
        (lambda: nn.LayerNorm(3)(torch.ones(2, 3).long()), RuntimeError, "floating point"),
    ],
)
def test_bad_input_is_refused(call: object, error: type[Exception], message: str) -> None:
    """What was asked, what was received, what to do."""
    with pytest.raises(error, match=message):
        call()  # type: ignore[operator]
