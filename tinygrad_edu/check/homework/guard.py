"""What a stranger's file may not do, set in its own process before it is read.

The kernel's limits hold against anything: CPU seconds, memory, file size, and, for an ordinary
user, processes. The audit hook is Python's own bell (PEP 578): new processes, the network, and
files outside of the folder are refused. It stops accidents and easy tricks. It is no wall against
somebody who attacks the interpreter itself: mark strangers' work where nothing of value lies.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import Any

__all__ = ["limit", "watch"]

NEVER = (
    *("os.fork", "os.forkpty", "os.exec", "os.spawn", "os.posix_spawn", "os.system", "os.kill"),
    *("os.killpg", "subprocess.Popen", "pty.spawn", "ctypes.dlopen", "os.startfile"),
    *("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto", "os.setxattr"),
    *("signal.pthread_kill", "sys.setprofile", "sys.settrace", "resource.prlimit"),
)
CHANGES = (
    *("os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.chmod"),
    *("os.chown", "os.truncate", "os.utime", "shutil.rmtree", "shutil.move", "shutil.chown"),
)
READABLE = ("/usr", "/lib", "/lib64", "/etc", "/dev", "/sys", "/proc/self", "/proc/cpuinfo")


def limit(seconds: int, megabytes: int) -> None:
    """Set the kernel's limits; where there is no `resource` (Windows) only the keeper's clock
    is.
    """
    try:
        import resource
    except ImportError:
        return
    bounds = {
        "RLIMIT_CPU": seconds,
        "RLIMIT_AS": megabytes << 20,
        "RLIMIT_FSIZE": 16 << 20,
        "RLIMIT_NOFILE": 64,
        "RLIMIT_CORE": 0,
        "RLIMIT_NPROC": 0 if os.geteuid() else None,  # the superuser has no such limit
    }
    for name, bound in bounds.items():
        kind = getattr(resource, name, None)
        if kind is None or bound is None:
            continue
        most = resource.getrlimit(kind)[1]
        bound = bound if most == resource.RLIM_INFINITY else min(bound, most)
        resource.setrlimit(kind, (bound, bound))


def watch(folder: str) -> None:
    """Refuse, from now on and for good, what no homework needs."""
    folder = os.path.realpath(folder)
    known = {os.path.realpath(p) for p in (sys.prefix, sys.base_prefix, *sys.path) if p}
    readable = (folder, *known, *READABLE)
    inside = os.path.realpath

    def within(path: Any, places: Iterable[str]) -> bool:
        if isinstance(path, int):
            return True
        where = inside(os.fsdecode(path))
        return any(where == place or where.startswith(place + os.sep) for place in places)

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if event in NEVER:
            raise PermissionError(f"the marker does not allow {event}")
        if event == "open" and args[0] is not None:
            flags = args[2] if len(args) > 2 and isinstance(args[2], int) else 0
            writes = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND)
            allowed = (folder, "/dev/null") if writes else readable
            if not within(args[0], allowed):
                raise PermissionError(f"the marker does not allow opening {args[0]!r}")
        elif event in CHANGES:
            for path in args[:2] if event in ("os.rename", "os.link", "shutil.move") else args[:1]:
                if not within(path, (folder,)):
                    raise PermissionError(f"the marker does not allow {event} of {path!r}")

    sys.addaudithook(hook)
