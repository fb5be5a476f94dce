"""Hooks see what goes into a module and out of it, forward and backward, and may replace it."""

from __future__ import annotations

from typing import Any

import numpy as np

import tinygrad_edu as torch
from tinygrad_edu import nn


class Product(nn.Module):
    """Two tensors and a number in, two tensors out."""

    def forward(self, x: Any, y: Any, n: float) -> Any:
        return x * y * n, x + y


def test_forward_hooks_replace_arguments_and_output() -> None:
    """A pre-hook's return value becomes the argument, a hook's the output, until it is removed."""
    m = nn.Identity()
    before = m.register_forward_pre_hook(lambda module, args: args[0] + 1)
    after = m.register_forward_hook(lambda module, args, output: output * 10)
    first = m.register_forward_hook(lambda module, args, output: output - 1, prepend=True)
    assert m(torch.tensor(1.0)).item() == 10
    first.remove()
    assert m(torch.tensor(1.0)).item() == 20
    before.remove()
    after.remove()
    assert m(torch.tensor(1.0)).item() == 1


def test_hooks_with_keywords() -> None:
    """`with_kwargs` shows the hook the keyword arguments as well."""
    m = Product()
    m.register_forward_pre_hook(lambda mod, args, kw: (args, {"n": kw["n"] + 1}), with_kwargs=True)
    product, _ = m(torch.tensor(2.0), torch.tensor(3.0), n=1)
    assert product.item() == 12


def test_backward_hook_sees_all_gradients_and_may_replace_them() -> None:
    """The hook gets one gradient per argument, None for a number, and its result flows on."""
    m, seen = Product(), []

    def hook(module: nn.Module, grad_input: Any, grad_output: Any) -> Any:
        seen.append((grad_input, grad_output))
        return grad_input[0] * 2, grad_input[1] * 3, None

    m.register_full_backward_hook(hook)
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = torch.tensor([3.0, 4.0], requires_grad=True)
    product, total = m(x, y, 2.0)
    (product.sum() + (total * total).sum()).backward()
    ((gx, gy, gn), (g_product, g_total)) = seen[0]
    assert gn is None
    assert np.array_equal(g_product.numpy(), [1, 1])
    assert np.array_equal(g_total.numpy(), [8, 12])
    assert np.array_equal(gx.numpy(), [2 * 3 + 8, 2 * 4 + 12])
    assert np.array_equal(x.grad.numpy(), 2 * gx.numpy())
    assert np.array_equal(y.grad.numpy(), 3 * gy.numpy())


def test_backward_hooks_of_the_first_layer() -> None:
    """Where no input wants a gradient the hook is called all the same, with None for it."""
    m, seen = nn.Linear(2, 1), []
    m.register_full_backward_pre_hook(lambda module, grad_output: (grad_output[0] * 2,))
    m.register_full_backward_hook(lambda module, gi, go: seen.append((gi, go[0].numpy().copy())))
    m(torch.ones(1, 2)).sum().backward()
    assert seen == [((None,), np.array([[2.0]]))]
    assert np.array_equal(m.weight.grad.numpy(), [[2, 2]])


def test_hooked_gradients_can_be_differentiated_again() -> None:
    """Under create_graph the gates are part of the graph: (x³)″ = 6x through a hooked module."""

    class Cube(nn.Module):
        def forward(self, x: Any) -> Any:
            return x**3

    m = Cube()
    m.register_full_backward_hook(lambda module, gi, go: None)
    x = torch.tensor(2.0, requires_grad=True)
    (slope,) = torch.autograd.grad(m(x), x, create_graph=True)
    (bend,) = torch.autograd.grad(slope, x)
    assert (slope.item(), bend.item()) == (12, 12)
