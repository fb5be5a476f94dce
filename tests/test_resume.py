"""A training that was stopped and resumed is, bit for bit, the one that was never stopped."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tinygrad_edu as te
from tinygrad_edu import nn, optim
from tinygrad_edu.data import DataLoader, Dataset, TensorDataset
from tinygrad_edu.errors import ArgumentError, DataError, DataMissing, InputTypeError, StateError
from tinygrad_edu.serialization import load_checkpoint, save_checkpoint

pytest.importorskip("safetensors", reason="safetensors is not installed")

EPOCHS, BATCHES = 3, 4

OPTIMIZERS: dict[str, Callable[[Any], Any]] = {
    "SGD": lambda p: optim.SGD(p, lr=0.1),
    "momentum": lambda p: optim.SGD(p, lr=0.05, momentum=0.9, weight_decay=0.01),
    "nesterov": lambda p: optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True),
    "RMSprop": lambda p: optim.RMSprop(p, lr=0.01, momentum=0.5, centered=True),
    "Adam": lambda p: optim.Adam(p, lr=0.01),
    "AdamW": lambda p: optim.AdamW(p, lr=0.01, amsgrad=True),
    "Adagrad": lambda p: optim.Adagrad(p, lr=0.1),
}


class Halving:
    """A scheduler that remembers how often it was asked; it halves the rate every second time."""

    def __init__(self, optimizer: Any) -> None:
        self.optimizer, self.last_epoch = optimizer, 0

    def step(self) -> None:
        self.last_epoch += 1
        if self.last_epoch % 2 == 0:
            for group in self.optimizer.param_groups:
                group["lr"] /= 2

    def state_dict(self) -> dict[str, Any]:
        return {"last_epoch": self.last_epoch}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.last_epoch = state["last_epoch"]


SCHEDULERS: dict[str, Callable[[Any], Any]] = {
    "Halving": Halving,
    "StepLR": lambda o: optim.lr_scheduler.StepLR(o, 1, gamma=0.7),
    "MultiStepLR": lambda o: optim.lr_scheduler.MultiStepLR(o, [1, 2, 2]),
    "CosineAnnealingLR": lambda o: optim.lr_scheduler.CosineAnnealingLR(o, EPOCHS),
    "OneCycleLR": lambda o: optim.lr_scheduler.OneCycleLR(o, 0.05, total_steps=EPOCHS),
    "LambdaLR": lambda o: optim.lr_scheduler.LambdaLR(o, lambda epoch: 0.9**epoch),
    "SequentialLR": lambda o: optim.lr_scheduler.SequentialLR(
        o, [optim.lr_scheduler.LinearLR(o, 0.1), optim.lr_scheduler.ExponentialLR(o, 0.5)], [2]
    ),
    "ReduceLROnPlateau": lambda o: optim.lr_scheduler.ReduceLROnPlateau(o, patience=0, eps=0),
}


class Noisy(Dataset):
    """Examples that are read one by one, each with noise of its own."""

    def __init__(self, x: te.Tensor, y: te.Tensor) -> None:
        self.x, self.y = x, y

    def __len__(self) -> int:
        return len(self.x)

    def __getitem__(self, i: int) -> tuple[te.Tensor, int]:
        return self.x[i] + 0.1 * te.randn(5), self.y[i].item()


class Training:
    """Everything that a training consists of, made anew as a new process would make it."""

    def __init__(
        self,
        optimizer: str,
        seed: int,
        *,
        shuffle: bool = True,
        own: bool = True,
        noisy: bool = False,
        scheduler: str = "Halving",
    ) -> None:
        rng = np.random.default_rng(0)
        x, y = te.tensor(rng.normal(size=(22, 5))).float(), te.tensor(rng.integers(0, 3, 22))
        te.manual_seed(seed)
        self.model = nn.Sequential(
            nn.Linear(5, 8), nn.BatchNorm1d(8), nn.Dropout(0.3), nn.Tanh(), nn.Linear(8, 3)
        )
        self.optimizer = OPTIMIZERS[optimizer](self.model.parameters())
        self.scheduler = SCHEDULERS[scheduler](self.optimizer)
        self.generator = te.Generator().manual_seed(seed) if own else None
        self.loader = DataLoader(
            (Noisy if noisy else TensorDataset)(x, y),
            batch_size=6,
            shuffle=shuffle,
            generator=self.generator,
        )
        self.losses: list[float] = []

    @property
    def parts(self) -> dict[str, Any]:
        """What a checkpoint of this training holds."""
        names = ("model", "optimizer", "scheduler", "generator", "loader")
        return {name: getattr(self, name) for name in names}

    def run(self, path: Path | None = None, stop: int | None = None, first: int = 0) -> None:
        """Train until the end, or until `stop` steps are done: then save and leave."""
        criterion = nn.CrossEntropyLoss()
        for epoch in range(first, EPOCHS):
            for x, y in self.loader:
                loss = criterion(self.model(x), y)
                self.optimizer.zero_grad()
                loss.backward()
                self.optimizer.step()
                self.losses.append(loss.item())
                if path and len(self.losses) == stop:
                    save_checkpoint(path, **self.parts, epoch=epoch, extra=self.losses)
                    return
            plateau = isinstance(self.scheduler, optim.lr_scheduler.ReduceLROnPlateau)
            self.scheduler.step(*([1 + epoch] if plateau else []))  # a loss that grows
            if path and len(self.losses) + 0.5 == stop:
                save_checkpoint(path, **self.parts, epoch=epoch + 1, extra=self.losses)
                return

    def resume(self, path: Path) -> None:
        """Go on from a checkpoint to the end."""
        checkpoint = load_checkpoint(path, **self.parts)
        self.losses = checkpoint.extra
        self.run(first=checkpoint.epoch)


def state(training: Training) -> tuple[bytes, list[float], list[float], dict[str, Any]]:
    """Everything at the end, bit for bit."""
    memory = [v for s in training.optimizer.state.values() for v in s.values()]
    arrays = [x.numpy() for x in [*training.model.state_dict().values(), *memory]]
    rates = [group["lr"] for group in training.optimizer.param_groups]
    return b"".join(a.tobytes() for a in arrays), training.losses, rates, te.get_rng_state()


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize(
    "kind",
    [{}, {"own": False}, {"shuffle": False}, {"own": False, "noisy": True}],
    ids=["shuffled", "shuffled by the seed", "in order", "single examples with noise"],
)
def test_resuming_changes_nothing(tmp_path: Path, optimizer: str, kind: dict[str, Any]) -> None:
    """Stopped after any step or epoch, the same losses, weights, averages and random numbers."""
    whole = Training(optimizer, seed=1, **kind)
    whole.run()
    assert len(whole.losses) == EPOCHS * BATCHES
    steps = list(range(1, EPOCHS * BATCHES + 1))
    ends = [epoch * BATCHES + 0.5 for epoch in range(1, EPOCHS + 1)]  # after the scheduler's step
    for stop in [*steps, *ends] if optimizer == "Adam" else [1, 4, 4.5, 6]:
        Training(optimizer, seed=1, **kind).run(tmp_path / "c", stop)
        resumed = Training(optimizer, seed=2, **kind)
        resumed.resume(tmp_path / "c")
        assert state(resumed) == state(whole), f"stopped after {stop} steps"


@pytest.mark.parametrize("scheduler", SCHEDULERS)
def test_resuming_keeps_the_schedule(tmp_path: Path, scheduler: str) -> None:
    """Every scheduler goes on where it was: the same rates and weights, and the same state."""
    whole = Training("momentum", seed=1, scheduler=scheduler)
    first = whole.optimizer.param_groups[0]["lr"]
    whole.run()
    assert whole.optimizer.param_groups[0]["lr"] != first
    for stop in (3, 4.5, 6, 8.5, 12.5):
        Training("momentum", seed=1, scheduler=scheduler).run(tmp_path / "c", stop)
        resumed = Training("momentum", seed=2, scheduler=scheduler)
        resumed.resume(tmp_path / "c")
        assert state(resumed) == state(whole), f"stopped after {stop} steps"
        assert resumed.scheduler.state_dict() == whole.scheduler.state_dict()


def test_resuming_twice_changes_nothing(tmp_path: Path) -> None:
    """A resumed training may be stopped and resumed again, within the same epoch too."""
    whole = Training("Adam", seed=1)
    whole.run()
    training, path = Training("Adam", seed=1), tmp_path / "c"
    training.run(path, 1)
    for stop in (2, 3, 7, 9):
        training = Training("Adam", seed=stop)
        checkpoint = load_checkpoint(path, **training.parts)
        training.losses = checkpoint.extra
        training.run(path, stop, first=checkpoint.epoch)
    last = Training("Adam", seed=9)
    last.resume(path)
    assert state(last) == state(whole)


def test_saving_changes_nothing(tmp_path: Path) -> None:
    """A training that saves after every step draws the same numbers as one that never saves."""
    whole = Training("Adam", seed=1, own=False)
    whole.run()
    saving = Training("Adam", seed=1, own=False)
    step = saving.optimizer.step

    def step_and_save() -> None:
        step()
        save_checkpoint(tmp_path / "c", **saving.parts)

    saving.optimizer.step = step_and_save
    saving.run()
    assert state(saving) == state(whole)


# -- what a checkpoint refuses


def test_a_part_alone_can_be_loaded(tmp_path: Path) -> None:
    """The model comes out of a checkpoint without the rest; random numbers are left alone."""
    saved, other = Training("Adam", seed=1), Training("SGD", seed=2)
    saved.run(tmp_path / "c", 3)
    before = te.get_rng_state()
    checkpoint = load_checkpoint(tmp_path / "c", model=other.model, rng_state=False)
    assert (checkpoint.epoch, checkpoint.extra) == (0, saved.losses)
    assert te.get_rng_state() == before
    weight = saved.model.state_dict()["0.weight"].numpy()
    assert np.array_equal(other.model.state_dict()["0.weight"].numpy(), weight)


def test_a_part_that_was_not_saved_is_missed(tmp_path: Path) -> None:
    """The names that the file holds are told."""
    training = Training("Adam", seed=1)
    save_checkpoint(tmp_path / "c", model=training.model)
    with pytest.raises(StateError, match=r"asked for optimizer, but .* holds model"):
        load_checkpoint(tmp_path / "c", model=training.model, optimizer=training.optimizer)


def test_either_everything_is_put_back_or_nothing(tmp_path: Path) -> None:
    """Where the last part does not fit, the first ones are as they were."""
    saved = Training("Adam", seed=1)
    saved.run(tmp_path / "c", 3)
    other = Training("Adam", seed=2)
    other.run(tmp_path / "d", 2)
    others = narrow()
    before = state(other)
    wrong = optim.Adam([te.zeros(2, requires_grad=True)])
    with pytest.raises(ArgumentError, match="Build it on the same parameters"):
        load_checkpoint(tmp_path / "c", model=other.model, optimizer=wrong)
    with pytest.raises(StateError, match=r"size mismatch for 0.weight"):
        load_checkpoint(tmp_path / "c", optimizer=other.optimizer, model=others)
    assert state(other) == before


def narrow() -> Any:
    """The model of `Training` with other shapes."""
    return nn.Sequential(
        nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Dropout(), nn.Tanh(), nn.Linear(8, 3)
    )


def test_what_is_no_checkpoint_is_refused(tmp_path: Path) -> None:
    """A missing file, a state dict alone, a part without a state."""
    model = nn.Linear(2, 2)
    with pytest.raises(DataMissing, match="there is no file"):
        load_checkpoint(tmp_path / "c", model=model)
    te.save(model.state_dict(), tmp_path / "c")
    with pytest.raises(DataError, match="it is no checkpoint"):
        load_checkpoint(tmp_path / "c", model=model)
    with pytest.raises(InputTypeError, match="loss is float, which has no state_dict"):
        save_checkpoint(tmp_path / "c", model=model, loss=0.5)
    with pytest.raises(InputTypeError, match="whole number of finished epochs"):
        save_checkpoint(tmp_path / "c", model=model, epoch="last")
    save_checkpoint(tmp_path / "c", model=model, scheduler=None, epoch=np.int64(3))
    assert load_checkpoint(tmp_path / "c", model=model, scheduler=None) == (3, None)


@pytest.mark.parametrize(
    ("part", "state"),
    [
        ("optimizer", {"state": {7: {"step": 1}}, "param_groups": []}),
        ("optimizer", {"state": 5, "param_groups": [{"params": [0, 1]}]}),
        ("optimizer", {"state": {9: {}}, "param_groups": [{"params": [0, 1, 2, 3]}]}),
        ("optimizer", {}),
        ("optimizer", None),
        ("model", None),
        ("model", {"0.weight": 5}),
        ("loader", {}),
        ("loader", {"served": 1, "order": "abc"}),
        ("generator", {"seed": 1}),
        ("generator", {"seed": 1, "bit_generator": "MT19937", "state": {}}),
        ("generator", {"seed": "x"}),
        ("rng_state", {"seed": 1}),
        ("rng_state", None),
        ("scheduler", []),
    ],
)
def test_a_made_up_state_is_refused(tmp_path: Path, part: str, state: Any) -> None:
    """States that no part could have had: a clear error, and nothing is changed."""
    training = Training("Adam", seed=1)
    training.run(tmp_path / "c", 3)
    te.save({**te.load(tmp_path / "c"), part: state}, tmp_path / "c")
    before = [x.numpy().copy() for x in training.model.state_dict().values()]
    random_before = te.get_rng_state()
    with pytest.raises((DataError, StateError, ArgumentError, InputTypeError)):
        load_checkpoint(tmp_path / "c", **training.parts)
    after = [x.numpy() for x in training.model.state_dict().values()]
    assert all(map(np.array_equal, before, after))
    assert te.get_rng_state() == random_before
