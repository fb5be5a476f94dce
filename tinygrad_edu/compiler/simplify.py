"""Passes that take instructions away: each is a few lines, and says what it did.

Every pass is a function from a plan to a sentence. They rely on one thing: an instruction of the
kinds "ufunc", "view" and "call" has no other effect than its output, unless it stands for a call
that is made again.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .effects import ClearGrad, GiveGrads
from .plan import Instruction, Plan, Value
from .symbols import copy_to

__all__ = ["PASSES"]


def fold_constants(plan: Plan) -> str:
    """What depends on constants alone was computed while recording, and is a constant."""
    kept = []
    for ins in plan.instructions:
        out = ins.out
        if out is not None and _is_pure(ins) and all(v.kind == "constant" for v in ins.values):
            array = out.sample.copy()
            out.kind, out.name, out.fetch = "constant", ins.what, lambda array=array: array
        else:
            kept.append(ins)
    return _taken("constants folded", plan, kept)


def share_common(plan: Plan) -> str:
    """The same function of the same values, and nothing written in between: computed once."""
    kept: list[Instruction] = []
    known: dict[Any, Value] = {}
    instead: dict[Value, Value] = {}
    for ins in plan.instructions:
        ins.inputs = [instead.get(x, x) if isinstance(x, Value) else x for x in ins.inputs]
        if ins.writes:
            known.clear()
        shared = isinstance(ins.fn, np.ufunc) or ins.fn is np.transpose
        if ins.out is not None and shared:
            key = (ins.fn, *((type(x), x) for x in ins.inputs))
            if key in known:
                instead[ins.out] = known[key]
                continue
            known[key] = ins.out
        kept.append(ins)
    plan.outputs = [instead.get(v, v) for v in plan.outputs]
    return _taken("common expressions shared", plan, kept)


def drop_dead(plan: Plan) -> str:
    """What nobody reads is not computed: the masks and the shapes that only rules looked at."""
    needed = set(plan.outputs)
    kept: list[Instruction] = []
    for ins in reversed(plan.instructions):
        if ins.out is None or ins.out in needed or not _is_pure(ins):
            needed.update(ins.values)
            kept.append(ins)
    return _taken("dead instructions dropped", plan, kept[::-1])


def land_directly(plan: Plan) -> str:
    """A gradient that is computed only to be copied to its place is computed there."""
    uses: dict[Value, int] = {}
    for ins in plan.instructions:
        for v in ins.values:
            uses[v] = uses.get(v, 0) + 1
    maker = {ins.out: ins for ins in plan.instructions if ins.out is not None}
    kept = []
    for ins in plan.instructions:
        source = ins.inputs[0] if ins.inputs else None
        made = maker.get(source) if ins.fn is copy_to and isinstance(source, Value) else None
        if (
            made is not None
            and made.kind != "view"
            and uses[source] == 1  # type: ignore[index]
            and source not in plan.outputs
            and _may_land(source, ins.out)
        ):
            made.out = ins.out
        else:
            kept.append(ins)
    return _taken("copies saved", plan, kept)


def _may_land(source: Any, place: Any) -> bool:
    alike = (source.shape, source.dtype, source.strides)
    return place.pinned and not source.pinned and alike == (place.shape, place.dtype, place.strides)


def gather_grads(plan: Plan) -> str:
    """Gradients are handed over together, and not taken away first where nobody looks between."""
    kept: list[Instruction] = []
    for ins in plan.instructions:
        give = ins.fn
        if isinstance(give, GiveGrads):
            ((leaf, _),) = give.leaves
            for k in range(len(kept) - 1, -1, -1):
                if kept[k].i == -1 and kept[k].op is None:  # a call that may look
                    break
                clear = kept[k].fn
                if isinstance(clear, ClearGrad) and clear.leaf is leaf:
                    del kept[k]
                    break
            before = kept[-1].fn if kept else None
            if isinstance(before, GiveGrads):
                before.join(give)
                kept[-1].inputs += ins.inputs
                continue
        kept.append(ins)
    return _taken("steps with gradients joined", plan, kept)


PASSES = (fold_constants, share_common, drop_dead, land_directly, gather_grads)


def _is_pure(ins: Instruction) -> bool:
    return ins.kind != "effect" and ins.i != -1


def _taken(what: str, plan: Plan, kept: list[Instruction]) -> str:
    n = len(plan.instructions) - len(kept)
    plan.instructions = kept
    return f"{what}: {n}"
