"""After a pass and the deletion of its names nothing survives, nor waits for the collector."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

import tinygrad_edu as torch
from tinygrad_edu import engine, memory
from tinygrad_edu.autograd import Function, grad
from tinygrad_edu.engine import Node


@pytest.fixture(autouse=True)
def _no_collector() -> Iterator[None]:
    """Reference counts alone must do."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def living() -> int:
    """How many tensors and nodes there are."""
    # Not isinstance: it asks the object, and some (of other packages) answer with a warning.
    return sum(issubclass(type(x), (torch.Tensor, Node)) for x in gc.get_objects())


class Exp(Function):
    """A Function that saves an input and its output."""

    @staticmethod
    def forward(ctx, x):
        y = x.exp()
        ctx.save_for_backward(x, y)
        return y

    @staticmethod
    def backward(ctx, g):
        _, y = ctx.saved_tensors
        return g * y


def ordinary(x):
    y = x.exp()
    (y * y + x).sum().backward()


def never_walked(x):
    (x.exp() * x).sum()


def retained(x):
    loss = (x.exp() * x).sum()
    loss.backward(retain_graph=True)
    loss.backward()


def hooked(x):
    y = x * 2
    y.register_hook(lambda g: g * 2)
    y.retain_grad()
    (y * y).sum().backward()


def changed_in_place(x):
    y = x * 2
    y += x
    y[0] *= x[1]
    y.sin_()
    with torch.no_grad():
        y.mul_(0.5)
    y.sum().backward()


def refused(x):
    y = x.exp()
    z = (y * y).sum()
    y.add_(1)
    with pytest.raises(RuntimeError):
        z.backward()


def by_a_function(x):
    (Exp.apply(x * 1) * 2).sum().backward()


def as_values(x):
    y = (x * x).exp()
    grad(y.sum(), [x, y], allow_unused=True)


def of_second_order(x):
    (g,) = grad((x**3).sum(), x, create_graph=True)
    (g * g).sum().backward()


def by_functions(x):
    torch.autograd.functional.hessian(lambda x: (x**3).sum(), x)
    torch.autograd.functional.jvp(lambda x: x**3, x, torch.ones(2))


def listened_to(x):
    with engine.listen(lambda event: None):
        (x * x).sum().backward()


def viewed_and_detached(x):
    y = (x * 2).view(2, 1)
    y.detach().numpy()[0] = 5
    y.T[0].sum().backward()


@pytest.mark.parametrize(
    "program",
    [
        ordinary,
        never_walked,
        retained,
        hooked,
        changed_in_place,
        refused,
        by_a_function,
        as_values,
        of_second_order,
        by_functions,
        listened_to,
        viewed_and_detached,
    ],
)
def test_nothing_is_left_but_the_leaf_and_its_gradient(program):
    """Every kind of pass, hook, edit and derivative: tensors and nodes go with their names."""
    x = torch.tensor([0.5, 1.0], requires_grad=True)
    before = living()
    program(x)
    x.grad = None
    assert living() == before


def test_the_book_of_edits_forgets_memory_that_is_gone():
    """The version counter keeps entries for living arrays only."""
    before = len(memory.edits), len(memory.rewritten)
    x = torch.ones(3)
    y = x[1:]
    y += torch.ones(2, requires_grad=True)
    assert len(memory.edits) == before[0] + 1
    del x, y
    assert (len(memory.edits), len(memory.rewritten)) == before


def test_backward_frees_the_saved_arrays_although_the_output_is_kept():
    """Whoever keeps every loss of a training keeps one number each, not the activations."""
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x.exp()
    loss = (y * y).sum()
    saved = weakref.ref(y.array)
    del y
    assert saved() is not None
    loss.backward()
    assert saved() is None


def test_a_freed_graph_still_has_its_structure():
    """op, inputs and parameters stay for the pictures; values are gone."""
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = (x.exp() * 2).sum()
    y.backward()
    nodes = engine.ancestors([y.node])
    assert [n.op.name for n in nodes] == ["exp", "mul", "sum"]
    assert all(n.values is None and n.z is None for n in nodes)


def test_a_gradient_accumulates_in_one_place():
    """The second pass adds into the array of the first: `x.grad` is one object throughout."""
    x = torch.ones(1000, requires_grad=True)
    (x * 2).sum().backward()
    first, array = x.grad, x.grad.array
    (x * 2).sum().backward()
    assert x.grad is first
    assert x.grad.array is array
    assert x.grad.tolist()[:2] == [4, 4]


def test_losing_a_long_graph_does_not_recurse():
    """A chain of 50,000 nodes that nobody walked is let go without overflowing the stack."""
    x = torch.tensor(1.0, requires_grad=True)
    y = x
    for _ in range(50_000):
        y = y * 1.0
    before = living()
    del y
    assert living() < before - 50_000
