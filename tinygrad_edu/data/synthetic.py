"""The course's small problems, made of formulas: logic gates, curves, and classes in the plane.

Each returns tensors (x, y): x (N, D) in float32; y holds class numbers (N,) in int64, or values (N,
1) for a curve. What is random comes from `generator`, or from the library's own.
"""

from __future__ import annotations

import math

import numpy as np

from ..errors import ArgumentError
from ..random import Generator, default_generator
from ..tensor import Tensor

__all__ = ["blobs", "circles", "gate", "moons", "sine", "spirals"]

_GATES = {"and": (0, 0, 0, 1), "or": (0, 1, 1, 1), "nand": (1, 1, 1, 0), "xor": (0, 1, 1, 0)}


def gate(name: str) -> tuple[Tensor, Tensor]:
    """The truth table of AND, OR, NAND or XOR: x (4, 2), the four pairs of bits, and y (4,).

    XOR is the one that no single layer can do (Minsky, Papert, "Perceptrons", 1969).
    """
    if name.lower() not in _GATES:
        raise ArgumentError(
            f"gate: {name!r} is not one of {', '.join(_GATES)}. XOR is the interesting one."
        )
    x = np.array([(0, 0), (0, 1), (1, 0), (1, 1)], np.float32)
    return Tensor(x), Tensor(np.array(_GATES[name.lower()], np.int64))


def sine(
    n: int = 100, noise: float = 0.0, *, generator: Generator | None = None
) -> tuple[Tensor, Tensor]:
    """sin x on [−π, π] at n equally spaced points: x (n, 1), y (n, 1), with normal noise on y."""
    x = np.linspace(-math.pi, math.pi, _counted("sine", n))[:, None]
    return _floats(x), _floats(np.sin(x) + noise * _rng(generator).standard_normal(x.shape))


def moons(
    n: int = 200, noise: float = 0.1, *, generator: Generator | None = None
) -> tuple[Tensor, Tensor]:
    """Two half circles, each reaching into the other: classes that no straight line parts."""
    t, y = _angles("moons", n, math.pi)
    upper = np.stack([np.cos(t), np.sin(t)], 1)
    lower = np.stack([1 - np.cos(t), 0.5 - np.sin(t)], 1)
    return _noisy(np.where(y[:, None] == 0, upper, lower), y, noise, generator)


def circles(
    n: int = 200, noise: float = 0.05, factor: float = 0.5, *, generator: Generator | None = None
) -> tuple[Tensor, Tensor]:
    """A circle of radius 1 (class 0) around one of radius `factor` (class 1)."""
    t, y = _angles("circles", n, 2 * math.pi)
    radius = np.where(y == 0, 1.0, factor)
    return _noisy(np.stack([radius * np.cos(t), radius * np.sin(t)], 1), y, noise, generator)


def spirals(
    n: int = 300,
    classes: int = 3,
    noise: float = 0.1,
    turns: float = 0.75,
    *,
    generator: Generator | None = None,
) -> tuple[Tensor, Tensor]:
    """Arms that wind around the origin, one a class, `turns` times each."""
    y = np.arange(_counted("spirals", n)) % _counted("spirals", classes)
    t = (np.arange(n) // classes) / max((n - 1) // classes, 1)  # along the arm, 0 to 1
    angle = 2 * math.pi * (turns * t + y / classes)
    angle = angle + noise * _rng(generator).standard_normal(n)
    return _noisy(np.stack([t * np.cos(angle), t * np.sin(angle)], 1), y, 0.0, generator)


def blobs(
    n: int = 200, classes: int = 3, noise: float = 0.3, *, generator: Generator | None = None
) -> tuple[Tensor, Tensor]:
    """Clouds around points on a circle of radius 1, one a class, with deviation `noise`."""
    y = np.arange(_counted("blobs", n)) % _counted("blobs", classes)
    angle = 2 * math.pi * y / classes
    return _noisy(np.stack([np.cos(angle), np.sin(angle)], 1), y, noise, generator)


def _angles(name: str, n: int, most: float) -> tuple[np.ndarray, np.ndarray]:
    """Angles from 0 to `most` for two classes in turn, and the classes."""
    y = np.arange(_counted(name, n)) % 2
    return most * (np.arange(n) // 2) / max((n - 1) // 2, 1), y


def _counted(name: str, n: int) -> int:
    if type(n) is not int or n < 1:
        raise ArgumentError(
            f"{name}: {n!r} is not a number of things. Use a whole number from 1 on."
        )
    return n


def _noisy(
    x: np.ndarray, y: np.ndarray, noise: float, generator: Generator | None
) -> tuple[Tensor, Tensor]:
    moved = x + noise * _rng(generator).standard_normal(x.shape) if noise else x
    return _floats(moved), Tensor(y.astype(np.int64))


def _floats(x: np.ndarray) -> Tensor:
    return Tensor(x.astype(np.float32))


def _rng(generator: Generator | None) -> np.random.Generator:
    return (generator or default_generator).numpy
