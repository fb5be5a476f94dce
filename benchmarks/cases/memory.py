"""Whether training holds on to memory: the peak of the last steps against the peak of the first."""

from __future__ import annotations

import gc
import os
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

from ..problem import Problem
from ..registry import Settings, case
from ..results import Figure, Row
from ..torchlike import OURS, Program, libraries, mlp_step
from .mlp import COURSE as SIZES

BATCH = 64
WINDOWS = 20


@case("memory", f"peak memory over a training loop: MLP {'-'.join(map(str, SIZES))}, batch {BATCH}")
def run(settings: Settings) -> Iterator[Row]:
    """The highest peak of the run's second half over that of its first, traced and resident."""
    step = mlp_step(libraries(settings.threads)[OURS], Problem(SIZES, BATCH, "SGD"))
    steps = 10 if settings.quick else 500
    for _ in range(2 * steps):
        step()
    traced = _traced_peaks(step, steps // 10)  # tracing costs ten times the step
    resident = _resident(step, steps)
    yield Row(
        f"{WINDOWS * steps:,} steps",
        figures=[
            Figure("traced peak, last half / first half", _growth(traced), 1.01),
            Figure("traced peak", max(traced) / 2**20, unit="MiB"),
            Figure("resident, last half / first half", _growth(resident), 1.01),
            Figure("resident", max(resident) / 2**20, unit="MiB"),
        ],
    )


def _growth(peaks: list[int]) -> float | None:
    half = len(peaks) // 2
    return max(peaks[half:]) / max(peaks[:half]) if half else None


def _traced_peaks(step: Program, steps: int) -> list[int]:
    """The most bytes that Python and NumPy held at once, in each window of the run."""
    gc.collect()
    tracemalloc.start()
    peaks = []
    for _ in range(WINDOWS):
        tracemalloc.reset_peak()
        for _ in range(steps):
            step()
        peaks.append(tracemalloc.get_traced_memory()[1])
    tracemalloc.stop()
    return peaks


def _resident(step: Program, steps: int) -> list[int]:
    """What the system says the process holds, at the end of each window."""
    pages = Path("/proc/self/statm")
    if not pages.exists():
        return []
    sizes = []
    for _ in range(WINDOWS):
        for _ in range(steps):
            step()
        sizes.append(int(pages.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE"))
    return sizes
