"""The picture of a graph: its text, which needs no Graphviz program."""

from __future__ import annotations

import pytest

import tinygrad_edu as torch
from tinygrad_edu.errors import InputTypeError

pytest.importorskip("graphviz", reason="the graphviz package draws pictures")


def worked_example():
    """The course's example: e = c·d, c = a + b, at a = −1, b = 3."""
    a = torch.tensor(-1.0, requires_grad=True)
    b = torch.tensor(3.0, requires_grad=True)
    c = a + b
    d = b + 1
    return a, b, c, c * d


def test_values_gradients_families_and_names_are_shown():
    """Every node shows its value, its gradient, its family and the user's names."""
    a, b, c, e = worked_example()
    source = torch.viz.graph(e, names={"a": a, "b": b, "c": c, "e": e}, lang="en").source
    for part in ("c = add", "e = mul", "«switch»", "«distributor»", "grad: 6", "8."):
        assert part in source


def test_the_picture_touches_nobodys_gradient_and_uses_nothing_up():
    """Drawing is looking: backward still works, and .grad is as before."""
    a, _, _, e = worked_example()
    torch.viz.graph(e)
    assert a.grad is None
    e.backward()
    assert a.grad.item() == 4


def test_an_input_used_twice_has_two_edges():
    """a·a is drawn with two lines from a, not one."""
    a = torch.tensor(2.0, requires_grad=True)
    square = a * a
    assert torch.viz.graph(square).source.count(" -> ") == 2


def test_after_a_pass_that_freed_the_values_it_says_so():
    """Not computed is not zero."""
    _, _, _, e = worked_example()
    e.backward()
    source = torch.viz.graph(e, lang="en").source
    assert "not computed" in source
    assert "freed" in source


def test_words_in_two_languages():
    """The same graph in Russian."""
    _, _, _, e = worked_example()
    assert "переключатель" in torch.viz.graph(e, lang="ru").source


@pytest.mark.parametrize("thing", [torch.ones(2), 3, None])
def test_what_has_no_recipe_cannot_be_drawn(thing):
    """A constant, a number: an error that says what to pass."""
    with pytest.raises(InputTypeError, match="recipe"):
        torch.viz.graph(thing)
