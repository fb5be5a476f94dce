"""The plan itself: readable, small in memory, and made of the library's own rules."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tinygrad_edu as te
import tinygrad_edu.nn.functional as F
from tinygrad_edu import fast, nn, optim
from tinygrad_edu.compiler.plan import Value
from tinygrad_edu.compiler.symbols import expand
from tinygrad_edu.errors import CompileError
from tinygrad_edu.op import registry


def compiled_mlp() -> Any:
    fast.use("off")
    te.manual_seed(0)
    model = nn.Sequential(
        nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 4)
    )
    optimizer = optim.SGD(model.parameters(), lr=0.1)

    @te.compile
    def step(x: Any, t: Any) -> Any:
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), t)
        loss.backward()
        optimizer.step()
        return loss

    step(te.zeros(32, 8), te.zeros(32, dtype=te.int64))
    return step


def test_a_plan_can_be_read() -> None:
    """A line says what is computed, of which shape, where, and for which line of the user's."""
    text = str(compiled_mlp().plan)
    assert "loss = F.cross_entropy(model(x), t)" in text
    assert "matmul(" in text
    assert "float32[32, 16]" in text
    assert "SGD.step()" in text
    assert "own memory" in text
    assert "softmax and cross-entropy fused: 1" in text
    assert "loss.backward()" in text


def test_there_is_no_plan_before_the_first_call() -> None:
    """Asking for it says so."""
    with pytest.raises(CompileError, match="Call the step once"):
        _ = te.compile(lambda x: x).plan


def test_buffers_are_shared() -> None:
    """Values that do not live at the same time share memory: the plan needs less than it makes."""
    plan = compiled_mlp().plan
    made = sum(ins.out.nbytes for ins in plan.instructions if ins.out and ins.out.buffer >= 0)
    assert sum(plan.buffers) < 0.7 * made


def test_a_buffer_holds_one_value_at_a_time() -> None:
    """Between a value's making and its last use, nothing else is written into its buffer."""
    plan = compiled_mlp().plan
    base: dict[Value, Value] = {}
    for k, ins in enumerate(plan.instructions):
        if ins.kind == "view":
            base[ins.out] = base.get(ins.values[0], ins.values[0])
        later = plan.instructions[k + 1 :]
        for n, other in enumerate(later):
            if ins.out is None or ins.kind == "view" or other.out is None or other.kind == "view":
                continue
            if other.out.buffer == ins.out.buffer >= 0:
                reads = [base_of(v, plan) for after in later[n + 1 :] for v in after.values]
                assert ins.out not in reads
                break


def base_of(value: Value, plan: Any) -> Value:
    for ins in plan.instructions:
        if ins.out is value and ins.kind == "view":
            return base_of(ins.values[0], plan)
    return value


def test_dead_and_common_work_is_left_out() -> None:
    """An unused result is not computed, the same product is computed once, constants beforehand."""
    fast.use("off")

    @te.compile
    def step(x: Any) -> Any:
        te.exp(x)
        return (x * x) + (x * x) + te.ones(3) * 2

    x = te.tensor([1.0, 2.0, 3.0])
    step(x)
    np.testing.assert_array_equal(step(x).numpy(), [4, 10, 20])
    assert [ins.what for ins in step.plan.instructions] == ["multiply", "add", "add"]


ELEMENTWISE = ["add", "mul", "sub", "div", "exp", "tanh", "sigmoid", "silu", "square", "sqrt"]


@given(name=st.sampled_from(ELEMENTWISE), seed=st.integers(0, 9))
def test_rules_expand_into_numpys_functions(name: str, seed: int) -> None:
    """Forward functions and rules, run on symbols, leave NumPy's functions with the same bits."""
    op = registry[name]
    rng = np.random.default_rng(seed)
    arrays = [rng.uniform(0.5, 2, (3, 4)).astype("f4") for _ in op.inputs]
    expanded = expand(op.forward, [Value(a) for a in arrays], op.forward(*arrays))
    assert expanded is not None
    assert all(ins.kind in ("ufunc", "view") for ins in expanded[0])


def test_what_looks_at_numbers_is_not_expanded() -> None:
    """A choice by a symbol's numbers cannot be written down; a wrong expansion is thrown away."""
    a = np.array([1.0, 2.0])
    assert expand(lambda x: x if x.sum() > 0 else -x, [Value(a)], a) is None
    assert expand(lambda x: x * 2, [Value(a)], a * 3) is None
    assert expand(lambda x: np.sort(x), [Value(a)], a) is None
