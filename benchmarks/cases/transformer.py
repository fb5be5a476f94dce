"""A small transformer's step: attention, layer norm, GELU, embeddings, Adam."""

from __future__ import annotations

from collections.abc import Iterator

from ..race import race
from ..registry import Settings, case
from ..results import Row, ratio_figures
from ..torchlike import OURS, agree, libraries, transformer_step


@case("transformer", "training step: 2 blocks, 4 heads, width 64, 16 texts of 32 letters, Adam")
def run(settings: Settings) -> Iterator[Row]:
    """Milliseconds per step."""
    programs = {n: transformer_step(lib) for n, lib in libraries(settings.threads).items()}
    for _ in range(3):
        agree(programs)
    times = {name: t.scaled(1e3) for name, t in race(programs, settings).items()}
    yield Row("one step", "ms", times, ratio_figures(times, OURS, {}))
