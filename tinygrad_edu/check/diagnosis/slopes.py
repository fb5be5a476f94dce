r"""The truth about a loss: its slopes, measured on `forward` alone.

    complex step        dL/dw = Im L(w + ih) / h,               h = 1e-30, exact to rounding
    central difference  dL/dw ≈ (L(w + h) − L(w − h)) / 2h,     h = 1e-6

The complex step subtracts nothing, so nothing cancels (Squire & Trapp, 1998); but it needs a
forward that carries complex numbers through, and `astype(float)` or `abs` do not. So both are
compared along one random direction first, and where they part, the central difference is used.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import numpy as np

from .work import Inputs, Work

__all__ = ["Slopes"]


class Slopes:
    """Numeric gradients of one forward; whether it takes complex numbers is found out once."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.complex: bool | None = None

    def loss(self, inputs: Inputs) -> float:
        """Forward's loss, a float; NaN where it is no finite real number."""
        with _quiet():
            value = self.work.loss(inputs)
        return float(np.real(value)) if np.isfinite(value) else float("nan")

    def of(self, inputs: Inputs, params: Iterable[str]) -> dict[str, np.ndarray]:
        """dL/dp for each parameter p, of p's shape."""
        params = list(params)
        if self.complex is None:
            self.complex = self._carries_complex(inputs, params)
        with _quiet():
            return {name: self._slopes(inputs, name) for name in params}

    def _slopes(self, inputs: Inputs, name: str) -> np.ndarray:
        x = np.asarray(inputs[name], np.float64)
        slopes = np.empty(x.shape)
        for at in np.ndindex(x.shape):
            unit = np.zeros(x.shape)
            unit[at] = 1
            slopes[at] = self.along(inputs, {name: unit})
        return slopes

    def along(self, inputs: Inputs, direction: dict[str, np.ndarray]) -> float:
        """The slope of the loss along a direction in the space of the inputs."""
        return (
            self._imaginary(inputs, direction) if self.complex else self.central(inputs, direction)
        )

    def central(self, inputs: Inputs, direction: dict[str, np.ndarray], h: float = 1e-6) -> float:
        """The slope by a central difference."""
        return (self._at(inputs, direction, h) - self._at(inputs, direction, -h)) / (2 * h)

    def smooth(self, inputs: Inputs, params: Iterable[str]) -> bool:
        """Whether the slopes from both sides agree along a random direction: no kink is here."""
        rng, h = np.random.default_rng(3), 1e-6
        direction = {k: rng.uniform(0.5, 1.5, np.shape(inputs[k])) for k in params}
        here = self.loss(inputs)
        right = (self._at(inputs, direction, h) - here) / h
        left = (here - self._at(inputs, direction, -h)) / h
        return bool(abs(right - left) <= 1e-3 * (1 + abs(right) + abs(left)))

    def _at(self, inputs: Inputs, direction: dict[str, np.ndarray], h: float) -> float:
        return self.loss({**inputs, **{k: inputs[k] + h * d for k, d in direction.items()}})

    def _imaginary(
        self, inputs: Inputs, direction: dict[str, np.ndarray], h: float = 1e-30
    ) -> float:
        moved = {k: inputs[k] + 1j * h * d for k, d in direction.items()}
        with _quiet():
            return float(np.imag(self.work.loss({**inputs, **moved})) / h)

    def _carries_complex(self, inputs: Inputs, params: list[str]) -> bool:
        rng = np.random.default_rng(7)
        direction = {k: rng.standard_normal(np.shape(inputs[k])) for k in params}
        try:
            exact = self._imaginary(inputs, direction)
        except Exception:  # a forward that refuses complex numbers, in whatever way
            return False
        central = self.central(inputs, direction)
        return bool(abs(exact - central) <= 1e-5 * (1 + abs(central)))


@contextmanager
def _quiet() -> Iterator[None]:
    """No warnings: a student's overflow is seen in the numbers, a lost imaginary part in a
    check.
    """
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
