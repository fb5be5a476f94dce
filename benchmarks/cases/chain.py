"""What one op costs, when the numbers themselves cost next to nothing."""

from __future__ import annotations

from collections.abc import Iterator

from ..race import race
from ..registry import Settings, case
from ..results import Row, ratio_figures
from ..torchlike import OURS, TORCH, agree, chain, libraries

LENGTH = 300
SIZES = {32: {TORCH: 0.8}}  # numbers per tensor → bounds by peer


@case("chain", f"cost per op: {LENGTH} ops in a chain, forward and backward")
def run(settings: Settings) -> Iterator[Row]:
    """µs per op, per library."""
    for size, bounds in SIZES.items():
        programs = {n: chain(lib, LENGTH, size) for n, lib in libraries(settings.threads).items()}
        agree(programs)
        times = {n: t.scaled(1e6 / LENGTH) for n, t in race(programs, settings).items()}
        yield Row(f"{size} floats", "µs", times, ratio_figures(times, OURS, bounds))
