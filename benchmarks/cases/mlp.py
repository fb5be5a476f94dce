"""One training step of the course's network, 784-128-64-10: where a student's time goes."""

from __future__ import annotations

from collections.abc import Iterator

from ..race import race
from ..registry import Settings, case
from ..results import Row, ratio_figures
from ..torchlike import OURS, TORCH, agree, libraries, mlp_step

SIZES = (784, 128, 64, 10)
BATCHES = (16, 32, 64, 128)
BOUNDS = {TORCH: 0.9}


@case("mlp", f"training step: MLP {'-'.join(map(str, SIZES))}, ReLU, cross-entropy, SGD, float32")
def run(settings: Settings) -> Iterator[Row]:
    """µs per step, per library, at each batch."""
    for batch in BATCHES:
        programs = {
            name: mlp_step(library, SIZES, batch, "SGD")
            for name, library in libraries(settings.threads).items()
        }
        for _ in range(3):  # the loss after two steps agrees only if the gradients do
            agree(programs)
        times = {name: t.scaled(1e6) for name, t in race(programs, settings).items()}
        yield Row(f"batch {batch}", "µs", times, ratio_figures(times, OURS, BOUNDS))
