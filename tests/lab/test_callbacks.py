"""Callbacks stop in time, save what they say, write histories, and keep silent in pipes."""

from __future__ import annotations

import io
import json
import math
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tinygrad_edu as te
from tinygrad_edu import nn, optim
from tinygrad_edu.data import DataLoader, TensorDataset
from tinygrad_edu.errors import ArgumentError
from tinygrad_edu.lab import (
    Callback,
    EarlyStopping,
    HistoryFile,
    ModelCheckpoint,
    ProgressBar,
    Trainer,
    mlp,
)


def told(callback: Callback, values: list[float], name: str = "val_loss") -> Any:
    """A trainer that has called `callback` with these numbers, until it wished to stop."""
    trainer = small()
    for epoch, value in enumerate(values, 1):
        trainer.model[0].weight.array[...] = epoch
        callback.on_epoch_end(trainer, {"epoch": epoch, name: value})
        if trainer.should_stop:
            break
    trainer.epoch = epoch
    callback.on_fit_end(trainer)
    return trainer


def small(*callbacks: Callback) -> Trainer:
    model = mlp([2, 3, 2])
    return Trainer(
        model,
        nn.CrossEntropyLoss(),
        optim.Adam(model.parameters()),
        callbacks=callbacks,
        metrics=["accuracy"],
        progress=False,
    )


def data() -> TensorDataset:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(20, 2)).astype(np.float32)
    return TensorDataset(x, (x.sum(1) > 0).astype(np.int64))


def loader() -> DataLoader:
    return DataLoader(data(), batch_size=5)


# -- early stopping


@pytest.mark.parametrize(
    ("options", "values", "stopped", "best"),
    [
        ({"patience": 2}, [3, 2, 2.5, 2.4, 1], 4, 2),
        ({"patience": 2}, [3, 2, 2.5, 1, 1.5, 1.5, 0], 6, 4),
        ({"patience": 3}, [1, 2, 2, 0.5, 2, 2], 6, 4),
        ({"patience": 1, "min_delta": 0.5}, [3, 2, 1.6, 0], 3, 2),
        ({"patience": 1}, [math.nan, 5], 1, 0),
        ({"patience": 2}, [2, math.nan, math.nan, 1], 3, 1),
        ({"patience": 1, "mode": "max"}, [1, 2, 1, 5], 3, 2),
    ],
)
def test_early_stopping(options: Any, values: Any, stopped: int, best: int) -> None:
    """Patience counts epochs without a better number in a row; NaN is never better."""
    stopping = EarlyStopping("val_loss", **options)
    assert told(stopping, values).epoch == stopped
    assert stopping.best_epoch == best


def test_accuracy_is_to_rise() -> None:
    """What is better follows from the name: a higher accuracy, a lower loss."""
    assert told(EarlyStopping("val_accuracy", 1), [0.5, 0.6, 0.7, 0.6], "val_accuracy").epoch == 4
    assert told(EarlyStopping("val_mse", 1), [0.5, 0.6, 0.7], "val_mse").epoch == 2


@pytest.mark.parametrize("restore", [False, True])
def test_the_best_weights_are_restored(restore: bool) -> None:
    """The network ends with the weights of its best epoch, where that was asked for."""
    stopping = EarlyStopping(patience=2, restore_best_weights=restore)
    trainer = told(stopping, [3, 1, 2, 2, 2])
    assert (trainer.model[0].weight.array == (2 if restore else 4)).all()
    trainer = told(EarlyStopping(restore_best_weights=restore), [3, 1, 2])  # never stopped
    assert (trainer.model[0].weight.array == (2 if restore else 3)).all()


def test_a_number_that_is_not_there() -> None:
    """To follow what is not measured is refused, with what is."""
    with pytest.raises(ArgumentError, match="monitor='val_loss' is not a number of this training"):
        small(EarlyStopping()).fit(loader())


# -- checkpoints


def test_checkpoints_last_best_and_every_second(tmp_path: Path) -> None:
    """The files are there that were asked for, and hold the epochs they say."""
    pytest.importorskip("safetensors", reason="safetensors is not installed")
    checkpoint = ModelCheckpoint(tmp_path, "val_loss", every_n_epochs=2)
    trainer = small(checkpoint)
    history = trainer.fit(loader(), data(), epochs=5)
    assert sorted(os.listdir(tmp_path)) == [
        *("best.safetensors", "epoch-0002.safetensors", "epoch-0004.safetensors"),
        "last.safetensors",
    ]
    epochs = {name: te.load(tmp_path / name)["epoch"] for name in os.listdir(tmp_path)}
    best = 1 + int(np.argmin(history["val_loss"]))
    assert epochs == {
        "best.safetensors": best,
        "epoch-0002.safetensors": 2,
        "epoch-0004.safetensors": 4,
        "last.safetensors": 5,
    }
    other = mlp([2, 3, 2])
    other.load_state_dict(te.load(checkpoint.last)["model"])
    assert np.array_equal(other[0].weight.array, trainer.model[0].weight.array)


def test_a_worse_epoch_leaves_the_best_file_alone(tmp_path: Path) -> None:
    """best.safetensors stays that of the best epoch when later ones are worse."""
    pytest.importorskip("safetensors", reason="safetensors is not installed")
    checkpoint = ModelCheckpoint(tmp_path, "val_loss", save_last=False)
    trainer = small(checkpoint)
    for epoch, loss in enumerate([3, 1, 2, 2], 1):
        trainer.epoch, row = epoch, {"epoch": epoch, "val_loss": loss}
        checkpoint.on_epoch_end(trainer, row)
        checkpoint.on_checkpoint(trainer, row)
    assert os.listdir(tmp_path) == ["best.safetensors"]
    assert te.load(checkpoint.best_path)["epoch"] == 2


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: EarlyStopping(patience=0), "patience=0"),
        (lambda: EarlyStopping(mode="least"), "mode='least'"),
        (lambda: EarlyStopping(min_delta=-1), "min_delta=-1"),
        (lambda: ModelCheckpoint("x", every_n_epochs=0), "every_n_epochs=0"),
        (lambda: ModelCheckpoint("x", save_last=False), "nothing is to be saved"),
        (lambda: HistoryFile("history.txt"), r"neither \.csv nor \.json"),
    ],
)
def test_callbacks_of_nonsense(build: Any, message: str) -> None:
    """Options out of their range are refused at once."""
    with pytest.raises(ArgumentError, match=message):
        build()


# -- files of the history


def test_the_history_grows_in_its_files(tmp_path: Path) -> None:
    """After every epoch the table and the JSON hold all rows so far."""
    lengths: list[tuple[int, int]] = []

    class Count(Callback):
        def on_checkpoint(self, trainer: Any, row: dict[str, Any]) -> None:
            table = (tmp_path / "h.csv").read_text().splitlines()
            lengths.append(
                (len(table) - 1, len(json.loads((tmp_path / "h.json").read_text())["epochs"]))
            )

    files = HistoryFile(tmp_path / "h.csv"), HistoryFile(tmp_path / "h.json")
    small(*files, Count()).fit(loader(), epochs=3)
    assert lengths == [(1, 1), (2, 2), (3, 3)]


# -- the bar


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(monkeypatch: pytest.MonkeyPatch, stream: Any, lang: str = "en") -> str:
    """What a training of two epochs writes to `stream` as its standard error."""
    pytest.importorskip("tqdm", reason="tqdm is not installed")
    monkeypatch.setattr(sys, "stderr", stream)
    small(ProgressBar(lang)).fit(loader(), data(), epochs=2)
    return str(stream.getvalue())


def test_a_terminal_sees_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    """One bar for each epoch, with its loss, and in the end its scores."""
    text = shown(monkeypatch, Terminal())
    for word in ("epoch 1/2", "epoch 2/2", "4/4", "loss=", "val_accuracy="):
        assert word in text
    assert "эпоха 1/2" in shown(monkeypatch, Terminal(), "ru")


def test_a_pipe_sees_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody looks, not a byte is written."""
    assert shown(monkeypatch, io.StringIO()) == ""


def test_jupyter_sees_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    """A notebook's output is no terminal, and is looked at all the same."""

    class Shell:
        config = ("IPKernelApp",)

    class IPython:
        @staticmethod
        def get_ipython() -> Any:
            return Shell

    monkeypatch.setitem(sys.modules, "IPython", IPython)  # type: ignore[arg-type]
    assert "epoch 2/2" in shown(monkeypatch, io.StringIO())


def test_without_tqdm_there_is_no_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    """The training goes on in silence."""
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    assert len(small(ProgressBar()).fit(loader(), epochs=2)) == 2
