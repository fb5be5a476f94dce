"""Figures of a training: what stands in the axes is what was computed."""

from __future__ import annotations

import re

import numpy as np
import pytest

import tinygrad_edu as torch
from tinygrad_edu import data, nn, viz
from tinygrad_edu.errors import ArgumentError, InputTypeError
from tinygrad_edu.viz.learning.landscape import landscape
from tinygrad_edu.viz.learning.words import WORDS

pytest.importorskip("matplotlib", reason="the extra plot draws figures")

HISTORY = {
    "loss": [0.9, 0.5, 0.3],
    "val_loss": [1.0, 0.7, 0.6],
    "accuracy": [0.5, 0.8, 0.9],
}


def lines(axes):
    return {line.get_label(): line.get_ydata().tolist() for line in axes.get_lines()}


# -- curves


@pytest.mark.parametrize("rows", [False, True])
def test_curves_are_the_history(rows):
    """As columns or as rows: a panel for each quantity, a line for training, one for the test."""
    given = HISTORY
    if rows:
        given = [{name: HISTORY[name][k] for name in HISTORY} for k in range(3)]
    loss, accuracy = viz.curves(given, lang="en").axes
    assert lines(loss) == {"train": HISTORY["loss"], "test": HISTORY["val_loss"]}
    assert lines(accuracy) == {"train": HISTORY["accuracy"]}
    assert (loss.get_title(), loss.get_xlabel()) == ("loss", "epoch")
    assert lines(viz.curves(given, lang="ru").axes[0]).keys() == {"обучение", "тест"}


def test_curves_of_nothing_are_refused():
    """An empty history, a strange quantity, columns of different length."""
    for history in ({}, [], {"speed": [1.0]}):
        with pytest.raises(ArgumentError, match="none of loss, accuracy"):
            viz.curves(history)
    with pytest.raises(ArgumentError, match="differ in length"):
        viz.curves({"loss": [1.0, 2.0], "val_loss": [1.0]})


# -- the decision boundary


class Half(nn.Module):
    """Class 1 where x₁ > 0.25; `outputs` chooses the form of the answer."""

    def __init__(self, outputs=2):
        super().__init__()
        self.outputs = outputs

    def forward(self, x):
        side = x[:, 0] - 0.25
        if self.outputs == 0:
            return side
        return side[:, None] if self.outputs == 1 else torch.stack([-side, side], dim=1)


POINTS = torch.tensor([[-1.0, -1.0], [1.0, 1.0], [1.0, -1.0], [-1.0, 1.0]])
CLASSES = torch.tensor([0, 1, 1, 0])


@pytest.mark.parametrize("outputs", [0, 1, 2])
def test_the_boundary_is_where_the_classes_change(outputs):
    """For scores per class, for one column and for a flat output: the same half-plane."""
    film = viz.BoundaryFilm(Half(outputs), POINTS, CLASSES, steps=41)
    film.snap()
    ((_, classes, _),) = film.frames
    across = np.meshgrid(film.axes_x, film.axes_y)[0]
    np.testing.assert_array_equal(classes, (across > 0.25).astype(int))


def test_the_boundary_shows_the_points_and_leaves_the_model_as_it_was():
    """Every point is drawn under its class; training mode and gradients are untouched."""
    model = nn.Sequential(nn.Linear(2, 4), nn.Dropout(0.5), nn.Linear(4, 2))
    made = viz.decision_boundary(model, POINTS, CLASSES, steps=9, title="halves", lang="ru")
    (axes,) = made.axes
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert labels == ["класс 0", "класс 1"]
    shown = np.concatenate([part.get_offsets() for part in axes.collections[-2:]])
    assert sorted(map(tuple, shown.tolist())) == sorted(map(tuple, POINTS.numpy().tolist()))
    assert model.training
    assert all(p.grad is None for p in model.parameters())


def test_a_film_of_the_boundary_is_a_gif_and_a_page(tmp_path):
    """One picture for every snap; a film without any, or of another kind, is refused."""
    from PIL import Image

    film = viz.BoundaryFilm(Half(), POINTS, CLASSES, steps=8, lang="en")
    with pytest.raises(ArgumentError, match=r"snap\(\)"):
        film.figure()
    film.snap()
    film.x = film.x * 0.5  # the next picture differs, so that the GIF keeps both
    film.snap()
    with Image.open(film.save(tmp_path / "film.gif")) as gif:
        assert gif.n_frames == 2
    page = film.save(tmp_path / "film.html").read_text(encoding="utf-8")
    assert page.count("data:image/png;base64") == 2
    assert not re.search(r"https?://|<link|src=[\"']//", page)
    assert 'class="fa' not in page
    with pytest.raises(ArgumentError, match="gif"):
        film.save(tmp_path / "film.mov")


@pytest.mark.parametrize(
    ("x", "y", "words"),
    [
        (torch.ones(3, 3), torch.tensor([0, 1, 0]), "points in the plane"),
        (POINTS, torch.tensor([0, 1]), "points in the plane"),
        (["a"], CLASSES, "numbers were expected"),
    ],
)
def test_points_that_are_not_in_the_plane_are_refused(x, y, words):
    """Three coordinates, too few classes, letters."""
    with pytest.raises((ArgumentError, InputTypeError), match=words):
        viz.decision_boundary(Half(), x, y)


def test_an_answer_that_is_no_scores_is_refused():
    """Three numbers for each of the points' dimensions, a single one for all."""
    for answer in (lambda x: x.sum(), lambda x: x[:3]):
        with pytest.raises(ArgumentError, match="scores"):
            viz.decision_boundary(answer, POINTS, CLASSES)


# -- pictures


def test_the_grid_shows_pictures_and_marks_what_was_misread():
    """The course's 2×3 grid: the class above each picture; a wrong one with the true one."""
    digits = data.digits()
    pictures, target = digits.x_test[:6], digits.y_test[:6]
    predicted = target.clone()
    predicted[2] = (predicted[2] + 1) % 10
    made = viz.picture_grid(pictures, predicted, target)
    assert len(made.axes) == 6
    np.testing.assert_array_equal(
        made.axes[4].images[0].get_array(), pictures[4].numpy().reshape(8, 8)
    )
    titles = [axes.get_title() for axes in made.axes]
    true = target.tolist()
    assert titles[2] == f"✗ {predicted[2].item()} ({true[2]})"
    assert titles[:2] + titles[3:] == [str(k) for i, k in enumerate(true) if i != 2]


def test_weights_are_shown_as_the_pictures_they_look_at():
    """Row k of a layer's weight as a picture, all on one scale that is symmetric about 0."""
    layer = nn.Linear(12, 5)
    made = viz.weights(layer.weight, shape=(3, 4), lang="en")
    shown = [axes for axes in made.axes if axes.images][:5]
    for k, axes in enumerate(shown):
        np.testing.assert_array_equal(
            axes.images[0].get_array(), layer.weight.detach().numpy()[k].reshape(3, 4)
        )
        low, high = axes.images[0].get_clim()
        assert high == -low == pytest.approx(np.abs(layer.weight.detach().numpy()).max())
    for shape in ((3, 3), None):
        with pytest.raises(ArgumentError, match="picture"):
            viz.weights(layer.weight, shape=shape)


def test_the_confusion_matrix_counts():
    """Row: what it was; column: what it was taken for; the title: the share on the diagonal."""
    target, predicted = torch.tensor([0, 0, 1, 2, 2, 2]), torch.tensor([0, 1, 1, 2, 2, 0])
    (axes,) = viz.confusion_matrix(predicted, target, names=["cat", "dog", "owl"], lang="en").axes
    texts = {text.get_position(): text.get_text() for text in axes.texts}
    assert texts == {(0, 0): "1", (1, 0): "1", (1, 1): "1", (2, 2): "2", (0, 2): "1"}
    assert axes.get_title() == "66.7 % right"
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["cat", "dog", "owl"]
    with pytest.raises(ArgumentError, match="argmax"):
        viz.confusion_matrix(torch.tensor([0.2, 0.8]), torch.tensor([0, 1]))


# -- the loss landscape


def test_the_middle_of_the_landscape_is_the_network_and_it_stays_as_it_was():
    """The loss at (0, 0) is the model's, and afterwards every weight is bit for bit the same."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
    x, y = torch.randn(20, 3), torch.randn(20, 1)

    def loss_of():
        return ((model(x) - y) ** 2).mean()

    before = [p.numpy().copy() for p in (q.detach() for q in model.parameters())]
    found = landscape(model, loss_of, steps=5, seed=3)
    assert found.losses[2, 2] == loss_of().item()
    assert found.losses.std() > 0
    for p, was in zip(model.parameters(), before, strict=True):
        np.testing.assert_array_equal(p.detach().numpy(), was)
    again = landscape(model, loss_of, steps=5, seed=3)
    np.testing.assert_array_equal(again.losses, found.losses)


def test_directions_are_as_long_as_the_filters():
    """Li and others: scaling a layer by c scales its direction by c, so the landscape stays."""
    torch.manual_seed(0)
    x = torch.randn(20, 3)
    surfaces = []
    for c in (1.0, 10.0):
        torch.manual_seed(1)
        model = nn.Sequential(nn.Linear(3, 4, bias=False), nn.ReLU(), nn.Linear(4, 1, bias=False))
        with torch.no_grad():
            model[0].weight.mul_(c)
            model[2].weight.div_(c)
        surfaces.append(landscape(model, lambda m=model: (m(x) ** 2).mean(), steps=5).losses)
    np.testing.assert_allclose(*surfaces, rtol=1e-4)


def test_a_failing_loss_leaves_the_model_as_it_was():
    """Also when the loss raises in the middle, the weights are put back."""
    model = nn.Linear(2, 2)
    before = model.weight.detach().numpy().copy()
    calls = iter([1.0, 2.0])
    with pytest.raises(StopIteration):
        landscape(model, lambda: next(calls), steps=3)
    np.testing.assert_array_equal(model.weight.detach().numpy(), before)
    with pytest.raises(ArgumentError, match="steps"):
        landscape(model, lambda: 1.0, steps=1)


def test_the_landscape_is_drawn():
    """A map with a cross at the network, and a mountain."""
    model = nn.Linear(2, 1)
    x = torch.randn(8, 2)
    made = viz.loss_landscape(model, lambda: (model(x) ** 2).mean(), steps=4, lang="en")
    assert made.axes[0].get_xlabel() == "direction 1, in lengths of the filters"
    assert [line.get_xydata().tolist() for line in made.axes[0].lines] == [[[0.0, 0.0]]]


# -- all


def test_figures_show_themselves_in_jupyter_and_open_no_window():
    """A figure is a PNG of its own, unknown to pyplot."""
    made = viz.curves(HISTORY)
    assert made._repr_png_().startswith(b"\x89PNG")
    import matplotlib._pylab_helpers as windows

    assert not windows.Gcf.get_all_fig_managers()


def test_the_words_are_there_in_both_languages():
    """No figure falls silent in one of them."""
    assert WORDS["en"].keys() == WORDS["ru"].keys()
