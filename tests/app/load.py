"""Many people at once: `python -m tests.app.load` (a minute, 20 users); exit code 1 where it fails.

Each user draws as a person does: a digit that grows stretch by stretch, every state of it sent to
the server as the page sends it, a twentieth of a second after the last answer. The server runs in a
process of its own, whose memory is looked at after a first quarter of the time and at the end. The
limit of 50 ms is for half of one user's drawings: how many processors there are, and what else they
do, is not the server's doing.
"""

from __future__ import annotations

import argparse
import sys
import threading
import time
from dataclasses import dataclass, field

import numpy as np

from tests.drawings.sheets import inked
from tests.drawings.strokes import STYLES, written

from .files import file_of
from .process import Server, resident, started
from .serving import Client

GROWTH = 30_000_000  # bytes; the first requests fill pools that stay
FASTEST = 50.0  # ms for one drawing
SIDE, PAUSE = 280, 0.05  # pixels, seconds: the page's


@dataclass
class Tally:
    """What the users saw."""

    times: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        ms = 1000 * np.percentile(self.times, [50, 95, 99])
        return "{} drawings, {:.1f} ms (95 %: {:.1f} ms, 99 %: {:.1f} ms), {} errors {}".format(
            len(self.times), *ms, len(self.errors), sorted(set(self.errors))[:3]
        )


def sent() -> list[bytes]:
    """Digits that grow: the files that the page sends while they are drawn."""
    rng = np.random.default_rng(3)
    files = []
    for digit in range(10):
        style = int(rng.integers(len(STYLES[digit])))
        way = np.concatenate(written(digit, style, rng)) * 0.6 * SIDE + 0.2 * SIDE
        for share in (0.25, 0.5, 0.75, 1):
            ink = inked([way[: max(2, int(share * len(way)))]], SIDE, SIDE / 21)[..., None]
            colours = 255 * (1 - ink) + np.array([24, 35, 56]) * ink
            files.append(file_of(np.uint8(np.dstack([colours, np.full((SIDE, SIDE), 255)]))))
    return files


def user(client: Client, files: list[bytes], until: float, tally: Tally) -> None:
    """Draw until the time is up."""
    number = 0
    while time.monotonic() < until:
        beginning = time.monotonic()
        try:
            answer = client.read(files[number % len(files)])
            if answer.status != 200:
                tally.errors.append(f"status {answer.status}")
        except OSError as error:
            tally.errors.append(repr(error))
        tally.times.append(time.monotonic() - beginning)
        time.sleep(PAUSE)
        number += 1


def main() -> int:
    """Print how many were answered, how fast, and what the server's memory did."""
    parser = argparse.ArgumentParser(prog="python -m tests.app.load", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--users", type=int, default=20)
    options = parser.parse_args()
    with started() as server:
        return measured(server, options.users, options.seconds)


def measured(server: Server, users: int, seconds: float) -> int:
    """One user alone, then all of them at once; 0 where nothing is wrong."""
    files, alone, tally = sent(), Tally(), Tally()
    user(server.client, files, time.monotonic() + min(10, seconds / 4), alone)
    print("one user:", alone)
    until = time.monotonic() + seconds
    threads = [
        threading.Thread(target=user, args=(server.client, files, until, tally))
        for _ in range(users)
    ]
    for thread in threads:
        thread.start()
    time.sleep(seconds / 4)
    warm = resident(server.pid)
    for thread in threads:
        thread.join()
    growth, traces = resident(server.pid) - warm, server.files()
    print(f"{users} users for {seconds:.0f} s:", tally)
    print(f"memory: {warm / 1e6:.0f} MB, {growth / 1e6:+.1f} MB in the last three quarters")
    print(f"files left behind: {len(traces)}")
    slow = np.median(alone.times) > FASTEST / 1000
    return int(bool(alone.errors or tally.errors or traces) or growth > GROWTH or slow)


if __name__ == "__main__":
    sys.exit(main())
