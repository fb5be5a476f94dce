"""The embedded digits, from the start of the process to the trained model."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

from ..peers import installed
from ..registry import Settings, case
from ..results import Row, Spread, ratio_figures
from ..torchlike import OURS, TORCH

ROOT = Path(__file__).parents[2]
FILE = ROOT / "tinygrad_edu" / "data" / "files" / "digits.npz"
LIBRARIES = {OURS: "tinygrad_edu", TORCH: "torch", "scikit-learn": "sklearn"}


@case("digits", "digits 64-32-10, Adam, 20 epochs: the whole process, imports included")
def run(settings: Settings) -> Iterator[Row]:
    """Wall clock, and the most memory the process held."""
    names = [name for name, module in LIBRARIES.items() if installed(module)]
    seconds: dict[str, list[float]] = {name: [] for name in names}
    peaks: dict[str, list[float]] = {name: [] for name in names}
    for turn in range(2 if settings.quick else 8):
        for name in names if turn % 2 else names[::-1]:
            spent, peak = _train(LIBRARIES[name], settings.threads)
            if turn:  # the first one warms the disk's cache
                seconds[name].append(spent)
                peaks[name].append(peak)
    for label, unit, samples, bound in (
        ("process start to model", "s", seconds, 0.35),
        ("peak memory", "MiB", peaks, 0.4),
    ):
        spreads = {name: Spread(tuple(s)) for name, s in samples.items()}
        yield Row(label, unit, spreads, ratio_figures(spreads, OURS, {TORCH: bound}))


def _train(library: str, threads: int) -> tuple[float, float]:
    """Seconds and MiB of one process; it must have learned the digits."""
    script = ROOT / "benchmarks" / "scripts" / "digits.py"
    start = perf_counter()
    done = subprocess.run(
        [sys.executable, str(script), library, str(FILE), str(threads)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
        text=True,
    )
    spent = perf_counter() - start
    accuracy, peak = map(float, done.stdout.split())
    if accuracy < 0.95:
        raise SystemExit(f"benchmarks: {library} reads only {accuracy:.1%} of the digits")
    return spent, peak
