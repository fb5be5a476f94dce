"""The training loop learns, reports what is true, and stops where going on makes no sense."""

from __future__ import annotations

import copy
import math
from typing import Any

import numpy as np
import pytest

import tinygrad_edu as te
from tinygrad_edu import nn, optim
from tinygrad_edu.data import DataLoader, Dataset, IterableDataset, TensorDataset
from tinygrad_edu.errors import AnomalyError, ArgumentError, InputTypeError
from tinygrad_edu.lab import F1, Callback, Trainer, evaluate, mlp, predict, training_step
from tinygrad_edu.random import manual_seed
from tinygrad_edu.tensor import Tensor


def two_clouds(n: int = 60) -> TensorDataset:
    """Two classes of points that a line separates."""
    rng = np.random.default_rng(0)
    y = np.arange(n) % 2
    x = rng.normal(size=(n, 2)) + 4 * y[:, None]
    return TensorDataset(Tensor(x.astype(np.float32)), Tensor(y))


def trainer_of(model: Any, lr: float = 0.1, **options: Any) -> Trainer:
    """A trainer with plain gradient descent and without a bar."""
    optimizer = optim.SGD(model.parameters(), lr=lr)
    return Trainer(model, nn.CrossEntropyLoss(), optimizer, **{"progress": False, **options})


def loader(n: int = 60, size: int = 10) -> DataLoader:
    return DataLoader(two_clouds(n), batch_size=size)


def weights(model: Any) -> list[np.ndarray]:
    return [p.array.copy() for p in model.parameters()]


def test_the_loop_learns_to_separate_two_clouds() -> None:
    """Loss falls, accuracy reaches nearly 1, and the epochs are numbered from 1."""
    manual_seed(0)
    trainer = trainer_of(mlp([2, 8, 2]), metrics=["accuracy"])
    batches = DataLoader(two_clouds(), batch_size=10, shuffle=True)
    history = trainer.fit(batches, two_clouds(), epochs=20)
    assert history["epoch"] == list(range(1, 21))
    assert history[-1]["loss"] < history[0]["loss"]
    assert history[-1]["val_accuracy"] > 0.95
    assert history.columns == [
        *("epoch", "loss", "accuracy", "val_loss", "val_accuracy", "lr", "seconds")
    ]


def test_the_loop_is_the_script_that_everybody_writes() -> None:
    """The same weights, bit for bit, as five lines in a loop."""
    manual_seed(0)
    model = mlp([2, 8, 2])
    mine = copy.deepcopy(model)
    trainer_of(model, clip_grad_norm=0.5).fit(loader(), epochs=3)
    optimizer = optim.SGD(mine.parameters(), lr=0.1)
    for _ in range(3):
        for x, y in loader():
            loss = nn.functional.cross_entropy(mine(x), y)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(mine.parameters(), 0.5)
            optimizer.step()
    assert all(map(np.array_equal, weights(model), weights(mine)))


def test_a_row_is_the_mean_over_the_examples_of_its_epoch() -> None:
    """Loss and metrics of an epoch weigh every example alike, in batches of uneven size."""
    model = mlp([2, 4, 2])
    losses: list[float] = []

    class Watch(Callback):
        def on_batch_end(self, trainer: Any, loss: float) -> None:
            losses.append(loss)

    history = trainer_of(model, callbacks=[Watch()]).fit(loader(25, 10), epochs=1)
    assert len(losses) == 3
    assert history[0]["loss"] == pytest.approx(
        (10 * losses[0] + 10 * losses[1] + 5 * losses[2]) / 25
    )


def test_scores_are_those_of_the_finished_epoch() -> None:
    """What is reported for a validation set is what evaluating it afterwards gives."""
    trainer = trainer_of(mlp([2, 4, 2]), metrics=["accuracy", F1("macro")])
    history = trainer.fit(loader(), {"train": two_clouds(), "other": two_clouds(20)}, epochs=2)
    assert trainer.evaluate(two_clouds()) == {
        "loss": history[-1]["train_loss"],
        "accuracy": history[-1]["train_accuracy"],
        "f1": history[-1]["train_f1"],
    }
    assert history[-1]["other_loss"] == trainer.evaluate(two_clouds(20))["loss"]


def test_another_measure_is_reported() -> None:
    """`measure` is what evaluation reports, where something else is minimised."""
    model = mlp([2, 2])
    smooth = nn.CrossEntropyLoss(label_smoothing=0.5)
    trainer = Trainer(
        model,
        smooth,
        optim.SGD(model.parameters(), lr=0.1),
        measure=nn.CrossEntropyLoss(),
        progress=False,
    )
    row = trainer.fit(loader(), two_clouds())[-1]
    assert row["val_loss"] == evaluate(model, nn.CrossEntropyLoss(), two_clouds())["loss"]
    assert row["val_loss"] != evaluate(model, smooth, two_clouds())["loss"]


def test_a_second_fit_goes_on() -> None:
    """Fitting for two epochs and for three more is fitting for five."""
    manual_seed(0)
    model = mlp([2, 4, 2])
    trainers = trainer_of(copy.deepcopy(model)), trainer_of(model)
    trainers[0].fit(loader(), epochs=5)
    trainers[1].fit(loader(), epochs=2)
    history = trainers[1].fit(loader(), epochs=3)
    assert history["epoch"] == [1, 2, 3, 4, 5]
    assert history["loss"] == trainers[0].history["loss"]


@pytest.mark.parametrize("every", ["epoch", "batch"])
def test_the_scheduler_goes_on(every: str) -> None:
    """The rate falls after every epoch or after every batch; the row tells the epoch's first."""
    model = mlp([2, 2])
    optimizer = optim.SGD(model.parameters(), lr=0.2)
    scheduler = optim.lr_scheduler.StepLR(optimizer, 1, gamma=0.5)
    trainer = Trainer(
        model,
        nn.CrossEntropyLoss(),
        optimizer,
        scheduler,
        scheduler_every=every,
        progress=False,
    )
    rates = trainer.fit(loader(60, 30), epochs=3)["lr"]
    assert rates == pytest.approx(
        [0.2 * 0.5 ** (k * (2 if every == "batch" else 1)) for k in range(3)]
    )


@pytest.mark.parametrize(("monitor", "mode"), [(None, "min"), ("val_accuracy", "max")])
def test_the_plateau_scheduler_is_given_its_number(monitor: str | None, mode: str) -> None:
    """ReduceLROnPlateau sees the validation loss, or the number that `monitor` names."""
    model = mlp([2, 2])
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    scheduler = optim.lr_scheduler.ReduceLROnPlateau(optimizer, mode, patience=0)
    seen: list[float] = []
    step = scheduler.step
    scheduler.step = lambda value: (seen.append(value), step(value))  # type: ignore[method-assign]
    trainer = Trainer(
        model,
        nn.CrossEntropyLoss(),
        optimizer,
        scheduler,
        metrics=["accuracy"],
        monitor=monitor,
        progress=False,
    )
    history = trainer.fit(loader(), two_clouds(), epochs=3)
    assert seen == history[monitor or "val_loss"]


def test_callbacks_are_called_in_order() -> None:
    """Every hook, once where it belongs, and `teardown` after an error too."""
    told: list[str] = []

    class Teller(Callback):
        def __getattribute__(self, name: str) -> Any:
            if name.startswith("on_") or name == "teardown":
                told.append(name)
            return super().__getattribute__(name)

    trainer = trainer_of(mlp([2, 2]), callbacks=[Teller()])
    trainer.fit(loader(20, 10), epochs=1)
    epoch = ["on_epoch_start", "on_batch_end", "on_batch_end", "on_epoch_end", "on_checkpoint"]
    assert told == ["on_fit_start", *epoch, "on_fit_end", "teardown"]
    told.clear()
    with pytest.raises(ArgumentError):
        trainer.fit(iter([]))
    assert told == ["on_fit_start", "on_epoch_start", "teardown"]


def test_a_callback_may_stop_the_training() -> None:
    """`should_stop` ends it after the epoch."""

    class Enough(Callback):
        def on_epoch_end(self, trainer: Any, row: dict[str, Any]) -> None:
            trainer.should_stop = row["epoch"] == 2

    assert len(trainer_of(mlp([2, 2]), callbacks=[Enough()]).fit(loader(), epochs=9)) == 2


def test_the_step_can_be_replaced() -> None:
    """`trainer.step` is all that learns: wrapped, it is what the loop calls."""
    trainer, calls = trainer_of(mlp([2, 2])), []
    step = trainer.step
    trainer.step = lambda *batch: (calls.append(len(batch[0])), step(*batch))[1]
    trainer.fit(loader(25, 10))
    assert calls == [10, 10, 5]


def test_several_inputs() -> None:
    """All parts of a batch but the last are the network's inputs."""

    class Sum(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(2, 2)

        def forward(self, a: Any, b: Any) -> Any:
            return self.layer(a + b)

    x, y = two_clouds().tensors
    data = TensorDataset(x, x, y)
    trainer = trainer_of(Sum())
    trainer.fit(DataLoader(data, batch_size=20), data, epochs=2)
    assert trainer.predict(data).shape == (60, 2)


def test_a_stream_of_examples() -> None:
    """A loader that does not know its length is learned from all the same."""

    class Stream(IterableDataset):
        def __iter__(self) -> Any:
            x, y = two_clouds(10).tensors
            return iter(zip(x.numpy(), y.numpy(), strict=True))

    batches = DataLoader(Stream(), batch_size=4)
    history = trainer_of(mlp([2, 2]), progress=True).fit(batches, batches, epochs=2)
    assert len(history) == 2


# -- evaluation and prediction


def test_evaluation_counts_and_averages_over_uneven_batches() -> None:
    """Mean loss and accuracy do not depend on the size of the batches, and nothing is recorded."""
    model, data, criterion = mlp([2, 2]), two_clouds(61), nn.CrossEntropyLoss()
    whole = evaluate(model, criterion, data, ["accuracy"])
    pieces = evaluate(model, criterion, DataLoader(data, batch_size=7), ["accuracy"])
    assert pieces["loss"] == pytest.approx(whole["loss"], rel=1e-5)
    assert pieces["accuracy"] == whole["accuracy"]
    scores = model(data.tensors[0]).detach().numpy()
    assert whole["accuracy"] == pytest.approx((scores.argmax(1) == data.tensors[1].numpy()).mean())
    assert all(p.grad is None for p in model.parameters())


def test_prediction_is_the_network_on_everything() -> None:
    """Of an array, a tensor, a data set and a loader: all outputs in order, without a graph."""
    model, data = mlp([2, 3, 2]), two_clouds(25)
    x = data.tensors[0]
    expected = model(x).detach().numpy()
    sources = (x, x.numpy(), data, TensorDataset(x), DataLoader(data, batch_size=7), [x[:9], x[9:]])
    for source in sources:
        found = predict(model, source)
        assert not found.requires_grad
        np.testing.assert_allclose(found.numpy(), expected, rtol=1e-6)


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
        predict(model, two_clouds())
        assert model.training is mode
    assert model.seen == [False] * 4


# -- what cannot go on


def test_a_diverging_training_is_stopped() -> None:
    """A loss that is no number ends the training; all is as after the last good epoch."""
    manual_seed(0)
    model = mlp([2, 8, 2])

    class Faster(Callback):
        def on_epoch_start(self, trainer: Any) -> None:
            if trainer.epoch == 2:
                trainer.optimizer.param_groups[0]["lr"] = 1e30

    kept: list[Any] = []

    class Keep(Callback):
        def on_epoch_end(self, trainer: Any, row: dict[str, Any]) -> None:
            kept.append(weights(trainer.model))

    trainer = trainer_of(model, callbacks=[Faster(), Keep()])
    with np.errstate(all="ignore"), pytest.raises(AnomalyError, match=r"learning rate of 1e\+30"):
        trainer.fit(loader(), epochs=5)
    assert len(trainer.history) == trainer.epoch == len(kept) == 2
    assert all(map(np.array_equal, weights(model), kept[-1]))
    assert trainer.lr == 0.1


def test_harm_that_the_last_step_does_is_noticed() -> None:
    """The loss of the only batch was finite, the weights after it are not: the epoch is undone."""
    model = mlp([2, 2])
    before = weights(model)
    step = training_step(model, nn.CrossEntropyLoss(), optim.SGD(model.parameters(), lr=0.1))

    def harmful(*batch: Any) -> Any:
        loss, scores = step(*batch)
        model[0].weight.array[0, 0] = math.inf
        return loss, scores

    for validation in (None, two_clouds()):
        trainer = trainer_of(model)
        trainer.step = harmful
        with np.errstate(all="ignore"), pytest.raises(AnomalyError, match=r"(weight|val_loss) bec"):
            trainer.fit(loader(60, 60), validation)
        assert all(map(np.array_equal, weights(model), before))


class Nothing(Dataset):
    def __len__(self) -> int:
        return 0


@pytest.mark.parametrize(
    ("ask", "error", "message"),
    [
        (lambda t: t.fit(DataLoader(Nothing())), ArgumentError, "the train loader is empty"),
        (lambda t: t.fit(loader(), DataLoader(Nothing())), ArgumentError, "val loader is empty"),
        (lambda t: t.fit(loader(), Nothing()), ArgumentError, "val loader is empty"),
        (lambda t: t.fit(DataLoader(two_clouds(), 99, drop_last=True)), ArgumentError, "drop_last"),
        (lambda t: t.fit(iter([])), ArgumentError, "gave no batch"),
        (lambda t: t.fit(two_clouds()), InputTypeError, "DataLoader"),
        (lambda t: t.fit(None), InputTypeError, "received NoneType"),
        (lambda t: t.fit([te.zeros(3, 2)]), InputTypeError, r"\(x, target\) was expected"),
        (lambda t: t.fit(loader(), epochs=0), ArgumentError, "epochs=0"),
        (lambda t: t.fit(loader(), epochs=1.5), ArgumentError, r"epochs=1\.5"),
        (lambda t: t.evaluate(Nothing()), ArgumentError, "the data set is empty"),
        (lambda t: t.predict(np.zeros((0, 2), np.float32)), ArgumentError, "no examples"),
    ],
)
def test_bad_input(ask: Any, error: type, message: str) -> None:
    """Empty loaders, batches without a target, epochs of nonsense: a clear error each."""
    with pytest.raises(error, match=message):
        ask(trainer_of(mlp([2, 2])))


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"metrics": ["acuracy"]}, ArgumentError, "'acuracy' is not known. Use one of accuracy"),
        ({"metrics": [F1(), "f1"]}, ArgumentError, "'f1' is there already"),
        ({"metrics": [len]}, InputTypeError, "names and Metrics"),
        ({"callbacks": [Callback]}, InputTypeError, "pass instances"),
        ({"clip_grad_norm": 0}, ArgumentError, "clip_grad_norm=0"),
        ({"scheduler_every": "step"}, ArgumentError, "'epoch' or 'batch'"),
    ],
)
def test_parts_that_cannot_work(options: Any, error: type, message: str) -> None:
    """Refused when the trainer is built, not after an hour."""
    with pytest.raises(error, match=message):
        trainer_of(mlp([2, 2]), **options)


def test_a_plateau_of_batches_is_refused() -> None:
    """ReduceLROnPlateau has nothing to follow batch by batch, and must find its number."""
    model = mlp([2, 2])
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    plateau = optim.lr_scheduler.ReduceLROnPlateau(optimizer)
    parts = model, nn.CrossEntropyLoss(), optimizer, plateau
    with pytest.raises(ArgumentError, match="of the whole epoch"):
        Trainer(*parts, scheduler_every="batch")
    with pytest.raises(ArgumentError, match=r"monitor='val_loss' is not known\. Use"):
        Trainer(*parts, monitor="val_loss", progress=False).fit(loader())
