"""The process that a person starts: it fills the queue, keeps workers at it, and shows how far.

It trains nothing itself, and knows nothing that is not in the storage: killed at any moment and
started again, it goes on, and several of them on one storage share the work.
"""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path
from typing import Any

from ...errors import ArgumentError, DataError, SaveError
from ...extras import extra
from ...serialization.files import write_file
from .crew import Crew
from .grid import Experiment
from .progress import Progress
from .queue import Queue
from .results import DATABASE, NAME, Results, from_storage
from .storage import Heart, check_sampler, open_storage, open_study, refusing, sqlite_url
from .training import data_of

__all__ = ["cores", "enrol", "run"]

ROOM = 50 << 20
"""Bytes that the disk of the folder must have left: far more than any study writes."""


def run(
    experiment: Experiment,
    folder: str | os.PathLike[str],
    *,
    storage: str | None = None,
    name: str | None = None,
    workers: int | None = None,
    heart: Heart | None = None,
    progress: bool = True,
    lang: str = "en",
) -> Results:
    """Do all trials of the experiment that are not done yet; the results of all of them.

    They stand in `folder`: study.db (or in any Optuna `storage`, in the study called `name`),
    results.json, runs.csv and curves.csv. `workers` processes, by default one for each core, train
    with one thread each. Ctrl-C stops at once; what was in training is trained anew next time.

    Raises `SaveError`, `DataError` and `NotInstalled` before any work.
    """
    folder, heart = Path(folder), heart or Heart()
    if workers is not None and workers < 1:
        raise ArgumentError(f"run: workers={workers}, but at least one must do the work.")
    check_sampler(experiment)
    data_of(experiment.data)
    shared = open_storage(storage, heart) if storage else None
    check_folder(folder)  # the first thing that leaves a trace
    url = storage or sqlite_url(folder / DATABASE)
    name = name or (folder.absolute().name if storage else NAME)
    opened = shared or open_storage(url, heart)
    with refusing(url):
        ours = enrol(opened, name, experiment)
        queue = Queue(opened, open_study(opened, name, experiment))
        queue.fill(experiment, ours)
        crew = Crew(url, name, heart, workers or cores())
        with Progress(experiment, progress, lang) as bar:
            try:
                _watch(queue, experiment, crew, bar)
            finally:
                results = _close(queue, crew, name, folder)
    return results


def _close(queue: Queue, crew: Crew, name: str, folder: Path) -> Results:
    """End the workers, give back what they had in hand, and write what is finished."""
    for worker in crew.stop():
        queue.give_back(worker)
    results = from_storage(queue.storage, name)
    results.save(folder)
    return results


def check_folder(folder: Path) -> None:
    """Refuse a folder that cannot be written to, or whose disk is full."""
    there = next(p for p in (folder.absolute(), *folder.absolute().parents) if p.exists())
    free = shutil.disk_usage(there).free
    if free < ROOM:
        raise SaveError(
            f"lab: the disk of {folder} has {free >> 20} MB left, and {ROOM >> 20} MB are kept "
            "free for a study. Make room, or name a folder on another disk."
        )
    write_file(folder / ".writable", b"0" * 4096, "lab")
    (folder / ".writable").unlink(missing_ok=True)


def cores() -> int:
    """The processors that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def enrol(storage: Any, name: str, experiment: Experiment) -> bool:
    """Make the study or, where it is there, see that it is the same; whether it was made here."""
    optuna = extra("optuna", "the lab", "lab")
    try:
        made = storage.create_new_study([optuna.study.StudyDirection.MAXIMIZE], name)
    except optuna.exceptions.DuplicatedStudyError:
        made = None
    study = storage.get_study_id_from_name(name)
    stored = storage.get_study_user_attrs(study).get("experiment")
    if stored is None:
        storage.set_study_user_attr(study, "experiment", experiment.to_json())
    elif Experiment.from_json(stored) != experiment:
        raise DataError(
            f"lab: the study {name!r} that is there is of another shape: it was begun as "
            f"{differences(Experiment.from_json(stored), experiment)}. Nothing was changed. Use "
            "the same settings to go on with it, or another folder or --name for a new study."
        )
    return made is not None


def differences(old: Experiment, new: Experiment) -> str:
    """What two experiments do not share, as "epochs 10, not 5"."""
    parts = []
    for one, other in ((old, new), (old.grid, new.grid)):
        for name in one.__dataclass_fields__:
            a, b = getattr(one, name), getattr(other, name)
            if a != b and name != "grid":
                parts.append(f"{name} {a}, not {b}")
    return "; ".join(parts)


def _watch(queue: Queue, experiment: Experiment, crew: Crew, bar: Progress) -> None:
    """Keep workers at the queue until every ticket has its result."""
    wanted = len(experiment.tickets())
    looked = 0.0
    while True:
        for worker in crew.bury():
            queue.give_back(worker)
        if time.monotonic() - looked > 1.0 or crew.changed():
            queue.give_back_silent()
            finished = len(queue.finished())
            bar.show(finished, crew.epochs())
            if finished == wanted:
                return
            if queue.waits():
                crew.hire(wanted - finished)
            elif not crew.at_work() and len(queue.alive()) < wanted:
                queue.fill(experiment, ours=False)
            looked = time.monotonic()
        time.sleep(0.05)
