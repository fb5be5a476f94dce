"""Layers watched over a training: what was kept is what passed through them."""

from __future__ import annotations

import numpy as np
import pytest

import tinygrad_edu as torch
from tinygrad_edu import nn, viz
from tinygrad_edu.errors import ArgumentError

pytest.importorskip("matplotlib", reason="the extra plot draws figures")


def watched(model, x, steps=3):
    with viz.LayerWatch(model) as watch:
        for _ in range(steps):
            model.zero_grad()
            (model(x) ** 2).mean().backward()
            watch.snap()
    return watch


@pytest.fixture
def model():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 5), nn.ReLU(), nn.Linear(5, 2))


def test_activations_and_gradients_are_those_of_the_pass(model):
    """A layer's numbers are what it returned, and dL/d(that)."""
    x = torch.randn(7, 3)
    watch = watched(model, x, 1)
    hidden = model[0](x)
    hidden.retain_grad()
    (model[2](model[1](hidden)) ** 2).mean().backward()
    (seen,), (slope,) = watch.activations["0"], watch.gradients["0"]
    np.testing.assert_array_equal(seen.numbers, hidden.detach().numpy().ravel())
    np.testing.assert_allclose(slope.numbers, hidden.grad.numpy().ravel(), rtol=1e-6)
    assert slope.norm == pytest.approx(float(np.linalg.norm(hidden.grad.numpy())))
    assert watch.activations["1"][0].zeros == float((hidden.detach().numpy() <= 0).mean())


def test_watching_changes_nothing_and_ends(model):
    """The gradients are the same, and after the block nothing is kept any more."""
    x = torch.randn(4, 3)
    watch = watched(model, x, 1)
    with_watch = model[0].weight.grad.numpy().copy()
    model.zero_grad()
    (model(x) ** 2).mean().backward()
    np.testing.assert_array_equal(model[0].weight.grad.numpy(), with_watch)
    with pytest.raises(ArgumentError, match="backward"):
        watch.snap()


@pytest.mark.parametrize("what", ["activations", "gradients"])
def test_histograms_hold_every_number(model, what):
    """A panel for every layer, a column for every step, whose shares add up to 1."""
    made = viz.histograms(watched(model, torch.randn(9, 3)), what, lang="en")
    panels = [axes for axes in made.axes if axes.collections]
    titles = [axes.get_title().split(" · ")[0] for axes in panels]
    assert titles == [f"{k} {type(layer).__name__}" for k, layer in enumerate(model)]
    for axes in panels:
        heights = np.asarray(axes.collections[0].get_array()) ** 2
        np.testing.assert_allclose(heights.reshape(-1, 3).sum(0), 1)


def test_a_watch_without_a_pass_is_refused(model):
    """Nothing seen, or something that is not watched."""
    watch = viz.LayerWatch(model)
    with pytest.raises(ArgumentError, match="nothing was seen"):
        viz.histograms(watch)
    with pytest.raises(ArgumentError, match="not watched"):
        viz.histograms(watch, "weights")


def test_gradient_flow_shows_the_norms(model):
    """Of a module: its parameters' gradients, in order; of a watch: a line for three steps."""
    x = torch.randn(4, 3)
    (model(x) ** 2).mean().backward()
    (axes,) = viz.gradient_flow(model, lang="en").axes
    norms = [float(np.linalg.norm(p.grad.numpy())) for p in model.parameters()]
    np.testing.assert_allclose(axes.get_lines()[0].get_ydata(), norms, rtol=1e-6)
    assert axes.get_yscale() == "log"
    watch = watched(model, x)
    (axes,) = viz.gradient_flow(watch, lang="en").axes
    assert [line.get_label() for line in axes.get_lines()] == ["step 1", "step 2", "step 3"]
    with pytest.raises(ArgumentError, match="no parameter"):
        viz.gradient_flow(nn.Linear(2, 2))


@pytest.mark.parametrize(("scale", "word"), [(1e-2, "vanishing"), (1e2, "exploding"), (1, "")])
def test_vanishing_and_exploding_are_said(scale, word):
    """Layers that shrink or blow up what passes through: the title says which."""
    torch.manual_seed(0)
    model = nn.Sequential(*[nn.Linear(4, 4, bias=False) for _ in range(4)])
    for layer in model:
        with torch.no_grad():
            layer.weight.copy_(torch.eye(4) * scale)
    watch = watched(model, torch.ones(2, 4), 1)
    (axes,) = viz.gradient_flow(watch, lang="en").axes
    assert axes.get_title().startswith(word)
    assert bool(axes.get_title()) == bool(word)
