"""The library and the naive engine of `reference` side by side, statement by statement.

What a statement is, `test_random_graphs` says. Here is how one runs in both, and what has to hold
after it: all values agree, all gradients agree, and where the library refuses, the books of the
reference say that PyTorch would, or that the value is no longer what its history says.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis.stateful import RuleBasedStateMachine, invariant, multiple

import tinygrad_edu as tg
from tinygrad_edu.errors import GradientError, InPlaceError

from . import reference as ref

LEAVES = {"a": (2, 3), "b": (3,), "c": ()}
PROBES = 2  # values in the middle whose own gradients are asked for …
PROBE_SIZE = 6  # … and the most elements that one has
DIRECTIONS = sum(int(np.prod(s)) for s in LEAVES.values()) + PROBES * PROBE_SIZE
TOO_BIG = 1e4  # beyond, rounding would be mistaken for errors
TOO_SMALL = 1e-3  # nothing smaller is divided by
TOO_MANY = 12  # elements


@dataclass(eq=False)
class Twin:
    """One value, in both engines."""

    tensor: tg.Tensor
    value: ref.Value

    def __repr__(self) -> str:
        return f"Twin{tuple(self.tensor.shape)}"


def number(x: float) -> ref.Value:
    """A constant, in the reference."""
    return ref.constant(np.array(x), DIRECTIONS)


def same(found: Any, expected: np.ndarray) -> None:
    """Equal shapes and, up to rounding, numbers. NaN is what the reference does not know."""
    assert found.shape == expected.shape
    known = ~np.isnan(expected)
    np.testing.assert_allclose(found[known], expected[known], rtol=1e-7, atol=1e-7)


def total(n: int, a: np.ndarray, lead: int) -> np.ndarray:
    """The n-th part of the sum of all elements behind the leading axes."""
    return a.sum(axis=tuple(range(lead, a.ndim))) / n


def fit(name: str, x: np.ndarray, y: np.ndarray) -> bool:
    """Whether an operation of two takes these."""
    if name == "matmul":
        return x.ndim == y.ndim == 2 and x.shape[1] == y.shape[0]
    if name == "div" and np.abs(y).min() < TOO_SMALL:
        return False
    try:
        np.broadcast_shapes(x.shape, y.shape)
    except ValueError:
        return False
    return True


def spreads(shape: tuple[int, ...], into: tuple[int, ...]) -> bool:
    """Whether an array of one shape broadcasts to another."""
    try:
        return np.broadcast_shapes(shape, into) == into
    except ValueError:
        return False


def picks(x: np.ndarray, where: tuple) -> bool:
    """Whether the index picks something."""
    try:
        return x[where].size > 0
    except IndexError:
        return False


class TwoEngines(RuleBasedStateMachine):
    """The state of a program that runs in two engines at once."""

    def __init__(self) -> None:
        super().__init__()
        self.rng = np.random.default_rng(0)
        self.live: list[Twin] = []
        self.targets: dict[
            str, tuple[Twin, slice]
        ] = {}  # whose gradients we want, in which directions
        self.grads: dict[str, np.ndarray] = {}  # what they are so far
        self.pinned: list[ref.Memory] = []  # what is not edited
        self.free = 0  # the first direction that nobody has taken

    def make_leaves(self, seed: int) -> list[Twin]:
        """The variables of the program."""
        self.rng = np.random.default_rng(seed)
        for name, shape in LEAVES.items():
            x = self.rng.uniform(-1.5, 1.5, shape)
            tensor = tg.tensor(x, dtype=tg.float64, requires_grad=True)
            twin = Twin(tensor, ref.constant(x, DIRECTIONS))
            twin.value.leaf = True
            self.ask_for(name, twin)
            self.live.append(twin)
        return list(self.live)

    def ask_for(self, name: str, twin: Twin) -> None:
        """From here on the gradient of this value is wanted."""
        ref.mark(twin.value, self.free)
        n = twin.value.x.size
        self.targets[name] = twin, slice(self.free, self.free + n)
        self.grads[name] = np.zeros(twin.value.x.shape)
        self.free += n

    def has_room_for_a_probe(self, x: Twin) -> bool:
        """Whether directions are left for the elements of one more value."""
        n = len(self.targets) - len(LEAVES)
        return n < PROBES and x.value.x.size <= PROBE_SIZE and x.value.tracked

    # -- how a statement runs

    def compute(
        self,
        inputs: list[Twin],
        reference: Callable[[], ref.Value],
        do: Callable[[], tg.Tensor],
        on: bool = True,
    ) -> Any:
        """The new twin; none where its numbers would be too big, or where it was refused."""
        with np.errstate(all="ignore"):
            value = reference()
        if value.biggest() > TOO_BIG or value.x.size > TOO_MANY:
            return multiple()
        try:
            with nullcontext() if on else tg.no_grad():
                tensor = do()
        except InPlaceError:
            assert any(x.value.outdated for x in inputs)
            return multiple()
        twin = Twin(tensor, value)
        self.live.append(twin)
        return twin

    def edit(
        self,
        x: Twin,
        y: Twin | None,
        reference: Callable[[], ref.Value],
        do: Callable[[], None],
        on: bool,
    ) -> None:
        """Write over x in both engines, if that may be."""
        if x.value.memory in self.pinned:
            return
        with np.errstate(all="ignore"):
            new = reference()
        if new.biggest() > TOO_BIG or new.x.shape != x.value.x.shape:
            return
        of_leaf = on and any(x.value.memory is t.value.memory for t, _ in self.targets.values())
        refused = not x.value.x.flags.writeable or (on and x.value.leaf)
        try:
            with tg.set_grad_enabled(on):
                do()
        except InPlaceError:
            outdated = any(v is not None and v.value.outdated for v in (x, y))
            assert refused or of_leaf or outdated
        else:
            assert not refused
            ref.overwrite(x.value, new, on)

    def walk(self, x: Twin, do: Callable[[], None], retain: bool) -> bool:
        """Run a backward pass; False where it was refused, for a reason that is in the books."""
        reason = ref.may_refuse(x.value)
        try:
            do()
        except GradientError:
            assert reason
            return False
        finally:
            if not retain and x.value.record is not None:
                for record in x.value.record.ancestors():
                    record.spent = True
        return True

    def differentiate(
        self, x: Twin, chosen: list[str], retain: bool, create: bool, into: str = "backward"
    ) -> None:
        """The gradients of ⟨u, x⟩, u random: into leaves, into the chosen targets, or as values."""
        tensors = [self.targets[name][0].tensor for name in chosen]
        u = tg.tensor(self.rng.uniform(-1, 1, x.value.x.shape), dtype=tg.float64)
        upstream = u.array.copy()
        options = {"retain_graph": retain or create, "create_graph": create}
        found: Any = None

        def do() -> None:
            nonlocal found
            if into == "grad":
                found = tg.autograd.grad(x.tensor, tensors, u, allow_unused=True, **options)
            else:
                only = {"inputs": tensors} if into == "inputs" else {}
                x.tensor.backward(u, **options, **only)

        if not self.walk(x, do, retain or create):
            return
        slopes = x.value.slopes(upstream)
        for i, name in enumerate(chosen):
            twin, part = self.targets[name]
            expected = slopes[part].reshape(twin.value.x.shape)
            if into == "grad":
                same(np.zeros(expected.shape) if found[i] is None else found[i].array, expected)
            else:
                self.grads[name] = self.grads[name] + expected
        same(u.array, upstream)
        with tg.no_grad():
            u.zero_()  # no gradient may live in the memory of the upstream one

    # -- what holds after every statement, and in the end

    @invariant()
    def values_agree(self) -> None:
        """No value was changed by anything but its own edits, and none has lost its history."""
        for twin in self.live:
            same(twin.tensor.array, twin.value.x)
            assert twin.tensor.requires_grad == twin.value.tracked
            if twin.value.x.flags.writeable:  # a kink must not fall between two ways of rounding
                twin.value.x[...] = twin.tensor.array

    @invariant()
    def gradients_agree(self) -> None:
        """All gradients so far add up to what forward mode says."""
        for name, (twin, _) in self.targets.items():
            grad = twin.tensor.grad
            same(np.zeros(self.grads[name].shape) if grad is None else grad.array, self.grads[name])

    def teardown(self) -> None:
        """In the end every value is differentiated, whatever became of those that made it."""
        if sys.exc_info()[0] is None:  # else the program has already failed
            for twin in self.live:
                if twin.value.tracked:
                    self.differentiate(twin, list(LEAVES), retain=True, create=False)
                    self.gradients_agree()
            self.values_agree()
