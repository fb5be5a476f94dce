"""Start the training, kill it at a random moment, start it again, until it has come to its end.

    python -m tests.kill FOLDER KILLS SEED hand|trainer

New trainings begin until there were enough kills. The library is imported once and each life is a
fork of this process, so that a kill costs milliseconds. Prints a report in JSON.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from pathlib import Path
from typing import Any

import tinygrad_edu as te

from .training import CHECKPOINT, TRAININGS

LONGEST_LIFE = 0.05  # seconds: about what the whole training takes where nothing else runs
SHARE = 0.3  # of what it takes here, where that is longer: a busy machine, a slow disk


def main(folder: Path, kills: int, seed: int, kind: str) -> dict[str, Any]:
    """The report of trainings that were killed `kills` times or more."""
    rng = random.Random(seed)
    (folder / "undisturbed").mkdir()
    begun = time.perf_counter()
    live(folder / "undisturbed", None, kind)
    longest = max(LONGEST_LIFE, SHARE * (time.perf_counter() - begun))
    end = (folder / "undisturbed" / "end").read_bytes()
    report: dict[str, Any] = {"kills": 0, "trainings": 0, "same": 0, "lost": 0, "leftovers": 0}
    while report["kills"] < kills:
        place = folder / f"training {report['trainings']}"
        place.mkdir()
        told = 0
        while not (place / "end").exists():
            killed, said = live(place, rng.uniform(0, longest), kind)
            told = max(told, said)
            report["kills"] += killed
            report["lost"] = max(report["lost"], told - standing(place / CHECKPOINT))
        report["trainings"] += 1
        report["same"] += (place / "end").read_bytes() == end
        report["leftovers"] += len(list(place.glob(".*.part")))
    return report


def live(place: Path, seconds: float | None, kind: str) -> tuple[bool, int]:
    """One life of the training: whether it was killed, and the last epoch that it told of."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.dup2(writing, 1)
        status = 1
        try:
            TRAININGS[kind](place)
            status = 0
        finally:
            os._exit(status)
    os.close(writing)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)  # a child that has ended is there until it is waited for
    with open(reading, "rb") as pipe:
        lines = pipe.read().split()
    _, status = os.waitpid(child, 0)
    killed = os.WIFSIGNALED(status)
    if not killed and os.WEXITSTATUS(status):
        raise SystemExit(f"the training failed in {place}")
    return killed, int(lines[-1]) if lines else 0


def standing(checkpoint: Path) -> int:
    """How many epochs the checkpoint holds; it can be read after every kill."""
    return int(te.load(checkpoint)["epoch"]) if checkpoint.exists() else 0


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])))
