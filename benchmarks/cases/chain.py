"""What one op costs, when the numbers themselves cost little."""

from __future__ import annotations

from collections.abc import Iterator

from ..peers.chains import chains
from ..race import race
from ..registry import Settings, case
from ..results import Row, ratio_figures
from ..torchlike import OURS, TORCH, agree, chain, libraries

LENGTH = 300
SIZES = (1, 32, 1024)  # numbers per tensor
BOUNDS = {TORCH: 0.6, "MyGrad": 0.35, "HIPS autograd": 0.35}


@case("chain", f"cost per op: {LENGTH} ops in a chain, forward and backward")
def run(settings: Settings) -> Iterator[Row]:
    """µs per op, per library."""
    for size in SIZES:
        programs = {n: chain(lib, LENGTH, size) for n, lib in libraries(settings.threads).items()}
        programs |= chains(LENGTH, size)
        agree({n: run for n, run in programs.items() if n != "micrograd"})  # relu for tanh
        times = {n: t.scaled(1e6 / LENGTH) for n, t in race(programs, settings).items()}
        yield Row(f"{size} floats", "µs", times, ratio_figures(times, OURS, BOUNDS))
