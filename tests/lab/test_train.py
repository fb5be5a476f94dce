"""The training loop learns, reports what is true, and stops where going on makes no sense."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tinygrad_edu import nn, optim
from tinygrad_edu.data import DataLoader, TensorDataset, digits
from tinygrad_edu.errors import AnomalyError, ArgumentError
from tinygrad_edu.lab import Recipe, cosine, evaluate, mlp, recipe_for, train
from tinygrad_edu.lab.recipe import ACTIVATIONS, OPTIMIZERS
from tinygrad_edu.lab.threads import threads_for
from tinygrad_edu.random import manual_seed
from tinygrad_edu.tensor import Tensor


def two_clouds(n: int = 60) -> TensorDataset:
    """Two classes of points that a line separates."""
    rng = np.random.default_rng(0)
    y = np.arange(n) % 2
    x = rng.normal(size=(n, 2)) + 4 * y[:, None]
    return TensorDataset(Tensor(x.astype(np.float32)), Tensor(y))


def test_the_loop_learns_to_separate_two_clouds() -> None:
    """Loss falls, accuracy reaches nearly 1, and the epochs are numbered from 1."""
    manual_seed(0)
    model, data = mlp([2, 8, 2]), two_clouds()
    loader = DataLoader(data, batch_size=10, shuffle=True)
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    history = list(train(model, optimizer, nn.CrossEntropyLoss(), loader, data, epochs=20))
    assert [epoch.number for epoch in history] == list(range(1, 21))
    assert history[-1].train.loss < history[0].train.loss
    assert history[-1].test.accuracy > 0.95


def test_the_loop_is_lazy() -> None:
    """Nothing is trained before an epoch is asked for, and one may stop in between."""
    model, data = mlp([2, 2]), two_clouds()
    before = model[0].weight.detach().numpy().copy()
    steps: list[int] = []
    epochs = train(
        model,
        optim.SGD(model.parameters(), lr=0.1),
        nn.CrossEntropyLoss(),
        DataLoader(data, batch_size=20),
        data,
        epochs=1000,
        on_batch=lambda: steps.append(1),
    )
    assert np.array_equal(model[0].weight.detach().numpy(), before)
    next(epochs)
    assert len(steps) == 3
    assert not np.array_equal(model[0].weight.detach().numpy(), before)


def test_scores_are_those_of_the_finished_epoch() -> None:
    """Both reported scores are what evaluating the network after the epoch gives."""
    model, data = mlp([2, 4, 2]), two_clouds()
    criterion = nn.CrossEntropyLoss()
    loader = DataLoader(data, batch_size=7, shuffle=True)
    for epoch in train(
        model, optim.SGD(model.parameters(), lr=0.1), criterion, loader, data, epochs=2
    ):
        assert epoch.train == evaluate(model, criterion, data)
        assert epoch.test == epoch.train


def test_the_schedule_sets_the_rate_of_every_epoch() -> None:
    """Under the cosine schedule the first epoch has the whole rate, the middle one half of it."""
    model, data = mlp([2, 2]), two_clouds()
    optimizer = optim.SGD(model.parameters(), lr=0.2)
    loader = DataLoader(data, batch_size=60)
    rates = [
        epoch.lr
        for epoch in train(
            model, optimizer, nn.CrossEntropyLoss(), loader, data, 4, schedule=cosine
        )
    ]
    assert rates == pytest.approx([0.2 * (1 + math.cos(math.pi * k / 4)) / 2 for k in range(4)])
    assert rates[2] == pytest.approx(0.1)


def test_evaluation_counts_and_averages_over_uneven_batches() -> None:
    """Mean loss and accuracy do not depend on the size of the batches, and nothing is recorded."""
    model, data = mlp([2, 2]), two_clouds(61)
    criterion = nn.CrossEntropyLoss()
    whole = evaluate(model, criterion, data, batch_size=1000)
    pieces = evaluate(model, criterion, data, batch_size=7)
    assert pieces.loss == pytest.approx(whole.loss, rel=1e-5)
    assert pieces.accuracy == whole.accuracy
    scores = model(data.tensors[0]).detach().numpy()
    assert whole.accuracy == pytest.approx((scores.argmax(1) == data.tensors[1].numpy()).mean())
    assert all(p.grad is None for p in model.parameters())


def test_evaluation_uses_and_restores_the_mode() -> None:
    """The network is in evaluation mode while it is measured, and in its former mode afterwards."""

    class Spy(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.seen: list[bool] = []
            self.layer = nn.Linear(2, 2)

        def forward(self, x: Tensor) -> Tensor:
            self.seen.append(self.training)
            return self.layer(x)

    model = Spy()
    for mode in (True, False):
        model.train(mode)
        evaluate(model, nn.CrossEntropyLoss(), two_clouds())
        assert model.training is mode
    assert model.seen == [False, False]


def test_a_diverging_training_is_stopped() -> None:
    """A loss that is no number ends the training with the rate that was too high."""
    model, data = mlp([2, 8, 2]), two_clouds()
    epochs = train(
        model,
        optim.SGD(model.parameters(), lr=1e30),
        nn.CrossEntropyLoss(),
        DataLoader(data, batch_size=10),
        data,
        epochs=5,
    )
    with np.errstate(all="ignore"), pytest.raises(AnomalyError, match=r"learning rate of 1e\+30"):
        list(epochs)


def test_an_empty_data_set_cannot_be_judged() -> None:
    """Evaluating on nothing is refused instead of dividing by zero."""
    empty = TensorDataset(Tensor(np.zeros((0, 2), np.float32)), Tensor(np.zeros(0, np.int64)))
    with pytest.raises(ArgumentError, match="the data set is empty"):
        evaluate(mlp([2, 2]), nn.CrossEntropyLoss(), empty)


def test_the_same_recipe_gives_the_same_network() -> None:
    """Two trainings from one recipe end with the same weights and scores, bit for bit."""
    data = digits()
    results = []
    for _ in range(2):
        recipe = recipe_for("digits", epochs=2, hidden=(16,), seed=3)
        model = recipe.model(data)
        history = list(recipe.train(model, data))
        weights = [p.detach().numpy().copy() for p in model.parameters()]
        results.append((weights, [(e.train, e.test) for e in history]))
    assert results[0][1] == results[1][1]
    assert all(map(np.array_equal, results[0][0], results[1][0]))


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_learns_the_digits(name: str) -> None:
    """With its default rate each optimizer reads more than 9 of 10 digits after five epochs."""
    data = digits()
    recipe = recipe_for("digits", optimizer=name, epochs=5)
    *_, last = recipe.train(recipe.model(data), data)
    assert last.test.accuracy > 0.9


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_activation_learns(name: str) -> None:
    """With each activation the loss on the digits falls."""
    data = digits()
    recipe = recipe_for("digits", activation=name, epochs=2, hidden=(32,))
    first, last = recipe.train(recipe.model(data), data)
    assert last.train.loss < first.train.loss < math.log(10)


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
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    with threads_for(mlp([784, 128, 10])):
        assert threads() == before
