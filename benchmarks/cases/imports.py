"""What `import tinygrad_edu` costs beside `import numpy`, each time in a new process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

from ..registry import Settings, case
from ..results import Row, Spread, ratio_figures

MODULES = ("tinygrad_edu", "numpy")
ROOT = Path(__file__).parents[2]
_CLOCKS = {"wall": "perf_counter", "cpu": "process_time"}
_TIMED = "from time import {} as t; s = t(); import {}; print(t() - s)"


@case("import", "import tinygrad_edu beside import numpy, in new processes")
def run(settings: Settings) -> Iterator[Row]:
    """Milliseconds: of the import statement alone, and of a process that does nothing else."""
    statement: dict[str, list[float]] = {name: [] for name in MODULES}
    process: dict[str, list[float]] = {name: [] for name in MODULES}
    for turn in range(4 if settings.quick else 31):
        for name in MODULES if turn % 2 else MODULES[::-1]:
            inside, whole = _import_once(name, _CLOCKS[settings.clock])
            if turn:  # the first one compiles the byte code and warms the disk's cache
                statement[name].append(1e3 * inside)
                process[name].append(1e3 * whole)
    for label, samples in (("import statement", statement), ("whole process", process)):
        times = {name: Spread(tuple(s)) for name, s in samples.items()}
        yield Row(label, "ms", times, ratio_figures(times, "tinygrad_edu", {"numpy": 1.25}))


def _import_once(module: str, clock: str) -> tuple[float, float]:
    """Seconds in the import statement, and in the whole process."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # as a user imports it
    start = perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", _TIMED.format(clock, module)],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return float(done.stdout), perf_counter() - start
