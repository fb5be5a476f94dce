"""Memory: few buffers for many values, for most of them live only for a moment.

A value lives from the instruction that makes it to the last one that reads it or a view of it.
Going through the plan once, each value takes the smallest buffer that is free, and gives it back
after its last use. An elementwise function may write over an input that nobody needs afterwards.
"""

from __future__ import annotations

from bisect import insort

import numpy as np

from .plan import Instruction, Plan, Value

__all__ = ["allocate"]


def allocate(plan: Plan) -> str:
    """Give every made value its buffer; those with memory of their own keep −1."""
    base = _bases(plan)
    last = _last_uses(plan, base)
    free: list[tuple[int, int]] = []  # (bytes, buffer), sorted
    ends: dict[int, list[Value]] = {}
    wanted = 0
    for k, ins in enumerate(plan.instructions):
        out = ins.out
        if out is not None and ins.kind != "view" and not _has_own(out, plan):
            wanted += out.nbytes
            heir = _overwritten(ins, base, last, k)
            if heir is not None:
                out.buffer, heir_ends = heir.buffer, ends[k]
                heir_ends.remove(heir)
            else:
                out.buffer = _take(free, plan.buffers, out.nbytes)
            ends.setdefault(max(last.get(out, k), k), []).append(out)
        for value in ends.pop(k, ()):
            insort(free, (plan.buffers[value.buffer], value.buffer))
    return (
        f"memory: {sum(plan.buffers):,} bytes in {len(plan.buffers)} buffers for values of "
        f"{wanted:,} bytes"
    )


def _bases(plan: Plan) -> dict[Value, Value]:
    """For a view, the value whose memory it looks at."""
    base: dict[Value, Value] = {}
    for ins in plan.instructions:
        if ins.kind == "view" and ins.out is not None:
            source = ins.values[0]
            base[ins.out] = base.get(source, source)
    return base


def _last_uses(plan: Plan, base: dict[Value, Value]) -> dict[Value, int]:
    last: dict[Value, int] = {}
    for k, ins in enumerate(plan.instructions):
        for v in ins.values:
            last[base.get(v, v)] = k
    end = len(plan.instructions)
    for v in plan.outputs:
        last[base.get(v, v)] = end
    return last


def _has_own(value: Value, plan: Plan) -> bool:
    return value.pinned or value.nbytes == 0


def _overwritten(
    ins: Instruction, base: dict[Value, Value], last: dict[Value, int], k: int
) -> Value | None:
    """An input in whose place the output can be written, element by element."""
    out = ins.out
    fn = ins.fn
    if out is None or not isinstance(fn, np.ufunc) or fn.signature is not None:
        return None
    roots = [base.get(v, v) for v in ins.values]
    for v in ins.values:
        if (
            v not in base  # no view
            and v.buffer >= 0
            and last.get(v) == k
            and roots.count(v) == 1
            and (v.shape, v.dtype, v.strides) == (out.shape, out.dtype, out.strides)
        ):
            return v
    return None


def _take(free: list[tuple[int, int]], buffers: list[int], size: int) -> int:
    for place, (held, number) in enumerate(free):
        if held >= size:
            del free[place]
            return number
    buffers.append(size)
    return len(buffers) - 1
