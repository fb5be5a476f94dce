"""The network that every library trains: the same weights, pictures and labels for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

OPTIMIZERS: dict[str, tuple[str, dict[str, Any]]] = {
    # name in the tables → PyTorch's class and options; every library uses PyTorch's formulas
    "SGD": ("SGD", {"lr": 0.01}),
    "Momentum": ("SGD", {"lr": 0.01, "momentum": 0.9}),
    "RMSprop": ("RMSprop", {"lr": 0.001, "alpha": 0.99}),
    "Adam": ("Adam", {"lr": 0.001}),
}


@dataclass(frozen=True)
class Problem:
    """A ReLU network of `sizes` with cross-entropy, and one batch: x (N, sizes[0]), t (N)."""

    sizes: Sequence[int]
    batch: int
    optimizer: str

    @property
    def title(self) -> str:
        """784-128-64-10."""
        return "-".join(map(str, self.sizes))

    def layers(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """Fresh weights (out, in) and biases (out) of every layer."""
        rng = np.random.default_rng(0)
        return [
            (rng.normal(0, 0.05, (n_out, n_in)).astype(np.float32), np.zeros(n_out, np.float32))
            for n_in, n_out in pairwise(self.sizes)
        ]

    def examples(self) -> tuple[np.ndarray, np.ndarray]:
        """Pictures in float32, labels in int64."""
        rng = np.random.default_rng(1)
        x = rng.random((self.batch, self.sizes[0]), dtype=np.float32)
        return x, rng.integers(0, self.sizes[-1], self.batch)
