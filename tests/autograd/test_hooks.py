"""Hooks see a gradient on its way, in order, and may replace it."""

from __future__ import annotations

import weakref

import pytest

import tinygrad_edu as torch
from tinygrad_edu.autograd import grad
from tinygrad_edu.errors import GradientError, InputTypeError, ShapeError


@pytest.fixture
def x():
    """A leaf [1, 2, 3]."""
    return torch.tensor([1.0, 2.0, 3.0], requires_grad=True)


def test_a_hook_on_a_leaf_sees_the_gradient_and_may_replace_it(x):
    """The new gradient, not the old one, is accumulated."""
    seen = []

    def double(g):
        seen.append(g.tolist())
        return g * 2

    x.register_hook(double)
    (x * x).sum().backward()
    assert seen == [[2, 4, 6]]
    assert x.grad.tolist() == [4, 8, 12]


def test_a_hook_on_an_inner_tensor_changes_all_that_is_below(x):
    """The replaced gradient goes on to the leaves."""
    y = x * 3
    y.register_hook(lambda g: g * 10)
    (y * 1).sum().backward()
    assert x.grad.tolist() == [30, 30, 30]


def test_a_hook_that_returns_nothing_changes_nothing(x):
    """Looking is free."""
    seen = []
    x.register_hook(lambda g: seen.append(g))
    x.sum().backward()
    assert (len(seen), x.grad.tolist()) == (1, [1, 1, 1])


@pytest.mark.parametrize("inner", [False, True])
def test_hooks_run_in_the_order_of_registration(x, inner):
    """(g·2) + 1 is not (g + 1)·2."""
    y = x * 1 if inner else x
    y.register_hook(lambda g: g * 2)
    y.register_hook(lambda g: g + 1)
    y.sum().backward()
    assert x.grad.tolist() == [3, 3, 3]


def test_a_hook_sees_the_sum_of_all_paths_once(x):
    """However often a tensor was used, its hook is called once a pass, with the whole gradient."""
    seen = []
    y = x * 1
    for t in (x, y):
        t.register_hook(lambda g: seen.append(g.tolist()))
    (y + y * y + y).sum().backward()
    assert seen == [[4, 6, 8], [4, 6, 8]]


def test_a_removed_hook_is_silent_and_may_be_removed_twice(x):
    """`handle.remove()`; the others stay. A handle is also a context manager."""
    first = x.register_hook(lambda g: g * 2)
    x.register_hook(lambda g: g + 1)
    first.remove()
    first.remove()
    with x.register_hook(lambda g: g * 100):
        pass
    x.sum().backward()
    assert x.grad.tolist() == [2, 2, 2]


def test_a_hook_may_remove_itself(x):
    """Removal during the call neither fails nor skips the next hook."""
    handles = []
    handles.append(x.register_hook(lambda g: handles[0].remove()))
    x.register_hook(lambda g: g * 2)
    for _ in range(2):
        x.sum().backward()
    assert x.grad.tolist() == [4, 4, 4]


def test_grad_sees_the_hooks_too(x):
    """autograd.grad returns gradients as the hooks of its inputs leave them."""
    y = x * 2
    y.register_hook(lambda g: g * 10)
    x.register_hook(lambda g: g + 1)
    (gx,) = grad(y.sum(), x, retain_graph=True)
    (gy,) = grad(y.sum(), y)
    assert gx.tolist() == [21, 21, 21]
    assert gy.tolist() == [10, 10, 10]


def test_a_gradient_that_a_hook_keeps_is_not_changed_later(x):
    """Accumulating in place must not reach what a hook has seen or returned."""
    kept = []
    constant = torch.tensor([5.0, 5.0, 5.0])
    x.register_hook(lambda g: kept.append(g))
    x.register_hook(lambda g: constant)
    for _ in range(2):
        (x * 2).sum().backward()
    assert [g.tolist() for g in kept] == [[2, 2, 2]] * 2
    assert constant.tolist() == [5, 5, 5]
    assert x.grad.tolist() == [10, 10, 10]


def test_hooks_are_not_recorded_in_an_ordinary_pass(x):
    """A hook that uses a leaf leaves no graph behind, and may change a parameter in place."""
    w = torch.tensor([1.0, 1.0, 1.0], requires_grad=True)
    x.register_hook(lambda g: w.sub_(g) * g)
    x.sum().backward()
    assert not x.grad.requires_grad
    assert w.tolist() == [0, 0, 0]


def test_hooks_take_part_in_a_differentiated_pass(x):
    """With create_graph a hook's arithmetic is differentiated: d(3·2x)/dx = 6."""
    x.register_hook(lambda g: g * 3)
    (g,) = grad((x * x).sum(), x, create_graph=True)
    y = g.sum()
    x._hooks.clear()
    y.backward()
    assert x.grad.tolist() == [6, 6, 6]


def test_the_type_of_a_gradient_survives_a_hook(x):
    """What a hook returns is brought to the number type of the gradient."""
    x.register_hook(lambda g: g.double())
    x.sum().backward()
    assert x.grad.dtype == torch.float32


@pytest.mark.parametrize(
    ("hook", "error", "says"),
    [
        (lambda g: 1, InputTypeError, "int"),
        (lambda g: torch.ones(2), ShapeError, r"\(2,\).*\(3,\)"),
    ],
)
def test_a_hook_that_returns_no_gradient_is_refused(x, hook, error, says):
    """Another type is a TypeError, another shape a RuntimeError."""
    x.register_hook(hook)
    with pytest.raises(error, match=says):
        x.sum().backward()
    assert x.grad is None


@pytest.mark.parametrize("name", ["register_hook", "retain_grad"])
def test_a_constant_has_no_gradient_to_watch(name):
    """Only a tensor that requires a gradient can be watched."""
    constant = torch.ones(3)
    with pytest.raises(GradientError, match=name):
        getattr(constant, name)(*([print] if name == "register_hook" else []))


# -- retain_grad


def test_retain_grad_keeps_the_gradient_of_an_inner_tensor(x):
    """Without it .grad of an inner tensor stays None; with it, passes accumulate."""
    y, z = x * 2, x * 3
    y.retain_grad()
    assert (y.retains_grad, z.retains_grad) == (True, False)
    loss = (y * z).sum()
    loss.backward(retain_graph=True)
    loss.backward()
    assert y.grad.tolist() == [6, 12, 18]
    assert z.grad is None


def test_retain_grad_on_a_leaf_does_nothing(x):
    """A leaf keeps its gradient anyway."""
    x.retain_grad()
    assert not x.retains_grad
    x.sum().backward()
    assert x.grad.tolist() == [1, 1, 1]


def test_the_retained_gradient_is_that_after_all_hooks(x):
    """Whether registered before or after retain_grad, every hook has spoken."""
    y = x * 2
    y.register_hook(lambda g: g * 2)
    y.retain_grad()
    y.register_hook(lambda g: g * 5)
    y.sum().backward()
    assert y.grad.tolist() == [10, 10, 10]


def test_retain_grad_follows_the_tensor_through_an_in_place_change(x):
    """After `y += 1; y *= 3` the retained gradient is that of y as it is now."""
    y = x * 2
    y.retain_grad()
    y += 1
    y *= 3
    y.sum().backward()
    assert y.retains_grad
    assert y.grad.tolist() == [1, 1, 1]
    assert x.grad.tolist() == [6, 6, 6]


def test_hooks_and_retained_gradients_keep_no_tensor_alive(x):
    """The node does not hold its own output: no cycle, nothing for the collector."""
    y = x * 2
    y.retain_grad()
    y.register_hook(lambda g: None)
    z = (y * y).sum()
    alive = [weakref.ref(y), weakref.ref(y.node), weakref.ref(z)]
    z.backward()
    del y, z
    assert [r() for r in alive] == [None] * 3


def test_a_retained_gradient_is_counted_once_where_it_is_asked_for_as_well(x):
    """`backward(inputs=[y])` and `y.retain_grad()` speak of the same gradient."""
    y = x * 2
    y.retain_grad()
    (y * 3).sum().backward(inputs=[y])
    assert y.grad.tolist() == [3, 3, 3]


def test_leaves_are_told_in_the_order_in_which_their_gradients_were_complete(x):
    """As in PyTorch: b, used last, comes first; a, which is used again at the start, comes last."""
    told = []
    a, b, c = (torch.ones(1, requires_grad=True) for _ in range(3))
    for name, leaf in (("a", a), ("b", b), ("c", c)):
        leaf.register_post_accumulate_grad_hook(lambda _, name=name: told.append(name))
    ((a * 2) * c * a * b).backward()
    assert told == ["b", "c", "a"]
