"""A recipe can be repeated, refuses what cannot be cooked, and suits its data."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tinygrad_edu.data import digits
from tinygrad_edu.errors import ArgumentError
from tinygrad_edu.lab import Recipe, mlp, recipe_for
from tinygrad_edu.lab.recipe import ACTIVATIONS, OPTIMIZERS
from tinygrad_edu.lab.threads import one_thread, threads_for


def test_the_same_recipe_gives_the_same_network() -> None:
    """Two trainings from one recipe end with the same weights and scores, bit for bit."""
    data = digits()
    results = []
    for _ in range(2):
        recipe = recipe_for("digits", epochs=2, hidden=(16,), seed=3)
        model = recipe.model(data)
        history = recipe.fit(recipe.trainer(model, progress=False), data)
        weights = [p.detach().numpy().copy() for p in model.parameters()]
        results.append((weights, [history[c] for c in history.columns if c != "seconds"]))
    assert results[0][1] == results[1][1]
    assert all(map(np.array_equal, results[0][0], results[1][0]))


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_learns_the_digits(name: str) -> None:
    """With its default rate each optimizer reads more than 9 of 10 digits after five epochs."""
    data = digits()
    recipe = recipe_for("digits", optimizer=name, epochs=5)
    history = recipe.fit(recipe.trainer(recipe.model(data), progress=False), data)
    assert history[-1]["test_accuracy"] > 0.9


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_activation_learns(name: str) -> None:
    """With each activation the loss on the digits falls."""
    data = digits()
    recipe = recipe_for("digits", activation=name, epochs=2, hidden=(32,))
    history = recipe.fit(recipe.trainer(recipe.model(data), progress=False), data)
    first, last = history["train_loss"]
    assert last < first < math.log(10)


def test_the_schedule_sets_the_rate_of_every_epoch() -> None:
    """Under the cosine schedule the first epoch has the whole rate, the middle one half of it."""
    data = digits()
    recipe = recipe_for("digits", epochs=4, hidden=(), lr=0.2, optimizer="sgd")
    rates = recipe.fit(recipe.trainer(recipe.model(data), progress=False), data)["lr"]
    assert rates == pytest.approx([0.2 * (1 + math.cos(math.pi * k / 4)) / 2 for k in range(4)])
    assert rates[2] == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"optimizer": "adamm"}, "optimizer='adamm' is not known. Use one of sgd, momentum"),
        ({"activation": "relux"}, "activation='relux'"),
        ({"schedule": "cos"}, "schedule='cos'"),
        ({"hidden": (128, 0)}, r"hidden=\(128, 0\)"),
        ({"epochs": 0}, "epochs=0"),
    ],
)
def test_a_recipe_that_cannot_be_cooked_is_refused(wrong: dict[str, object], message: str) -> None:
    """An unknown name is answered with those that are known, a size below 1 is refused."""
    with pytest.raises(ArgumentError, match=message):
        Recipe(**wrong)  # type: ignore[arg-type]


def test_no_hidden_layer_is_a_linear_model() -> None:
    """`hidden=()` gives one layer from the pixels to the classes."""
    model = Recipe(hidden=()).model(digits())
    assert [tuple(p.shape) for p in model.parameters()] == [(10, 64), (10,)]


def test_small_networks_compute_on_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small network has one BLAS thread while it trains; before, after and wide ones have all.

    A number that the user set in the environment is left alone.
    """
    pools = pytest.importorskip("threadpoolctl", reason="threadpoolctl is not installed")

    def threads() -> list[int]:
        infos = pools.threadpool_info()
        return [info["num_threads"] for info in infos if info["user_api"] == "blas"]

    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    before = threads()
    with threads_for(mlp([784, 128, 10])):
        assert set(threads()) <= {1}
    assert threads() == before
    with threads_for(mlp([784, 1024, 1024, 10])):
        assert threads() == before
        with one_thread():
            assert set(threads()) <= {1}
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    with threads_for(mlp([784, 128, 10])):
        assert threads() == before
