"""Two parents share a study; parents and workers are killed at random moments and started again.

    python -m tests.lab_kill FOLDER KILLS SEED [URL]

Studies follow each other until there were enough kills. Without a URL each is an SQLite file.
Prints a report in JSON; the exit code is 0 where every study ended as the undisturbed one.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from tinygrad_edu.lab.study import load_results, run
from tinygrad_edu.lab.study.grid import key_of
from tinygrad_edu.lab.study.queue import Queue
from tinygrad_edu.lab.study.results import DATABASE, NAME, Results
from tinygrad_edu.lab.study.storage import open_storage, open_study, sqlite_url

from .one import EXPERIMENT

LONGEST_LIFE = 2.0  # seconds; a parent needs one or two until its workers train
MOST = 6  # kills in one study, so that there are several studies


def main(folder: Path, kills: int, seed: int, url: str | None = None) -> dict[str, Any]:
    """The report of studies that were killed `kills` times or more."""
    rng = random.Random(seed)
    undisturbed = numbers(run(EXPERIMENT, folder / "undisturbed", workers=1, progress=False))
    report: dict[str, Any] = {"kills": {"parent": 0, "worker": 0}, "studies": 0, "wrong": []}
    while sum(report["kills"].values()) < kills:
        name = f"study {report['studies']}"
        arguments = [str(folder / name), *([url, name] if url else [])]
        left = kills - sum(report["kills"].values())
        for victim in disturb(arguments, rng, min(left, MOST)):
            report["kills"][victim] += 1
        report["studies"] += 1
        report["wrong"] += faults(folder / name, url, name, undisturbed)
    report["trials"] = len(undisturbed)
    return report


def disturb(arguments: list[str], rng: random.Random, most: int) -> list[str]:
    """Two parents until both have ended by themselves; who was killed meanwhile."""
    command = [sys.executable, "-m", "tests.lab_kill.one", *arguments]
    parents: list[Any] = [subprocess.Popen(command) for _ in range(2)]
    killed: list[str] = []
    while parents:
        time.sleep(rng.uniform(0.1, LONGEST_LIFE))
        for parent in [p for p in parents if p.poll() is not None]:
            if parent.returncode:
                raise SystemExit(f"a parent failed with {parent.returncode}")
            parents.remove(parent)
        if parents and len(killed) < most:
            parent = rng.choice(parents)
            if rng.random() < 0.6:
                if workers := awaited(parent):
                    os.kill(rng.choice(workers), signal.SIGKILL)
                    killed.append("worker")
            elif parent.poll() is None:
                parent.kill()
                parent.wait()
                killed.append("parent")
                parents[parents.index(parent)] = subprocess.Popen(command)
    return killed


def awaited(parent: subprocess.Popen[bytes]) -> list[int]:
    """The workers of a parent as soon as it has any; none where it ends before."""
    while parent.poll() is None:
        if workers := children(parent.pid):
            return workers
        time.sleep(0.05)
    return []


def children(pid: int) -> list[int]:
    """The processes that a process has started, by Linux's account."""
    try:
        return [int(n) for n in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def numbers(results: Results) -> dict[str, list[dict[str, Any]]]:
    """Every run's curves by its setting, without the seconds."""
    return {
        key_of(run.setting): [
            {k: v for k, v in row.items() if k != "seconds"} for row in run.epochs
        ]
        for run in results
    }


def faults(
    folder: Path, url: str | None, name: str, undisturbed: dict[str, list[dict[str, Any]]]
) -> list[str]:
    """What is not as it should be after a disturbed study."""
    found = []
    if numbers(load_results(folder, url, name if url else None)) != undisturbed:
        found.append(f"{name}: other numbers than those of the undisturbed study")
    storage = open_storage(url or sqlite_url(folder / DATABASE))
    study = name if url else NAME
    alive = Queue(storage, open_study(storage, study, EXPERIMENT)).alive()
    tickets = [trial.user_attrs["ticket"] for trial in alive]
    if sorted(tickets) != sorted(undisturbed):
        found.append(f"{name}: {len(tickets)} live trials for {len(undisturbed)} tickets")
    found += [f"{name}: trial {t.number} is {t.state}" for t in alive if t.state.name != "COMPLETE"]
    if not url:
        with closing(sqlite3.connect(folder / DATABASE)) as database:
            (verdict,) = database.execute("PRAGMA integrity_check").fetchone()
        if verdict != "ok":
            found.append(f"{name}: the database is damaged: {verdict}")
    return found


if __name__ == "__main__":
    outcome = main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:])
    print(json.dumps(outcome))
    sys.exit(bool(outcome["wrong"]))
