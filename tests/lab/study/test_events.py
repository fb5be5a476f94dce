"""TensorBoard's event files, read by TensorBoard."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tinygrad_edu.errors import NotInstalled
from tinygrad_edu.lab.study import Experiment, Grid, Results, Run
from tinygrad_edu.lab.study.tensorboard import check_tensorboard, write_events

pytestmark = pytest.mark.long

EXPERIMENT = Experiment(Grid(("sgd",), (0.1,), (64,), dropout=(0.0, 0.5)), epochs=2)
RUNS = tuple(
    Run(
        setting,
        "finished",
        [{"epoch": e, "test_loss": setting["dropout"] + 1 / e, "seconds": 2.0} for e in (1, 2)],
    )
    for setting in EXPERIMENT.grid.settings()
)


def test_tensorboard_reads_the_curves(tmp_path: Path) -> None:
    """Every run is there under what tells it from the others, with a point for each epoch, however
    often the files were written; the time between two points is that of the learning.
    """
    accumulator = pytest.importorskip(
        "tensorboard.backend.event_processing.event_accumulator",
        reason="tensorboard is not installed",
    )
    for _ in range(2):
        folders = write_events(Results(EXPERIMENT, RUNS), tmp_path)
    assert [f.name for f in folders] == [
        f"sgd-lr0.1-batch_size64-dropout{share}" for share in (0.0, 0.5)
    ]
    for folder, run in zip(folders, RUNS, strict=True):
        events = accumulator.EventAccumulator(str(folder))
        events.Reload()
        first, second = events.Scalars("test_loss")
        assert [first.step, second.step] == [1, 2]
        assert [first.value, second.value] == pytest.approx(run.column("test_loss"))
        assert second.wall_time - first.wall_time == pytest.approx(2, abs=0.01)


def test_without_tensorboard(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the package is missing, that is said, with the extra that installs it."""
    name = "tensorboard.summary.writer.event_file_writer"
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(NotInstalled, match=r"tinygrad-edu\[tensorboard\]"):
        check_tensorboard()
