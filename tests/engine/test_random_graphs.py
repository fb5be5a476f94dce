"""Random programs: whatever is computed, viewed, edited and differentiated, in whatever order.

Hypothesis writes them; `machine` runs each statement in the library and in a naive engine.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, consumes, initialize, multiple, rule

import tinygrad_edu as tg

from . import reference as ref
from .machine import DIRECTIONS, LEAVES, Twin, TwoEngines, fit, number, picks, same, spreads, total

INDICES: list[tuple] = [
    (0,), (-1,), (slice(None, None, 2),), (slice(None, None, -1),), (..., slice(1, None)), (..., 0),
    (None,), (slice(0, 1),), ([1, 0],), ([0, 0],), (..., [2, 0, 2]),
]  # fmt: skip
NUMBERS = {"twice": 2.0, "half": -0.5, "once": 1.0, "never": 0.0}
REDUCTIONS = ["sum", "mean", "amax", "rows", "rows kept"]
MOVES = ["T", "reshape", "ravel", "expand", "clone"]
JOINS = {"cat": np.concatenate, "stack": np.stack}
BINARY = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
    "matmul": operator.matmul,
    "maximum": tg.maximum,
}
OPERATORS = {
    "+=": ("add", operator.iadd),
    "-=": ("sub", operator.isub),
    "*=": ("mul", operator.imul),
    "/=": ("div", operator.itruediv),
}
EDITS = [*OPERATORS, "copy_", "zero_", *(f"{name}_" for name in ref.FUNCTIONS)]

twins = Bundle("twins")
recording = st.sampled_from([True, True, True, True, False])
index = st.sampled_from(INDICES)


class RandomProgram(TwoEngines):
    """A program over three leaves."""

    @initialize(target=twins, seed=st.integers(0, 99))
    def leaves(self, seed: int) -> Any:
        return multiple(*self.make_leaves(seed))

    # -- computing

    @rule(
        target=twins,
        x=twins,
        name=st.sampled_from([*ref.FUNCTIONS, *NUMBERS, *REDUCTIONS]),
        on=recording,
    )
    def of_one(self, x: Twin, name: str, on: bool) -> Any:
        """A function of one value."""
        if name in ref.FUNCTIONS:
            reference = partial(ref.elementwise, name, x.value, on)
            return self.compute([x], reference, partial(getattr(tg, name), x.tensor), on)
        if name in NUMBERS:
            k = NUMBERS[name]
            reference = partial(ref.binary, "mul", x.value, number(k), on)
            return self.compute([x], reference, lambda: k * x.tensor, on)
        if name == "amax":
            return self.compute([x], partial(ref.largest, x.value, on), x.tensor.amax, on)
        if name in ("sum", "mean"):
            n = 1 if name == "sum" else x.value.x.size
            reference = partial(ref.moved, x.value, partial(total, n), on)
            return self.compute([x], reference, getattr(x.tensor, name), on)
        if not x.value.x.ndim:
            return multiple()
        rows = lambda a, _=0: a.sum(-1, keepdims=name == "rows kept")  # noqa: E731
        return self.compute([x], partial(ref.moved, x.value, rows, on), lambda: rows(x.tensor), on)

    @rule(
        target=twins,
        x=twins,
        y=twins,
        name=st.sampled_from(sorted(BINARY)),
        on=recording,
    )
    def of_two(self, x: Twin, y: Twin, name: str, on: bool) -> Any:
        """A function of two values, or of one used twice."""
        if not fit(name, x.value.x, y.value.x):
            return multiple()
        return self.compute(
            [x, y],
            partial(ref.binary, name, x.value, y.value, on),
            partial(BINARY[name], x.tensor, y.tensor),
            on,
        )

    @rule(target=twins, x=twins, y=twins, how=st.sampled_from(sorted(JOINS)), on=recording)
    def join(self, x: Twin, y: Twin, how: str, on: bool) -> Any:
        """Three inputs, of which two are the same."""
        if x.value.x.shape != y.value.x.shape or not x.value.x.ndim:
            return multiple()
        values = [x.value, y.value, x.value]
        return self.compute(
            [x, y],
            lambda: ref.joined(values, lambda parts: JOINS[how](parts, axis=-1), on),
            lambda: getattr(tg, how)([x.tensor, y.tensor, x.tensor], dim=-1),
            on,
        )

    @rule(target=twins, x=twins, where=index, on=recording)
    def pick(self, x: Twin, where: tuple, on: bool) -> Any:
        """x[where]: a view, or a copy where the index has lists."""
        if not picks(x.value.x, where):
            return multiple()
        view = not any(isinstance(i, list) for i in where)
        return self.compute(
            [x],
            lambda: ref.moved(x.value, lambda a, k: ref.at(a, k, where), on, view=view),
            lambda: x.tensor[where],
            on,
        )

    @rule(target=twins, x=twins, how=st.sampled_from(MOVES), on=recording)
    def move(self, x: Twin, how: str, on: bool) -> Any:
        """The same elements in another shape; a view, apart from `clone`."""
        shape = x.value.x.shape
        flat = x.value.contiguous and x.tensor.array.flags.c_contiguous
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
        reference = partial(ref.moved, x.value, move, on, view=how != "clone")
        return self.compute([x], reference, do, on)

    @rule(target=twins, x=twins)
    def detach(self, x: Twin) -> Any:
        """The same memory without history."""
        return self.compute([], lambda: ref.detached(x.value), x.tensor.detach)

    @rule(target=twins, x=twins)
    def probe(self, x: Twin) -> Any:
        """A value in the middle, whose gradient is asked for from now on."""
        if not self.has_room_for_a_probe(x):
            return multiple()
        reference = partial(ref.moved, x.value, lambda a, _: a.copy())
        twin = self.compute([x], reference, x.tensor.clone)
        if isinstance(twin, Twin):
            self.pinned.append(twin.value.memory)
            self.ask_for(f"probe {len(self.targets)}", twin)
        return twin

    @rule(x=consumes(twins))
    def forget(self, x: Twin) -> None:
        """The value is deleted; what was computed from it stays."""
        self.live.remove(x)

    # -- editing in place

    @rule(x=twins, y=twins, how=st.sampled_from(EDITS), on=recording)
    def write(self, x: Twin, y: Twin, how: str, on: bool) -> None:
        """All of x is changed."""
        if how in OPERATORS:
            name, do = OPERATORS[how]
            if fit(name, x.value.x, y.value.x):
                reference = partial(ref.binary, name, x.value, y.value, on)
                self.edit(x, y, reference, partial(do, x.tensor, y.tensor), on)
        elif how == "copy_":
            if spreads(y.value.x.shape, x.value.x.shape):
                reference = partial(ref.placed, x.value, (...,), y.value, on)
                self.edit(x, y, reference, partial(x.tensor.copy_, y.tensor), on)
        elif how == "zero_":
            reference = partial(ref.placed, x.value, (...,), number(0.0), on)
            self.edit(x, None, reference, x.tensor.zero_, on)
        else:
            reference = partial(ref.elementwise, how[:-1], x.value, on)
            self.edit(x, None, reference, getattr(x.tensor, how), on)

    @rule(x=twins, where=index, y=twins, scaled=st.booleans(), on=recording)
    def write_at(self, x: Twin, where: tuple, y: Twin, scaled: bool, on: bool) -> None:
        """x[where] = y, or x[where] *= y."""
        if not picks(x.value.x, where) or None in where:
            return
        if not spreads(y.value.x.shape, x.value.x[where].shape):
            return

        def reference() -> ref.Value:
            new = y.value
            if scaled:
                part = ref.moved(x.value, lambda a, k: ref.at(a, k, where), on)
                part.memory = x.value.memory
                new = ref.binary("mul", part, y.value, on)
            return ref.placed(x.value, where, new, on)

        def do() -> None:
            if scaled:
                x.tensor[where] *= y.tensor
            else:
                x.tensor[where] = y.tensor

        self.edit(x, y, reference, do, on)

    @rule(target=twins, x=twins, where=index, by=st.sampled_from(sorted(LEAVES)))
    def write_into_a_view(self, x: Twin, where: tuple, by: str) -> Any:
        """v = x[where]; v *= leaf: x goes on with what v has become, or is refused."""
        v = self.pick(x, where, True)
        if isinstance(v, Twin):
            self.write(v, self.targets[by][0], "*=", True)
        return v

    # -- differentiating

    @rule(
        x=twins,
        into=st.sampled_from(["backward", "inputs", "grad"]),
        retain=st.booleans(),
        create=st.booleans(),
        some=st.integers(1, 31),
    )
    def backward(self, x: Twin, into: str, retain: bool, create: bool, some: int) -> None:
        """Gradients of this value, into all leaves' `.grad`, into some targets', or as values."""
        chosen = [name for i, name in enumerate(self.targets) if some >> i & 1]
        if into == "backward" or not chosen:
            into, chosen = "backward", list(LEAVES)
        if x.value.tracked:
            self.differentiate(x, chosen, retain, create, into)

    @rule(target=twins, x=twins)
    def backward_twice(self, x: Twin) -> Any:
        """The gradient's gradient; the first of them goes on as a value like any other."""
        tensors = [twin.tensor for twin, _ in self.targets.values()]
        u, w = self.rng.uniform(-1, 1, x.value.x.shape), self.rng.uniform(-1, 1, self.free)
        first: Any = None
        second: Any = None

        def do() -> None:
            nonlocal first, second
            upstream = tg.tensor(u, dtype=tg.float64)
            options = {"allow_unused": True, "materialize_grads": True}
            first = tg.autograd.grad(x.tensor, tensors, upstream, create_graph=True, **options)
            loss = tg.zeros((), dtype=tg.float64)
            for g, (_, part) in zip(first, self.targets.values(), strict=True):
                loss = loss + (g * tg.tensor(w[part].reshape(g.shape), dtype=tg.float64)).sum()
            if loss.requires_grad:
                second = tg.autograd.grad(loss, tensors, retain_graph=True, **options)

        if not x.value.tracked or not self.walk(x, do, retain=True):
            return multiple()
        slopes, curvature = x.value.slopes(u), x.value.curvature(u)
        bent = curvature @ np.pad(w, (0, DIRECTIONS - len(w)))
        out = []
        for i, (twin, part) in enumerate(self.targets.values()):
            shape = twin.value.x.shape
            same(first[i].array, slopes[part].reshape(shape))
            same(np.zeros(shape) if second is None else second[i].array, bent[part].reshape(shape))
            if first[i].requires_grad:
                out.append(self._gradient(x, first[i], curvature[:, part].reshape(-1, *shape)))
        return multiple(*out)

    def _gradient(self, x: Twin, g: tg.Tensor, d: np.ndarray) -> Twin:
        """A gradient as a value: its slopes are the curvature; its own curvature is not known."""
        value = ref.Value(g.array.copy(), d, np.full((DIRECTIONS, *d.shape), np.nan))
        records = x.value.record.ancestors() if x.value.record is not None else set()
        value.record = ref.Record(list(records), [read for r in records for read in r.reads])
        self.pinned.append(value.memory)
        self.live.append(Twin(g, value))
        return self.live[-1]

    @rule(name=st.sampled_from(sorted(LEAVES)), how=st.sampled_from(["None", "zero_", "mul_"]))
    def change_grad(self, name: str, how: str) -> None:
        """Somebody clears or clips one gradient; nobody else's changes."""
        tensor = self.targets[name][0].tensor
        factor = 0.5 if how == "mul_" else 0.0
        if how == "None":
            tensor.grad = None
        elif tensor.grad is not None:
            with tg.no_grad():
                tensor.grad.mul_(factor)
        self.grads[name] = self.grads[name] * factor


TestRandomPrograms = RandomProgram.TestCase
programs = 8 * settings().max_examples
TestRandomPrograms.settings = settings(max_examples=programs, stateful_step_count=40)
