"""What it was measured on: without this a figure says nothing."""

from __future__ import annotations

import os
import platform
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

PEERS = ("numpy", "torch", "jax", "autograd", "mygrad", "micrograd", "scikit-learn")


def describe(threads: int) -> dict[str, Any]:
    """The processor, the versions of what is measured, and the threads that are really used."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "versions": {name: version for name in PEERS if (version := _version(name))},
        "threads asked": threads,
        "processors allowed": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
        "threads": _threads(),
    }


def in_words(facts: dict[str, Any]) -> str:
    """The same in three lines."""
    versions = ", ".join(f"{name} {version}" for name, version in facts["versions"].items())
    threads = ", ".join(f"{pool} {n}" for pool, n in facts["threads"].items())
    return (
        f"{facts['processor']}, {facts['cores']} cores; {facts['system']}\n"
        f"Python {facts['python']}, {versions}\nthreads: {threads or facts['threads asked']}; "
        f"the process runs on {facts['processors allowed']} of the processors"
    )


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _threads() -> dict[str, int]:
    """The size of every thread pool that is loaded, asked of the pools themselves."""
    pools: dict[str, int] = {}
    try:
        from threadpoolctl import threadpool_info
    except ImportError:
        pass
    else:
        for pool in threadpool_info():
            pools[f"{Path(pool['filepath']).name.split('-')[0].split('.')[0]}"] = pool[
                "num_threads"
            ]
    torch = sys.modules.get("torch")
    if torch is not None:
        pools["torch"] = torch.get_num_threads()
    return pools
