"""Convolution and pooling say what their definitions say, window by window, and refuse the rest."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest

import tinygrad_edu as torch
import tinygrad_edu.nn.functional as F
from tinygrad_edu import nn
from tinygrad_edu.autograd import gradcheck, gradgradcheck


def drawn(*shape: int) -> torch.Tensor:
    """Numbers in float64 that a gradient can be asked for."""
    numbers = np.random.default_rng(len(shape)).normal(size=shape)
    return torch.tensor(numbers, requires_grad=True)


def by_hand(x: np.ndarray, weight: np.ndarray, stride: int, dilation: int) -> np.ndarray:
    """The definition of a convolution: the product of the weights with each window, added up."""
    (n, _, h, w), (o, _, kh, kw) = x.shape, weight.shape
    rows = (h - dilation * (kh - 1) - 1) // stride + 1
    across = (w - dilation * (kw - 1) - 1) // stride + 1
    z = np.zeros((n, o, rows, across))
    for a, b, k, m in product(range(n), range(o), range(rows), range(across)):
        for i, j in product(range(kh), range(kw)):
            at = x[a, :, stride * k + dilation * i, stride * m + dilation * j]
            z[a, b, k, m] += at @ weight[b, :, i, j]
    return z


@pytest.mark.parametrize(("stride", "dilation"), [(1, 1), (2, 1), (1, 2), (3, 2)])
def test_a_convolution_is_a_product_with_every_window(stride: int, dilation: int) -> None:
    """Each output is the sum over one window, weight by weight."""
    x, weight = drawn(2, 3, 7, 6), drawn(4, 3, 3, 2)
    z = F.conv2d(x, weight, stride=stride, dilation=dilation).detach().numpy()
    expected = by_hand(x.detach().numpy(), weight.detach().numpy(), stride, dilation)
    np.testing.assert_allclose(z, expected, rtol=1e-12, atol=1e-12)


def test_padding_by_name_and_number() -> None:
    """Margins: "same" keeps the size, "valid" adds nothing, numbers are places on each side."""
    x = torch.ones(1, 1, 6, 5)
    assert nn.Conv2d(1, 2, (3, 4), padding="same")(x).shape == (1, 2, 6, 5)
    assert nn.Conv2d(1, 2, 3, padding="valid")(x).shape == (1, 2, 4, 3)
    assert nn.Conv2d(1, 2, 3, padding=(2, 1), stride=2)(x).shape == (1, 2, 4, 3)
    sums = F.conv2d(torch.tensor([[[1.0, 2.0, 4.0]]]), torch.ones(1, 1, 1, 2), padding="same")
    assert sums.tolist() == [[[3, 6, 4]]]  # an odd margin has its extra place on the right
    round_the_edge = nn.Conv2d(1, 1, 3, padding=1, padding_mode="circular", bias=False)
    total = round_the_edge.weight.numpy(force=True).sum()
    np.testing.assert_allclose(round_the_edge(x).detach().numpy(), total, rtol=1e-5)


def test_groups_do_not_see_each_other() -> None:
    """With two groups, the second half of the channels changes only the second half outside."""
    layer, x = nn.Conv2d(4, 6, 3, groups=2), torch.randn(1, 4, 5, 5)
    before = layer(x).detach().numpy()
    x[:, 2:] = 0
    after = layer(x).detach().numpy()
    np.testing.assert_array_equal(after[:, :3], before[:, :3])
    assert not np.array_equal(after[:, 3:], before[:, 3:])


def test_a_single_picture_needs_no_batch() -> None:
    """(C, H, W) goes through conv and pools as a batch of one does."""
    x = torch.randn(3, 6, 6)
    for layer in (nn.Conv2d(3, 2, 3), nn.MaxPool2d(2), nn.AvgPool2d(3), nn.Unfold(2)):
        one, batch = layer(x), layer(x.unsqueeze(0))
        np.testing.assert_array_equal(one.numpy(force=True), batch[0].numpy(force=True))


def test_weights_start_within_one_over_root_of_the_window() -> None:
    """Uniform in ±1/√(channels · kH · kW), PyTorch's rule."""
    torch.manual_seed(0)
    layer = nn.Conv2d(8, 50, 5)
    bound = 1 / math.sqrt(8 * 25)
    for p in layer.parameters():
        assert 0.9 * bound < np.abs(p.numpy(force=True)).max() <= bound
    assert layer(torch.ones(1, 8, 5, 5)).dtype == torch.float32


def test_pools_take_the_largest_and_the_mean() -> None:
    """And ceil_mode keeps the windows that stick out, where a mean counts only what is there."""
    x = torch.arange(15.0).reshape(1, 1, 3, 5)
    assert nn.MaxPool2d(2)(x).tolist() == [[[[6, 8]]]]
    assert nn.AvgPool2d(2)(x).tolist() == [[[[3, 5]]]]
    assert nn.MaxPool2d(2, ceil_mode=True)(x).tolist() == [[[[6, 8, 9], [11, 13, 14]]]]
    assert nn.AvgPool2d(2, ceil_mode=True)(x).tolist() == [[[[3, 5, 6.5], [10.5, 12.5, 14]]]]
    inside = F.avg_pool2d(x, 3, padding=1, stride=3, count_include_pad=False)
    assert inside.tolist() == [[[[3, 5.5]]]]


def test_the_first_of_equal_winners_takes_all() -> None:
    """As in PyTorch, one place of a window receives the gradient, and its index is told."""
    x = torch.ones(1, 1, 2, 4, requires_grad=True)
    z, places = F.max_pool2d(x, 2, return_indices=True)
    assert places.tolist() == [[[[0, 2]]]]
    z.sum().backward()
    assert x.grad.tolist() == [[[[1, 0, 1, 0], [0, 0, 0, 0]]]]


def test_the_margin_never_wins() -> None:
    """Where every number is negative, the largest is still one of them."""
    x = torch.full((1, 1, 3, 3), -5.0)
    assert set(F.max_pool2d(x, 3, 1, 1).numpy().flat) == {-5}


def test_folding_counts_how_often_a_place_was_seen() -> None:
    """fold(unfold(x)) is x times the number of windows over each place."""
    x = drawn(2, 3, 5, 6)
    options = {"kernel_size": (2, 3), "padding": (1, 0), "stride": (1, 2), "dilation": 2}
    there = F.fold(F.unfold(x, **options), (5, 6), **options)
    seen = F.fold(F.unfold(torch.ones_like(x), **options), (5, 6), **options)
    np.testing.assert_allclose(there.detach().numpy(), (x * seen).detach().numpy(), rtol=1e-12)


@pytest.mark.parametrize(
    ("call", "shapes"),
    [
        (lambda x, w, b: F.conv2d(x, w, b, padding=1), [(2, 2, 3, 3), (2, 2, 2, 2), (2,)]),
        (
            lambda x, w: F.conv2d(x, w, None, (2, 1), (1, 2), (1, 2), 2),
            [(1, 2, 3, 3), (2, 1, 2, 3)],
        ),
        (lambda x, w: F.conv2d(x, w, padding="same"), [(2, 3, 3), (1, 2, 2, 3)]),
        (lambda x: F.max_pool2d(x, 2, 1, 1) ** 2, [(1, 2, 3, 3)]),
        (lambda x: F.avg_pool2d(x, 2, 2, 1, True, False) ** 3, [(1, 2, 3, 4)]),
        (lambda x: F.unfold(x, 2, padding=1) ** 2, [(1, 2, 3, 2)]),
        (lambda x: F.fold(x, (3, 3), 2) ** 2, [(1, 8, 4)]),
    ],
)
def test_gradients_of_both_orders_are_those_of_differences(
    call: object, shapes: list[tuple[int, ...]]
) -> None:
    """First and second derivatives in the pictures and in the weights."""
    inputs = tuple(drawn(*shape) for shape in shapes)
    assert gradcheck(call, inputs)  # type: ignore[arg-type]
    assert gradgradcheck(call, inputs)  # type: ignore[arg-type]


X = torch.ones(1, 2, 4, 4)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: nn.Conv2d(3, 2, 3)(X), RuntimeError, "has 2 channels .* takes 3"),
        (lambda: nn.Conv2d(2, 2, 5)(X), RuntimeError, "5 × 5 does not fit in pictures of 4 × 4"),
        (lambda: nn.Conv2d(2, 2, 3, dilation=2)(X), RuntimeError, "every"),
        (lambda: nn.Conv2d(2, 2, 3)(X[0, 0]), RuntimeError, r"pictures \(N, C, H, W\)"),
        (lambda: nn.Conv2d(3, 2, 3, groups=2), ValueError, "in_channels=3 with groups=2"),
        (lambda: nn.Conv2d(2, 2, 0), ValueError, "kernel_size=0"),
        (lambda: nn.Conv2d(2, 2, 3, stride=0), ValueError, "stride=0"),
        (lambda: nn.Conv2d(2, 2, (3, 3, 3)), ValueError, "down and across"),
        (lambda: nn.Conv2d(2, 2, 3, padding=-1), ValueError, "padding=-1"),
        (lambda: nn.Conv2d(2, 2, 3, padding="full"), ValueError, "'valid', 'same'"),
        (lambda: nn.Conv2d(2, 2, 3, 2, padding="same"), ValueError, "keeps the size"),
        (lambda: nn.Conv2d(2, 2, 3, padding_mode="wrap"), ValueError, "'circular'"),
        (lambda: F.conv2d(X, torch.ones(2, 2, 3)), RuntimeError, r"not \(O, C/groups, kH, kW\)"),
        (lambda: F.conv2d(X, torch.ones(3, 1, 2, 2), groups=2), RuntimeError, "does not divide"),
        (lambda: F.conv2d(X, torch.ones(3, 2, 2, 2), torch.ones(2)), RuntimeError, "3 outputs"),
        (lambda: nn.MaxPool2d(5)(X), RuntimeError, "max_pool2d: a window of 5 × 5"),
        (lambda: nn.AvgPool2d(5)(X), RuntimeError, "avg_pool2d: a window of 5 × 5"),
        (lambda: nn.MaxPool2d(2, padding=2)(X), RuntimeError, "more than half"),
        (lambda: F.avg_pool2d(X, 2, divisor_override=0), RuntimeError, "divided by it"),
        (lambda: F.fold(torch.ones(1, 8, 5), (3, 3), 2), RuntimeError, r"2 · 2 windows"),
        (lambda: F.fold(torch.ones(1, 1, 8, 4), (3, 3), 2), RuntimeError, "neither"),
        (lambda: F.unfold(torch.ones(4, 4), 2), RuntimeError, "dimension"),
    ],
)
def test_bad_input_is_refused(call: object, error: type[Exception], message: str) -> None:
    """What was asked, what was received, what to do."""
    with pytest.raises(error, match=message):
        call()  # type: ignore[operator]
