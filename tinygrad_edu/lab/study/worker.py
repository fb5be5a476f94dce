"""A process that takes trials of a study until none is left.

    TINYGRAD_EDU_STORAGE=URL python -m tinygrad_edu.lab.study.worker NAME WORKER BEAT GRACE

The parent starts it with a pipe as its standard input, and writes nothing into it: where the pipe
ends, the parent is dead, and the worker ends too. The URL may hold a password, so it stands in the
environment, not in the list of processes. What has been done is told on standard output, a line
for each epoch.
"""

from __future__ import annotations

import os
import sys
import threading
import traceback
from typing import Any

from ...errors import TinygradEduError
from .grid import Experiment
from .queue import Queue
from .space import choose
from .storage import Heart, open_storage, open_study, refusing
from .training import train

__all__ = ["URL", "work"]

URL = "TINYGRAD_EDU_STORAGE"


def work(url: str, name: str, worker: str, heart: Heart) -> int:
    """Train until no trial waits; how many were done."""
    storage = open_storage(url, heart)
    with refusing(url):
        attrs = storage.get_study_user_attrs(storage.get_study_id_from_name(name))
        experiment = Experiment.from_json(attrs["experiment"])
        done = 0
        while True:
            # Opened for every trial: a sampler learns from what the others found meanwhile.
            queue = Queue(storage, open_study(storage, name, experiment))
            trial = queue.claim(worker)
            if trial is None:
                break
            done += _do(queue, trial, experiment, heart)
    return done


def _do(queue: Queue, trial: Any, experiment: Experiment, heart: Heart) -> bool:
    """One trial, with a heartbeat until it ends."""
    setting = trial.user_attrs.get("setting") or choose(trial, experiment)

    def after_epoch(row: dict[str, Any]) -> bool:
        print("epoch", flush=True)
        if not experiment.search:
            return True
        trial.report(row["test_accuracy"], row["epoch"])
        return not trial.should_prune()

    with Heartbeat(queue.storage, trial._trial_id, heart):
        result = train(experiment, setting, after_epoch)
        result = {**result, "setting": setting}
        # The optimum of a study is a number; what diverged has learned nothing that lasts.
        value = result["epochs"][-1]["test_accuracy"] if result["outcome"] != "diverged" else 0.0
        kept = queue.finish(trial, value, result, pruned=result["outcome"] == "pruned")
    print("trial" if kept else "dropped", flush=True)
    return kept


class Heartbeat:
    """Says every few seconds that the trial's worker lives."""

    def __init__(self, storage: Any, trial_id: int, heart: Heart) -> None:
        self.storage, self.trial_id, self.heart = storage, trial_id, heart
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._beat, daemon=True)

    def _beat(self) -> None:
        while not self.over.wait(self.heart.beat):
            self.storage.record_heartbeat(self.trial_id)

    def __enter__(self) -> None:
        self.thread.start()

    def __exit__(self, *_: Any) -> None:
        self.over.set()
        self.thread.join()


def _end_with_parent() -> None:
    """Wait for the end of standard input, which is the parent's, then end at once."""
    sys.stdin.buffer.read()
    os._exit(1)


def main(name: str, worker: str, beat: str, grace: str) -> int:
    """What the process does."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    code = 0
    try:
        work(os.environ[URL], name, worker, Heart(int(beat), int(grace)))
    except Exception as error:
        told = str(error) if isinstance(error, TinygradEduError) else traceback.format_exc()
        print(told, file=sys.stderr, flush=True)
        code = 1
    sys.stdout.flush()
    os._exit(code)  # the thread that reads standard input cannot be asked to stop


if __name__ == "__main__":
    main(*sys.argv[1:])
