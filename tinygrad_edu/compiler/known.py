"""Which value an array is, while a step is recorded.

An array that enters an operation is an argument, was there before, was made by an operation, or is
a constant made of Python numbers. Any other was made of numbers behind the recorder's back, and is
refused.
"""

from __future__ import annotations

from types import FrameType
from typing import Any

import numpy as np

from ..errors import CompileError
from ..inplace import InPlace
from ..tensor import Tensor
from . import effects
from .environment import Environment
from .observe import refusal
from .plan import Instruction, Value
from .symbols import expand

__all__ = ["Known"]

_WRITERS = {f.__code__ for f in (InPlace.__setitem__, InPlace.fill_, InPlace.copy_, InPlace.zero_)}


class Known:
    """The values of a recording, by their arrays, and the instructions that make them."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self.instructions: list[Instruction] = []
        self.failed = False  # something was refused: the step goes on, unrecorded
        self.error: CompileError | None = None
        self.used_grads: dict[int, Any] = {}  # tensors whose gradient the step goes on from
        self._kept: list[Any] = []  # arrays whose ids are in use
        self._values: dict[int, Value] = {}
        self._frame: FrameType | None = None

    def fail(self, error: Exception) -> None:
        """Give up recording, for this reason; the step goes on."""
        self.failed = True
        if not isinstance(error, CompileError):
            what = f"{type(error).__name__}: {error}"
            error = CompileError(f"compile: the step cannot be followed ({what}).")
        self.error = error

    def argument(self, x: Tensor, k: int) -> Value:
        """The value of argument k of the step."""
        if x.node is not None and x.requires_grad:
            raise CompileError(
                f"compile: argument {k} was computed from tensors that require a gradient, and the "
                "backward pass would leave the step. Pass x.detach()."
            )
        known = self._values.get(id(x.array))
        return known or self._know(Value(x.array, "argument", f"input{k}", tensor=x))

    def _know(self, value: Value, array: np.ndarray | None = None) -> Value:
        array = value.sample if array is None else array
        self._kept.append(array)
        self._values[id(array)] = value
        return value

    def value(self, array: np.ndarray) -> Value:
        """The value of an array that an operation received."""
        known = self._values.get(id(array))
        if known is not None:
            return known
        env = self.environment
        for x in env.tensors.values():
            if x.array is array:
                name = env.names[id(x)]
                return self._know(Value(array, "outside", name, effects.array_of(x), tensor=x))
            if x._grad is not None and x._grad.array is array:
                self.used_grads[id(x)] = x
                fetch = effects.grad_of(x)
                return self._know(Value(array, "outside", env.names[id(x)] + ".grad", fetch))
        if id(array) in env.arrays:
            return self._know(Value(array, "outside", env.names.get(id(array), ""), lambda: array))
        raise refusal(
            f"an array of shape {array.shape} enters an operation that was made of numbers while "
            "the step ran, by NumPy or by code that a plan cannot follow.", self._frame,
            "Make it before the step and pass it as an argument, or compute it by operations on "
            "tensors.",
        )  # fmt: skip

    def _operands(self, values: Any) -> list[Any]:
        return [self.value(x) if isinstance(x, np.ndarray) else x for x in values]

    def _append(self, ins: Instruction, source: str, where: str) -> Value:
        """Note an instruction, as NumPy's own functions where it can be expanded into them."""
        assert ins.out is not None
        array = ins.out.sample
        several, out = expand(ins.fn, ins.inputs, array) or ([], ins.out)
        for one in several or [ins]:
            one.source, one.where = source, where
            self.instructions.append(one)
        return self._know(out, array)

    # -- constants

    def created(self, frame: FrameType, result: Any) -> None:
        """A tensor that was made of Python numbers."""
        if not isinstance(result, Tensor) or id(result.array) in self._values:
            return
        given = [x for _, x in effects.flat(effects.arguments_of(frame))]
        like = frame.f_code.co_name.endswith("_like")
        if any(isinstance(x, Tensor | np.ndarray | np.generic) for x in given[like:]):
            raise refusal(
                f"{frame.f_code.co_name}() copies numbers, and a plan would keep the copy.",
                frame.f_back, "Use clone(), or make the copy before the step.",
            )  # fmt: skip
        array = result.array
        self._know(Value(array, "constant", frame.f_code.co_name, lambda: array))

    def _wrapped(self, frame: FrameType, result: Any) -> None:
        """`x[0] = 1` and `x.fill_(1)` make a tensor of a Python number."""
        back = frame.f_back
        while back is not None and back.f_code in _WRITERS:
            here = back.f_locals
            if isinstance(here.get("value", here.get("source")), int | float):
                self._know(Value(result.array, "constant", "number", lambda: result.array))
            back = back.f_back
