"""The curves of a study as TensorBoard reads them."""

from __future__ import annotations

import os
from pathlib import Path

from ...extras import extra
from .results import Results

__all__ = ["write_events"]


def write_events(results: Results, folder: str | os.PathLike[str]) -> list[Path]:
    """Write an event file for each run: `tensorboard --logdir FOLDER`; the runs' folders.

    Raises `NotInstalled` without the package tensorboard (the extra `[tensorboard]`).
    """
    what, extra_name = "TensorBoard's event files", "tensorboard"
    writer_module = extra("tensorboard.summary.writer.event_file_writer", what, extra_name)
    event_pb2 = extra("tensorboard.compat.proto.event_pb2", what, extra_name)
    summary_pb2 = extra("tensorboard.compat.proto.summary_pb2", what, extra_name)
    folders = []
    for i, run in enumerate(results):
        setting = run.setting
        place = Path(folder) / (
            f"{i:03}-{setting['optimizer']}-lr{setting['lr']:g}-batch{setting['batch_size']}"
        )
        writer = writer_module.EventFileWriter(str(place))
        for row in run.epochs:
            for name, value in row.items():
                if name == "epoch":
                    continue
                part = summary_pb2.Summary.Value(tag=name, simple_value=value)
                summary = summary_pb2.Summary(value=[part])
                writer.add_event(event_pb2.Event(step=row["epoch"], summary=summary))
        writer.close()
        folders.append(place)
    return folders
