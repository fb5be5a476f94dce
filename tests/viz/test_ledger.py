"""The ledger: its numbers are the engine's, its formulas give its numbers, in every form."""

from __future__ import annotations

import html.parser
import math
import re

import numpy as np
import pytest
from hypothesis import given

import tinygrad_edu as torch
from tinygrad_edu import viz
from tinygrad_edu.errors import ArgumentError, InputTypeError
from tinygrad_edu.op import SCALER, op
from tinygrad_edu.ops.shape import sum_to
from tinygrad_edu.viz.ledger import Ledger
from tinygrad_edu.viz.notation import TEXT
from tinygrad_edu.viz.record import record

from .graphs import graphs


def diamond():
    """The course's example: e = c·d with c = a + b, d = b + 1, at a = −1, b = 3."""
    a = torch.tensor(-1.0, requires_grad=True)
    b = torch.tensor(3.0, requires_grad=True)
    c = a + b
    d = b + 1
    return a, b, c, d, c * d


def calculated(text: str) -> float:
    """What a printed formula of single numbers gives, by Python's own arithmetic."""
    for old, new in (("−", "-"), ("·", "*"), ("⊙", "*"), ("e^", "E**"), ("^", "**"), ("√", "sqrt")):
        text = text.replace(old, new)
    text = re.sub(r"\|([^|]*)\|", r"abs(\1)", text)
    text = re.sub(r"\[([^\]≠<>]*)≠([^\]]*)\]", r"float((\1) != (\2))", text)
    names = {"E": math.e, "sqrt": math.sqrt, "ln": math.log, "abs": abs, "float": float}
    names |= {name: getattr(math, name) for name in ("sin", "cos", "sinh", "cosh", "tanh", "erfc")}
    names |= {"sign": lambda x: (x > 0) - (x < 0), "maximum": max}
    names["σ"] = lambda x: 1 / (1 + math.exp(-x))
    return float(eval(text, {"__builtins__": {}}, names))  # our own formula, in a test


@given(graphs())
def test_contributions_sum_to_the_gradient_of_every_value(drawn):
    """For every node and leaf of random graphs: the uses' contributions add up to dL/dx."""
    loss, _ = drawn
    ledger = Ledger(record(loss))
    for account in ledger.accounts:
        if account.contributions:
            total = sum(c.array for c in account.contributions)
            np.testing.assert_allclose(total, account.gradient, rtol=1e-12, atol=1e-14)
        else:
            assert account.edge is loss.node


@given(graphs())
def test_upstream_times_slope_is_the_contribution(drawn):
    """Element by element, and by the terms that are printed for each element."""
    loss, _ = drawn
    for account in Ledger(record(loss)).accounts:
        for c in account.contributions:
            if c.slope is not None:
                product = sum_to(np.asarray(c.upstream * c.slope), c.array.shape)
                np.testing.assert_allclose(product, c.array, rtol=1e-12, atol=1e-14)
            for place in np.ndindex(c.array.shape):
                terms = c.terms(place)
                assert terms is not None
                total = sum(t.upstream * t.slope for t in terms)
                np.testing.assert_allclose(total, c.array[place], rtol=1e-11, atol=1e-13)


@given(graphs(scalars=True))
def test_the_formula_with_its_printed_numbers_gives_the_contribution(drawn):
    """The text is calculated again: local derivative and contribution, to all printed digits."""
    loss, _ = drawn
    for account in Ledger(record(loss)).accounts:
        for c in account.contributions:
            assert c.local is not None
            if c.array.ndim or c.upstream.ndim:
                continue
            slope = calculated(c.local_text(TEXT, numbers=True, digits=17))
            assert slope == pytest.approx(float(c.slope), rel=1e-9, abs=1e-12)
            whole = calculated(c.rule_text(TEXT, numbers=True, digits=17))
            assert whole == pytest.approx(float(c.array), rel=1e-9, abs=1e-12)


@given(graphs(scalars=True))
def test_the_ledgers_own_lines_calculate(drawn):
    """g · ∂z/∂x = u · s = c, as a reader sees it, for every such line of the page."""
    loss, _ = drawn
    text = viz.explain(loss, loss, digits=15, lang="en").to_text(colour=False, width=10_000)
    lines = re.findall(r"g · ∂\S+/∂\S+ = (.*) = (.*)", text)
    assert lines
    for product, result in lines:
        assert calculated(product) == pytest.approx(calculated(result), rel=1e-9, abs=1e-12)


def test_a_ledger_for_a_reader():
    """Every use of b, by family, formula, numbers and source line, and the sum."""
    a, b, c, d, e = diamond()
    text = viz.explain(b, e, lang="en").to_text(colour=False, width=100)
    for part in (
        "b = 3",
        "1. used by d = add(b, 1) (step 2)",
        "«distributor»: the gradient goes to every input unchanged",
        "test_ledger.py:",
        "g = dL/dc = 4",
        "g · ∂c/∂b = 4 · 1 = 4",
        "dL/db = 2 + 4 = 6",
    ):
        assert part in text.replace("test_ledger.py:", "test_ledger.py:") or part in text
    assert a.grad is None
    assert c.requires_grad
    assert d.requires_grad


def test_the_names_are_the_callers_and_the_output_is_found_among_them():
    """`explain(b)` alone: the last variable that was computed from b is the loss."""
    a, b, c, d, e = diamond()
    assert "dL/db = 2 + 4 = 6" in viz.explain(b, lang="en").to_text(False)
    assert "∂e/∂c = d = 4" in viz.explain(c, lang="en").to_text(False)
    whole = viz.explain(e, lang="en").to_text(False)
    assert whole.index("Step 1 of 3: e = mul(c, d)") < whole.index("Step 3 of 3: c = add(a, b)")
    del e, c, d
    with pytest.raises(InputTypeError, match="Name the loss"):
        viz.explain(a)


def test_a_tensor_without_a_gradient_is_told_apart_from_one_without_a_use():
    """A constant has nothing to explain, whatever was computed from it."""
    x = torch.tensor(2.0)
    y = x * torch.tensor(3.0, requires_grad=True)
    with pytest.raises(InputTypeError, match="requires_grad=True"):
        viz.explain(x, y)
    with pytest.raises(InputTypeError, match="not computed from"):
        viz.explain(torch.tensor(1.0, requires_grad=True), y)


def test_two_languages_and_the_locale(monkeypatch):
    """The family in the course's own word; the locale decides where nobody asks."""
    *_, e = diamond()
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.delenv("LC_MESSAGES", raising=False)
    monkeypatch.setenv("LANG", "ru_RU.UTF-8")
    assert "«распределитель»" in str(viz.explain(e, e))
    monkeypatch.setenv("LANG", "C.UTF-8")
    assert "«distributor»" in str(viz.explain(e, e))
    with pytest.raises(ArgumentError, match="lang"):
        viz.explain(e, e, lang="xx")


def test_matrices_by_formula_and_element():
    """A product of matrices: dL/dX ← G Wᵀ, and each element's sum."""
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    w = torch.tensor([[5.0, 6.0], [7.0, 8.0]], requires_grad=True)
    loss = (x @ w).sum()
    text = viz.explain(x, loss, lang="en").to_text(False, 100)
    assert "dL/dx ← g @ wᵀ" in text
    assert "[0, 1]: 1 · 7 + 1 · 8 = 15" in text
    assert "dL/dw ← xᵀ @ g" in viz.explain(w, loss).to_text(False, 100)


def test_a_large_array_is_told_by_shape_range_and_norm():
    """No thousand numbers on the screen."""
    x = torch.ones(50, 40, requires_grad=True)
    text = viz.explain((x * 2).sum(), lang="en").to_text(False, 200)
    assert "(50×40) 2 … 2, ‖·‖ = 89.44" in text
    assert len(text) < 1500


def test_a_broadcast_input_says_that_its_copies_add_up():
    """The bias served every row."""
    bias = torch.tensor([0.1, 0.2], requires_grad=True)
    loss = (torch.ones(3, 2) * 2 + bias).sum()
    text = viz.explain(bias, loss, lang="en").to_text(False)
    assert "bias was broadcast from (2,) to (3, 2): the gradients of its copies add up" in text
    assert "[0]: 1 · 1 + 1 · 1 + 1 · 1 = 3" in text


def test_an_op_of_the_users_own_is_explained_by_its_rule():
    """Nothing but the rule is needed for its formula."""

    @op(family=SCALER, formula=r"z = \ln(1 + e^x)")
    def soft(x):
        """A relu with a round corner."""
        return np.log1p(np.exp(x))

    soft.defvjp(x=lambda g, x: g / (1 + np.exp(-x)))
    x = torch.tensor(0.5, requires_grad=True)
    y = soft(x)
    text = viz.explain(x, y).to_text(False)
    assert "∂y/∂x = 1 / (1 + e^(−x)) = 1 / (1 + e^(−0.5)) = 0.6225" in text
    assert "z = ln(1 + e^x)" in text


def test_a_rule_that_cannot_be_read_is_told_by_its_numbers():
    """A Function's backward is Python, not a formula: the terms stay."""

    class Triple(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 3

        @staticmethod
        def backward(ctx, g):
            return g * 3

    x = torch.tensor([1.0, 2.0], requires_grad=True)
    text = viz.explain(x, Triple.apply(x).sum(), lang="en").to_text(False)
    assert "[0]: 1 · 3 = 3" in text


def test_freed_values_and_hooks_are_said():
    """Not computed is not zero; a hook's change is no mystery."""
    a, b, c, _, e = diamond()
    c.register_hook(lambda g: g * 10)
    assert "a hook changed the sum" in viz.explain(c, e, lang="en").to_text(False)
    e.backward()
    text = viz.explain(b, e, lang="en").to_text(False)
    assert "not computed yet" in text
    assert "no use" not in text
    assert "The pass stopped at e = mul" in text
    assert "backward(retain_graph=True)" in text
    russian = " ".join(viz.explain(b, e, lang="ru").to_text(False).split())
    assert "Проход остановился на e = mul" in russian
    assert "освободил" in russian  # and not the engine's English error
    assert "freed" not in russian
    assert a.grad is not None


def test_colours_only_for_a_terminal_that_wants_them(monkeypatch):
    """ANSI codes on a tty; none in a file, none where NO_COLOR is set; wrapped at the width."""
    *_, e = diamond()
    ledger = viz.explain(e, e)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\033[" in str(ledger)
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\033[" not in str(ledger)
    assert max(map(len, ledger.to_text(False, 50).splitlines())) <= 50
    coloured = re.sub(r"\033\[[\d;]*m", "", ledger.to_text(True, 80))
    assert coloured == ledger.to_text(False, 80)


HOSTILE = [
    "<script>alert(1)</script>",
    'a"b',
    "back\\slash",
    "new\nline",
    "вес",
    "$x_1$",
    "`|&{}%#~^",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_break_no_form(name):
    """Tags, quotes, backslashes, line breaks and Russian letters come through as text."""
    x = torch.tensor([1.0, -2.0], requires_grad=True)
    ledger = viz.explain(x, (x * x).sum(), names={name: x})

    class Seen(html.parser.HTMLParser):
        def __init__(self):
            super().__init__()
            self.tags, self.text = set(), ""

        def handle_starttag(self, tag, attrs):
            self.tags.add(tag)

        def handle_data(self, data):
            self.text += data

    seen = Seen()
    seen.feed(ledger.to_html())
    assert seen.tags <= {"div", "h3", "p", "b", "em", "code", "span"}
    assert name.replace("\n", " ") in seen.text
    latex = ledger.to_latex()
    assert latex.count("{") - latex.count(r"\{") == latex.count("}") - latex.count(r"\}")
    assert "<script" not in ledger.to_markdown().replace(r"\<script", "")


def test_jupyter_shows_html():
    """The rich form is the HTML; it names the family and needs no script."""
    *_, e = diamond()
    shown = viz.explain(e, e, lang="ru")._repr_html_()
    assert "распределитель" in shown
    assert "<script" not in shown


def test_a_long_pass_is_cut():
    """Of thousands of steps the first and the last are told, and how many are not."""
    y = torch.tensor(1.0, requires_grad=True)
    for _ in range(3000):
        y = y + 1
    text = viz.explain(y, y, lang="en").to_text(False)
    assert "… 2940 steps are left out here …" in text
    assert len(text) < 30_000
