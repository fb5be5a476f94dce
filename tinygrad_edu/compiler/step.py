"""`compile`: a step that is recorded when it is first called, and replayed from then on."""

from __future__ import annotations

import functools
import sys
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from .. import dtypes, fast
from ..engine import listen, modes
from ..errors import CompileError, InputTypeError
from ..tensor import Tensor
from . import fuse, simplify
from .allocate import allocate
from .chains import chain_elementwise
from .environment import Environment
from .kernels import SoftmaxCrossEntropy
from .observe import watching
from .plan import Plan, Value
from .record import Recorder
from .replay import Program
from .structure import detached, key_of, look_around, rebuilt, template

__all__ = ["CompiledStep", "compile"]

_MOST_PLANS = 16


class Compiled:
    """One recorded call: the plan, what it takes for granted, and how to run it."""

    def __init__(self, plan: Plan, recorder: Recorder, result: Any) -> None:
        self.plan = plan
        self.environment = recorder.environment
        self._result = result
        outside = [v for v in plan.values if v.kind == "outside" and v.tensor is not None]
        self._outside = [[v.tensor, v.tensor.array, v.tensor._wanted, v] for v in outside]
        self._used = [v for v in plan.values if v.kind == "outside" and v.tensor is None]
        self._fresh = list(recorder.fresh_grads.values())
        self._had = list(recorder.used_grads.values())
        self._arguments = [(v, k) for k, v in enumerate(plan.arguments)]
        self.program: Program | None = None
        self._replays = 0
        self._fast = False

    def fits(self) -> bool:
        """Whether everything that the plan takes for granted still holds."""
        for tensor, array, wanted, _ in self._outside:
            if tensor.array is not array and not self._moved(tensor, array):
                return False
            if tensor._wanted is not wanted or tensor._hooks:
                return False
        for tensor in self._fresh:
            if tensor._grad is not None:
                return False
        for tensor in self._had:
            if tensor._grad is None:
                return False
        return self.environment.unchanged()

    @staticmethod
    def _moved(tensor: Any, array: np.ndarray) -> bool:
        new = tensor.array
        return bool(
            new.shape == array.shape and new.dtype == array.dtype and new.strides == array.strides
        )

    def __call__(self, tensors: list[Tensor]) -> Any:
        program = self.program
        self._replays += 1
        if program is None or self._replays == fast.PATIENCE or fast.enabled() is not self._fast:
            program = self._prepared(tensors)
        for value, k in self._arguments:
            tensor = tensors[k]
            value.tensor = tensor
            if program.array(value) is not tensor.array:
                program.put(value, tensor.array)
        for entry in self._outside:
            tensor, array, _, value = entry
            if tensor.array is not array:
                entry[1] = tensor.array
                program.put(value, tensor.array)
        for value in self._used:
            assert value.fetch is not None
            array = value.fetch()
            if program.array(value) is not array:
                program.put(value, array)
        arrays = program.run()
        return rebuilt(self._result, arrays, tensors)

    def _prepared(self, tensors: list[Tensor]) -> Program:
        """The plan made ready to run, in loops of `[fast]` where these are in use."""
        if self._replays >= fast.PATIENCE:
            fast.warm_up()
        self._fast = fast.enabled()
        finish(self.plan, self._fast)
        self.program = Program(self.plan, [x.array for x in tensors])
        return self.program


class CompiledStep:
    """A step with the plans that were recorded of it; call it as the step itself.

    `plan` is the one that ran last, to be printed. A call whose arguments differ in shape, number
    type or structure from those before is recorded anew, and so is one that finds a flag or a
    number changed that the step reads. Up to 16 plans are kept.
    """

    def __init__(self, step: Callable[..., Any], or_eager: bool = False) -> None:
        functools.update_wrapper(self, step, updated=())
        self._or_eager, self._eager = or_eager, False
        self._step = step
        self._plans: dict[Any, list[Compiled]] = {}
        self._last: Compiled | None = None
        self.recordings = 0

    @property
    def plan(self) -> Plan:
        """The plan that ran last."""
        if self._last is None:
            raise CompileError("compile: there is no plan yet. Call the step once; it is recorded.")
        if self._last.program is None:
            finish(self._last.plan, fast.enabled())
        return self._last.plan

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self if instance is None else types.MethodType(self, instance)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the plan that fits, or record one."""
        if modes.listeners or modes.compiling or self._eager:
            return self._step(*args, **kwargs)  # somebody watches the backward pass: run it
        tensors: list[Tensor] = []
        key: tuple[Any, ...] = (
            modes.grad,
            modes.inference,
            dtypes.get_default_dtype(),
            key_of(args, tensors),
        )
        if kwargs:
            key = (*key, key_of(kwargs, tensors))
        for compiled in self._plans.get(key, ()):
            if compiled.fits():
                self._last = compiled
                return compiled(tensors)
        return self._record(key, args, kwargs, tensors)

    def _record(self, key: Any, args: Any, kwargs: Any, tensors: list[Tensor]) -> Any:
        if sys.getprofile() is not None:  # a profiler stands where the recorder would
            return detached(self._step(*args, **kwargs))
        environment = Environment()
        environment.add(self._step, getattr(self._step, "__name__", "step"))
        recorder = Recorder(environment)
        values = [recorder.argument(x, k) for k, x in enumerate(tensors)]
        look_around(environment, (args, kwargs))
        modes.compiling = True
        try:
            with listen(recorder.heard), watching(recorder):
                result = self._step(*args, **kwargs)
        finally:
            modes.compiling = False
        try:
            if recorder.error is not None:
                raise recorder.error
            environment.close()
            outputs: list[Value] = []
            result_of = template(result, recorder, outputs, tensors)
        except CompileError:
            if not self._or_eager:
                raise
            self._eager = True  # the step itself has run as always
            return result
        plan = Plan(recorder.instructions, values, outputs)
        improve(plan)
        self._keep(key, Compiled(plan, recorder, result_of))
        return detached(result)

    def _keep(self, key: Any, compiled: Compiled) -> None:
        self.recordings += 1
        self._last = compiled
        if sum(map(len, self._plans.values())) >= _MOST_PLANS:
            self._plans.pop(next(iter(self._plans)))
        self._plans.setdefault(key, []).insert(0, compiled)


def improve(plan: Plan) -> None:
    """The passes that need nothing but the plan."""
    plan.history.append(f"recorded: {len(plan.instructions)} instructions")
    for change in (*fuse.PASSES, *simplify.PASSES):
        plan.history.append(change(plan))
    plan.simplified = list(plan.instructions)


def finish(plan: Plan, in_loops: bool) -> None:
    """The last passes: loops, if wanted, and memory."""
    plan.instructions, plan.buffers = list(plan.simplified), []
    del plan.history[1 + len(fuse.PASSES) + len(simplify.PASSES) :]
    for ins in plan.instructions:
        owner = getattr(ins.fn, "__self__", None)
        if isinstance(owner, SoftmaxCrossEntropy):
            owner.in_loops = in_loops
    if in_loops:
        plan.history.append(chain_elementwise(plan))
    plan.history.append(allocate(plan))


def compile(step: Callable[..., Any], *, or_eager: bool = False) -> Any:
    """`step` with its training step recorded once and replayed: as a function or a decorator.

        @tinygrad_edu.compile
        def step(x, t):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x), t)
            loss.backward()
            optimizer.step()
            return loss

    The first call with arguments of some shape runs as always and is written down as a plan:
    instructions on buffers that stay. Later calls run the plan, and neither Python's part of the
    step nor a graph is needed any more; the numbers are the same. Afterwards `p.grad` is the plan's
    own array: clone it to keep it. What the step returns has no history. `print(step.plan)` shows
    the plan.

    Raises `CompileError`, with the line, for what cannot be recorded: choices by a tensor's numbers
    (`.item()`, `if loss > 1`), printing, hooks, second derivatives; with `or_eager` such a step
    simply runs uncompiled from then on. Inside `detect_anomaly()` or with a listener every step
    does.
    """
    if not callable(step):
        raise InputTypeError(
            f"compile: received {type(step).__name__}, but a function or a module was expected."
        )
    return step if isinstance(step, CompiledStep) else CompiledStep(step, or_eager)
