"""Recording: one call of a step becomes a list of instructions.

The step runs as always, and what it does is written down: every operation that `apply` runs
forward, every rule that the backward pass pulls (the engine tells its listeners), gradients as they
meet and as they land in `.grad`, in-place edits, and the calls that a plan makes again. Values are
known by their arrays: an array that enters an operation is an argument, was there before, was made
by an operation, or is a constant made of Python numbers. Any other was made of numbers behind the
recorder's back, and is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any

import numpy as np

from .. import engine
from ..autograd import gradients
from ..engine import BackwardEvent
from ..errors import CompileError
from ..inplace import InPlace
from ..op import Op
from ..ops.shape import sum_to
from ..optim import Optimizer
from ..tensor import Tensor, apply, operate
from . import effects
from .environment import Environment
from .observe import refusal, user_line
from .plan import Instruction, Value
from .symbols import expand

__all__ = ["Recorder"]

_NAMES_OF_NUMBERS = {"array", "_grad", "_numpy", "_wanted"}


_WRITERS = {
    f.__code__ for f in (InPlace.__setitem__, InPlace.fill_, InPlace.copy_, InPlace.zero_)
}


class Recorder:
    """What was seen of one call, in its order."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self.instructions: list[Instruction] = []
        self.failed = False  # something was refused: the step goes on, unrecorded
        self.kept: list[Any] = []  # arrays whose ids are in use
        self._values: dict[int, Value] = {}
        self._totals: dict[Any, Value] = {}  # in a backward pass: an edge's gradient so far
        self._frame: FrameType | None = None
        self.fresh_grads: dict[int, Any] = {}  # tensors that had no gradient when the step began
        self.used_grads: dict[int, Any] = {}  # … and those whose gradient it went on from
        self._touched: set[int] = set()
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

    # -- values

    def argument(self, array: np.ndarray, name: str, tensor: Any) -> Value:
        """An argument of the step."""
        value = self._values.get(id(array))
        if value is None:
            value = self._know(Value(array, "argument", name, tensor=tensor))
        return value

    def _know(self, value: Value, array: np.ndarray | None = None) -> Value:
        array = value.sample if array is None else array
        self.kept.append(array)
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
                return self._know(
                    Value(array, "outside", name, effects.array_of(x), tensor=x)
                )
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

    # -- forward

    def _applied(self, frame: FrameType, result: Any) -> None:
        here = frame.f_locals
        if result is not None:
            self._forward(frame, here["op"], here["values"], here["params"], result)

    def _operated(self, frame: FrameType, result: Any) -> None:
        here = frame.f_locals
        if result is not None and id(result.array) not in self._values:
            self._forward(frame, here["op"], (here["a"], here["b"]), {}, result)

    def _forward(
        self, frame: FrameType, op: Op, values: Any, params: Any, result: Tensor
    ) -> None:
        self._frame = frame
        _refuse_arrays(op, params, frame)
        inputs = self._operands(values)
        if id(result.array) in self._values:  # the op handed on its input
            return
        fn = effects.bound(op.forward, params)
        ins = Instruction("call", op.name, fn, inputs, Value(result.array), op=op, params=params)
        self._append(ins, op.name, user_line(frame))

    def _append(self, ins: Instruction, source: str, where: str) -> Value:
        """Note an instruction, as NumPy's own functions where it can be expanded into them."""
        assert ins.out is not None
        array = ins.out.sample
        several, out = expand(ins.fn, ins.inputs, array) or ([], ins.out)
        for one in several or [ins]:
            one.source, one.where = source, where
            self.instructions.append(one)
        return self._know(out, array)

    # -- backward: the engine tells what each node received and what it sent on

    def _walks(self, frame: FrameType, _: Any) -> None:
        here = frame.f_locals
        self._frame = frame
        if here["lift"] is not None:
            raise refusal(
                "create_graph=True records the backward pass itself, for a second derivative.",
                frame, "Leave this step uncompiled.",
            )  # fmt: skip
        if here["retain_graph"]:
            raise refusal(
                "retain_graph=True keeps the graph for a second pass, and a plan has none.",
                frame, "Add the losses up and go backward once, or leave this step uncompiled.",
            )  # fmt: skip
        self._totals = {}
        for edge, g in here["roots"]:
            if id(g) not in self._values:  # the ones that `backward()` starts with
                self._know(Value(g, "constant", "ones", lambda g=g: g))
            self._meet(edge, self.value(g))

    def _meet(self, edge: Any, share: Value) -> None:
        so_far = self._totals.get(edge)
        if so_far is not None:
            total = Value(so_far.sample + share.sample)
            add = Instruction("ufunc", "add", np.add, [so_far, share], total, "gradients meet")
            self.instructions.append(add)
            share = total
        self._totals[edge] = share

    def heard(self, event: BackwardEvent) -> None:
        """One node of the backward pass."""
        if self.failed:
            return
        node = event.node
        if node.hooks:
            raise CompileError(
                f"compile: {node.where}\na hook is Python that runs within the backward pass, "
                "which a plan does not. Leave this step uncompiled, or remove the hook."
            )
        g = self._know(self._totals.pop(node), event.g)
        for i, share in enumerate(event.contributions):
            if share is not None:
                self._meet(node.inputs[i], self._pull(node, i, g, np.asarray(share)))

    def _pull(self, node: Any, i: int, g: Value, share: np.ndarray) -> Value:
        rule = node.op.rule(i)
        recipe = effects.Recipe(node)
        reads = range(len(node.values)) if rule.reads == (-1,) else dict.fromkeys(rule.reads)
        inputs = [g]
        if rule.reads_output:
            inputs.append(self.value(node.z))
        inputs += [
            self.value(node.values[k]) for k in reads if isinstance(node.values[k], np.ndarray)
        ]
        fn = effects.pulling(rule, recipe, node, reads)
        raw = np.asarray(fn(*(x.sample for x in inputs)))
        name = node.op.input_name(i)
        source, made = f"{node.op.name}: gradient of {name}", g
        if raw is not g.sample:
            what = f"{node.op.name}.{name}"
            ins = Instruction("call", what, fn, inputs, Value(raw), op=node.op, i=i)
            ins.params = node.params
            made = self._append(ins, source, node.where)
        if raw.shape != share.shape:  # the input was broadcast
            add = effects.bound(sum_to.forward, {"shape": share.shape})
            ins = Instruction("call", "sum_to", add, [made], Value(share))
            made = self._append(ins, source, node.where)
        return made

    def _walked(self, frame: FrameType, results: Any) -> None:
        """Gradients that were asked for by `grad()`: they are handed out, not added up."""
        for edge, g in (results or {}).items():
            if getattr(edge, "_hooks", None):
                self._refuse_hook(frame)
            if id(g) not in self._values:
                self._know(self._totals[edge], g)

    def _asked(self, frame: FrameType, result: Any) -> None:
        """One of these, as a tensor."""
        here = frame.f_locals
        if result is None:
            return
        if here["x"].edge in here["found"]:
            self._know(self.value(here["found"][here["x"].edge]), result.array)
        else:  # zeros, for an input that was not used
            self._know(Value(result.array, "constant", "zeros", lambda: result.array))

    def _refuse_hook(self, frame: FrameType) -> None:
        raise refusal(
            "a hook is Python that runs within the backward pass, which a plan does not.", frame,
            "Leave this step uncompiled, or remove the hook.",
        )  # fmt: skip

    # -- gradients

    def _landing(self, frame: FrameType, _: Any) -> None:
        leaf, g = frame.f_locals["self"], frame.f_locals["g"]
        if leaf._hooks:
            self._refuse_hook(frame)
        if id(g) not in self._values:
            self._know(self._totals[leaf], g)
        self._entry(leaf)

    def _entry(self, leaf: Any) -> None:
        """Note whether the tensor had a gradient when the step touched it first."""
        if id(leaf) in self._touched or not self._lives_outside(leaf):
            return
        self._touched.add(id(leaf))
        if leaf._grad is None:
            self.fresh_grads[id(leaf)] = leaf
        else:
            self.value_of_grad(leaf)

    def value_of_grad(self, leaf: Any) -> Value:
        """The value of a gradient that was there before."""
        array = leaf._grad.array
        if id(array) not in self._values:
            self.used_grads[id(leaf)] = leaf
            self._know(Value(array, "outside", "grad", effects.grad_of(leaf)))
        return self._values[id(array)]

    def _landed(self, frame: FrameType, _: Any) -> None:
        leaf, g = frame.f_locals["self"], self._values[id(frame.f_locals["g"])]
        array = leaf._grad.array
        known = self._values.get(id(array))
        where = user_line(frame)
        if known is not None and known is not g and frame.f_locals["so_far"] is not None:
            self.instructions.append(
                Instruction(
                    "effect", "add_in_place", effects.add_in_place, [known, g], None,
                    "gradients add up", where, writes=[known],
                )
            )  # fmt: skip
            return
        grad = Value(array)
        grad.pinned = True
        self.instructions.append(
            Instruction("ufunc", "copy", effects.copy_to, [g], grad, "a gradient lands", where)
        )
        self._know(grad, array)
        self._give(leaf, grad, where)

    def _lives_outside(self, leaf: Any) -> bool:
        """Whether the tensor is there before and after the step."""
        owner = self._values.get(id(leaf.array))
        return id(leaf) in self.environment.tensors or (
            owner is not None and owner.tensor is leaf
        )

    def _give(self, leaf: Any, grad: Value, where: str) -> None:
        if not self._lives_outside(leaf):
            return  # the step made this leaf itself: nobody can ask for its gradient
        owner = self._values.get(id(leaf.array))
        fn = effects.GiveGrads(leaf, owner)
        self.instructions.append(
            Instruction("effect", "set_grad", fn, [grad], None, "a gradient lands", where)
        )

    def _set(self, frame: FrameType, _: Any) -> None:
        leaf, new = frame.f_locals["self"], frame.f_locals.get("new")
        self._frame = frame
        self._entry_cleared(leaf)
        where = user_line(frame)
        owner = self._values.get(id(leaf.array))
        if new is None:
            fn = effects.ClearGrad(leaf, owner)
            self.instructions.append(
                Instruction("effect", "clear_grad", fn, [], None, "zero_grad", where)
            )
            return
        if id(new.array) not in self._values and not new.array.any():  # zero_grad(False)
            made = Value(new.array)
            make = effects.zeros(new.array)
            self.instructions.append(
                Instruction("call", "zeros", make, [], made, "zero_grad", where)
            )
            self._know(made)
        grad = self.value(new.array)
        grad.pinned = True
        self._give(leaf, grad, where)

    def _entry_cleared(self, leaf: Any) -> None:
        self._touched.add(id(leaf))  # whatever was there does not matter

    # -- edits

    def _edited(self, frame: FrameType, result: Any) -> None:
        if result is None:
            return
        here = frame.f_locals
        self._frame = frame
        target = self.value(here["self"].array)
        source = self.value(here["result"].array)
        for ins in self.instructions:
            if ins.kind == "call" and ins.out is not None and ins.out is not target:
                if np.may_share_memory(ins.out.sample, target.sample):
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

    # -- code of the user's

    def users_code(self, frame: FrameType) -> None:
        """A function of the user's is called for the first time."""
        code = frame.f_code
        self.environment.add_code(code, frame.f_globals)
        bad = sorted(_NAMES_OF_NUMBERS & set(code.co_names))
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
