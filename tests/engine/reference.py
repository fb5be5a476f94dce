"""A naive engine to compare with: forward mode, to second order, in float64.

Every number carries its slopes along P fixed directions (the elements of all leaves) and its
curvature along each pair of them:

    x  (*S)         the values
    d  (P, *S)      d[p] = dx/dp
    h  (P, P, *S)   h[p, q] = d²x/dp dq

Derivatives are known the moment a value is. So there is no graph to walk in a wrong order, nothing
is saved that could be edited, and no gradient is added up twice or lost. A view is a NumPy view of
all three arrays, so an edit in place reaches everybody who shares the memory, derivatives included.

What a tape has to refuse, and forward mode does not, is booked apart: a `Record` for each recorded
operation says which memory its derivative's formula reads, and a `Memory` counts its edits, as
PyTorch's version counter does.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

Array = np.ndarray
Move = Callable[[Array, int], Array]  # (array, how many leading axes to leave alone) -> array

clock = itertools.count(1).__next__


@dataclass(eq=False)
class Memory:
    """One piece of memory, which several values may look at."""

    version: int = 0  # how many edits
    rewritten: int = 0  # when the last edit was that a graph remembers …
    heir: Value | None = None  # … and who made it


@dataclass(eq=False)
class Record:
    """A recorded operation: what came in, and the memory that its derivative's formula reads."""

    parents: list[Record]
    reads: list[tuple[Memory, int]]  # with the version at that time
    spent: bool = False  # a pass that did not retain the graph has, or may have, been here

    def ancestors(self) -> set[Record]:
        """This record and all that it was computed from."""
        seen, stack = {self}, [self]
        while stack:
            new = [r for r in stack.pop().parents if r not in seen]
            seen.update(new)
            stack += new
        return seen

    @property
    def edited(self) -> bool:
        """Whether something that the formula reads was changed since."""
        return any(memory.version != version for memory, version in self.reads)


@dataclass(eq=False)
class Value:
    """An array with its derivatives, and its place in the books."""

    x: Array
    d: Array
    h: Array
    memory: Memory = field(default_factory=Memory)
    record: Record | None = None  # None for what has no history: a leaf or a constant
    leaf: bool = False
    made: int = field(default_factory=clock)

    def __post_init__(self) -> None:  # NumPy makes scalars, which cannot be edited, of 0-d arrays
        self.x, self.d, self.h = map(np.asarray, (self.x, self.d, self.h))

    @property
    def tracked(self) -> bool:
        """Whether a gradient flows through this value."""
        return self.leaf or self.record is not None

    @property
    def outdated(self) -> bool:
        """Whether another value gave this memory a new history: a tape may refuse this one."""
        memory = self.memory
        return memory.rewritten > self.made and memory.heir is not self

    def parts(self) -> tuple[Array, Array, Array]:
        """The three arrays."""
        return self.x, self.d, self.h

    @property
    def contiguous(self) -> bool:
        """Whether the elements of each part lie in memory in their order, to be reshaped."""
        return all(part[(0,) * k].flags.c_contiguous for k, part in enumerate(self.parts()))

    def biggest(self) -> float:
        """The largest number in it. A curvature of NaN is one that nobody knows."""
        known = [self.x, self.d, np.nan_to_num(self.h, nan=0.0)]
        return max(float(np.abs(np.nan_to_num(part, nan=np.inf)).max(initial=0)) for part in known)

    def slopes(self, upstream: Array) -> Array:
        """The gradient of ⟨upstream, x⟩ along all directions: (P,)."""
        return np.tensordot(self.d, upstream, upstream.ndim)

    def curvature(self, upstream: Array) -> Array:
        """The second derivatives of ⟨upstream, x⟩: (P, P)."""
        return np.tensordot(self.h, upstream, upstream.ndim)


def constant(x: Array, directions: int) -> Value:
    """A value that nothing moves."""
    d, h = np.zeros((directions, *x.shape)), np.zeros((directions, directions, *x.shape))
    return Value(np.array(x, dtype=float), d, h)


def mark(value: Value, first: int) -> None:
    """From here on the directions first, first + 1 … are the elements of this value."""
    for i, place in enumerate(np.ndindex(value.x.shape)):
        value.d[(first + i, *place)] += 1.0


def book(inputs: Iterable[Value], reads: Iterable[Value], out: Value, recording: bool) -> Value:
    """Note how `out` was made, if anybody asks for gradients; unrecorded, it has no derivatives."""
    if not recording:
        return detached(out)
    tracked = [x for x in inputs if x.tracked]
    if tracked:
        parents = [x.record for x in tracked if x.record is not None]
        out.record = Record(parents, [(x.memory, x.memory.version) for x in reads])
    return out


# -- the three ways to compute

FUNCTIONS: dict[str, tuple[Callable, Callable, Callable, str]] = {
    # f, f′, f″, and what f′ is computed from: the input or the output
    "exp": (np.exp, np.exp, np.exp, "z"),
    "sin": (np.sin, np.cos, lambda x: -np.sin(x), "x"),
    "tanh": (
        np.tanh,
        lambda x: 1 - np.tanh(x) ** 2,
        lambda x: -2 * np.tanh(x) * (1 - np.tanh(x) ** 2),
        "z",
    ),
    "square": (lambda x: x**2, lambda x: 2 * x, lambda x: 2 + 0 * x, "x"),
    "neg": (lambda x: -x, lambda x: -1 + 0 * x, lambda x: 0 * x, ""),
    "relu": (lambda x: np.maximum(x, 0), lambda x: 1.0 * (x > 0), lambda x: 0 * x, "xz"),
    "abs": (np.abs, np.sign, lambda x: 0 * x, "x"),
    "reciprocal": (lambda x: 1 / x, lambda x: -1 / x**2, lambda x: 2 / x**3, "z"),
}


def elementwise(name: str, x: Value, recording: bool = True) -> Value:
    """z = f(x): dz = f′·dx, d²z = f″·dx·dx + f′·d²x."""
    f, slope, bend, reads = FUNCTIONS[name]
    crossed = x.d[:, None] * x.d[None]  # (P, P, *S)
    out = Value(np.asarray(f(x.x)), slope(x.x) * x.d, bend(x.x) * crossed + slope(x.x) * x.h)
    saved = [v for letter, v in (("x", x), ("z", out)) if letter in reads]
    return book([x], saved, out, recording)


def times(x: Value, y: Value) -> Value:
    """z = x·y with broadcasting: dz = dx·y + x·dy, and once more for d²z."""
    n = max(x.x.ndim, y.x.ndim)
    (x0, x1, x2), (y0, y1, y2) = _with_axes(x, n), _with_axes(y, n)
    crossed = x1[:, None] * y1[None]
    h = x2 * y0 + crossed + crossed.swapaxes(0, 1) + x0 * y2
    return Value(x0 * y0, x1 * y0 + x0 * y1, h)


def plus(x: Value, y: Value, sign: float = 1.0) -> Value:
    """z = x ± y with broadcasting."""
    n = max(x.x.ndim, y.x.ndim)
    pairs = zip(_with_axes(x, n), _with_axes(y, n), strict=True)
    return Value(*(a + sign * b for a, b in pairs))


def _with_axes(x: Value, n: int) -> tuple[Array, ...]:
    """The parts of x with n axes each, after their leading ones: P stays clear of broadcasting."""
    missing = (1,) * (n - x.x.ndim)
    return tuple(
        part.reshape(part.shape[:lead] + missing + x.x.shape) for lead, part in enumerate(x.parts())
    )


def moved(x: Value, move: Move, recording: bool = True, view: bool = False) -> Value:
    """A linear function that acts on all three parts alike; a `view` shares the memory."""
    out = Value(*(move(part, lead) for lead, part in enumerate(x.parts())))
    if view:
        assert all(np.shares_memory(a, b) for a, b in zip(out.parts(), x.parts(), strict=True))
        out.memory = x.memory
    else:
        out = Value(*(np.array(part, order="C") for part in out.parts()))
    return book([x], [], out, recording)


def at(a: Array, lead: int, index: tuple) -> Array:
    """a[index] behind its leading axes; a view, even of one number, unless the index has lists."""
    return a[(slice(None),) * lead + index + (() if ... in index else (...,))]


def joined(xs: Sequence[Value], join: Callable, recording: bool = True) -> Value:
    """Several values into one: the same for all parts. `join` counts its axis from the end."""
    out = Value(*(join(parts) for parts in zip(*(x.parts() for x in xs), strict=True)))
    return book(xs, [], out, recording)


def binary(name: str, x: Value, y: Value, recording: bool = True) -> Value:
    """The arithmetic of two values. Each derivative of a product reads the other factor."""
    reads = [a for a, b in ((x, y), (y, x)) if b.tracked]
    if name in ("add", "sub"):
        return book([x, y], [], plus(x, y, 1.0 if name == "add" else -1.0), recording)
    if name == "mul":
        return book([x, y], reads, times(x, y), recording)
    if name == "div":
        out = times(x, elementwise("reciprocal", y))
        return book([x, y], [y, x, out], out, recording)
    if name == "maximum":  # each has its share: all, nothing, or half at a tie
        share = np.where(x.x == y.x, 0.5, 1.0 * (x.x > y.x))
        p = len(x.d)
        out = plus(times(x, constant(share, p)), times(y, constant(1 - share, p)))
        return book([x, y], [x, y], out, recording)
    assert name == "matmul"  # (n, k) and (k, m): all the products, added up over k
    left = moved(x, lambda a, _: a[..., :, :, None])
    right = moved(y, lambda a, lead: np.expand_dims(a, lead))
    out = moved(times(left, right), lambda a, _: a.sum(axis=-2))
    return book([x, y], reads, out, recording)


def largest(x: Value, recording: bool = True) -> Value:
    """The largest of all elements; equal ones share."""
    won = x.x == x.x.max()
    share = constant(won / won.sum(), len(x.d))
    out = moved(times(x, share), lambda a, lead: a.sum(axis=tuple(range(lead, a.ndim))))
    return book([x], [x, out], out, recording)


# -- memory


def detached(x: Value) -> Value:
    """The same memory, no derivatives."""
    return Value(x.x, np.zeros(x.d.shape), np.zeros(x.h.shape), x.memory)


def placed(x: Value, index: tuple, y: Value, recording: bool = True) -> Value:
    """A copy of x with y written at an index: `x[index] = y`."""
    out = Value(*(np.array(part, order="C") for part in x.parts()))
    n = out.x[index].ndim
    for lead, (part, new) in enumerate(zip(out.parts(), _with_axes(y, n), strict=True)):
        part[(slice(None),) * lead + index] = new
    return book([x, y], [], out, recording)


def overwrite(target: Value, new: Value, recording: bool) -> None:
    """Write `new`, the result of an operation, over `target`, and over all that shares its memory.

    What is not recorded changes numbers and leaves derivatives as they are.
    """
    target.x[...] = new.x
    target.memory.version += 1
    if recording:
        target.d[...] = new.d
        target.h[...] = new.h
        if new.record is not None:
            target.record = new.record
            target.memory.rewritten, target.memory.heir = clock(), target


def may_refuse(root: Value) -> str:
    """Why a tape may refuse to go backward from `root`, or an empty string where it must not."""
    records = root.record.ancestors() if root.record is not None else set()
    if any(r.edited for r in records):
        return "edited"
    if any(r.spent and r.reads for r in records):
        return "spent"
    return "outdated" if root.outdated else ""
