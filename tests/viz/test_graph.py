"""The picture of a graph: its text, which needs no Graphviz program, and its files."""

from __future__ import annotations

import importlib.util
import re
import shutil
import sys
import time

import pytest

import tinygrad_edu as torch
from tinygrad_edu import nn, viz
from tinygrad_edu.errors import ArgumentError, InputTypeError, ShapeError

graph_module = sys.modules["tinygrad_edu.viz.graph"]  # the package's `graph` is the function

pytest.importorskip("graphviz", reason="the graphviz package draws pictures")
needs_dot = pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz's program is absent")
needs_layout = pytest.mark.skipif(
    importlib.util.find_spec("fast_sugiyama") is None, reason="fast-sugiyama is not installed"
)
HOSTILE = [
    "<b>",
    'a"b',
    "a'b",
    "back\\slash",
    "\\N",
    "new\nline",
    "<",
    "&amp;",
    "a:b",
    "вес",
    "\x00\x1b",
    "",
]


def worked_example():
    """The course's example: e = c·d, c = a + b, at a = −1, b = 3."""
    a = torch.tensor(-1.0, requires_grad=True)
    b = torch.tensor(3.0, requires_grad=True)
    c = a + b
    d = b + 1
    return a, b, c, c * d


@pytest.fixture
def without_dot(monkeypatch):
    """As on a machine that has not Graphviz's program."""
    real = shutil.which
    monkeypatch.setattr(shutil, "which", lambda name, *a: None if name == "dot" else real(name, *a))
    monkeypatch.setattr(graph_module, "_said", True)


def test_values_gradients_families_and_names_are_shown():
    """Every node shows its value, its gradient, its family, what it saved and the user's names."""
    a, b, c, e = worked_example()
    source = viz.graph(e, names={"a": a, "b": b, "c": c, "e": e}, lang="en").source
    for part in ("3. c = add", "1. e = mul", "«switch»", "«distributor»", "grad: 6", "8"):
        assert part in source
    assert "saved: c, add2" in source


def test_edges_carry_upstream_times_slope():
    """1 · 4 = 4 went to c; the larger gradient has the thicker edge; blue is positive."""
    *_, e = worked_example()
    source = viz.graph(e, names="caller").source
    edge = next(line for line in source.splitlines() if "op3 -> op1" in line)
    assert "1 · 4 = 4" in edge
    assert "#0072B2" in edge
    widths = dict(re.findall(r"op(\d) -> op1 .*penwidth=([\d.]+)", source))
    assert float(widths["3"]) > float(widths["2"])


def test_a_negative_gradient_is_red_and_a_zero_one_dashed():
    """The sign is a colour that colour-blind people tell apart."""
    x = torch.tensor(2.0, requires_grad=True)
    assert "#D55E00" in viz.graph(-x).source
    assert "dashed" in viz.graph((-x).relu()).source


def test_the_picture_touches_nobodys_gradient_and_uses_nothing_up():
    """Drawing is looking: backward still works, and .grad is as before."""
    a, _, _, e = worked_example()
    viz.graph(e)
    assert a.grad is None
    e.backward()
    assert a.grad.item() == 4


def test_an_input_used_twice_has_two_edges():
    """a·a is drawn with two lines from a, not one."""
    a = torch.tensor(2.0, requires_grad=True)
    for twice in (a * a, a + a):
        assert len(re.findall(r"^\tleaf1 -> op1 ", viz.graph(twice).source, re.M)) == 2


def test_after_a_pass_that_freed_the_values_it_says_so():
    """Not computed is not zero."""
    _, _, _, e = worked_example()
    e.backward()
    source = viz.graph(e, lang="en").source
    assert "grad: not computed yet" in source
    assert "freed" in source
    assert "grad: 0" not in source


def test_words_in_two_languages():
    """The same graph in Russian."""
    _, _, _, e = worked_example()
    assert "переключатель" in viz.graph(e, lang="ru").source
    with pytest.raises(ArgumentError):
        viz.graph(e, lang="la")


def test_the_text_is_the_same_in_every_run():
    """Keys are places in the graph, not addresses: committed pictures do not change."""
    first, second = worked_example()[-1], worked_example()[-1]
    assert viz.graph(first).source == viz.graph(second).source
    assert re.search(r"\bop1 \[", viz.graph(first).source)


@pytest.mark.parametrize("thing", [torch.ones(2), 3, None])
def test_what_has_no_recipe_cannot_be_drawn(thing):
    """A constant, a number: an error that says what to pass."""
    with pytest.raises(InputTypeError, match="recipe"):
        viz.graph(thing)


def test_a_script_that_failed_shows_how_far_it_came():
    """The exception is drawn in place of the op, behind what it was given."""
    x = torch.ones(2, 3, requires_grad=True)
    h = x * 2
    with pytest.raises(ShapeError) as caught:
        h @ torch.ones(2)
    source = viz.graph(caught.value, names={"h": h}, lang="en").source
    assert "✗ matmul" in source
    assert "do not chain" in source
    assert "h = mul" in source
    assert "grad: not computed yet" in source


def test_marked_nodes_are_wrong():
    """What a checker found stands in the box, in red."""
    *_, c, e = worked_example()
    source = viz.graph(e, marks={c.node: "off by a factor of 2"}).source
    assert "✗ off by a factor of 2" in source
    assert source.count("#D00000") == 1


# -- modules


def network():
    """Two layers, watched."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
    with viz.watch(model, "net") as calls:
        loss = model(torch.ones(4, 2)).sum()
    return model, calls, loss


def test_watched_modules_are_boxes_around_what_they_made():
    """Also a ReLU, which has no parameters; the watch leaves no hook behind."""
    model, calls, loss = network()
    source = viz.graph(loss, names=calls).source
    for title in ("net: Sequential", "net.0: Linear", "net.1: ReLU", "net.2: Linear"):
        assert title in source
    assert "net.0.weight" in source
    assert source.count("subgraph cluster_") == 4
    assert not model[0]._forward_hooks


def test_parameters_tell_modules_without_a_watch():
    """names=model is enough for the layers that have parameters."""
    model, _, loss = network()
    source = viz.graph(loss, names=model).source
    assert "0: Linear" in source
    assert "2: Linear" in source


def test_a_closed_module_is_one_box():
    """What is inside is counted, not drawn; a name closes this one only."""
    _, calls, loss = network()
    source = viz.graph(loss, names=calls, collapse=True, lang="en").source
    assert "3 ops, 13 parameters" in source
    assert "relu" not in source
    assert source.count(" -> ") == 1
    part = viz.graph(loss, names=calls, collapse=["net.0"]).source
    assert "net.0\\nLinear" in part
    assert "net.1: ReLU" in part


def test_equal_neighbours_are_folded():
    """Twelve blocks are one box with ×12; fold=False draws them."""
    model = nn.Sequential(*[nn.Sequential(nn.Linear(2, 2), nn.Tanh()) for _ in range(12)])
    with viz.watch(model) as calls:
        loss = model(torch.ones(1, 2)).sum()
    source = viz.graph(loss, names=calls, lang="en").source
    assert "Sequential ×12" in source
    assert "0 … 11" in source
    assert source.count(" -> ") == 1
    assert viz.graph(loss, names=calls, fold=False).source.count("«") == 25


def test_a_watch_ends_where_the_script_failed():
    """The modules that were entered are left, and the hooks are gone."""
    model = nn.Sequential(nn.Linear(2, 3), nn.Linear(2, 1))
    calls = viz.watch(model)
    with pytest.raises(ShapeError) as caught, calls:
        model(torch.ones(1, 2))
    source = viz.graph(caught.value, names=calls).source
    assert "0: Linear" in source
    assert "✗ linear" in source


# -- large graphs


def test_a_large_graph_is_cut_with_a_note():
    """The ops nearest to the output stay; the picture says how many do not."""
    x = y = torch.tensor(1.0, requires_grad=True)
    for _ in range(500):
        y = y * x
    source = viz.graph(y, lang="en", limit=50, fold=False).source
    assert "450 more ops (not drawn)" in source
    assert source.count("«switch»") == 50


@pytest.mark.slow
def test_a_hundred_thousand_ops_neither_recurse_nor_hang():
    """The chain is recorded, folded or cut in seconds."""
    y = torch.tensor(1.0, requires_grad=True)
    for _ in range(100_000):
        y = y + 1
    start = time.perf_counter()
    passed = viz.record(y)
    assert "the same 99999 times before" in viz.graph(passed, lang="en").source
    assert "99800" in viz.graph(passed, fold=False).source
    assert time.perf_counter() - start < 30
