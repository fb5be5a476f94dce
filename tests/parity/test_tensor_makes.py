"""What a tensor makes, adds up and reports of its gradient, beside PyTorch's."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

import tinygrad_edu as ours
from tests.parity.comparing import answer

torch = pytest.importorskip("torch", reason="PyTorch is absent: pip install torch==2.13.0")
pytestmark = pytest.mark.parity


def edited(t: Any, name: str, *args: Any, **options: Any) -> Any:
    """A tensor after an edit in place under recording, and the gradients behind it."""
    x = t.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    y = t.tensor([[0.5, 1.5], [2.5, 3.5]], requires_grad=True)
    z = x * 1
    given = [y if a == "y" else t.tensor(a) if isinstance(a, list) else a for a in args]
    returned = getattr(z, name)(*given, **options)
    (z * z).sum().backward()
    return [returned is z, z, x.grad, y.grad]


def after(t: Any) -> Any:
    """What hooks see after accumulation: each time, the gradient so far; then no more."""
    x = t.tensor([1.0, 2.0], requires_grad=True)
    seen: list[Any] = []
    x.register_hook(lambda g: g * 10)
    handle = x.register_post_accumulate_grad_hook(lambda p: seen.append((p is x, p.grad.tolist())))
    (x * x).sum().backward()
    (x * 3).sum().backward(inputs=[x])
    t.autograd.grad((x * 3).sum(), x)
    handle.remove()
    x.sum().backward()
    return [seen, x.grad]


def stepping(t: Any) -> Any:
    """An optimizer that steps in the hook, so that no gradient outlives its use."""
    w = [t.tensor([1.0, 2.0], requires_grad=True), t.tensor([3.0, 4.0], requires_grad=True)]
    optimizers = {p: t.optim.SGD([p], lr=0.1) for p in w}

    def step(p: Any) -> None:
        optimizers[p].step()
        optimizers[p].zero_grad()

    for p in w:
        p.register_post_accumulate_grad_hook(step)
    (w[0] * w[1]).sum().backward()
    return [w, [p.grad for p in w]]


ANSWERS = [
    lambda t: [t.ones(2).new_zeros(2, 3), t.arange(2).new_zeros((2,)), t.ones(1).new_zeros([1, 2])],
    lambda t: [t.ones(2).new_ones(2), t.ones(2).new_ones(()), t.ones(2).new_empty(2, 3).shape],
    lambda t: [
        t.ones(2).new_full((2, 1), 3),
        t.arange(2).new_full((2,), 3),
        t.ones(1).double().new_full((), 1),
    ],
    lambda t: [
        t.ones(2).new_tensor([1, 2]),
        t.arange(2).new_tensor(1),
        t.ones(2).new_tensor([[True]]),
    ],
    lambda t: [t.ones(2).new_tensor(np.arange(3)), t.arange(2).new_tensor(t.ones(2))],
    lambda t: [t.ones(2).new_zeros(2, dtype=t.int64), t.ones(2).new_tensor([1], dtype=t.float64)],
    lambda t: [t.ones(2).new_ones(2, requires_grad=True), t.ones(1).new_zeros(1, device="cpu")],
    lambda t: [t.ones(2, requires_grad=True).new_zeros(1), t.ones(2).bool().new_ones(2)],
    lambda t: [
        t.ones(2).addcmul(t.ones(2), t.ones(2), value=2),
        t.lerp(t.zeros(2), t.ones(2), 0.3),
    ],
    lambda t: [
        t.zeros(2).lerp(t.ones(2), t.tensor([0.1, 0.9])),
        t.addcdiv(t.ones(2), t.ones(2), 2 * t.ones(2)),
    ],
    lambda t: t.ones(3).index_add(0, t.tensor([0, 0, 2]), t.ones(3), alpha=2),
    lambda t: edited(t, "addcmul_", "y", "y", value=0.5),
    lambda t: edited(t, "addcdiv_", "y", "y"),
    lambda t: edited(t, "lerp_", "y", 0.25),
    lambda t: edited(t, "index_add_", 0, [1, 1], "y", alpha=2.0),
    after,
    stepping,
]


@pytest.mark.parametrize("ask", ANSWERS, ids=range(len(ANSWERS)))
def test_the_same_answer(ask: Any) -> None:
    """Values, shapes, number types, gradients."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = answer(torch, ask)
    assert not isinstance(theirs, Exception), theirs
    assert answer(ours, ask) == theirs


@pytest.mark.parametrize(
    "ask",
    [
        lambda t: t.ones(1).new_zeros(-1),
        lambda t: t.ones(1).new_zeros("a"),
        lambda t: t.ones(1).new_tensor([[1], [1, 2]]),
        lambda t: t.arange(1).new_zeros(2, requires_grad=True),
        lambda t: t.ones(1).register_post_accumulate_grad_hook(print),
        lambda t: (t.ones(1, requires_grad=True) * 2).register_post_accumulate_grad_hook(print),
        lambda t: t.arange(2).addcdiv(t.arange(2), t.arange(1, 3)),
        lambda t: t.ones(2).index_add(0, t.tensor([2]), t.ones(1)),
        lambda t: t.ones(1, requires_grad=True).addcmul_(t.ones(1), t.ones(1)),
    ],
)
def test_the_same_refusal(ask: Any) -> None:
    """Of this library's own, and of PyTorch's kind."""
    theirs, mine = answer(torch, ask), answer(ours, ask)
    assert isinstance(theirs, Exception)
    assert isinstance(mine, ours.errors.TinygradEduError), mine
    assert isinstance(mine, type(theirs)), f"{mine!r} beside {theirs!r}"
