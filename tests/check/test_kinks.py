"""At a corner a rule is right when it takes a valid subgradient, and wrong when it does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tinygrad_edu as te
from tests.blame.mistakes import MISTAKES, _bent_op
from tinygrad_edu.check import blame
from tinygrad_edu.check.conventions import convention

TIED = [1.0, 3.0, 3.0, -2.0, 3.0]
CASES: dict[str, tuple[Callable[[Any], Any], list[float]]] = {
    "relu": (te.relu, [0.0, 1.0, -1.0]),
    "abs": (te.abs, [0.0, 1.0, -1.0]),
    "amax": (lambda x: x.max(), TIED),
    "max(dim)": (lambda x: te.max(x, dim=0)[0], TIED),
    "clamp low": (lambda x: te.clamp(x, -1.0, 2.0), [-1.0, 0.5, 5.0]),
    "clamp high": (lambda x: te.clamp(x, -1.0, 2.0), [2.0, 0.5, 5.0]),
    "maximum": (lambda x: te.maximum(x, x.detach().flip(0)), [1.0, 2.0, 1.0]),
    "minimum": (lambda x: te.minimum(x * 1.0, x * 1.0), [1.0, 2.0, 0.0]),
    "where": (lambda x: te.where(x > 0, x, -0.5 * x), [0.0, 1.0, -1.0]),
    "hardtanh": (te.nn.functional.hardtanh, [-1.0, 1.0, 0.0]),
    "leaky_relu": (te.nn.functional.leaky_relu, [0.0, 1.0, -1.0]),
    "norm": (lambda x: x.norm(), [0.0, 0.0, 0.0]),
    "relu6": (te.nn.functional.relu6, [6.0, 0.0, 1.0]),
    "softsign": (te.nn.functional.softsign, [0.0, 1.0, -1.0]),
    "amin": (lambda x: x.amin(), [-2.0, -2.0, 3.0]),
    "median": (lambda x: x.median(), TIED),
    "sort": (lambda x: te.sort(x)[0] * te.tensor([1, 2, 3, 4, 5]), [3.0, 3.0, 1.0, -2.0, 3.0]),
    "maximum of two": (lambda x: te.maximum(x[:2], x[2:]), [1.0, 2.0, 1.0, 2.0]),
    "max pool": (
        lambda x: te.nn.functional.max_pool2d(x.reshape(1, 1, 2, 2), 2),
        [1.0, 1.0, 0.5, 1.0],
    ),
}
# At the corner, and beside it by less than a step, by about a step, and by much more.
BESIDE = (0.0, 1e-12, -1e-12, 1e-7, -1e-7, 1e-5, -1e-4, 1e-3, 0.1, -0.1)


def graph(case: str, dtype: Any, off: float) -> Any:
    """The case's loss with its first element moved off the corner."""
    f, start = CASES[case]
    values = np.array(start, dtype)
    values[0] += off
    return f(te.tensor(values, requires_grad=True)).sum()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("case", CASES)
def test_the_library_is_right_at_and_around_its_corners(case: str, dtype: str) -> None:
    """No distance from a corner, in either precision, makes the checker blame a right rule."""
    for off in BESIDE:
        report = blame(graph(case, dtype, off))
        assert report, f"{off}: {report}"
        assert all(kink.valid for kink in report.kinks)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("case", [case for case in CASES if case != "where"])
@pytest.mark.parametrize("mistake", ["sign", "factor 2", "a constant added"])
def test_a_wrong_rule_is_wrong_at_and_around_the_corner(
    case: str, dtype: str, mistake: str
) -> None:
    """No corner hides a slope that belongs to neither side."""
    for off in (0.0, -1e-7, 1e-3):
        loss = graph(case, dtype, off)
        node = loss.node if loss.node.op.name != "sum" else loss.node.inputs[0]
        i = next(i for i, edge in enumerate(node.inputs) if edge is not None)
        node.op = _bent_op(node.op, i, MISTAKES[mistake])
        report = blame(loss)
        if not _still_valid(case, off, mistake) and not _zero(node, i):
            assert [wrong.node for wrong in report.wrong] == [node], off


def _still_valid(case: str, off: float, mistake: str) -> bool:
    """Whether the mistake turns a valid subgradient into another: −0 into 0, a half into a whole.

    `maximum` has a constant for its other argument here, so nothing says who gets the other half.
    """
    half = case == "maximum" and mistake == "factor 2" and abs(off) < 1e-7
    return half or (case == "norm" and off == 0.0 and mistake != "a constant added")


def _zero(node: Any, i: int) -> bool:
    """Whether the right slope is 0 at every place, so that its sign and factor do not matter."""
    from tinygrad_edu.check.local import Local

    local = Local(node)
    return not local.pull(np.ones(local.z.size), i).any()


@pytest.mark.parametrize(
    ("case", "interval", "value"),
    [
        ("relu", (0, 1), 0),
        ("abs", (-1, 1), 0),
        ("clamp low", (0, 1), 1),
        ("maximum", (0, 1), 0.5),
        ("leaky_relu", (0.01, 1), 0.01),
    ],
)
def test_the_interval_and_the_value_taken_are_reported(
    case: str, interval: tuple[float, float], value: float
) -> None:
    """At a corner the report gives the valid subgradients, the two sides and the rule's choice."""
    kink = blame(graph(case, "float64", 0.0)).kinks[0]
    assert (kink.low, kink.high) == pytest.approx(interval, abs=1e-6)
    assert sorted((kink.left, kink.right)) == pytest.approx(interval, abs=1e-6)
    assert kink.value == pytest.approx(value)
    assert kink.place == (0,)


def test_two_winners_may_not_both_take_the_whole_gradient() -> None:
    """Each of (1, 1) is valid by itself at a tie of two; together they count the gradient twice."""
    x, y = (te.tensor([1.0, 2.0], requires_grad=True) for _ in range(2))
    loss = te.maximum(x, y).sum()
    node = loss.node.inputs[0]
    for i in range(2):
        node.op = _bent_op(node.op, i, MISTAKES["factor 2"])
    report = blame(loss)
    assert report.wrong[0].argument == "x, y"
    assert report.wrong[0].proof.analytic == pytest.approx(2)
    tied = te.tensor([1.0, 1.0], requires_grad=True).max()
    tied.node.op = _bent_op(tied.node.op, 0, MISTAKES["factor 2"])
    assert blame(tied).wrong[0].proof.numeric == pytest.approx(1)


def test_a_jump_or_an_infinite_slope_is_left_out_and_counted() -> None:
    """Where there is no finite slope there is nothing to compare, and the report says so."""
    x = te.tensor([0.0, 1.5], requires_grad=True)
    for f in (te.floor, te.sqrt, te.sign):
        report = blame(f(x).sum())
        assert report, report
        assert report.skipped == 1


@pytest.mark.parametrize("case", CASES)
def test_every_corner_has_a_convention_in_words(case: str) -> None:
    """Which subgradient the library takes is said, not only that any would do."""
    for kink in blame(graph(case, "float64", 0.0)).kinks:
        for lang in ("en", "ru"):
            assert convention(kink.op, lang) != convention("", lang), kink.op


def test_the_convention_is_told_in_both_languages() -> None:
    """The report says which subgradient the library takes."""
    report = blame(graph("relu", "float64", 0.0))
    assert "relu′(0) = 0" in report.text("en")
    assert "годится от 0 до 1" in report.text("ru")
