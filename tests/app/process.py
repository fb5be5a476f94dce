"""`tinygrad-edu draw` as a process of its own, whose memory and files can be looked at."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .serving import Client


@dataclass
class Server:
    """A client for it, its process, and the folder that it has for a home."""

    client: Client
    pid: int
    home: Path

    def files(self) -> list[str]:
        """What it left on the disk."""
        return sorted(str(p.relative_to(self.home)) for p in self.home.rglob("*") if p.is_file())


@contextmanager
def started() -> Iterator[Server]:
    """The server, with a home and a folder for temporary files that nobody else writes to."""
    with tempfile.TemporaryDirectory() as folder:
        own = dict.fromkeys(("HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "TMPDIR"), folder)
        process = subprocess.Popen(
            [sys.executable, "-m", "tinygrad_edu", "draw", "--port", "0", "--no-browser"],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **own, "PYTHONDONTWRITEBYTECODE": "1"},
        )
        try:
            assert process.stdout is not None
            address = process.stdout.readline().split("/")[2]
            client = Client(int(address.rpartition(":")[2]))
            client.ask("GET", "/")
            yield Server(client, process.pid, Path(folder))
        finally:
            process.terminate()
            process.wait(10)


def resident(pid: int | str = "self") -> int:
    """The memory that a process holds, in bytes."""
    pages = Path(f"/proc/{pid}/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
