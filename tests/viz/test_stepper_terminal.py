"""The stepper in a terminal: what it tells, and how it is moved."""

from __future__ import annotations

import re

import pytest

import tinygrad_edu as torch
from tinygrad_edu import viz

from .walking import network, walked, worked_example

pytest.importorskip("fast_sugiyama", reason="fast-sugiyama draws where Graphviz is absent")


def test_the_walk_tells_rule_formula_numbers_and_ledger():
    """The step of the worked example that the course prints: dL/dv = δ·h."""
    loss, names = worked_example()
    text = walked(viz.stepper(loss, names=names, lang="en"), "r o")
    for part in ("Backward 4 / 6 · o = mul", "«switch»", "∂L/∂v = g · h", "−0.7251 · 0.5498"):
        assert part in text
    assert "∂L/∂v = −0.3987" in text


def test_keys_move_to_and_fro_and_strange_ones_are_answered():
    """n, p, g, b, e, s and an empty line move; l changes the language; the rest is explained."""
    loss, names = worked_example()
    made = viz.stepper(loss, names=names, lang="en")
    lines = ("n", "", "p", "g 3", "b", "e", "n", "s", "p", "g 99", "r nobody", "what", "l", "q")
    heads = re.findall(r"── (.+?) ─", walked(made, *lines))
    assert [head.partition(" ·")[0] for head in heads] == [
        "Before the first step", "Forward 1 / 6", "Forward 2 / 6", "Forward 1 / 6",
        "Forward 3 / 6", "Backward 1 / 6", "Backward 6 / 6", "Backward 6 / 6",
        "Before the first step", "Before the first step", "Перед первым шагом",
    ]  # fmt: skip
    assert walked(made, "g 99", "r nobody", "what").count("No such step or name") == 3


@pytest.mark.parametrize("width", [30, 44, 80, 200])
@pytest.mark.parametrize("lang", ["en", "ru"])
def test_no_line_is_wider_than_the_terminal(width, lang):
    """At any width, in both languages, with colours: the visible letters of a line fit."""
    loss, model = network()
    made = viz.stepper(loss, names=model, lang=lang)
    moves = ["n", "z", *["n"] * len(made.film["forward"]) * 2]
    text = walked(made, *moves, width=width, colour=True)
    for line in re.sub(r"\x1b\[[\d;]*m", "", text).split("\n"):
        assert len(line) <= width, line


def test_colours_only_where_they_are_wanted():
    """Into a file go no escapes; asked for, the family's own colour is there."""
    loss, names = worked_example()
    made = viz.stepper(loss, names=names)
    assert "\x1b" not in walked(made, "n", "b")
    assert "48;2;230;159;0" in walked(made, "n", colour=True)


def test_the_walk_opens_a_product():
    """z writes the sums of a matrix product, forward and back; elsewhere it says there is none."""
    x = torch.tensor([[1.0, 2.0]], requires_grad=True)
    w = torch.tensor([[3.0], [-4.0]], requires_grad=True)
    made = viz.stepper((x @ w).sum(), lang="en", names={"x": x, "w": w})
    text = walked(made, "z", "n", "z", "r matmul", "z")
    assert text.count("no matrix product") == 1
    assert "Z[0,0] = 1·3 + 2·(−4) = −5" in text
    assert "∂L/∂W[0,0] = 1·1 = 1" in text


def test_marks_are_told():
    """A node marked as wrong says so on the page's box and in the terminal."""
    loss, names = worked_example()
    made = viz.stepper(loss, names=names, marks={names["o"]: "factor 2"}, lang="en")
    assert "✗ wrong: factor 2" in walked(made, "r o")
