"""Recording: one call of a step becomes a list of instructions.

The step runs as always, and what it does is written down: every operation that `apply` runs
forward, every rule that the backward pass pulls (the engine tells its listeners), gradients as they
meet and as they land in `.grad`, in-place edits, and the calls that a plan makes again.
"""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any

import numpy as np

from .. import engine
from ..autograd import gradients
from ..errors import CompileError
from ..inplace import InPlace
from ..op import Op
from ..optim import Optimizer
from ..tensor import Tensor, apply, operate
from . import effects
from .backward import Backward
from .environment import Environment
from .observe import refusal, user_line
from .plan import Instruction, Value

__all__ = ["Recorder"]

_BARE = {"array", "_grad", "_numpy", "_wanted"}
"""Names by which a tensor's bare numbers are reached."""


class Recorder(Backward):
    """What was seen of one call, in its order."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self.returns: dict[CodeType, Callable[..., None]] = {
            apply.__code__: self._applied,
            operate.__code__: self._operated,
            Tensor._add_to_grad.__code__: self._landed,
            InPlace._become.__code__: self._edited,
            engine._walk.__code__: self._walked,
            Tensor._wrap.__code__: self._wrapped,
            gradients._result.__code__: self._asked,
        }
        self.calls: dict[CodeType, Callable[..., None]] = {
            engine._walk.__code__: self._walks,
            Tensor.grad.fset.__code__: self._set,  # type: ignore[attr-defined]
            Tensor.grad.fdel.__code__: self._set,  # type: ignore[attr-defined]
            Tensor.data.fset.__code__: self._replaced,  # type: ignore[attr-defined]
            Tensor._add_to_grad.__code__: self._landing,
        }

    # -- forward

    def _applied(self, frame: FrameType, result: Any) -> None:
        here = frame.f_locals
        if result is not None:
            self._forward(frame, here["op"], here["values"], here["params"], result)

    def _operated(self, frame: FrameType, result: Any) -> None:
        here = frame.f_locals
        if result is not None and id(result.array) not in self._values:
            self._forward(frame, here["op"], (here["a"], here["b"]), {}, result)

    def _forward(self, frame: FrameType, op: Op, values: Any, params: Any, result: Tensor) -> None:
        self._frame = frame
        _refuse_arrays(op, params, frame)
        inputs = self._operands(values)
        if id(result.array) in self._values:  # the op handed on its input
            return
        fn = effects.bound(op.forward, params)
        ins = Instruction("call", op.name, fn, inputs, Value(result.array), op=op, params=params)
        self._append(ins, op.name, user_line(frame))

    # -- edits

    def _edited(self, frame: FrameType, result: Any) -> None:
        if result is None:
            return
        here = frame.f_locals
        self._frame = frame
        target = self.value(here["self"].array)
        source = self.value(here["result"].array)
        for ins in self.instructions:
            looks = ins.kind == "call" and ins.out is not None and ins.out is not target
            if looks and np.may_share_memory(ins.out.sample, target.sample):  # type: ignore[union-attr]
                raise refusal(
                        f"{here['name']} edits memory that {ins.what} has given out as another "
                        "look at it.", frame, "Write the change out of place: x = x * 2.",
                    )  # fmt: skip
        self.instructions.append(
            Instruction(
                "effect", "write", effects.write, [target, source], None, here["name"],
                user_line(frame), writes=[target],
            )
        )  # fmt: skip

    def _replaced(self, frame: FrameType, _: Any) -> None:
        raise refusal(
            "assigning .data gives a tensor other memory.", frame,
            "Write into it: with no_grad(): p.copy_(new).",
        )  # fmt: skip

    # -- calls that are made again

    def before_again(self, frame: FrameType) -> None:
        """A call begins that the plan will make again."""
        if frame.f_code is Optimizer.step.__code__ and frame.f_locals["closure"] is not None:
            raise refusal(
                "step(closure) computes the loss within the optimizer.", frame.f_back,
                "Compute it before: loss.backward(); optimizer.step().",
            )  # fmt: skip
        self._arguments = effects.arguments_of(frame)

    def again(self, frame: FrameType, result: Any) -> None:
        """Such a call is over: note it, with the value that came of it."""
        self._frame = frame
        fixed, moving, inputs = self._arguments, [], []
        for place, x in effects.flat(fixed):
            array = x.array if isinstance(x, Tensor) else x
            if not isinstance(array, np.ndarray) or id(x) in self.environment.tensors:
                continue
            inputs.append(self.value(array))
            moving.append((place, isinstance(x, Tensor)))
        fn = effects.calling(frame.f_code, frame.f_globals, fixed, moving)
        out = Value(result.array) if isinstance(result, Tensor) else None
        name = frame.f_code.co_name
        what = f"{type(fixed[0]['self']).__name__}.{name}" if "self" in fixed[0] else name
        kind = "effect" if out is None else "call"
        ins = Instruction(kind, what, fn, inputs, out, "done again", user_line(frame), i=-1)
        ins.writes = [v for v in self._values.values() if v.kind != "constant"]
        self.instructions.append(ins)
        if out is not None:
            self._know(out)

    # -- code of the user's

    def users_code(self, frame: FrameType) -> None:
        """A function of the user's is called for the first time."""
        code = frame.f_code
        self.environment.add_code(code, frame.f_globals)
        bad = sorted(_BARE & set(code.co_names))
        if bad and code.co_name != "<module>":
            raise CompileError(
                f"compile: {code.co_qualname} in {code.co_filename}:{code.co_firstlineno} reads "
                f".{bad[0]}, a tensor's bare numbers, which a plan cannot follow. Use operations "
                "on the tensor."
            )


def _refuse_arrays(op: Op, params: Any, frame: FrameType) -> None:
    """An index that is an array is data: a plan would keep the one that it saw."""
    for name, x in params.items():
        if any(isinstance(part, np.ndarray | Tensor) for _, part in effects.flat(x)):
            raise refusal(
                f"{op.name}: {name} holds numbers of a tensor, and a plan would keep those of this "
                "one time.", frame, "Use index_select, take_along_dim, gather or where.",
            )  # fmt: skip
