"""The laws that every operation obeys, each stated once and asked of the whole registry.

What a law must know of an op beyond its declaration (legal arguments, kinks, linearity) is in
`samples`; how the ops are chosen and called, in `asking`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st

import tinygrad_edu  # noqa: F401  (fills the registry)
from tinygrad_edu import ops
from tinygrad_edu.engine import listen
from tinygrad_edu.errors import TinygradEduError
from tinygrad_edu.op import BLOCKER, FAMILIES, Op, op, registry
from tinygrad_edu.ops.shape import sum_to
from tinygrad_edu.tensor import Tensor

from .asking import (
    ALL,
    agree,
    directions,
    draw_call,
    drawn,
    every_op,
    every_op_with_rules,
    layouts,
    ops_that,
    same,
)
from .calculus import (
    arrays,
    difference_jacobian,
    evaluate,
    inner,
    jacobian,
    moved,
    moving,
    pullback,
    replaced,
    right_slope,
    second_pullback,
    slope,
    value,
)
from .drawing import EMPTY_SHAPES, Call
from .samples import FUNCTIONS, SAMPLES

# -- the registry


def undescribed() -> set[str]:
    """The registered ops that nobody has described to the laws."""
    return registry.keys() - SAMPLES.keys()


def test_every_registered_op_has_samples() -> None:
    """No op is registered without samples, and no samples are left of an op that is gone."""
    assert not undescribed(), f"add samples for {sorted(undescribed())} in tests/ops"
    assert not SAMPLES.keys() - registry.keys()


def test_every_public_function_has_samples() -> None:
    """What is exported under a name of its own is an op with samples, or a function with some."""
    described = {name.split("(")[0] for name in (*SAMPLES, *FUNCTIONS)}
    known = {id(getattr(ops, name, None)) for name in described}  # an alias is the same object
    assert not [name for name in ops.__all__ if id(getattr(ops, name)) not in known]


def test_an_op_without_samples_fails_the_suite() -> None:
    """A newly declared op is noticed by the law above."""

    @op(family=BLOCKER, formula="z = x")
    def newcomer(x):  # type: ignore[no-untyped-def]
        """An op that nobody described."""
        return x

    with pytest.raises(AssertionError, match="newcomer"):
        test_every_registered_op_has_samples()


@every_op
def test_declaration(name: str) -> None:
    """An op says what it does: a family, a formula about z, a docstring; its name is its own."""
    declared: Op = registry[name]
    assert declared.family in FAMILIES.values()
    assert declared.formula.startswith("z")
    assert declared.formula.count("{") == declared.formula.count("}")
    assert declared.__doc__ and declared.__doc__.strip()[0] != " "
    assert declared.inputs, "declare the inputs with defvjp (None where no gradient passes)"
    assert declared.name == name


def test_a_missing_counterpart_has_a_reason() -> None:
    """Where PyTorch has no such op, the samples say why there is nothing to compare."""
    assert all(s.why for s in SAMPLES.values() if s.torch is None)


# -- derivatives


@every_op_with_rules
@drawn
def test_first_gradient(name: str, data: st.DataObject) -> None:
    """Along any direction u, ⟨v, f(x + hu)⟩ grows by h·⟨∇, u⟩, where ∇ is what the rules give."""
    f, call, draw = draw_call(name, data)
    xs = arrays(f, call)
    v = draw.reals(value(f, call).shape, -1, 1)
    u = directions(draw, xs)
    numeric = slope(lambda h: np.vdot(v, value(f, call, moved(xs, u, h))))
    analytic = inner([g.array for g in pullback(f, call, v)], u)
    agree(analytic, numeric, np.vdot(np.abs(v), np.abs(value(f, call))))


@every_op_with_rules
@drawn
def test_full_jacobian(name: str, data: st.DataObject) -> None:
    """Row by row, the outputs' gradients are the Jacobian that differences give by columns."""
    f, call, _ = draw_call(name, data, st.lists(st.integers(1, 2), max_size=2).map(tuple))
    by_rules, by_differences = jacobian(f, call), difference_jacobian(f, call)
    scale = 1e-6 * (1 + np.abs(value(f, call)).max(initial=0))
    np.testing.assert_allclose(by_rules, by_differences, rtol=1e-5, atol=scale)


@every_op_with_rules
@drawn
def test_second_gradient(name: str, data: st.DataObject) -> None:
    """The gradient's own gradient, in x and in the upstream v, is what differences of it give."""
    f, call, draw = draw_call(name, data)
    xs = arrays(f, call)
    v = draw.reals(value(f, call).shape, -1, 1)
    w = directions(draw, xs)
    u = directions(draw, [*xs, v])

    def projected(h: float) -> float:
        *moved_xs, moved_v = moved([*xs, v], u, h)
        gradients = pullback(f, replaced(f, call, moved_xs), moved_v)
        return inner(w, [g.array for g in gradients])

    agree(inner(second_pullback(f, call, v, w), u), slope(projected), projected(0.0))


@every_op_with_rules
@drawn
def test_a_rule_says_the_same_of_arrays_and_tensors(name: str, data: st.DataObject) -> None:
    """With and without create_graph, the rules give the same gradient."""
    f, call, draw = draw_call(name, data)
    v = draw.reals(value(f, call).shape, -1, 1)
    on_arrays = [g.array for g in pullback(f, call, v)]
    same([g.array for g in pullback(f, call, v, create_graph=True)], on_arrays)


@every_op_with_rules
@drawn
def test_zero_upstream_gives_zero(name: str, data: st.DataObject) -> None:
    """What does not matter to the loss has no gradient: exactly zero, never NaN."""
    f, call, _ = draw_call(name, data)
    for g in pullback(f, call, np.zeros(value(f, call).shape)):
        assert not g.array.any()


@ops_that("linear")
@drawn
def test_a_linear_op_meets_its_transpose(name: str, data: st.DataObject) -> None:
    """⟨A x, v⟩ = ⟨x, Aᵀ v⟩: the rule of a linear op is its transpose."""
    f, call, draw = draw_call(name, data)
    if any(isinstance(x, float) for x in call.inputs):  # x + 2 is affine, not linear
        return
    z = value(f, call)
    v = draw.reals(z.shape, -1, 1)
    products = [
        np.vdot(x, g.array) for x, g in zip(arrays(f, call), pullback(f, call, v), strict=True)
    ]
    for product in [sum(products)] if SAMPLES[name].linear == "jointly" else products:
        assert np.vdot(z, v) == pytest.approx(product, rel=1e-10, abs=1e-12)


KINKS = [pytest.param(n, k, id=f"{n}-{i}") for n in ALL for i, k in enumerate(SAMPLES[n].kinks)]


@pytest.mark.parametrize(("name", "kink"), KINKS)
def test_the_slope_at_a_kink(name: str, kink: object) -> None:
    """At a corner the rule takes the promised slope, one between those on either side."""
    f, call = registry[name], kink.call
    xs = arrays(f, call)
    gradients = [g.array for g in pullback(f, call, np.ones_like(value(f, call)))]
    same(gradients, [np.asarray(g, dtype=float) for g in kink.gradients])
    for i, x in enumerate(xs):
        for place in np.ndindex(x.shape):
            u = [np.zeros_like(x) for x in xs]
            u[i][place] = 1.0
            sides = [
                right_slope(lambda h, u=u: value(f, call, moved(xs, u, h)).sum(), h)
                for h in (1e-7, -1e-7)
            ]
            assert min(sides) - 1e-5 <= gradients[i][place] <= max(sides) + 1e-5


# -- numbers and memory


@ops_that("same_dtype")
@drawn
def test_float32_stays_float32(name: str, data: st.DataObject) -> None:
    """No constant inside an op or a rule widens float32: not forward, not backward, not twice."""
    f, call, draw = draw_call(name, data)
    inputs = (
        x.astype(np.float32) if isinstance(x, np.ndarray) and x.dtype.kind == "f" else x
        for x in call.inputs
    )
    call = Call(tuple(inputs), call.params)
    z = value(f, call)
    assert z.dtype == np.float32 or z.dtype.kind != "f"
    if not (f.differentiable and moving(f, call)):
        return
    v = draw.reals(z.shape, -1, 1).astype(np.float32)
    w = [np.ones_like(x) for x in arrays(f, call)]
    shares: list[Any] = []  # what each rule returned: a leaf would give it back in its own type
    with listen(lambda event: shares.extend(event.contributions)):
        pullback(f, call, v)
        second_pullback(f, call, v, w)
    assert {share.dtype for share in shares if share is not None} == {np.dtype(np.float32)}


@ops_that("broadcasts")
@drawn
def test_a_broadcast_input_collects_the_gradients_of_its_copies(
    name: str, data: st.DataObject
) -> None:
    """Broadcasting an input is copying it: the same output, and the copies' gradients added up."""
    f, call, draw = draw_call(name, data)
    shape = (2, *value(f, call).shape)
    xs = arrays(f, call)
    if len(xs) < 2:
        return
    copies = replaced(f, call, [np.broadcast_to(x, shape).copy() for x in xs])
    for i in range(len(xs)):  # one input as it is, the others full
        xs_here = arrays(f, copies)
        xs_here[i] = xs[i]
        narrow = replaced(f, call, xs_here)
        np.testing.assert_array_equal(value(f, narrow), value(f, copies))
        v = draw.reals(value(f, narrow).shape, -1, 1)
        wide = [g.array for g in pullback(f, copies, v)]
        wide[i] = sum_to(wide[i], xs[i].shape)
        same([g.array for g in pullback(f, narrow, v)], wide)


def _obeys_shapes(name: str, data: st.DataObject, shapes: st.SearchStrategy) -> None:
    f, call, draw = draw_call(name, data, shapes)
    z, variables = evaluate(f, call, requires_grad=True)
    assert isinstance(z.array, np.ndarray)
    if variables:
        v = draw.reals(z.shape, -1, 1)
        for x, g in zip(arrays(f, call), pullback(f, call, v), strict=True):
            assert g.shape == x.shape and np.isfinite(g.array).all()
        second_pullback(f, call, v, directions(draw, arrays(f, call)))


@ops_that("empty")
@drawn
def test_empty_arrays(name: str, data: st.DataObject) -> None:
    """An array without elements is an array: it goes forward and, twice, backward."""
    _obeys_shapes(name, data, EMPTY_SHAPES)


@ops_that("scalar")
@drawn
def test_single_numbers(name: str, data: st.DataObject) -> None:
    """A 0-d array is an array: it goes forward and, twice, backward, and stays an array."""
    _obeys_shapes(name, data, st.just(()))


@pytest.mark.parametrize("name", [n for n in ALL if not SAMPLES[n].contiguous])
@drawn
def test_layout_in_memory_does_not_matter(name: str, data: st.DataObject) -> None:
    """Negative strides, column order and gaps change nothing, in the inputs or in the gradient."""
    f, call, draw = draw_call(name, data)
    z = value(f, call)
    v = draw.reals(z.shape, -1, 1)
    expected = [g.array for g in pullback(f, call, v)] if moving(f, call) else []
    for kind, v_there in enumerate(layouts(v)):
        there = [layouts(x)[kind] if isinstance(x, np.ndarray) else x for x in call.inputs]
        moved_call = Call(tuple(there), call.params)
        np.testing.assert_allclose(value(f, moved_call), z, rtol=1e-10, atol=1e-12)
        if expected:
            same([g.array for g in pullback(f, moved_call, v_there)], expected)


def test_the_last_value_written_to_a_place_stays() -> None:
    """Where a place is named twice the last value stays, also if all lies backwards in memory."""
    x, y, index = np.zeros((1, 1)), np.array([[2.0], [1.0]])[::-1], np.array([[0], [0]])[::-1]
    along_dim = Call((x, y, index), {"dim": 0})
    by_index = Call((x, y[:, 0]), {"index": (index[:, 0], index[:, 0])})
    for f, call in ((registry["scatter_along"], along_dim), (registry["setitem"], by_index)):
        assert value(f, call) == 2.0
        assert pullback(f, call, np.ones((1, 1)))[1].array.ravel().tolist() == [0.0, 1.0]


@every_op
@drawn
def test_nothing_is_mutated_and_nothing_is_aliased(name: str, data: st.DataObject) -> None:
    """An op and its rules leave inputs, output and upstream gradient as they were, and a share of
    the gradient is new memory or the upstream gradient's, never an input's or the output's.
    """
    f, call, draw = draw_call(name, data)
    z, _ = evaluate(f, call, requires_grad=True)
    v = draw.reals(z.shape, -1, 1)
    held = [x for x in (*call.inputs, z.array, v) if isinstance(x, np.ndarray)]
    before = [x.copy() for x in held]
    if z.node is not None:
        for i in moving(f, call):
            share = z.node.op.rule(i).pull(v, z.node)
            assert not any(np.shares_memory(share, x) for x in held[:-1])
    evaluate(f, call)
    for x, was in zip(held, before, strict=True):
        np.testing.assert_array_equal(x, was)


ERRORS = [pytest.param(n, c, id=f"{n}-{i}") for n in ALL for i, c in enumerate(SAMPLES[n].errors)]


@pytest.mark.parametrize(("name", "call"), ERRORS)
def test_bad_arguments_are_refused(name: str, call: Call) -> None:
    """Arguments that do not fit are refused in the library's words, the function's name first."""
    with pytest.raises(TinygradEduError, match=r"^\w+: "):
        evaluate(registry[name], call)


@pytest.mark.parametrize("name", [n for n in ALL if not registry[n].differentiable])
@drawn
def test_an_op_without_rules_ends_the_graph(name: str, data: st.DataObject) -> None:
    """Where no input has a rule, the output requires no gradient."""
    f, call, _ = draw_call(name, data)
    inputs = [
        Tensor(x, x.dtype.kind == "f") if isinstance(x, np.ndarray) else x for x in call.inputs
    ]
    assert not f(*inputs, **call.params).requires_grad
