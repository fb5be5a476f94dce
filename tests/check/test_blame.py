"""`blame` names the wrong rule with the numbers that prove it, and leaves the right ones alone."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import tinygrad_edu as te
from tests.blame.__main__ import with_a_mistake, without
from tests.blame.mistakes import MISTAKES, _bent_op
from tinygrad_edu import nn
from tinygrad_edu.check import blame
from tinygrad_edu.engine import ancestors
from tinygrad_edu.errors import ArgumentError, GradcheckError, GradientError, InputTypeError
from tinygrad_edu.op import SCALER, op, registry


@op(family=SCALER, formula=r"z = x^3")
def cube_wrong(x: Any) -> Any:
    """The factor 3 is a 2."""
    return x * x * x


cube_wrong.defvjp(x=lambda g, x: g * 2 * x * x)
del registry["cube_wrong"]  # the laws run over the library's own ops


class Scaled(te.autograd.Function):
    """σ(x)·k with half of the slope forgotten."""

    @staticmethod
    def forward(ctx: Any, x: Any, k: float) -> Any:
        ctx.save_for_backward(x)
        ctx.k = k
        return x.sigmoid() * k

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        (x,) = ctx.saved_tensors
        return g * x.sigmoid() * ctx.k, None


def leaf(*shape: int, dtype: Any = None) -> Any:
    te.manual_seed(7)
    return te.randn(*shape, dtype=dtype, requires_grad=True)


def test_the_planted_mistake_is_named_in_random_graphs() -> None:
    """Sixty graphs of the thousand that `python -m tests.blame` goes through: all of them named."""
    found = [with_a_mistake(seed) for seed in range(60)]
    assert [f for f in found if f is not None and not f[2]] == []
    assert sum(f is not None for f in found) > 50


def test_no_rule_of_a_correct_random_graph_is_blamed() -> None:
    """Sixty graphs without a mistake: no false alarm."""
    assert [without(seed)[0] for seed in range(60)] == [[]] * 60


def test_the_first_wrong_rule_is_the_nearest_to_the_loss() -> None:
    """Several wrong rules are all found; the one that the backward pass meets first comes first."""
    x = leaf(4)
    y = cube_wrong(x)
    z = Scaled.apply(y, 3.0)
    report = blame((z * te.relu(x)).sum())
    assert [wrong.op for wrong in report.wrong] == ["Scaled", "cube_wrong"]
    assert report.wrong[0].number < report.wrong[1].number
    assert "cube_wrong(x)" in report.wrong[1].where
    assert report.wrong[1].rule.startswith("test_blame.py:")


def test_the_proof_is_one_slope() -> None:
    """The element of the input, that of the output, what the rule says and what is true there."""
    x = te.tensor([0.5, 2.0], requires_grad=True)
    proof = blame(cube_wrong(x).sum()).wrong[0].proof
    assert proof.place == proof.output
    value = x.numpy(force=True)[proof.place]
    assert proof.analytic == pytest.approx(2 * value**2)
    assert proof.numeric == pytest.approx(3 * value**2, rel=1e-6)
    assert proof.tolerance < 1e-5


@pytest.mark.parametrize("dtype", [te.float32, te.float64])
def test_a_mistake_of_a_millionth_is_seen_in_either_precision(dtype: Any) -> None:
    """The op runs again in float64, so a float32 graph is checked as sharply as any other."""
    for factor, right in ((1.00001, False), (1 + 1e-9, True)):
        loss = te.tanh(leaf(5, dtype=dtype)).sum()
        node = loss.node.inputs[0]
        node.op = _bent_op(node.op, 0, lambda share, g, k=factor: k * share)
        assert bool(blame(loss)) is right


def test_a_large_network_is_checked_by_projections() -> None:
    """Ninety thousand weights cost a few dozen products, and one wrong element is still found."""
    te.manual_seed(0)
    model = nn.Sequential(nn.Linear(300, 300), nn.ReLU(), nn.Linear(300, 10))
    loss = nn.CrossEntropyLoss()(model(te.randn(16, 300)), te.randint(0, 10, (16,)))
    assert blame(loss)
    node = next(n for n in ancestors([loss.node]) if n.op.name == "linear")
    node.op = _bent_op(node.op, 1, MISTAKES["one element missing"])
    (wrong,) = blame(loss).wrong
    assert (wrong.node, wrong.argument) == (node, "weight")


def test_nothing_is_changed() -> None:
    """No gradient, no saved value, no random number of the library's: backward runs as before."""
    x = leaf(6)
    loss = (te.exp(x) * x).sum()
    saved = [np.array(n.z) for n in ancestors([loss.node])]
    state = te.get_rng_state()
    blame(loss)
    assert te.get_rng_state() == state
    assert x.grad is None
    for before, node in zip(saved, ancestors([loss.node]), strict=True):
        np.testing.assert_array_equal(before, node.z)
    loss.backward()
    np.testing.assert_allclose(
        x.grad.numpy(), (np.exp(x.detach()) * (1 + x.detach())).numpy(), 1e-6
    )


def test_masks_indices_and_several_constants_are_left_as_they_are() -> None:
    """Whole numbers and truth values are not moved; a variadic op has a rule for each input."""
    x, y = leaf(4, 3), leaf(4, 3)
    mask = te.tensor([[True], [False], [True], [True]])
    joined = te.cat([te.where(mask, x, y), x[te.tensor([0, 0, 3])], te.stack([y[0], x[1]])])
    weights = te.tensor([0.2, 0.3, 0.5])
    target = te.tensor([0, 1, 2, 1, 1, 0, 2, 2, 0])
    loss = nn.CrossEntropyLoss(weight=weights)(joined, target)
    report = blame(loss)
    assert report, report
    assert report.rules > 8


def test_a_rule_that_raises_or_returns_the_wrong_shape_is_wrong() -> None:
    """What the rule raised stands in the report."""

    @op(family=SCALER, formula="z = 2x")
    def twice(x: Any) -> Any:
        """2x."""
        return 2 * x

    twice.defvjp(x=lambda g: g[0] * 2)
    assert "a gradient of shape" in blame(twice(leaf(3)).sum()).wrong[0].proof.raised
    twice.defvjp(x=lambda g: g.nothing)
    assert "AttributeError" in str(blame(twice(leaf(3)).sum()))


def test_a_rule_that_is_not_linear_in_g_is_wrong() -> None:
    """Every single unit gradient may pass; a mixed one convicts."""

    @op(family=SCALER, formula="z = x")
    def same(x: Any) -> Any:
        """x."""
        return x * 1.0

    same.defvjp(x=lambda g: g * g)
    assert not blame(same(leaf(3)).sum())


def test_a_forward_that_never_repeats_itself_gets_no_verdict() -> None:
    """Slopes of noise mean nothing, and the report says that it could not judge."""
    rng = np.random.default_rng(0)

    @op(family=SCALER, formula="z = x + noise")
    def noisy(x: Any) -> Any:
        """x and noise."""
        return x + rng.standard_normal(x.shape)

    noisy.defvjp(x=lambda g: g)
    report = blame(noisy(leaf(3)).sum())
    assert report
    assert report.doubtful == [f"noisy.x ({report.loss.node.inputs[0].where})"]


def test_steps_suit_ill_conditioned_numbers() -> None:
    """Beside a large constant rounding rules, at a steep place truncation; both are measured."""
    x = te.tensor([1e-8, 1e8, 1.0], dtype=te.float64, requires_grad=True)
    report = blame(te.log(x).sum() + (te.sqrt(x) + 1e9).sum() + te.sin(x[2:] * 1e5).sum())
    assert report, report
    assert report.certainty < 1e-3


def test_a_freed_graph_is_refused_with_the_way_out() -> None:
    """After backward the values are gone; the message says retain_graph."""
    loss = (leaf(3) ** 2).sum()
    loss.backward()
    with pytest.raises(GradientError, match="retain_graph=True"):
        blame(loss)
    loss = (leaf(3) ** 2).sum()
    loss.backward(retain_graph=True)
    assert blame(loss)


def test_what_has_no_graph_is_refused() -> None:
    """A constant, a number, a function of constants, an unknown language."""
    with pytest.raises(InputTypeError, match="no recipe"):
        blame(te.ones(3))
    with pytest.raises(InputTypeError, match="a tensor or a function"):
        blame(3.0)  # type: ignore[arg-type]
    with pytest.raises(InputTypeError, match="no tensor that requires"):
        blame(lambda x: x * 2, te.ones(3))
    with pytest.raises(ArgumentError, match="not spoken"):
        blame(leaf(3).sum(), lang="fr")


def test_a_function_of_inputs_is_run_first() -> None:
    """`blame(fn, inputs)` checks all of the outputs."""
    assert not blame(lambda x: (x.sum(), cube_wrong(x)), leaf(3))
    assert blame(lambda x, y: x @ y, [leaf(2, 3), leaf(3, 2)])


def test_the_report_speaks_both_languages_html_and_json() -> None:
    """The first wrong rule stands in each form of it, and an error can be made of it."""
    loss = cube_wrong(leaf(3)).sum()
    report = blame(loss, lang="ru")
    assert str(report).startswith("Неверных правил: 1 из 2")
    assert "The first wrong rule" in report.text("en")
    assert "cube_wrong" in report._repr_html_()
    told = json.loads(json.dumps(report.to_dict()))
    assert told["wrong"][0]["op"] == "cube_wrong"
    assert told["right"] is False
    with pytest.raises(GradcheckError, match="cube_wrong"):
        report.raise_if_wrong()
    assert list(report.marks()) == [loss.node.inputs[0]]


def test_the_pictures_are_given_the_wrong_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    """`graph()` and `stepper()` pass each wrong node on, with a few words of what is wrong."""
    from tinygrad_edu import viz

    for name in ("graph", "stepper"):
        draw = lambda loss, marks, lang, **more: (loss, marks, lang, more)  # noqa: E731
        monkeypatch.setattr(viz, name, draw, raising=False)
    loss = cube_wrong(te.tensor([2.0], requires_grad=True)).sum()
    report = blame(loss, lang="ru")
    marks = {loss.node.inputs[0]: "неверно: x[0]: 8, должно быть 12"}
    assert report.graph(names={}) == (loss, marks, "ru", {"names": {}})
    english = {loss.node.inputs[0]: "wrong: x[0]: 8, should be 12"}
    assert report.stepper(lang="en")[1:3] == (english, "en")
