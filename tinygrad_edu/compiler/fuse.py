"""Passes that make one instruction of several, or choose a better one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..ops.cross_entropy import cross_entropy
from . import kernels
from .plan import Instruction, Plan, Value

__all__ = ["PASSES"]


def softmax_cross_entropy(plan: Plan) -> str:
    """The loss and its gradient each need a softmax of the same logits: computed once."""
    fused = 0
    for ins in plan.instructions:
        if ins.op is cross_entropy and ins.i is None and _is_usual(ins):
            back = _gradient_of(ins, plan)
            x = ins.values[0]
            kernel = kernels.SoftmaxCrossEntropy(x.shape, x.dtype, ins.params)
            ins.kind, ins.fn, ins.inputs = "kernel", kernel.forward, ins.values
            if back is not None:
                back.kind, back.fn = "kernel", kernel.backward
                back.inputs = [back.inputs[0], *ins.values]
                # The gradient needs what the loss leaves behind, so the loss is never dead.
                ins.i = -1
                fused += 1
    return f"softmax and cross-entropy fused: {fused}"


def _is_usual(ins: Instruction) -> bool:
    p = ins.params
    x, *rest = ins.values
    return (
        len(rest) == 1
        and len(x.shape) == 2
        and 0 < x.shape[1] <= 64
        and x.shape[0] > 0
        and rest[0].dtype.kind in "iu"
        and not p["label_smoothing"]
        and p["reduction"] in ("mean", "sum")
    )


def _gradient_of(ins: Instruction, plan: Plan) -> Instruction | None:
    """The instruction of x's gradient, where there is exactly one."""
    found = [
        other
        for other in plan.instructions
        if other.op is cross_entropy and other.i == 0 and other.values[1:] == ins.values
    ]
    return found[0] if len(found) == 1 else None


def outer_products(plan: Plan) -> str:
    """A product of one column and one row, as of a batch of one, without BLAS."""
    found = 0
    for ins in plan.instructions:
        if ins.fn in (np.matmul, np.multiply) and _is_outer(ins.values):
            ins.fn, ins.what = np.multiply, "outer"
            found += 1
    return f"outer products: {found}"


def _is_outer(values: list[Value]) -> bool:
    return (
        len(values) == 2
        and [len(v.shape) for v in values] == [2, 2]
        and (values[0].shape[1] == values[1].shape[0] == 1)
    )


PASSES: tuple[Callable[[Plan], str], ...] = (softmax_cross_entropy, outer_products)
