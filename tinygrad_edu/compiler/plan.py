"""A plan: one training step as a straight list of instructions.

A `Value` is an array that exists while the plan runs, an `Instruction` makes one out of others. No
branches, no loops, no graph: what was decided in Python is decided, and what is left to do is to
multiply and add. There are five kinds of instructions, by how they treat memory:

    ufunc    fn(*inputs, out)     a NumPy function that writes where it is told
    kernel   fn(*inputs, out)     the same, of this library: several instructions in one
    view     fn(*inputs)          no work: another look at the same memory, taken beforehand
    call     fn(*inputs) → copy   a function that brings memory of its own
    effect   fn(*inputs)          changes something outside: a gradient, a running mean, a weight
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

__all__ = ["Instruction", "Plan", "Value"]


class Value:
    """An array in a plan.

    `kind` says where it comes from: "argument", "outside" (a parameter, a captured tensor),
    "constant", or "made" by an instruction. `sample` is the array that it was while the step was
    recorded, which is let go of once the plan stands. `fetch` gets the present array of a value
    that is not made.
    """

    __slots__ = (
        "buffer", "dtype", "fetch", "kind", "name", "pinned", "sample", "shape", "strides",
        "tensor",
    )  # fmt: skip

    def __init__(
        self,
        sample: np.ndarray,
        kind: str = "made",
        name: str = "",
        fetch: Callable[[], np.ndarray] | None = None,
        tensor: Any = None,
    ) -> None:
        self.sample: Any = sample
        self.shape = sample.shape
        self.dtype = sample.dtype
        # The layout stays as it was: sums round by it, and a reshape is a view or not.
        self.strides = (
            sample.strides if _is_plain(sample) else _in_order(sample.shape, sample.dtype)
        )
        self.kind = kind
        self.name = name
        self.fetch = fetch
        self.tensor = tensor
        self.pinned = False  # somebody outside looks at it: its memory serves nothing else
        self.buffer = -1

    @property
    def nbytes(self) -> int:
        """The memory it takes, from the first element to the last."""
        if 0 in self.shape:
            return 0
        steps = sum((n - 1) * s for n, s in zip(self.shape, self.strides, strict=True))
        return int(steps) + self.dtype.itemsize

    @property
    def in_order(self) -> bool:
        """Whether its elements follow each other in memory, row by row."""
        return self.strides == _in_order(self.shape, self.dtype)

    def array(self, memory: np.ndarray) -> np.ndarray:
        """The value's array on these bytes."""
        return np.ndarray(self.shape, self.dtype, memory, 0, self.strides)

    def __repr__(self) -> str:
        return f"{self.name or '?'} {self.dtype}{list(self.shape)}"


def _is_plain(array: np.ndarray) -> bool:
    """Whether every element has a place of its own, after that of the first."""
    room = 0
    for stride, n in sorted(zip(array.strides, array.shape, strict=True)):
        if n > 1:
            if stride < max(room, array.itemsize):
                return False
            room = stride * n
    return all(stride >= 0 for stride in array.strides)


def _in_order(shape: tuple[int, ...], dtype: Any) -> tuple[int, ...]:
    return np.empty(shape, dtype).strides


@dataclass(eq=False)
class Instruction:
    """One line of a plan: `out = fn(*inputs)`, with Python numbers among the inputs.

    `what` says what it is to a person, `source` is the op or the rule that it was expanded from,
    `where` the user's line. `op` is the op where the instruction is a whole one, `i` the input
    whose rule it is (None for the forward function).
    """

    kind: str
    what: str
    fn: Callable[..., Any]
    inputs: list[Any]
    out: Value | None = None
    source: str = ""
    where: str = ""
    op: Any = None
    i: int | None = None
    writes: list[Value] = field(default_factory=list)  # inputs that it changes, for an effect
    params: Any = None

    @property
    def values(self) -> list[Value]:
        """The inputs that are arrays."""
        return [x for x in self.inputs if isinstance(x, Value)]


class Plan:
    """The instructions, and what goes in and out."""

    def __init__(
        self, instructions: list[Instruction], arguments: list[Value], outputs: list[Value]
    ) -> None:
        self.instructions = instructions
        self.arguments = arguments
        self.outputs = outputs
        self.simplified: list[Instruction] = []  # … before they were joined in loops
        self.buffers: list[int] = []  # bytes
        self.history: list[str] = []  # what each pass did, in words

    @property
    def values(self) -> list[Value]:
        """Every value, in the order in which it appears first."""
        found = dict.fromkeys(self.arguments)
        for ins in self.instructions:
            found |= dict.fromkeys(ins.values)
            if ins.out is not None:
                found[ins.out] = None
        return list(found | dict.fromkeys(self.outputs))

    def __str__(self) -> str:
        return "\n".join(self._lines())

    __repr__ = __str__

    def _lines(self) -> Iterable[str]:
        self._give_names()
        for v in self.values:
            if v.kind != "made":
                yield f"{v.name:>6} = {v.kind:<34} {_shape(v):<22}"
        source = None
        for ins in self.instructions:
            here = f"{ins.source}  ← {ins.where}" if ins.where else ins.source
            if here != source:
                source = here
                yield f"# {here}"
            yield f"{self._line(ins)}".rstrip()
        yield f"return {', '.join(v.name for v in self.outputs)}"
        yield ""
        yield from self.history

    def _line(self, ins: Instruction) -> str:
        inputs = ", ".join(x.name if isinstance(x, Value) else _short(x) for x in ins.inputs)
        text = f"{ins.what}({inputs})"
        if ins.out is None:
            return f"         {text}"
        out = ins.out
        if ins.kind == "view":
            place = "view"
        elif out.buffer >= 0:
            place = f"buffer {out.buffer}"
        else:
            place = "own memory" if out.pinned else ""
        return f"{out.name:>6} = {text:<34} {_shape(out):<22} {place}"

    def _give_names(self) -> None:
        made = 0
        for v in self.values:
            if v.kind == "made":
                made += 1
                v.name = f"v{made}"


def _shape(v: Value) -> str:
    return f"{v.dtype}{list(v.shape)}"


def _short(x: Any) -> str:
    text = repr(x)
    return text if len(text) <= 24 else text[:21] + "…"
