"""A PostgreSQL of one's own: made in a temporary folder, on loopback, gone afterwards.

with server(folder) as url:
    ...

python -m tests.lab_kill.postgres KILLS SEED    the killer on it
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["missing", "server"]


def programs() -> Path | None:
    """The folder of the newest installed server."""
    there = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    on_path = shutil.which("initdb")
    return there[-1].parent if there else Path(on_path).resolve().parent if on_path else None


def missing() -> str:
    """Why no server can be started, or nothing."""
    if programs() is None:
        return "PostgreSQL is not installed"
    if os.name != "posix":
        return "PostgreSQL is started here on POSIX systems only"
    try:
        import psycopg2  # noqa: F401
    except ImportError:
        return "psycopg2 is not installed"
    return ""


@contextmanager
def server() -> Iterator[str]:
    """A running server's URL. Root may not run one, so it then belongs to the user postgres."""
    bin_, as_ = programs(), []
    assert bin_ is not None
    folder = Path(tempfile.mkdtemp(prefix="lab-postgres-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
        as_ = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"]
    data, port = folder / "data", _free_port()
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "cwd": folder}
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
    try:
        subprocess.run(
            [*as_, bin_ / "initdb", "-D", data, "-U", "lab", "-A", "trust", "-E", "UTF8"], **quiet
        )
        subprocess.run(
            [*as_, bin_ / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start"],
            **quiet,
        )
        try:
            yield f"postgresql+psycopg2://lab@127.0.0.1:{port}/postgres"
        finally:
            subprocess.run([*as_, bin_ / "pg_ctl", "-D", data, "-m", "immediate", "stop"], **quiet)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


if __name__ == "__main__":
    if missing():
        raise SystemExit(f"skipped: {missing()}")
    with server() as url, tempfile.TemporaryDirectory() as place:
        command = [sys.executable, "-m", "tests.lab_kill", place, *sys.argv[1:3], url]
        sys.exit(subprocess.run(command).returncode)
