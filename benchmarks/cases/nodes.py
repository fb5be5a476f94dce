"""How much memory a graph takes while it waits for its backward pass."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from ..peers import installed
from ..registry import Settings, case
from ..results import Row, Spread, ratio_figures
from ..torchlike import OURS, TORCH

ROOT = Path(__file__).parents[2]
LIBRARIES = {OURS: "tinygrad_edu", TORCH: "torch", "MyGrad": "mygrad"}


@case("nodes", "memory per node of a living graph, values of 8 floats included")
def run(settings: Settings) -> Iterator[Row]:
    """Bytes per node, each library in a process of its own."""
    if not Path("/proc/self/statm").exists():
        return
    count = 20_000 if settings.quick else 100_000
    script = str(ROOT / "benchmarks" / "scripts" / "nodes.py")
    taken: dict[str, Spread] = {}
    for name, module in LIBRARIES.items():
        if installed(module):
            done = subprocess.run(
                [sys.executable, script, module, str(count)],
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                check=True,
                capture_output=True,
                text=True,
            )
            taken[name] = Spread((float(done.stdout),))
    yield Row(f"{count:,} nodes", "bytes", taken, ratio_figures(taken, OURS, {}))
