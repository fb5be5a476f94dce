"""What is no longer needed is gone at once: references are counted, the collector is off."""

from __future__ import annotations

import gc
import tracemalloc
import weakref
from collections.abc import Callable, Iterator

import numpy as np
import pytest

import tinygrad_edu as tg
from tinygrad_edu import engine, memory, nn, optim
from tinygrad_edu.engine import ancestors, listen
from tinygrad_edu.errors import InPlaceError


@pytest.fixture(autouse=True)
def _no_collector() -> Iterator[None]:
    """Cycles would stay, and be seen."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def witnesses(*tensors: tg.Tensor) -> list[weakref.ref]:
    """Weak references to tensors, to the nodes they came from, and to the arrays of all these."""
    nodes = ancestors([t.edge for t in tensors])
    arrays = [a for n in nodes for a in (n.z, *(n.values or ())) if isinstance(a, np.ndarray)]
    held = [*tensors, *(t.array for t in tensors), *nodes, *arrays]
    return [weakref.ref(thing) for thing in held]


def survivors(references: list[weakref.ref]) -> list[object]:
    return [type(r()).__name__ for r in references if r() is not None]


def leaves() -> tuple[tg.Tensor, tg.Tensor, tg.Tensor]:
    x = tg.randn(4, 3)
    w = tg.randn(3, 2, requires_grad=True)
    b = tg.randn(2, requires_grad=True)
    return x, w, b


def graph() -> tuple[tg.Tensor, ...]:
    """A loss, and all that it was computed from: reuse, a view, an edit, two outputs of one op."""
    x, w, b = leaves()
    h = x @ w + b
    first, second = (h * h).split(1, dim=1)
    second = second.sin()
    second += first
    loss = (second * first[0]).sum() + h[0].tanh().mean()
    return loss, second, first, h, x, w, b


WAYS: dict[str, Callable[[tg.Tensor, tg.Tensor], object]] = {
    "never walked": lambda loss, w: None,
    "walked": lambda loss, w: loss.backward(),
    "retained": lambda loss, w: loss.backward(retain_graph=True),
    "walked twice": lambda loss, w: (loss.backward(retain_graph=True), loss.backward()),
    "grad": lambda loss, w: tg.autograd.grad(loss, [w]),
    "second order": lambda loss, w: tg.autograd.grad(
        tg.autograd.grad(loss, [w], create_graph=True)[0].sum(), [w]
    ),
    "hooked": lambda loss, w: (w.register_hook(lambda g: 2 * g), loss.backward()),
    "retained gradient": lambda loss, w: (loss.retain_grad(), loss.backward()),
}


@pytest.mark.parametrize("way", WAYS)
def test_nothing_survives(way: str) -> None:
    """When the last name is gone, so are all tensors, nodes and arrays: there are no cycles."""
    tensors = graph()
    references = witnesses(*tensors)
    WAYS[way](tensors[0], tensors[-2])
    del tensors
    assert not survivors(references)


def test_nothing_survives_a_refused_pass() -> None:
    """An exception holds on to nothing, once it is gone itself."""
    tensors = graph()
    references = witnesses(*tensors)
    with tg.no_grad():
        tensors[3].zero_()  # h, which h * h reads
    with pytest.raises(InPlaceError) as caught:
        tensors[0].backward()
    del tensors, caught
    assert not survivors(references)


def test_no_book_is_kept_of_memory_that_is_gone() -> None:
    """The tables of edits forget an array with the array."""
    before = len(memory.edits), len(memory.rewritten)
    tensors = graph()
    assert len(memory.edits) > before[0]
    del tensors
    assert (len(memory.edits), len(memory.rewritten)) == before


def test_a_loss_alone_keeps_only_what_backward_needs() -> None:
    """Before the pass the loss holds the saved values; after it, nothing but its own number."""
    loss, *others = graph()
    references = [weakref.ref(n.z) for n in ancestors([loss.edge])]
    del others
    assert len(survivors(references)) > 5
    loss.backward()
    assert survivors(references) == ["ndarray"]  # the loss itself


def test_saved_values_go_as_the_pass_goes() -> None:
    """When the k-th node from the end is visited, the values of those behind it are gone."""
    n = 50
    x = tg.ones(10, requires_grad=True)
    y, references = x, []
    for _ in range(n):
        y = y.tanh()
        references.append(weakref.ref(y.array))
    alive: list[int] = []
    with listen(lambda event: alive.append(len(survivors(references)))):
        y.backward(tg.ones(10))
    expected = [n - k for k in range(n)]
    assert all(here <= most + 1 for here, most in zip(alive, expected, strict=True))  # y is named


@pytest.mark.parametrize("create_graph", [False, True])
def test_a_node_that_saves_nothing_may_be_walked_again(create_graph: bool) -> None:
    """x + 1 has been freed, but its rule reads nothing: the second pass adds another 1."""
    x = tg.ones((), requires_grad=True)
    y = x + 1
    y.backward()
    y.backward(create_graph=create_graph)
    assert x.grad.item() == 2


def test_retained_values_stay() -> None:
    """With retain_graph the values are there for the next pass."""
    x = tg.ones(10, requires_grad=True)
    y = x.exp().exp()
    nodes = ancestors([y.edge])
    y.backward(tg.ones(10), retain_graph=True)
    assert all(node.values is not None and node.z is not None for node in nodes)


def test_backward_needs_little_more_than_forward() -> None:
    """Gradients take the place of values: 40 arrays go back in the room of a few more."""
    size, n = 100_000, 40

    def peak(walk: bool) -> int:
        x = tg.ones(size, requires_grad=True)
        tracemalloc.start()
        y = x
        for _ in range(n):
            y = y.tanh()
        loss = y.sum()
        del y
        if walk:
            loss.backward()
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    assert peak(walk=True) <= peak(walk=False) + 6 * 4 * size


def test_unrecorded_work_keeps_nothing() -> None:
    """Under no_grad a long computation holds one value at a time."""
    x = tg.ones(1000, requires_grad=True)
    with tg.no_grad():
        y, references = x, []
        for _ in range(20):
            y = y * 0.5
            references.append(weakref.ref(y.array))
    assert len(survivors(references)) == 1


@pytest.mark.parametrize(
    "optimizer",
    [lambda ps: optim.SGD(ps, lr=0.1, momentum=0.9), lambda ps: optim.Adam(ps, lr=0.01)],
    ids=["SGD", "Adam"],
)
def test_the_peak_of_a_training_loop_is_flat(optimizer: Callable) -> None:
    """Step a thousand takes no more memory than step a hundred."""
    tg.manual_seed(0)
    model = nn.Sequential(nn.Linear(16, 32), nn.ReLU(), nn.Linear(32, 4))
    opt = optimizer(model.parameters())
    x, t = tg.randn(8, 16), tg.randint(0, 4, (8,))

    def step() -> None:
        opt.zero_grad()
        nn.functional.cross_entropy(model(x), t).backward()
        opt.step()

    for _ in range(100):
        step()
    tracemalloc.start()
    peaks = []
    for _ in range(6):
        tracemalloc.reset_peak()
        for _ in range(100):
            step()
        peaks.append(tracemalloc.get_traced_memory()[1])
    tracemalloc.stop()
    assert max(peaks[3:]) <= 1.01 * max(peaks[:3]) + 1024
    assert engine.modes.grad


def test_accumulated_gradients_do_not_grow() -> None:
    """A thousand passes into one `.grad` leave one array there."""
    w = tg.ones(1000, requires_grad=True)
    (w * 2).sum().backward()
    tracemalloc.start()
    for _ in range(1000):
        (w * 2).sum().backward()
    left, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert w.grad is not None and w.grad[0].item() == 2002
    assert left < 50_000 and most < 100_000  # an array of them has 4000 bytes
