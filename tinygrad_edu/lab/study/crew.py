"""The worker processes of one parent: started, listened to, buried."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import threading

from ...errors import WorkerError
from .storage import Heart
from .worker import URL

__all__ = ["Crew", "Worker"]

PATIENCE = 20
"""Workers that may be killed one after the other without one epoch done in between."""


class Worker:
    """A worker process and what it has said."""

    def __init__(self, url: str, study: str, heart: Heart) -> None:
        self.name = f"{socket.gethostname()}/{secrets.token_hex(6)}"
        threads = ("OPENBLAS", "OMP", "MKL", "VECLIB_MAXIMUM", "NUMEXPR", "NUMBA")
        beats = str(heart.beat), str(heart.grace)
        self.process = subprocess.Popen(
            [sys.executable, "-m", f"{__package__}.worker", study, self.name, *beats],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, URL: url, **{f"{name}_NUM_THREADS": "1" for name in threads}},
            start_new_session=True,  # Ctrl-C is the parent's: it stops the workers itself
        )
        self.epochs = 0  # of the trial in progress
        self.trials = 0
        self.spoke = False  # since it was last asked
        self.errors = b""
        self.listeners = [
            threading.Thread(target=target, daemon=True) for target in (self._listen, self._collect)
        ]
        for listener in self.listeners:
            listener.start()

    def _listen(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.spoke = True
            if line.strip() == b"epoch":
                self.epochs += 1
            else:
                self.epochs, self.trials = 0, self.trials + 1

    def _collect(self) -> None:
        assert self.process.stderr
        for line in self.process.stderr:
            self.errors = (self.errors + line)[-20_000:]

    def wait(self) -> None:
        """Let the process and its listeners end, and close its pipes."""
        self.process.wait()
        for listener in self.listeners:
            listener.join()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            assert pipe
            pipe.close()


class Crew:
    """The workers of this parent."""

    def __init__(self, url: str, study: str, heart: Heart, size: int) -> None:
        self.url, self.study, self.heart, self.size = url, study, heart, size
        self.workers: list[Worker] = []
        self.killed = 0  # since somebody last did something

    def hire(self, work: int) -> None:
        """Have as many workers as there may be, and no more than there is work."""
        while len(self.workers) < min(self.size, work):
            self.workers.append(Worker(self.url, self.study, self.heart))

    def at_work(self) -> bool:
        """Whether there is any worker."""
        return bool(self.workers)

    def epochs(self) -> int:
        """Epochs of the trials in progress."""
        return sum(worker.epochs for worker in self.workers)

    def changed(self) -> bool:
        """Whether a worker has said something since this was last asked."""
        spoke = [worker for worker in self.workers if worker.spoke]
        for worker in spoke:
            worker.spoke, self.killed = False, 0
        return bool(spoke)

    def bury(self) -> list[str]:
        """The names of workers that were killed; those that found no more work just go."""
        dead = [worker for worker in self.workers if worker.process.poll() is not None]
        self.workers = [worker for worker in self.workers if worker not in dead]
        for worker in dead:
            worker.wait()
            if worker.process.returncode > 0:
                lines = worker.errors.decode(errors="replace").strip().splitlines() or ["no word"]
                raise WorkerError(
                    f"lab: a worker broke off: {lines[-1]}. What is finished is stored; the same "
                    "command goes on from there."
                )
        killed = [worker.name for worker in dead if worker.process.returncode]
        self.killed += len(killed)
        if self.killed > PATIENCE:
            raise WorkerError(
                f"lab: {self.killed} workers in a row were killed before an epoch ended. Is the "
                "memory too small? What is finished is stored; use fewer workers to go on."
            )
        return killed

    def stop(self) -> list[str]:
        """Kill all workers; their names."""
        for worker in self.workers:
            worker.process.kill()
        for worker in self.workers:
            worker.wait()
        return [worker.name for worker in self.workers]
