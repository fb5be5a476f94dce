"""What a plan would do wrong is refused, with the line."""

from __future__ import annotations

import functools
import random
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tinygrad_edu as te
from tinygrad_edu import nn, optim
from tinygrad_edu.errors import CompileError, InputTypeError

W = te.tensor([1.0, 2.0], requires_grad=True)
SEEN: list[Any] = []
COUNTS = {"calls": 0}
RNG = np.random.default_rng(0)


def item(x: Any) -> Any:
    return x * x.sum().item()


def condition(x: Any) -> Any:
    return x * 2 if x.sum() > 1 else x


def number(x: Any) -> Any:
    return x * float(x[0])


def numpy(x: Any) -> Any:
    return x * te.from_numpy(x.numpy() * 2)


def bare(x: Any) -> Any:
    return x * te.Tensor(x.array * 2)


def as_list(x: Any) -> Any:
    return x * te.tensor(x.tolist())


def text(x: Any) -> Any:
    return x * len(f"{x}")


def printed(x: Any) -> Any:
    print("here")
    return x * 2


def clock(x: Any) -> Any:
    return x * time.time()


def chance(x: Any) -> Any:
    return x * random.random()


def numpys_chance(x: Any) -> Any:
    return x * RNG.random()


def noted(x: Any) -> Any:
    y = x * 2
    SEEN.append(y)
    return y


def counted(x: Any) -> Any:
    COUNTS["calls"] += 1
    return x * COUNTS["calls"]


def copied(x: Any) -> Any:
    return x * te.tensor(x)


def indexed(x: Any) -> Any:
    return x[x > 1.5]


def twice(x: Any) -> Any:
    y = (W * x).sum()
    (g,) = te.autograd.grad(y, [W], create_graph=True)
    return g.detach()


def retained(x: Any) -> Any:
    y = (W * x).sum()
    y.backward(retain_graph=True)
    return y.detach()


def hooked(x: Any) -> Any:
    y = W * x
    y.register_hook(lambda g: g * 2)
    y.sum().backward()
    return y.detach()


def replaced(x: Any) -> Any:
    W.data = W.data * 2
    return x * 2


def equal(x: Any) -> Any:
    return x * 2 if te.equal(x, x) else x


def history(x: Any) -> Any:
    return W * x


def other(x: Any) -> Any:
    return object()


@pytest.mark.parametrize(
    "step",
    [
        item, condition, number, numpy, bare, as_list, text, printed, clock, chance, numpys_chance,
        noted, counted, copied, indexed, twice, retained, hooked, replaced, equal, history, other,
    ],
)  # fmt: skip
def test_refused(step: Callable[..., Any]) -> None:
    """None of these can be recorded, and each is told so."""
    compiled = te.compile(step)
    W.grad = None
    W.data = te.tensor([1.0, 2.0])
    with pytest.raises(CompileError):
        compiled(te.tensor([1.0, 2.0]))


@pytest.mark.parametrize("step", [item, condition, number, printed, clock])
def test_the_line_is_named(step: Callable[..., Any]) -> None:
    """The message names file, line and text of what is in the way."""
    with pytest.raises(CompileError, match=r"test_refusals\.py:\d+: (return x|print)"):
        te.compile(step)(te.tensor([1.0, 2.0]))


def test_a_state_of_the_modules() -> None:
    """A forward that keeps something in the module would keep it once only."""

    class Keeps(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.last = None

        def forward(self, x: Any) -> Any:
            self.last = x * 2
            return self.last

    with pytest.raises(CompileError):
        te.compile(Keeps())(te.tensor([1.0]))


def test_an_argument_with_a_history() -> None:
    """The backward pass would leave the step."""
    with pytest.raises(CompileError, match="detach"):
        te.compile(lambda x: x * 2)(W * 2)


def test_an_array_as_an_argument() -> None:
    """Arguments are tensors."""
    with pytest.raises(InputTypeError, match="from_numpy"):
        te.compile(lambda x: x)(np.zeros(2))
    with pytest.raises(InputTypeError):
        te.compile(3)


def test_a_closure_of_the_optimizer() -> None:
    """step(closure) computes the loss inside of the optimizer."""
    optimizer = optim.SGD([W], lr=0.1)

    def step(x: Any) -> Any:
        optimizer.step(lambda: (W * x).sum())
        return x * 2

    with pytest.raises(CompileError, match="closure"):
        te.compile(step)(te.tensor([1.0, 2.0]))


def test_a_function_of_ones_own() -> None:
    """autograd.Function runs Python in both directions."""

    class Double(te.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x * 2

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return g * 2

    with pytest.raises(CompileError, match="Function"):
        te.compile(lambda x: Double.apply(x).detach())(te.tensor([1.0]))


def test_pure_python_is_welcome() -> None:
    """Loops, comprehensions, partial functions, shapes and numbers of Python's are recorded."""

    def scaled(x: Any, k: float) -> Any:
        return x * k

    def step(x: Any) -> Any:
        parts = [functools.partial(scaled, k=float(k))(x) for k in range(1, x.shape[0] + 1)]
        parts.append(x if len(parts) > 1 else -x)
        total = sum(parts)
        return total / max(1, len(parts)) + te.full((2,), 3.0) + te.arange(2)

    compiled, x = te.compile(step), te.tensor([1.0, 2.0])
    for _ in range(2):
        np.testing.assert_array_equal(compiled(x).numpy(), step(x).numpy())
    assert compiled.recordings == 1
