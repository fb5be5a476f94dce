"""Bytes that a living graph takes per node, in one library: `nodes.py LIBRARY COUNT`.

The chain alternates a product with a constant and a sum on 8 floats, and nothing is freed.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any


def resident() -> int:
    """Bytes that the system says the process holds."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def main(name: str, count: int) -> float:
    """Bytes per node."""
    library: Any = import_module(name)
    grad = {} if name == "mygrad" else {"requires_grad": True}
    x = library.tensor([1.0] * 8, **grad)
    h = x * 0.5
    before = resident()
    for _ in range(count // 2):
        h = h * 0.5
        h = h + x
    spent = resident() - before
    return spent / count if h is not None else 0.0


if __name__ == "__main__":
    print(main(sys.argv[1], int(sys.argv[2])))
