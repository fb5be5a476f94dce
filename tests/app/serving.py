"""The application on a real socket, in a thread of this process, and a plain client for it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("starlette", reason="needs the extra [app]")
pytest.importorskip("uvicorn", reason="needs the extra [app]")
pytest.importorskip("PIL", reason="needs the extra [app]")

import uvicorn

from tinygrad_edu.app.school import School
from tinygrad_edu.app.server import application
from tinygrad_edu.app.serving import bind


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.content)


@dataclass
class Client:
    """Asks the server at a port; a new connection for each question."""

    port: int

    def ask(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> Answer:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        if isinstance(body, dict):
            body, headers = json.dumps(body), {"content-type": "application/json"} | (headers or {})
        try:
            connection.request(method, path, body, headers or {})
            reply = connection.getresponse()
            names = {name.lower(): text for name, text in reply.getheaders()}
            return Answer(reply.status, names, reply.read())
        finally:
            connection.close()

    def read(self, picture: bytes) -> Answer:
        return self.ask("POST", "/api/read", picture)


@contextmanager
def running(folder: Path, **options: Any) -> Iterator[Client]:
    """The application with its data in `folder`, for as long as the block lasts."""
    listening = bind("127.0.0.1", 0)
    config = uvicorn.Config(
        application(School(folder=folder), **options),
        log_level="error",
        access_log=False,
        lifespan="off",
        ws="none",
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield Client(listening.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join(10)
