"""Many people at once: `python -m tests.app.load` (a minute, 20 users); exit code 1 where it fails.

Each user draws as a person does: the same digit again and again with one more stretch of its line,
every drawing sent to the server as soon as the last is answered. The server runs in a process of
its own, whose memory is looked at after a first quarter of the time and at the end.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from tests.drawings.sheets import drawings, drawn

from .serving import Client, file_of

GROWTH = 30_000_000  # bytes; the first requests fill pools that stay
FASTEST = 50.0  # ms for one drawing


def resident(pid: int | str = "self") -> int:
    """The memory that a process holds, in bytes."""
    pages = Path(f"/proc/{pid}/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


@dataclass
class Tally:
    """What the users saw."""

    times: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def user(client: Client, pictures: list[bytes], until: float, tally: Tally, pause: float) -> None:
    """Draw until the time is up."""
    number = 0
    while time.monotonic() < until:
        started = time.monotonic()
        try:
            answer = client.read(pictures[number % len(pictures)])
            if answer.status != 200:
                tally.errors.append(f"status {answer.status}")
        except OSError as error:
            tally.errors.append(repr(error))
        tally.times.append(time.monotonic() - started)
        time.sleep(pause)
        number += 1


def main() -> int:
    """Print how many were answered, how fast, and what the server's memory did."""
    parser = argparse.ArgumentParser(prog="python -m tests.app.load", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--users", type=int, default=20)
    options = parser.parse_args()
    pictures = [file_of(d.picture) for d in drawings(40, 3, drawn) if len(d.picture) < 600]
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-m", "tinygrad_edu", "draw", "--port", "0", "--no-browser"]
        server = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env={**os.environ, "XDG_DATA_HOME": home}
        )
        try:
            return measured(server, pictures, options.users, options.seconds, Path(home))
        finally:
            server.terminate()
            server.wait(10)


def measured(
    server: subprocess.Popen[str], pictures: list[bytes], users: int, seconds: float, home: Path
) -> int:
    assert server.stdout is not None
    port = int(server.stdout.readline().split("/")[2].rpartition(":")[2])
    client, alone, tally = Client(port), Tally(), Tally()
    time.sleep(1)
    user(client, pictures, time.monotonic() + min(5, seconds / 4), alone, 0)
    warm = 0
    until = time.monotonic() + seconds
    threads = [
        threading.Thread(target=user, args=(client, pictures, until, tally, 0.05))
        for _ in range(users)
    ]
    for thread in threads:
        thread.start()
    time.sleep(seconds / 4)
    warm = resident(server.pid)
    for thread in threads:
        thread.join()
    growth = resident(server.pid) - warm
    one, many = (1000 * np.percentile(t.times, [50, 95]) for t in (alone, tally))
    errors = [*alone.errors, *tally.errors]
    traces = [str(path) for path in home.rglob("*") if path.is_file()]
    print(f"alone: {len(alone.times)} drawings, {one[0]:.0f} ms each (95 %: {one[1]:.0f} ms)")
    print(
        f"{users} users for {seconds:.0f} s: {len(tally.times)} drawings, {many[0]:.0f} ms each "
        f"(95 %: {many[1]:.0f} ms), {len(errors)} errors {sorted(set(errors))[:3]}"
    )
    print(f"memory: {warm / 1e6:.0f} MB, {growth / 1e6:+.1f} MB in the last three quarters")
    print(f"files left behind: {len(traces)}")
    return int(bool(errors or traces) or growth > GROWTH or one[0] > FASTEST)


if __name__ == "__main__":
    sys.exit(main())
