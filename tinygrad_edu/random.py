"""Random numbers: one generator for the library, others for whoever wants their own.

The stream is NumPy's PCG64, so the same seed gives the same numbers on every machine, though not
PyTorch's numbers.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from .errors import ArgumentError

__all__ = [
    "Generator",
    "default_generator",
    "get_rng_state",
    "initial_seed",
    "manual_seed",
    "seed",
    "set_rng_state",
]


class Generator:
    """A source of random numbers; `numpy` is the NumPy generator inside."""

    def __init__(self, device: Any = "cpu") -> None:
        self._numpy: np.random.Generator | None = None
        self.seed()

    @property
    def numpy(self) -> np.random.Generator:
        """The NumPy generator; made when first asked for, as `import numpy.random` takes 15 ms."""
        if self._numpy is None:
            # Negative seeds are PyTorch's too: they count down from 2⁶⁴.
            self._numpy = np.random.Generator(np.random.PCG64(self._seed % 2**64))
        return self._numpy

    def manual_seed(self, seed: Any) -> Generator:
        """Start the stream again at `seed`, any whole number; returns the generator itself."""
        if not isinstance(seed, int | np.integer) or isinstance(seed, bool):
            raise ArgumentError(
                f"manual_seed: {seed!r} is not a whole number. Use one such as 0 or 42."
            )
        self._seed = int(seed)
        self._numpy = None
        return self

    def seed(self) -> int:
        """Start the stream at a seed that nobody chose, and return it."""
        return self.manual_seed(int.from_bytes(os.urandom(8)) >> 1).initial_seed()

    def initial_seed(self) -> int:
        """The seed at which the stream was started."""
        return self._seed

    def get_state(self) -> dict[str, Any]:
        """Where in the stream the generator stands: plain numbers and strings."""
        return {"seed": self._seed, **self.numpy.bit_generator.state}

    def set_state(self, state: dict[str, Any]) -> Generator:
        """Go back to a place that `get_state` returned."""
        self.manual_seed(state["seed"])
        self.numpy.bit_generator.state = {k: v for k, v in state.items() if k != "seed"}
        return self


default_generator = Generator()


def manual_seed(seed: int) -> Generator:
    """Make everything random in the library repeatable from here on."""
    return default_generator.manual_seed(seed)


def seed() -> int:
    """Make everything random in the library start at a new seed, and return it."""
    return default_generator.seed()


def initial_seed() -> int:
    """The seed of the library's own generator."""
    return default_generator.initial_seed()


def get_rng_state() -> dict[str, Any]:
    """Where the library's own generator stands."""
    return default_generator.get_state()


def set_rng_state(state: dict[str, Any]) -> None:
    """Put the library's own generator back to where `get_rng_state` found it."""
    default_generator.set_state(state)
