"""A whole epoch of MNIST with the loader: shuffling, batches of 64, Adam."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ..problem import Problem
from ..race import in_turn
from ..registry import Settings, case
from ..results import Row, ratio_figures
from ..torchlike import OURS, Program, libraries, part
from .mlp import COURSE

BATCH = 64


@case("epoch", f"an epoch of MNIST with the loader: 784-128-64-10, Adam, batches of {BATCH}")
def run(settings: Settings) -> Iterator[Row]:
    """Seconds per epoch; with random pictures where MNIST is not at hand."""
    x, t, word = _pictures(6_000 if settings.quick else 60_000)
    programs = {name: _epoch(lib, x, t) for name, lib in libraries(settings.threads).items()}
    times = in_turn(programs, 2 if settings.quick else 3)
    yield Row(f"{len(x):,} {word}", "s", times, ratio_figures(times, OURS, {}))


def _pictures(n: int) -> tuple[np.ndarray, np.ndarray, str]:
    from tinygrad_edu import data

    try:
        mnist = data.mnist(download=False)
    except FileNotFoundError:
        rng = np.random.default_rng(0)
        return rng.random((n, 784), np.float32), rng.integers(0, 10, n), "random pictures"
    return mnist.x_train.numpy()[:n], mnist.y_train.numpy()[:n], "pictures"


def _epoch(library: Any, x: np.ndarray, t: np.ndarray) -> Program:
    """Every picture once; the loader of the library itself."""
    nn, F, optim = (part(library, name) for name in ("nn", "nn.functional", "optim"))
    data = part(library, "data" if library.__name__ == "tinygrad_edu" else "utils.data")
    sizes = Problem(COURSE, BATCH, "Adam").sizes
    hidden, last = nn.Linear(*sizes[:2]), nn.Linear(*sizes[2:])
    model = nn.Sequential(hidden, nn.ReLU(), nn.Linear(*sizes[1:3]), nn.ReLU(), last)
    updates = optim.Adam(model.parameters(), lr=1e-3)
    pairs = data.TensorDataset(library.tensor(x), library.tensor(t))
    loader = data.DataLoader(pairs, batch_size=BATCH, shuffle=True)

    def run() -> None:
        for pictures, labels in loader:
            updates.zero_grad()
            F.cross_entropy(model(pictures), labels).backward()
            updates.step()

    return run
