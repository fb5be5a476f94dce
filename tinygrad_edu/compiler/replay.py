"""Replaying: the plan with its arrays put in, ready to run.

What can be done beforehand is: buffers are made, views are taken, and every instruction becomes a
function with the list of its arguments. Only arrays that come from outside can change from call to
call; where one does, it is put into the argument lists that hold it, and its views are taken again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..errors import CompileError
from .kernels import largest, smallest
from .plan import Instruction, Plan, Value

__all__ = ["Program"]

_BY_NAME: dict[Any, Callable[..., Any]] = {np.maximum: largest, np.minimum: smallest}


class Program:
    """A plan that can be run."""

    def __init__(self, plan: Plan, arguments: list[np.ndarray]) -> None:
        self.plan = plan
        self._arrays: dict[Value, np.ndarray] = {}
        self._holders: dict[Value, list[tuple[list[Any], int]]] = {}
        self._views: dict[Value, list[Instruction]] = {}
        self._code: list[tuple[Callable[..., Any], list[Any]]] = []
        self._lines: list[Instruction] = []
        memory = [np.empty(size, np.uint8) for size in plan.buffers]
        for value in plan.values:
            if value.kind != "made":
                self._arrays[value] = value.fetch() if value.fetch else np.empty(0)
        self._arrays |= dict(zip(plan.arguments, arguments, strict=True))
        for ins in plan.instructions:
            self._place(ins, memory)
        self._outputs = [self._holder(v) for v in plan.outputs]
        for value in plan.values:
            value.sample = None  # the recording's arrays are not needed any more

    def _place(self, ins: Instruction, memory: list[np.ndarray]) -> None:
        out = ins.out
        if ins.kind == "view":
            assert out is not None
            seen = self._seen(ins)
            if np.may_share_memory(seen, self._arrays[ins.values[0]]) or not seen.size:
                self._views.setdefault(ins.values[0], []).append(ins)
                self._arrays[out] = seen
                return
        arguments = list(ins.inputs)
        for k, x in enumerate(ins.inputs):
            if isinstance(x, Value):
                arguments[k] = self._arrays[x]
                self._holders.setdefault(x, []).append((arguments, k))
        if out is not None:
            if out not in self._arrays:
                self._arrays[out] = _array(out, memory)
            arguments.append(self._arrays[out])
        self._code.append((_function(ins), arguments))
        self._lines.append(ins)

    def _seen(self, ins: Instruction) -> np.ndarray:
        inputs = [self._arrays[x] if isinstance(x, Value) else x for x in ins.inputs]
        array: np.ndarray = ins.fn(*inputs)
        return array

    def _holder(self, value: Value) -> list[np.ndarray]:
        holder = [self._arrays[value]]
        self._holders.setdefault(value, []).append((holder, 0))
        return holder

    def put(self, value: Value, array: np.ndarray) -> None:
        """Let `value` be this array from now on."""
        self._arrays[value] = array
        for arguments, k in self._holders.get(value, ()):
            arguments[k] = array
        for ins in self._views.get(value, ()):
            if ins.out is not None:
                self.put(ins.out, self._seen(ins))

    def run(self) -> list[np.ndarray]:
        """Run every instruction; the outputs are copies."""
        k = -1
        try:
            with np.errstate(all="ignore"):
                for k, (fn, arguments) in enumerate(self._code):  # noqa: B007
                    fn(*arguments)
        except Exception as error:
            error.add_note(f"in the compiled step, at {self._lines[k].where}")
            raise
        return [holder[0].copy() for holder in self._outputs]

    def array(self, value: Value) -> np.ndarray:
        """The array that a value has now."""
        return self._arrays[value]

    @property
    def timings(self) -> Sequence[tuple[Callable[..., Any], list[Any]]]:
        """The functions and their arguments, for whoever wants to time them one by one."""
        return self._code


def _array(value: Value, memory: list[np.ndarray]) -> np.ndarray:
    own = value.buffer < 0
    return value.array(np.empty(value.nbytes, np.uint8) if own else memory[value.buffer])


def _function(ins: Instruction) -> Callable[..., Any]:
    if ins.kind in ("call", "view"):  # a view that this layout does not allow is a copy
        return _copying(ins)
    return _BY_NAME.get(ins.fn, ins.fn) if isinstance(ins.fn, np.ufunc) else ins.fn


def _copying(ins: Instruction) -> Callable[..., None]:
    """A function that brings memory of its own, with its result copied to where it belongs."""
    fn, out = ins.fn, ins.out
    assert out is not None
    shape, dtype = out.shape, out.dtype

    def run(*arguments: Any) -> None:
        *inputs, target = arguments
        result = np.asarray(fn(*inputs))
        if result.shape != shape or result.dtype != dtype:
            raise CompileError(
                f"compile: {ins.where}\n{ins.what} returned {result.dtype}{list(result.shape)}, "
                f"but when the step was recorded it was {dtype}{list(shape)}: a shape that "
                "depends on numbers cannot be planned. Leave this step uncompiled."
            )
        np.copyto(target, result)

    return run
