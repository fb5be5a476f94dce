"""The keeper of the child process: starts it, asks it, stops it, and never runs a line of the
file.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .wire import LARGEST, Garbled, decode, encode

__all__ = ["Child", "Failed", "Limits", "Stopped"]

PACKAGE = str(Path(__file__).resolve().parents[3])
START = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    "from tinygrad_edu.check.homework.server import main; "
    "main(int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], int(sys.argv[5]), int(sys.argv[6]), "
    "sys.argv[7:])"
)
STARTING = 60.0  # seconds for Python and NumPy on a busy machine; the stranger's clock starts later


@dataclass(frozen=True)
class Limits:
    """What a file may use: seconds in all and for one call, of wall time and CPU, and megabytes."""

    seconds: int = 30
    call: float = 5.0
    megabytes: int = 1500


class Failed(Exception):
    """The file raised something: its kind, text and line."""

    def __init__(self, kind: str, text: str, line: int) -> None:
        super().__init__(f"{kind}: {text}" if text else kind)
        self.kind, self.text, self.line = kind, text, line


class Stopped(BaseException):
    """No more answers: "time", "memory", "died" or "garbled".

    A `BaseException`, because it is the marker's own end, and must not be taken for one of the many
    exceptions that a forward may raise at sizes it was not written for.
    """

    def __init__(self, why: str, detail: str = "") -> None:
        super().__init__(f"{why} {detail}".strip())
        self.why, self.detail = why, detail


class Child:
    """A process that has loaded some files; a context manager, after which nothing of it is
    left.
    """

    def __init__(self, files: Sequence[Path], limits: Limits) -> None:
        self.limits = limits
        self.folder = Path(tempfile.mkdtemp(prefix="homework-"))
        self.copies = []
        for number, file in enumerate(files):
            copy = self.folder / f"homework{number or ''}.py"
            copy.write_bytes(Path(file).read_bytes())
            self.copies.append(copy.name)
        self.spent = 0.0
        self.count = 0
        self.limit = limits.call  # of the question that is being asked
        self.token = f"tinygrad-edu-{uuid.uuid4().hex}"
        self.process: subprocess.Popen[bytes] | None = None
        self.description: dict[str, Any] = {}

    def __enter__(self) -> Child:
        return self

    def __exit__(self, *stopped: object) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> dict[str, Any]:
        """Load the files; what they define. Raises `Failed` or `Stopped`."""
        down, self.write = os.pipe()
        self.read, up = os.pipe()
        os.set_blocking(self.write, False)
        limits = self.limits
        command = [sys.executable, "-I", "-B", "-c", START, PACKAGE, str(down), str(up)]
        numbers = [str(limits.seconds), str(limits.megabytes)]
        try:
            self.process = subprocess.Popen(
                [*command, str(self.folder), *numbers, *self.copies],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(down, up),
                cwd=self.folder,
                env=self._environment(),
                start_new_session=True,
            )
        finally:
            os.close(down)
            os.close(up)
        self.ask("hello", seconds=STARTING)
        self.description = self.ask("load", seconds=float(limits.seconds))
        return self.description

    def _environment(self) -> dict[str, str]:
        """Nothing of the marker's own: no keys, no home, one thread."""
        home = str(self.folder)
        threads = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        return {
            "HOME": home,
            "TMPDIR": home,
            "LANG": "C.UTF-8",
            "PATH": "/usr/bin:/bin",
            "MPLBACKEND": "Agg",
            "TINYGRAD_EDU_CHILD": self.token,
            **threads,
        }

    def ask(self, what: str, seconds: float | None = None, **values: Any) -> Any:
        """One answer; raises `Failed` for an exception there, `Stopped` where none comes."""
        if self.process is None:
            self.start()
        left = self.limits.seconds - self.spent
        limit = min(self.limits.call, left) if seconds is None else seconds
        if limit <= 0:
            self.stop()
            raise Stopped("time", f"{self.limits.seconds} s")
        self.count += 1
        begun = time.monotonic()
        self.limit = limit
        try:
            self._send(encode({"do": what, "number": self.count, **values}), begun + limit)
            reply = self._receive(begun + limit)
        except Stopped:
            self.stop()
            raise
        if what != "hello":
            self.spent += time.monotonic() - begun
        error = reply.get("error")
        if error is None:
            return reply.get("answer")
        failed = Failed(str(error.get("kind")), str(error.get("text")), int(error.get("line") or 0))
        if failed.kind == "MemoryError":
            self.stop()
            raise Stopped("memory", f"{self.limits.megabytes} MB")
        raise failed

    def _send(self, frame: bytes, until: float) -> None:
        view = memoryview(frame)
        while view:
            self._wait([], [self.write], until)
            try:
                view = view[os.write(self.write, view) :]
            except BlockingIOError:
                continue
            except OSError:
                raise self._dead() from None

    def _receive(self, until: float) -> dict[str, Any]:
        size = int.from_bytes(self._bytes(8, until), "big")
        if size > LARGEST:
            raise Stopped("garbled", "more than a message may have")
        try:
            reply = decode(self._bytes(size, until))
        except Garbled as error:
            raise Stopped("garbled", str(error)) from None
        fits = isinstance(reply, dict) and reply.get("number") == self.count
        if not fits or not isinstance(reply.get("error", {}), dict):
            raise Stopped("garbled", "not the answer to the question")
        return dict(reply)

    def _bytes(self, size: int, until: float) -> bytes:
        found = bytearray()
        while len(found) < size:
            self._wait([self.read], [], until)
            more = os.read(self.read, min(size - len(found), 1 << 20))
            if not more:
                raise self._dead()
            found += more
        return bytes(found)

    def _wait(self, reading: list[int], writing: list[int], until: float) -> None:
        ready = select.select(reading, writing, [], max(0.0, until - time.monotonic()))
        if not any(ready):
            raise Stopped("time", f"{self.limit:.3g} s")

    def _dead(self) -> Stopped:
        """How the child ended."""
        assert self.process is not None
        try:
            code = self.process.wait(5)
        except subprocess.TimeoutExpired:
            return Stopped("died", "closed its pipe")
        if code in (-signal.SIGXCPU, -signal.SIGKILL):
            return Stopped("time", f"{self.limits.seconds} s of CPU")
        return Stopped("died", f"signal {-code}" if code < 0 else f"exit code {code}")

    def stop(self) -> None:
        """End the child and all that it started."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()
        self.process.wait()
        self.process = None
        for end in (self.read, self.write):
            os.close(end)
        for _ in range(20):  # a process that is just being forked appears in the next round
            if not self._sweep():
                return

    def _sweep(self) -> bool:
        """Kill what left the child's session; our token in its environment says whose it is."""
        found = False
        for entry in Path("/proc").glob("[0-9]*/environ"):
            with contextlib.suppress(OSError):
                if self.token.encode() in entry.read_bytes():
                    found = True
                    os.kill(int(entry.parent.name), signal.SIGKILL)
        return found
