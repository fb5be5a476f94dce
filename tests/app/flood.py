"""Ten thousand requests, most of which nobody should send: `python -m tests.app.flood`.

Every kind in turn, from eight clients at once, to a server in a process of its own; and some bodies
that never end. Each must get its polite answer; the memory must not grow after the first quarter;
no file may be left behind. Exit code 1 where one of these fails.
"""

from __future__ import annotations

import argparse
import socket
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import cycle, islice

import numpy as np

from tinygrad_edu.app.pictures import MOST_BYTES

from .files import bomb, file_of
from .load import GROWTH, sent
from .process import Server, resident, started
from .serving import Client
from .test_hostile import GOOD, NO_PICTURES, animation


@dataclass(frozen=True)
class Request:
    """One of them, and the status that answers it."""

    name: str
    status: int
    body: object = None
    method: str = "POST"
    path: str = "/api/read"
    headers: dict[str, str] = field(default_factory=dict)


def kinds() -> list[Request]:
    """What is sent again and again."""
    empty, black = (file_of(np.full((300, 300), shade, np.uint8)) for shade in (255, 0))
    taught = {"picture": "A" * 1048, "digit": 1, "answered": 7}
    return [
        *[Request("a drawing", 200, file) for file in sent()[3::8]],
        Request("an empty canvas", 422, empty),
        Request("all black", 422, black),
        Request("20,000×20,000", 413, bomb(20_000, 20_000)),
        Request("a bomb", 413, bomb(2**31 - 1, 2**31 - 1)),
        Request("an animation", 200, animation("GIF")),
        *[Request(name, 415, content) for name, content in NO_PICTURES.items()],
        Request("the page", 200, method="GET", path="/"),
        Request("a path that leads out", 404, method="GET", path="/..%2fserver.py"),
        Request("another host", 421, GOOD, headers={"Host": "evil.example"}),
        Request("another host's page", 421, method="GET", path="/", headers={"Host": "evil.test"}),
        Request("another site's drawing", 403, GOOD, headers={"Origin": "https://evil.example"}),
        Request(
            *("another site teaches", 403, taught, "POST", "/api/corrections"),
            headers={"Origin": "https://evil.example"},
        ),
        Request(
            *("a form teaches", 400, b"digit=1", "POST", "/api/corrections"),
            headers={"content-type": "application/x-www-form-urlencoded"},
        ),
        Request("no correction", 400, {"digit": 1}, "POST", "/api/corrections"),
        Request("nothing to learn", 400, None, "POST", "/api/lessons"),
        Request("no picture for the stepper", 400, None, "GET", "/stepper?x=%00"),
        Request("another method", 405, GOOD, "PUT"),
    ]


HUGE = Request("17 MB", 413, bytes(MOST_BYTES + 1))


def never_ends(port: int) -> bytes:
    """The server's answer to a body of which only the beginning comes."""
    with socket.create_connection(("127.0.0.1", port), timeout=120) as line:
        line.sendall(b"POST /api/read HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900\r\n\r\n")
        line.sendall(GOOD[:50])
        return line.recv(100).partition(b"\r\n")[0]


def main() -> int:
    """Send them, and print how they were answered."""
    parser = argparse.ArgumentParser(prog="python -m tests.app.flood", description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    count = parser.parse_args().count
    with started() as server:
        return flooded(server, count)


def flooded(server: Server, count: int) -> int:
    """0 where every answer was the right one, and nothing grew or stayed."""
    order = [*kinds(), HUGE] + kinds() * 19  # one huge body in several hundred requests
    requests = islice(cycle(order), count)
    wrong: Counter[str] = Counter()
    warm, longest, beginning = 0, 0.0, time.monotonic()
    with ThreadPoolExecutor(8) as pool, ThreadPoolExecutor(5) as slow:
        endless = [slow.submit(never_ends, server.client.port) for _ in range(5)]
        for number, (request, status, spent) in enumerate(
            pool.map(lambda request: answered(server.client, request), requests)
        ):
            longest = max(longest, spent)
            if status != request.status:
                wrong[f"{request.name}: {status}, not {request.status}"] += 1
            if number == count // 4:
                warm = resident(server.pid)
        ends = Counter(answer.result().decode() for answer in endless)
    growth, traces = resident(server.pid) - warm, server.files()
    print(
        f"{count} requests of {len(order) // 20 + 1} kinds in {time.monotonic() - beginning:.0f} s"
    )
    print(f"the slowest answer took {longest:.2f} s; wrong answers: {dict(wrong)}")
    print(f"bodies that never end: {dict(ends)}")
    print(f"memory: {warm / 1e6:.0f} MB, {growth / 1e6:+.1f} MB in the last three quarters")
    print(f"files left behind: {traces}")
    return int(bool(wrong or traces) or growth > GROWTH or any(" 408 " not in end for end in ends))


def answered(client: Client, request: Request) -> tuple[Request, object, float]:
    """The request, the status of its answer, and the seconds that it took."""
    beginning = time.monotonic()
    try:
        reply = client.ask(request.method, request.path, request.body, dict(request.headers))
        status: object = reply.status
    except OSError as error:
        status = repr(error)
    return request, status, time.monotonic() - beginning


if __name__ == "__main__":
    sys.exit(main())
