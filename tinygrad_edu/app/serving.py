"""`tinygrad-edu draw`: the server, from its socket to the browser that is opened."""

from __future__ import annotations

import socket
import webbrowser
from pathlib import Path
from typing import Any

from ..errors import ArgumentError
from ..extras import extra
from ..lab.threads import one_thread
from .guard import LOOPBACK
from .school import School
from .server import application

__all__ = ["bind", "serve"]


def bind(host: str, port: int) -> socket.socket:
    """A socket that listens on the address; port 0 takes a free one.

    Raises `ArgumentError` where the address cannot be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(128)
    except (OSError, OverflowError) as error:
        listening.close()
        raise ArgumentError(
            f"draw: {host}:{port} cannot be listened on ({error}). Is another program there? Name "
            "another port: --port 8001."
        ) from error
    return listening


def serve(
    host: str = "127.0.0.1",
    port: int = 8000,
    *,
    browser: bool = True,
    model: Path | None = None,
    teach: bool = True,
    announce: Any = print,
) -> None:
    """Serve the page until Ctrl-C; `announce` is told its address once it can be opened."""
    uvicorn = extra("uvicorn", "the drawing page", "app")
    app = application(School(model), any_host=host not in LOOPBACK, teach=teach)
    listening = bind(host, port)
    port = listening.getsockname()[1]
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{port}/"
    announce(address)  # the socket listens: who comes before the server is there waits for it
    if browser:
        webbrowser.open(address)
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        ws="none",
        limit_concurrency=200,
        timeout_keep_alive=5,
    )
    with one_thread():
        uvicorn.Server(config).run(sockets=[listening])
