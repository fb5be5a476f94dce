"""The curves of a study as TensorBoard reads them."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from ...extras import extra
from .grid import AXES, Experiment
from .results import Results, Run
from .space import shown

__all__ = ["check_tensorboard", "write_events"]

_PARTS = {
    "EventFileWriter": "tensorboard.summary.writer.event_file_writer",
    "Event": "tensorboard.compat.proto.event_pb2",
    "Summary": "tensorboard.compat.proto.summary_pb2",
}


def check_tensorboard() -> dict[str, Any]:
    """What writes event files. Raises `NotInstalled` without the extra `[tensorboard]`."""
    return {
        name: getattr(extra(module, "TensorBoard's event files", "tensorboard"), name)
        for name, module in _PARTS.items()
    }


def write_events(results: Results, folder: str | os.PathLike[str]) -> list[Path]:
    """Write an event file for each run: `tensorboard --logdir FOLDER`; the runs' folders.

    Each is called by what tells it from the others, and what an earlier call wrote there is
    replaced. Raises `NotInstalled` without the package tensorboard (the extra `[tensorboard]`).
    """
    parts, folders = check_tensorboard(), []
    for i, run in enumerate(results):
        place = Path(folder) / _name(results.experiment, run)
        if place in folders:  # a search may try a setting twice
            place = place.with_name(f"{place.name}-{i}")
        for old in place.glob("events.out.tfevents.*"):
            old.unlink()
        _write(run, place, parts)
        folders.append(place)
    return folders


def _name(experiment: Experiment, run: Run) -> str:
    """The axes on which the runs differ, and always these three: "adam-lr0.01-batch_size32"."""
    always = ("optimizer", "lr", "batch_size")
    axes = [axis for axis in AXES if axis in always or len(getattr(experiment.grid, axis)) > 1]
    words = [f"{axis if axis != 'optimizer' else ''}{shown(run.setting[axis])}" for axis in axes]
    return "-".join(words)


def _write(run: Run, place: Path, parts: dict[str, Any]) -> None:
    """One run's rows; the clock of an event runs as the learning did."""
    writer, clock = parts["EventFileWriter"](str(place)), time.time()
    for row in run.epochs:
        clock += row["seconds"]
        values = [
            parts["Summary"].Value(tag=name, simple_value=value)
            for name, value in row.items()
            if name != "epoch"
        ]
        summary = parts["Summary"](value=values)
        writer.add_event(parts["Event"](step=row["epoch"], wall_time=clock, summary=summary))
    writer.close()
