"""The backward pass as instructions: rules that are pulled, gradients that meet and that land."""

from __future__ import annotations

from types import FrameType
from typing import Any

import numpy as np

from ..engine import BackwardEvent
from ..errors import CompileError
from ..ops.shape import sum_to
from . import effects
from .environment import Environment
from .known import Known
from .observe import refusal, user_line
from .plan import Instruction, Value

__all__ = ["Backward"]


class Backward(Known):
    """What the engine's passes and `.grad` add to a recording."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self.fresh_grads: dict[int, Any] = {}  # tensors that had no gradient when the step began
        self._totals: dict[Any, Value] = {}  # in a backward pass: an edge's gradient so far
        self._touched: set[int] = set()

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
                self._know(Value(g, "constant", "ones", effects.always(g)))
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
        if not self.failed:
            try:
                self._hear(event)
            except Exception as error:
                self.fail(error)

    def _hear(self, event: BackwardEvent) -> None:
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
        return id(leaf) in self.environment.tensors or (owner is not None and owner.tensor is leaf)

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
