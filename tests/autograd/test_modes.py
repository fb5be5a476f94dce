"""When operations are recorded: no_grad, enable_grad, set_grad_enabled, inference_mode."""

from __future__ import annotations

import threading

import pytest

import tinygrad_edu as torch

MANAGERS = {
    "no_grad": (torch.no_grad, False),
    "enable_grad": (torch.enable_grad, True),
    "inference_mode": (torch.inference_mode, False),
    "set_grad_enabled(False)": (lambda: torch.set_grad_enabled(False), False),
    "set_grad_enabled(True)": (lambda: torch.set_grad_enabled(True), True),
    "inference_mode(False)": (lambda: torch.inference_mode(mode=False), True),
}
every_manager = pytest.mark.parametrize(("manager", "records"), MANAGERS.values(), ids=MANAGERS)


def recorded() -> bool:
    """Whether an operation on a leaf is recorded now; the flag says the same."""
    answer = (torch.ones(2, requires_grad=True) * 2).requires_grad
    assert answer == torch.is_grad_enabled()
    return answer


@every_manager
@pytest.mark.parametrize("outside", [True, False])
def test_a_block_has_its_mode_and_gives_back_the_former(manager, records, outside):
    """Each manager decides for its block, inside of any other, and restores what was."""
    with torch.set_grad_enabled(outside):
        with manager():
            assert recorded() == records
        assert recorded() == outside
    assert recorded()


@every_manager
def test_the_former_mode_comes_back_after_an_exception(manager, records):
    """Leaving by an error is leaving."""
    with pytest.raises(KeyError, match="left"), manager():
        raise KeyError("left")
    assert recorded()
    assert not torch.is_inference_mode_enabled()


@every_manager
def test_a_decorated_function_runs_in_the_mode_every_time(manager, records):
    """As a decorator it concerns the calls, not the definition; name and docstring stay."""

    @manager()
    def work(x):
        """What it does."""
        return recorded(), x

    assert recorded()
    for _ in range(2):
        assert work(3) == (records, 3)
    assert recorded()
    assert (work.__name__, work.__doc__) == ("work", "What it does.")


@pytest.mark.parametrize("decorator", ["no_grad", "enable_grad", "inference_mode"])
def test_decorators_work_without_parentheses(decorator):
    """`@torch.no_grad` is `@torch.no_grad()`."""

    @getattr(torch, decorator)
    def work():
        return recorded()

    assert work() == MANAGERS[decorator][1]


def test_a_recursive_decorated_function_restores_every_level():
    """One decorated function may be inside of itself."""

    @torch.no_grad()
    def work(depth):
        return [recorded(), *(work(depth - 1) if depth else [])]

    assert work(3) == [False] * 4
    assert recorded()


def test_a_decorated_generator_is_in_the_mode_while_it_runs_and_the_caller_is_not():
    """The mode holds between two yields, and never leaks out of them."""

    @torch.no_grad()
    def steps():
        for _ in range(3):
            yield recorded()

    assert [(inside, recorded()) for inside in steps()] == [(False, True)] * 3


def test_a_decorated_generator_receives_what_is_sent_and_thrown():
    """send, throw, close and the returned value reach the generator, inside of the mode."""
    log = []

    @torch.no_grad()
    def steps():
        try:
            got = yield 1
            try:
                yield got
            except KeyError:
                yield recorded()
            return "end"
        finally:
            log.append(recorded())

    running = steps()
    assert next(running) == 1
    assert running.send(5) == 5
    assert running.throw(KeyError) is False
    with pytest.raises(StopIteration, match="end"):
        next(running)
    closed = steps()
    next(closed)
    closed.close()
    assert log == [False, False]
    assert recorded()


def test_set_grad_enabled_as_a_function_holds_from_here_on():
    """Called without `with`, it switches for good."""
    torch.set_grad_enabled(False)
    try:
        assert not recorded()
    finally:
        torch.set_grad_enabled(True)
    assert recorded()


def test_each_thread_has_its_own_mode():
    """A new thread records, whatever the others do, and does not disturb them."""
    seen = []

    def work():
        seen.append(recorded())
        torch.set_grad_enabled(False)

    with torch.no_grad():
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        assert seen == [True]
        assert not recorded()
    assert recorded()


def test_inference_mode_tells_that_it_is_on():
    """`is_inference_mode_enabled` follows inference_mode alone."""
    with torch.inference_mode():
        assert torch.is_inference_mode_enabled()
        with torch.inference_mode(False):
            assert not torch.is_inference_mode_enabled()
        assert torch.is_inference_mode_enabled()
    with torch.no_grad():
        assert not torch.is_inference_mode_enabled()


def test_a_leaf_made_in_no_grad_still_wants_its_gradient():
    """no_grad concerns operations, not what the user says of a new tensor."""
    with torch.no_grad():
        x = torch.ones(2, requires_grad=True)
    (x * 3).sum().backward()
    assert x.grad.tolist() == [3, 3]


def test_parameters_are_updated_in_place_in_no_grad():
    """The update step: the leaf stays a leaf, keeps its gradient, and may be used again."""
    w = torch.tensor([1.0, 2.0], requires_grad=True)
    (w * w).sum().backward()
    with torch.no_grad():
        w -= 0.5 * w.grad
        w.grad.zero_()
    assert (w.tolist(), w.is_leaf, w.requires_grad) == ([0, 0], True, True)
    (w * 3).sum().backward()
    assert w.grad.tolist() == [3, 3]


def test_what_was_computed_in_no_grad_is_a_constant_later():
    """A result of no_grad is a leaf without gradient; the graph does not pass through it."""
    x = torch.tensor([2.0], requires_grad=True)
    with torch.no_grad():
        y = x * 5
    assert y.is_leaf
    (x * y).backward()
    assert x.grad.item() == 10


def test_a_pass_may_run_inside_no_grad():
    """The graph was recorded before; walking it needs no recording."""
    x = torch.tensor([2.0], requires_grad=True)
    y = x * x
    with torch.no_grad():
        y.backward()
    assert x.grad.item() == 4
