"""Random programs: whatever is computed, viewed, edited and differentiated, in whatever order.

Hypothesis writes a program statement by statement. Each runs in the library and in the naive engine of
`reference`. After every step all values and all gradients agree; where the library refuses, the books of
the reference say that PyTorch would, or that the value at hand is no longer what its history says.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
)

import tinygrad_edu as tg
from tinygrad_edu.errors import GradientError, InPlaceError

from . import reference as ref

LEAVES = {"a": (2, 3), "b": (3,), "c": ()}
PROBES = 2  # intermediate values whose own gradients are asked for …
PROBE_SIZE = 6  # … and the most elements that one has
DIRECTIONS = sum(int(np.prod(s)) for s in LEAVES.values()) + PROBES * PROBE_SIZE
TOO_BIG = 1e4  # beyond, rounding would be mistaken for errors
SMALL = 1e-3  # nothing smaller is divided by
TOO_MANY = 12  # elements

INDICES: list[tuple] = [
    (0,), (-1,), (slice(None, None, 2),), (slice(None, None, -1),), (..., slice(1, None)), (..., 0),
    (None,), (slice(0, 1),), ([1, 0],), ([0, 0],), (..., [2, 0, 2]),
]  # fmt: skip
MOVES = ["T", "reshape", "ravel", "expand", "clone"]
JOINS = {"cat": np.concatenate, "stack": np.stack}
EDITS = ["+=", "-=", "*=", "/=", "copy_", "zero_", *(f"{name}_" for name in ref.FUNCTIONS)]


@dataclass(eq=False)
class Twin:
    """One value, in both engines."""

    tensor: tg.Tensor
    value: ref.Value

    def __repr__(self) -> str:
        return f"Twin{tuple(self.tensor.shape)}"


def same(found: Any, expected: np.ndarray) -> None:
    """Equal shapes and, up to rounding, numbers. NaN is what the reference does not know."""
    assert found.shape == expected.shape
    known = ~np.isnan(expected)
    np.testing.assert_allclose(found[known], expected[known], rtol=1e-7, atol=1e-7)


twins = Bundle("twins")
recording = st.sampled_from([True, True, True, True, False])
index = st.sampled_from(INDICES)


class RandomProgram(RuleBasedStateMachine):
    """A program over three leaves, in two engines at once."""

    def __init__(self) -> None:
        super().__init__()
        self.rng = np.random.default_rng(0)
        self.live: list[Twin] = []
        self.targets: dict[str, tuple[Twin, slice]] = {}  # what gradients are asked for; its directions
        self.grads: dict[str, np.ndarray] = {}
        self.pinned: list[ref.Memory] = []  # what is not edited
        self.free = 0  # the first direction that nobody has taken

    # -- statements

    @initialize(target=twins, seed=st.integers(0, 99))
    def leaves(self, seed: int) -> Any:
        self.rng = np.random.default_rng(seed)
        return multiple(*(self._leaf(name, shape) for name, shape in LEAVES.items()))

    def _leaf(self, name: str, shape: tuple[int, ...]) -> Twin:
        x = self.rng.uniform(-1.5, 1.5, shape)
        twin = Twin(
            tg.tensor(x, dtype=tg.float64, requires_grad=True), ref.constant(x, DIRECTIONS)
        )
        twin.value.leaf = True
        self._ask_for(name, twin)
        self.live.append(twin)
        return twin

    def _ask_for(self, name: str, twin: Twin) -> None:
        ref.mark(twin.value, self.free)
        n = twin.value.x.size
        self.targets[name] = twin, slice(self.free, self.free + n)
        self.grads[name] = np.zeros(twin.value.x.shape)
        self.free += n

    @rule(target=twins, x=twins, name=st.sampled_from(sorted(ref.FUNCTIONS)), on=recording)
    def elementwise(self, x: Twin, name: str, on: bool) -> Any:
        return self._compute(
            [x],
            lambda: ref.elementwise(name, x.value, on),
            lambda: getattr(tg, name)(x.tensor),
            on,
        )

    @rule(
        target=twins,
        x=twins,
        y=twins,
        name=st.sampled_from(["add", "sub", "mul", "div", "maximum"]),
        on=recording,
    )
    def binary(self, x: Twin, y: Twin, name: str, on: bool) -> Any:
        try:
            np.broadcast_shapes(x.value.x.shape, y.value.x.shape)
        except ValueError:
            return multiple()
        if name == "div" and np.abs(y.value.x).min() < SMALL:
            return multiple()
        return self._compute(
            [x, y],
            lambda: ref.binary(name, x.value, y.value, on),
            lambda: getattr(tg, name)(x.tensor, y.tensor),
            on,
        )

    @rule(target=twins, x=twins, y=twins, on=recording)
    def matmul(self, x: Twin, y: Twin, on: bool) -> Any:
        if x.value.x.ndim != 2 or y.value.x.ndim != 2 or x.value.x.shape[1] != y.value.x.shape[0]:
            return multiple()
        return self._compute(
            [x, y],
            lambda: ref.binary("matmul", x.value, y.value, on),
            lambda: x.tensor @ y.tensor,
            on,
        )

    @rule(target=twins, x=twins, number=st.sampled_from([2.0, -0.5, 1.0, 0.0]), on=recording)
    def with_a_number(self, x: Twin, number: float, on: bool) -> Any:
        y = ref.constant(np.array(number), DIRECTIONS)
        return self._compute(
            [x], lambda: ref.binary("mul", x.value, y, on), lambda: number * x.tensor, on
        )

    @rule(target=twins, x=twins, name=st.sampled_from(["sum", "mean", "amax"]), on=recording)
    def reduce(self, x: Twin, name: str, on: bool) -> Any:
        def reference() -> ref.Value:
            if name == "amax":
                return ref.largest(x.value, on)
            n = 1 if name == "sum" else x.value.x.size
            return ref.moved(x.value, lambda a, k: a.sum(axis=tuple(range(k, a.ndim))) / n, on)

        return self._compute([x], reference, lambda: getattr(tg, name)(x.tensor), on)

    @rule(target=twins, x=twins, keepdim=st.booleans(), on=recording)
    def sum_rows(self, x: Twin, keepdim: bool, on: bool) -> Any:
        if not x.value.x.ndim:
            return multiple()
        return self._compute(
            [x],
            lambda: ref.moved(x.value, lambda a, _: a.sum(axis=-1, keepdims=keepdim), on),
            lambda: x.tensor.sum(-1, keepdim),
            on,
        )

    @rule(target=twins, x=twins, where=index, on=recording)
    def pick(self, x: Twin, where: tuple, on: bool) -> Any:
        if not _fits(x.value.x, where):
            return multiple()
        return self._compute(
            [x],
            lambda: ref.moved(
                x.value,
                lambda a, k: ref.at(a, k, where),
                on,
                view=not any(isinstance(i, list) for i in where),
            ),
            lambda: x.tensor[where],
            on,
        )

    @rule(target=twins, x=twins, how=st.sampled_from(MOVES), on=recording)
    def move(self, x: Twin, how: str, on: bool) -> Any:
        shape = x.value.x.shape
        flat = x.value.x.flags.c_contiguous and x.tensor.array.flags.c_contiguous
        if (how in ("reshape", "ravel") and not flat) or (how == "T" and len(shape) < 2):
            return multiple()
        to = {"reshape": (*shape[::-1], 1), "ravel": (-1,), "expand": (2, *shape)}.get(how, ())
        moves: dict[str, tuple[ref.Move, Callable[[], tg.Tensor]]] = {
            "T": (lambda a, _: a.swapaxes(-1, -2), lambda: x.tensor.mT),
            "clone": (lambda a, _: a.copy(), x.tensor.clone),
            "expand": (
                lambda a, k: np.broadcast_to(np.expand_dims(a, k), (*a.shape[:k], *to)),
                lambda: x.tensor.expand(to),
            ),
        }
        reshape = (lambda a, k: a.reshape(a.shape[:k] + to), lambda: x.tensor.reshape(to))
        move, do = moves.get(how, reshape)
        return self._compute(
            [x], lambda: ref.moved(x.value, move, on, view=how != "clone"), do, on
        )

    @rule(target=twins, x=twins, y=twins, how=st.sampled_from(sorted(JOINS)), on=recording)
    def join(self, x: Twin, y: Twin, how: str, on: bool) -> Any:
        if x.value.x.shape != y.value.x.shape or not x.value.x.ndim:
            return multiple()
        return self._compute(
            [x, y],
            lambda: ref.joined(
                [x.value, y.value, x.value], lambda parts: JOINS[how](parts, axis=-1), on
            ),
            lambda: getattr(tg, how)([x.tensor, y.tensor, x.tensor], dim=-1),
            on,
        )

    @rule(target=twins, x=twins)
    def detach(self, x: Twin) -> Any:
        return self._compute([], lambda: ref.detached(x.value), x.tensor.detach, True)

    @rule(target=twins, x=twins)
    def probe(self, x: Twin) -> Any:
        """A value in the middle, whose gradient is asked for from now on."""
        n = sum(name.startswith("probe") for name in self.targets)
        if n == PROBES or x.value.x.size > PROBE_SIZE or not x.value.tracked:
            return multiple()
        twin = self._compute(
            [x], lambda: ref.moved(x.value, lambda a, _: a.copy()), x.tensor.clone, True
        )
        if isinstance(twin, Twin):
            self.pinned.append(twin.value.memory)
            self._ask_for(f"probe {n}", twin)
        return twin

    @rule(x=consumes(twins))
    def forget(self, x: Twin) -> None:
        """The value is deleted; what was computed from it stays."""
        self.live.remove(x)

    # -- edits in place

    @rule(x=twins, y=twins, how=st.sampled_from(EDITS), on=recording)
    def edit(self, x: Twin, y: Twin, how: str, on: bool) -> None:
        def reference() -> ref.Value:
            if how in ("zero_", "copy_"):
                y_there = y.value if how == "copy_" else ref.constant(np.array(0.0), DIRECTIONS)
                return ref.placed(x.value, (...,), y_there, on)
            if how[:-1] in ref.FUNCTIONS:
                return ref.elementwise(how[:-1], x.value, on)
            name = {"+=": "add", "-=": "sub", "*=": "mul", "/=": "div"}[how]
            return ref.binary(name, x.value, y.value, on)

        def do() -> None:
            t = x.tensor
            if how == "+=":
                t += y.tensor
            elif how == "-=":
                t -= y.tensor
            elif how == "*=":
                t *= y.tensor
            elif how == "/=":
                t /= y.tensor
            else:
                t = getattr(t, how)(*[y.tensor] * (how == "copy_"))
            assert t is x.tensor

        if how == "/=" and np.abs(y.value.x).min() < SMALL:
            return
        reads_y = how == "copy_" or how.endswith("=")
        self._edit(x, y if reads_y else None, x.value.x.shape, reference, do, on)

    @rule(target=twins, x=twins, where=index, by=st.sampled_from(["a", "b", "c"]))
    def edit_a_view(self, x: Twin, where: tuple, by: str) -> Any:
        """v = x[where]; v *= leaf: x goes on with what v has become, or is refused."""
        v = self.pick(x, where, True)
        if isinstance(v, Twin):
            self.edit(v, self.targets[by][0], "*=", True)
        return v

    @rule(x=twins, where=index, y=twins, scaled=st.booleans(), on=recording)
    def edit_at(self, x: Twin, where: tuple, y: Twin, scaled: bool, on: bool) -> None:
        if not _fits(x.value.x, where) or None in where:
            return

        def reference() -> ref.Value:
            new = y.value
            if scaled:
                new = ref.moved(x.value, lambda a, k: ref.at(a, k, where), on)
                new.memory = x.value.memory
                new = ref.binary("mul", new, y.value, on)
            return ref.placed(x.value, where, new, on)

        def do() -> None:
            if scaled:
                x.tensor[where] *= y.tensor
            else:
                x.tensor[where] = y.tensor

        self._edit(x, y, x.value.x[where].shape, reference, do, on)

    def _edit(
        self,
        x: Twin,
        y: Twin | None,
        into: tuple[int, ...],
        reference: Callable[[], ref.Value],
        do: Callable[[], None],
        on: bool,
    ) -> None:
        if x.value.memory in self.pinned or (y is not None and not _broadcasts(y.value.x.shape, into)):
            return
        with np.errstate(all="ignore"):
            new = reference()
        if new.biggest() > TOO_BIG:
            return
        shared = not x.value.x.flags.writeable
        of_leaf = on and x.value.memory in [t.value.memory for t, _ in self.targets.values()]
        if shared or (on and x.value.leaf):
            with tg.set_grad_enabled(on), np.testing.assert_raises(InPlaceError):
                do()
            return
        try:
            with tg.set_grad_enabled(on):
                do()
        except InPlaceError:
            assert of_leaf or any(v is not None and v.value.outdated for v in (x, y))
        else:
            ref.overwrite(x.value, new, on)

    # -- backward

    @rule(
        x=twins,
        how=st.sampled_from(["backward", "inputs", "grad"]),
        retain=st.booleans(),
        create=st.booleans(),
        some=st.integers(1, 31),
    )
    def backward(self, x: Twin, how: str, retain: bool, create: bool, some: int) -> None:
        """Gradients of this value, into all leaves' `.grad`, into some targets', or as values."""
        if not x.value.tracked:
            return
        chosen = [name for i, name in enumerate(self.targets) if some >> i & 1]
        tensors = [self.targets[name][0].tensor for name in chosen]
        if how == "backward" or not chosen:
            how, chosen = "backward", list(LEAVES)
        u = tg.tensor(self.rng.uniform(-1, 1, x.value.x.shape), dtype=tg.float64)
        upstream = u.array.copy()
        options = {"retain_graph": retain or create, "create_graph": create}
        found: Any = None

        def do() -> None:
            nonlocal found
            if how == "grad":
                found = tg.autograd.grad(x.tensor, tensors, u, allow_unused=True, **options)
            else:
                x.tensor.backward(u, **options, **({"inputs": tensors} if how == "inputs" else {}))

        if not self._walk(x, do, retain or create):
            return
        slopes = x.value.slopes(upstream)
        for i, name in enumerate(chosen):
            twin, part = self.targets[name]
            expected = slopes[part].reshape(twin.value.x.shape)
            if how == "grad":
                same(np.zeros(expected.shape) if found[i] is None else found[i].array, expected)
            else:
                self.grads[name] = self.grads[name] + expected
        same(u.array, upstream)
        with tg.no_grad():
            u.zero_()  # no gradient may live in the memory of the upstream one

    @rule(target=twins, x=twins)
    def backward_twice(self, x: Twin) -> Any:
        """The gradient's gradient; the first of them goes on as a value like any other."""
        if not x.value.tracked:
            return multiple()
        tensors = [twin.tensor for twin, _ in self.targets.values()]
        u, w = self.rng.uniform(-1, 1, x.value.x.shape), self.rng.uniform(-1, 1, self.free)
        first: Any = None
        second: Any = None

        def do() -> None:
            nonlocal first, second
            upstream = tg.tensor(u, dtype=tg.float64)
            kwargs: dict[str, bool] = {"allow_unused": True, "materialize_grads": True}
            first = tg.autograd.grad(x.tensor, tensors, upstream, create_graph=True, **kwargs)
            total = tg.zeros((), dtype=tg.float64)
            for g, (_, part) in zip(first, self.targets.values(), strict=True):
                total = total + (g * tg.tensor(w[part].reshape(g.shape), dtype=tg.float64)).sum()
            if total.requires_grad:
                second = tg.autograd.grad(total, tensors, retain_graph=True, **kwargs)

        if not self._walk(x, do, True):
            return multiple()
        slopes, curvature = x.value.slopes(u), x.value.curvature(u)
        bent = curvature @ np.pad(w, (0, DIRECTIONS - len(w)))
        out = []
        for i, (twin, part) in enumerate(self.targets.values()):
            shape = twin.value.x.shape
            same(first[i].array, slopes[part].reshape(shape))
            same(
                np.zeros(shape) if second is None else second[i].array, bent[part].reshape(shape)
            )
            if first[i].requires_grad:
                out.append(self._gradient(x, first[i], curvature[:, part].reshape(-1, *shape)))
        return multiple(*out)

    def _gradient(self, x: Twin, g: tg.Tensor, d: np.ndarray) -> Twin:
        """A gradient as a value: its slopes are the curvature; its own curvature is not known."""
        value = ref.Value(g.array.copy(), d, np.full((DIRECTIONS, *d.shape), np.nan))
        records = x.value.record.ancestors() if x.value.record is not None else set()
        value.record = ref.Record(list(records), [read for r in records for read in r.reads])
        self.pinned.append(value.memory)
        twin = Twin(g, value)
        self.live.append(twin)
        return twin

    @rule(name=st.sampled_from(sorted(LEAVES)), how=st.sampled_from(["None", "zero_", "*="]))
    def change_grad(self, name: str, how: str) -> None:
        """Somebody clears or clips one gradient; nobody else's changes."""
        tensor = self.targets[name][0].tensor
        if tensor.grad is None:
            return
        if how == "None":
            tensor.grad = None
        else:
            with tg.no_grad():
                tensor.grad.mul_(0.5 if how == "*=" else 0.0)
        self.grads[name] = self.grads[name] * (0.5 if how == "*=" else 0.0)

    # -- how a statement runs

    def _compute(
        self,
        inputs: list[Twin],
        reference: Callable[[], ref.Value],
        do: Callable[[], tg.Tensor],
        on: bool,
    ) -> Any:
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

    def _walk(self, x: Twin, do: Callable[[], None], retain: bool) -> bool:
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

    # -- what holds after every statement

    @invariant()
    def values_agree(self) -> None:
        """No value was changed by anything but its own edits, and none has lost its history."""
        for twin in self.live:
            same(twin.tensor.array, twin.value.x)
            if twin.value.x.flags.writeable:  # a kink must not fall between two ways of rounding
                twin.value.x[...] = twin.tensor.array
            assert twin.tensor.requires_grad == twin.value.tracked

    @invariant()
    def gradients_agree(self) -> None:
        """All gradients so far add up to what forward mode says."""
        for name, (twin, _) in self.targets.items():
            grad = twin.tensor.grad
            same(np.zeros(self.grads[name].shape) if grad is None else grad.array, self.grads[name])


def _fits(x: np.ndarray, where: tuple) -> bool:
    try:
        return x[where].size > 0
    except IndexError:
        return False


def _broadcasts(shape: tuple[int, ...], into: tuple[int, ...]) -> bool:
    try:
        return np.broadcast_shapes(shape, into) == into
    except ValueError:
        return False


RandomProgram.TestCase.settings = settings(max_examples=60, stateful_step_count=40)
TestRandomPrograms = RandomProgram.TestCase
