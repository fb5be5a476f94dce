"""The stream of backward events: what every node received, and what it sent to whom."""

from __future__ import annotations

import threading
from collections import defaultdict

import numpy as np
import pytest

import tinygrad_edu as torch
from tinygrad_edu import engine
from tinygrad_edu.autograd import Function, grad


def heard(run, **options):
    """The events of one pass."""
    events = []
    with engine.listen(events.append):
        run(**options)
    return events


def network():
    """A small graph with a diamond, a broadcast, a constant and a tensor used twice by one op."""
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    b = torch.tensor([0.5, -0.5], requires_grad=True)
    h = (x @ x.T + b).tanh()
    y = h * h + torch.stack([h, h]).sum(0) * 3
    return x, b, h, y.sum()


def test_every_node_speaks_once_consumers_first():
    """One event a node, in descending order of creation."""
    *_, y = network()
    events = heard(y.backward)
    numbers = [e.node.number for e in events]
    assert numbers == sorted(set(numbers), reverse=True)
    assert set(numbers) == {n.number for n in engine.ancestors([y.node])}
    assert events[0].node is y.node
    assert events[0].g == 1


@pytest.mark.parametrize("create_graph", [False, True])
def test_the_contributions_to_a_node_add_up_to_its_gradient(create_graph):
    """What consumers sent to an edge, summed, is what it receives: the ledger balances."""
    x, b, h, y = network()
    events = heard(y.backward, create_graph=create_graph)
    ledger = defaultdict(float)
    for e in events:
        for edge, share in zip(e.node.inputs, e.contributions, strict=True):
            if share is not None:
                ledger[edge] = ledger[edge] + np.array(getattr(share, "array", share))
    for e in events[1:]:
        np.testing.assert_allclose(ledger[e.node], getattr(e.g, "array", e.g), rtol=1e-6)
    for t in (x, b):
        np.testing.assert_allclose(ledger[t], t.grad.array, rtol=1e-6)
    assert h.node in ledger


def test_what_was_heard_stays_as_it_was():
    """The engine adds gradients in place only where no listener has seen them."""
    x, *_, y = network()
    events, copies = [], []

    def listen(event):
        events.append(event)
        copies.append(
            (np.copy(event.g), [None if c is None else np.copy(c) for c in event.contributions])
        )

    with engine.listen(listen):
        y.backward()
    x.grad.add_(100)
    for event, (g, contributions) in zip(events, copies, strict=True):
        np.testing.assert_array_equal(event.g, g)
        for share, copy in zip(event.contributions, contributions, strict=True):
            assert (share is None) == (copy is None)
            if copy is not None:
                np.testing.assert_array_equal(share, copy)


def test_a_constant_receives_nothing():
    """Its place among the contributions is None."""
    x = torch.ones(2, requires_grad=True)
    (event,) = heard(lambda: (x * torch.ones(2)).backward(torch.ones(2)))
    assert event.contributions[1] is None
    assert event.contributions[0].tolist() == [1, 1]


def test_an_event_can_be_read_with_values_op_and_line():
    """When the event comes, the node still has its values; afterwards they are freed."""
    x = torch.tensor([2.0], requires_grad=True)
    y = x * x  # this line is named
    seen = []
    with engine.listen(
        lambda e: seen.append((e.node.op.name, e.node.values[0].tolist(), e.node.where))
    ):
        y.backward()
    ((name, values, where),) = seen
    assert (name, values) == ("mul", [2])
    assert where.startswith("test_events.py:")
    assert "this line is named" in where
    assert y.node.values is None


def test_gradients_are_the_same_with_and_without_a_listener():
    """Listening changes no number."""
    x, b, _, y = network()
    heard(y.backward)
    x2, b2, _, y2 = network()
    y2.backward()
    np.testing.assert_array_equal(x.grad.array, x2.grad.array)
    np.testing.assert_array_equal(b.grad.array, b2.grad.array)


def test_a_hook_has_spoken_before_the_event():
    """The event's g is the gradient that the rules receive."""
    x = torch.ones(2, requires_grad=True)
    y = x * 2
    y.register_hook(lambda g: g * 10)
    events = heard(y.sum().backward)
    assert events[-1].g.tolist() == [10, 10]


def test_a_limited_pass_speaks_of_its_own_nodes_only():
    """grad(y, h) ends at h: nothing beyond is heard."""
    _, _, h, y = network()
    events = heard(lambda: grad(y, h))
    assert h.node not in [e.node for e in events]
    assert all(e.node.number > h.node.number for e in events)


def test_create_graph_events_carry_tensors():
    """In a differentiated pass gradients are tensors with a history."""
    x = torch.tensor([2.0], requires_grad=True)
    events = heard((x**3).sum().backward, create_graph=True)
    assert all(isinstance(e.g, torch.Tensor) for e in events)
    assert events[-1].contributions[0].requires_grad


def test_listeners_may_be_nested_and_leave():
    """Each hears the passes of its block, the outer one first; after it, nothing."""
    order = []
    x = torch.ones(1, requires_grad=True)
    with engine.listen(lambda e: order.append("outer")):
        with engine.listen(lambda e: order.append("inner")):
            (x * 2).backward()
        (x * 2).backward()
    (x * 2).backward()
    assert order == ["outer", "inner", "outer"]


def test_a_listener_that_raises_stops_the_pass_and_is_gone():
    """Its error reaches the caller of backward; no gradient is accumulated; it hears no more."""
    x = torch.ones(1, requires_grad=True)

    def stop(event):
        raise KeyError(event.node.op.name)

    with pytest.raises(KeyError, match="mul"), engine.listen(stop):
        (x * 2).backward()
    assert x.grad is None
    (x * 2).backward()
    assert x.grad.item() == 2


def test_a_listener_hears_its_own_thread():
    """Another thread's passes are its own affair."""
    events = []

    def work():
        (torch.ones(1, requires_grad=True) * 2).backward()

    with engine.listen(events.append):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    assert events == []


def test_a_function_is_heard_like_an_op():
    """A hand-written Function is a node with the name of its class."""

    class Twice(Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return g * 2

    x = torch.ones(2, requires_grad=True)
    events = heard(Twice.apply(x).sum().backward)
    assert events[-1].node.op.name == "Twice"
    assert events[-1].contributions[0].tolist() == [2, 2]
