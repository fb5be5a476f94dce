"""Chains of elementwise functions as one loop, with `[fast]`.

`copy`, `+ bias`, `max(·, 0)`: in NumPy each goes through memory once, a loop does all three to a
number while it is at hand. The loop's Python source is written to a file of the cache folder, where
it can be read, and numba compiles it from there once and for all. Only functions whose result is
the same to the bit are chained: `exp` and `tanh` stay NumPy's own.
"""

from __future__ import annotations

import hashlib
import importlib.util
import math
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from ..data.mnist import cache_folder
from ..data.storage import write_whole
from ..extras import extra
from ..fast import loop
from .plan import Instruction, Plan, Value
from .symbols import Reduction, copy_to

__all__ = ["chain_elementwise"]

_WORDS: dict[Any, str] = {
    np.add: "{0} + {1}",
    np.subtract: "{0} - {1}",
    np.multiply: "{0} * {1}",
    np.divide: "{0} / {1}",
    np.negative: "-{0}",
    np.sqrt: "np.sqrt({0})",
    np.square: "{0} * {0}",
    np.maximum: "{0} if {0} > {1} or {0} != {0} else {1}",
    np.minimum: "{0} if {0} < {1} or {0} != {0} else {1}",
    np.equal: "{0} == {1}",
    np.not_equal: "{0} != {1}",
    np.greater: "{0} > {1}",
    np.greater_equal: "{0} >= {1}",
    np.less: "{0} < {1}",
    np.less_equal: "{0} <= {1}",
    copy_to: "{0}",
}


def chain_elementwise(plan: Plan) -> str:
    """Replace runs of elementwise instructions by loops."""
    kept: list[Instruction] = []
    todo = list(plan.instructions)
    saved = 0
    while todo:
        chain = _chain(todo, plan)
        if len(chain) > 1 or (chain and _broadcasts(chain[0])):
            kept.append(_fused(chain))
            saved += len(chain) - 1
            todo = [ins for ins in todo if ins not in chain]
        else:
            kept.append(_summing(todo.pop(0)))
    plan.instructions = kept
    return f"elementwise instructions joined in loops: {saved}"


def _broadcasts(ins: Instruction) -> bool:
    """Whether rows or columns are repeated, for which NumPy takes four times as long as a loop."""
    return ins.out is not None and any(v.shape != ins.out.shape for v in ins.values)


def _summing(ins: Instruction) -> Instruction:
    """The sum of a matrix's rows, as of a bias's gradient, by the loop that there is for it."""
    if ins.fn == Reduction(np.add, 0, False):
        (x,), out = ins.values, ins.out
        assert out is not None
        floating = x.dtype == out.dtype and x.dtype.char in "fd"
        # A single column NumPy adds up in another order.
        if floating and len(x.shape) == 2 and x.shape[0] and x.shape[1] > 1 and x.in_order:
            ins.kind, ins.fn = "kernel", loop("column_sums")
    return ins


def _chain(todo: list[Instruction], plan: Plan) -> list[Instruction]:
    """The longest run from the first instruction on of which only the last value is needed."""
    run: list[Instruction] = []
    made: set[Value] = set()
    views: set[Value] = set()
    best: list[Instruction] = []
    for k, ins in enumerate(todo):
        if run and ins.kind == "view" and ins.out is not None:
            views.add(ins.out)  # free of cost: it may stay behind
            continue
        usable = _is_elementwise(ins) and not views.intersection(ins.values)
        if not usable or (run and not _goes_on(ins, run, made)):
            break
        run.append(ins)
        assert ins.out is not None
        made.add(ins.out)
        if _only_last(run, todo, plan):
            best = list(run)
        if k > 64:
            break
    return best


def _goes_on(ins: Instruction, run: list[Instruction], made: set[Value]) -> bool:
    assert ins.out is not None
    assert run[0].out is not None
    return ins.out.shape == run[0].out.shape and bool(made.intersection(ins.values))


def _is_elementwise(ins: Instruction) -> bool:
    out = ins.out
    if out is None or ins.fn not in _WORDS or not 1 <= len(out.shape) <= 4 or not out.nbytes:
        return False
    floats = {v.dtype.char for v in (*ins.values, out) if v.dtype.char != "?"}
    scalars = [x for x in ins.inputs if not isinstance(x, Value)]
    return (
        len(floats) == 1
        and floats <= {"f", "d"}
        and all(math.isfinite(x) for x in scalars)
        and (out.dtype.char in floats or ins.fn in _COMPARISONS)
    )


_COMPARISONS = {
    np.equal, np.not_equal, np.greater, np.greater_equal, np.less, np.less_equal,
}  # fmt: skip


def _only_last(run: list[Instruction], todo: list[Instruction], plan: Plan) -> bool:
    inner = {ins.out for ins in run[:-1]}
    if any(v.pinned for v in inner if v is not None) or inner.intersection(plan.outputs):
        return False
    members = set(map(id, run))
    return not any(inner.intersection(ins.values) for ins in todo if id(ins) not in members)


def _fused(chain: list[Instruction]) -> Instruction:
    out = chain[-1].out
    assert out is not None
    made = {ins.out for ins in chain}
    inputs = list(dict.fromkeys(v for ins in chain for v in ins.values if v not in made))
    text = _source(chain, inputs, out)
    what = "loop[" + " ".join(ins.what for ins in chain) + "]"
    source = " + ".join(dict.fromkeys(ins.source for ins in chain))
    return Instruction("kernel", what, _compiled(text), list(inputs), out, source, chain[0].where)


# -- the loop's source


def _source(chain: list[Instruction], inputs: list[Value], out: Value) -> str:
    """The function in Python, for numba: one loop for each dimension, then a line a function."""
    names: dict[Value, str] = {v: f"x{k}" for k, v in enumerate(inputs)}
    places = [f"i{d}" for d in range(len(out.shape))]
    lines = ["import numpy as np", "", "", f"def loop({', '.join(names.values())}, out):"]
    for d, place in enumerate(places):
        lines.append("    " * (d + 1) + f"for {place} in range(out.shape[{d}]):")
    inside = "    " * (len(places) + 1)
    for v in inputs:
        own = places[len(places) - len(v.shape) :]
        index = ", ".join("0" if n == 1 else p for n, p in zip(v.shape, own, strict=True))
        lines.append(f"{inside}a{names[v]} = {names[v]}[{index or '()'}]")
    local = {v: f"a{name}" for v, name in names.items()}
    number = _number(chain)
    for k, ins in enumerate(chain):
        assert ins.out is not None
        words = [_word(x, local, number, ins) for x in ins.inputs]
        local[ins.out] = f"t{k}"
        lines.append(f"{inside}t{k} = {_WORDS[ins.fn].format(*words)}")
    lines.append(f"{inside}out[{', '.join(places)}] = t{len(chain) - 1}")
    return "\n".join(lines) + "\n"


def _number(chain: list[Instruction]) -> str:
    chars = {v.dtype.char for ins in chain for v in (*ins.values, ins.out) if v is not None}
    return "np.float32" if "f" in chars else "np.float64"


def _word(x: Any, local: dict[Value, str], number: str, ins: Instruction) -> str:
    if not isinstance(x, Value):
        return f"{number}({x!r})"
    return f"{number}({local[x]})" if x.dtype.char == "?" else local[x]


def _compiled(text: str) -> Callable[..., None]:
    numba = extra("numba", "the compiled loops", "fast")
    name = "tinygrad_edu_loop_" + hashlib.sha256(text.encode()).hexdigest()[:16]
    path = cache_folder() / "loops" / f"{name}.py"
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        write_whole(path, lambda file: file.write(text.encode()))
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # numba's cache names the module that a loop came from
    spec.loader.exec_module(module)
    compiled: Callable[..., None] = numba.njit(cache=True, error_model="numpy")(module.loop)
    return compiled
