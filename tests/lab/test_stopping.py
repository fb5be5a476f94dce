"""Ctrl-C ends a training between two steps, and whoever resumes it sees no difference."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tinygrad_edu as te
from tinygrad_edu import nn, optim
from tinygrad_edu.data import DataLoader, TensorDataset
from tinygrad_edu.errors import DataMissing, StateError
from tinygrad_edu.lab import Callback, EarlyStopping, HistoryFile, ModelCheckpoint, Trainer
from tinygrad_edu.lab.interrupt import Interrupt

pytest.importorskip("safetensors", reason="safetensors is not installed")

ROOT = Path(__file__).parents[2]
EPOCHS, BATCHES = 6, 4


class Stop(Callback):
    """Presses Ctrl-C after a number of steps."""

    def __init__(self, after: int) -> None:
        self.after, self.steps = after, 0

    def on_batch_end(self, trainer: Any, loss: float) -> None:
        self.steps += 1
        if self.steps == self.after:
            signal.raise_signal(signal.SIGINT)


def training(
    folder: Path, seed: int, *more: Callback, own: bool = False, **changed: Any
) -> Trainer:
    """A training with everything that has a state, made anew as a new process would make it."""
    rng = np.random.default_rng(0)
    x, y = te.tensor(rng.normal(size=(22, 5))).float(), te.tensor(rng.integers(0, 3, 22))
    te.manual_seed(seed)
    model = nn.Sequential(
        nn.Linear(5, 8), nn.BatchNorm1d(8), nn.Dropout(0.3), nn.Tanh(), nn.Linear(8, 3)
    )
    optimizer = optim.Adam(model.parameters(), lr=0.02)
    trainer = Trainer(
        model,
        nn.CrossEntropyLoss(),
        optimizer,
        optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=0),
        metrics=["accuracy", "f1"],
        callbacks=[
            EarlyStopping(patience=2, min_delta=0.1, restore_best_weights=True),
            ModelCheckpoint(folder, "val_accuracy", every_n_epochs=1),
            HistoryFile(folder / "history.csv"),
            *more,
        ],
        clip_grad_norm=1.0,
        progress=False,
        **changed,
    )
    generator = te.Generator().manual_seed(seed) if own else None
    trainer.data = TensorDataset(x, y)  # type: ignore[attr-defined]
    trainer.batches_of = DataLoader(trainer.data, 6, shuffle=True, generator=generator)  # type: ignore[attr-defined]
    return trainer


def run(trainer: Any, resume: Path | None = None) -> Any:
    trainer.fit(trainer.batches_of, trainer.data, EPOCHS, resume=resume)
    return trainer


def end(trainer: Any) -> dict[str, Any]:
    """Everything at the end, bit for bit, but for the time that it took."""
    memory = [v for s in trainer.optimizer.state.values() for v in s.values()]
    arrays = [x.numpy() for x in [*trainer.model.state_dict().values(), *memory]]
    stopping, checkpoint, *_ = trainer.callbacks
    return {
        "numbers": b"".join(a.tobytes() for a in arrays),
        "rows": [{k: v for k, v in row.items() if k != "seconds"} for row in trainer.history],
        "random": te.get_rng_state(),
        "rate": trainer.lr,
        "scheduler": trainer.scheduler.state_dict(),
        "stopping": (stopping.best, stopping.best_epoch, stopping.bad_epochs),
        "checkpoint": (checkpoint.best, checkpoint.best_epoch),
        "epoch": (trainer.epoch, trainer.should_stop),
    }


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The end of the training that nobody interrupted; early stopping ended it."""
    found = end(run(training(tmp_path_factory.mktemp("whole"), 1)))
    assert 3 < found["epoch"][0] < EPOCHS, "early stopping should be at work, but not at once"
    return found


def test_resuming_from_any_epoch_changes_nothing(tmp_path: Path, whole: dict[str, Any]) -> None:
    """From each epoch's file, in a new process's objects, the same end: also from the last."""
    run(training(tmp_path / "a", 1))
    files = sorted((tmp_path / "a").glob("epoch-*"))
    assert len(files) == whole["epoch"][0]
    for file in files:
        resumed = run(training(tmp_path / "b", 2), resume=file)
        assert end(resumed) == whole, file.name


@pytest.mark.parametrize("after", [1, 3, 4, 6, 13])
def test_ctrl_c_and_resuming_change_nothing(
    tmp_path: Path, whole: dict[str, Any], after: int
) -> None:
    """Stopped after any step, in an epoch or at its end, a resumed training ends the same."""
    stopped = run(training(tmp_path, 1, Stop(after)))
    assert stopped.interrupted
    finished, more = divmod(after - 1, BATCHES)
    assert stopped.epoch == len(stopped.history) == finished
    assert stopped.batches == more + 1
    resumed = run(training(tmp_path, 2, Stop(0)), resume=tmp_path / "last.safetensors")
    assert not resumed.interrupted
    assert end(resumed) == whole


def test_a_loader_with_its_own_random_numbers(tmp_path: Path) -> None:
    """Its generator is in the checkpoint, too."""
    undisturbed = end(run(training(tmp_path / "a", 1, own=True)))
    run(training(tmp_path / "b", 1, Stop(6), own=True))
    last = tmp_path / "b" / "last.safetensors"
    assert end(run(training(tmp_path / "b", 2, own=True), resume=last)) == undisturbed


def test_rewinding_goes_back_to_the_last_whole_epoch(tmp_path: Path) -> None:
    """After Ctrl-C in an epoch, `rewind` makes network and history fit each other."""
    stopped = run(training(tmp_path, 1, Stop(6)))
    stopped.rewind()
    saved = te.load(tmp_path / "epoch-0001.safetensors")["model"]
    state = stopped.model.state_dict()
    assert all(np.array_equal(state[k].numpy(), saved[k].numpy()) for k in saved)
    assert stopped.batches == 0


def test_a_fit_after_ctrl_c_begins_a_new_epoch(tmp_path: Path) -> None:
    """Without `resume` the next epoch is a whole one, with nothing left over in its sums."""
    trainer = run(training(tmp_path, 1, Stop(6)))
    trainer.fit(trainer.batches_of, trainer.data, 1)
    assert trainer.epoch == 2
    assert not trainer.interrupted
    assert trainer.tally.count == 0


@pytest.mark.skipif(os.name != "posix", reason="sends a Unix signal")
def test_a_real_signal(tmp_path: Path) -> None:
    """A process that is sent SIGINT ends by itself with code 0, has saved, and is resumed."""

    def start(folder: Path) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.lab.interrupted", str(folder)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    whole, process = start(tmp_path / "whole"), start(tmp_path / "stopped")
    assert process.stdout is not None
    for line in process.stdout:
        if line.strip() == "1.7":
            process.send_signal(signal.SIGINT)
            break
    output, error = process.communicate(timeout=60)
    assert (process.returncode, error) == (0, "")
    assert output.splitlines()[-1].startswith("interrupted 1")
    assert not (tmp_path / "stopped" / "end").exists()
    for other in (whole, start(tmp_path / "stopped")):
        _, error = other.communicate(timeout=60)
        assert (other.returncode, error) == (0, "")
    ends = [(tmp_path / name / "end").read_bytes() for name in ("whole", "stopped")]
    assert ends[0] == ends[1]


def test_a_second_ctrl_c_does_not_wait() -> None:
    """The first sets a flag, the second raises; afterwards all is as before."""
    before = signal.getsignal(signal.SIGINT)
    with Interrupt() as interrupt:
        signal.raise_signal(signal.SIGINT)
        assert interrupt.pressed
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


def test_others_handlers_are_left_alone() -> None:
    """A program with a way of its own keeps it, and a thread may train."""
    seen: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: seen.append(number))
    try:
        with Interrupt() as interrupt:
            signal.raise_signal(signal.SIGINT)
        assert seen
        assert not interrupt.pressed
    finally:
        signal.signal(signal.SIGINT, before)

    def block() -> None:
        with Interrupt() as inside:
            seen.append(inside.pressed)

    thread = threading.Thread(target=block)
    thread.start()
    thread.join()
    assert seen[-1] is False


def test_a_checkpoint_of_another_training_is_refused(tmp_path: Path) -> None:
    """Other callbacks, other metrics, no file: said clearly, and nothing is changed."""
    trainer = run(training(tmp_path, 1))
    last = tmp_path / "last.safetensors"
    before = end(trainer)
    trainer.callbacks.append(EarlyStopping())
    with pytest.raises(StateError, match="this trainer has EarlyStopping, ModelCheckpoint, EarlyS"):
        run(trainer, resume=last)
    trainer.callbacks.pop()
    assert end(trainer)["numbers"] == before["numbers"]
    other = training(tmp_path, 1)
    other.tally.metrics.pop("f1")
    with pytest.raises(StateError, match="holds the metrics"):
        run(other, resume=last)
    with pytest.raises(DataMissing):
        run(other, resume=tmp_path / "nowhere")
