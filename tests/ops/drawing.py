"""How the laws draw arguments: generic numbers, broadcastable shapes, and calls built from them.

A *case* is a function `(draw, shape) -> Call` that makes one legal call of an op about a given
shape. The law chooses the shape, so every op is asked about empty arrays and single numbers by the
same case that serves the gradients.

Numbers are generic: no two of them are equal, and none lies within 2⁻⁷ of a multiple of 1/32 when
the range is 8 wide. All kinks of the library (0, ±1, ½, 3, 6, ties, whole numbers) are thus far
from every sample, and a central difference never straddles one. What happens at the kinks is said
by `Kink`.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

Shape = tuple[int, ...]

SHAPES = st.lists(st.integers(1, 3), max_size=3).map(tuple)
EMPTY_SHAPES = st.sampled_from([(0,), (2, 0), (0, 3), (2, 0, 3)])

_GOLDEN = (math.sqrt(5) - 1) / 2


class _Torch:
    """PyTorch, imported when something of it is asked for: the samples can be read without it."""

    def __getattr__(self, name: str) -> Any:
        return getattr(importlib.import_module("torch"), name)


torch: Any = _Torch()


@dataclass(frozen=True)
class Call:
    """One call of an op: its inputs (arrays, numbers, None) and its parameters."""

    inputs: tuple[Any, ...]
    params: dict[str, Any]


def call(*inputs: Any, **params: Any) -> Call:
    """`call(x, y, dim=0)` reads as the call that it stands for."""
    # NumPy makes scalars of 0-d arrays at every opportunity; here they are arrays.
    arrays = (np.asarray(x) if isinstance(x, np.generic) else x for x in inputs)
    return Call(tuple(arrays), params)


class Draw:
    """Draws arguments through hypothesis; it remembers how many, to make them all different."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
        self.draw = draw
        self.count = 0

    def reals(self, shape: Sequence[int], low: float = -4.0, high: float = 4.0) -> np.ndarray:
        """Generic float64 numbers between `low` and `high`."""
        n = math.prod(shape)
        places = np.arange(self.count, self.count + n)
        self.count += n
        drawn = np.frombuffer(self.draw(st.binary(min_size=n, max_size=n)), dtype=np.uint8)
        # Drawn bytes tend to be zeros and letters; turned like this, even zeros cover the range.
        steps = (167 * drawn.astype(int) + 101 * places + 128) % 256
        # The golden ratio's multiples keep their distance from each other, however many there are.
        apart = (places * _GOLDEN) % 1
        return (low + (high - low) * (2 * steps + 1 + apart / 2) / 512).reshape(shape)

    def whole(self, shape: Sequence[int], low: int, high: int) -> np.ndarray:
        """Whole numbers from `low` up to, without, `high`, as int64."""
        n = math.prod(shape)
        numbers = st.lists(st.integers(low, high - 1), min_size=n, max_size=n)
        return np.array(self.draw(numbers) if n else [], dtype=np.int64).reshape(shape)

    def truths(self, shape: Sequence[int]) -> np.ndarray:
        """A mask."""
        return self.whole(shape, 0, 2).astype(bool)

    def one_of(self, *options: Any) -> Any:
        """One of the options, the first being the simplest."""
        return self.draw(st.sampled_from(options))

    def number(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return self.draw(st.integers(low, high))

    def chance(self) -> bool:
        """True or False."""
        return self.draw(st.booleans())

    def broadcastable(self, shape: Sequence[int]) -> Shape:
        """A shape that broadcasts to `shape`: some dimensions missing, some of length 1."""
        kept = tuple(shape)[self.number(0, len(shape)) :] if self.chance() else tuple(shape)
        return tuple(n if self.chance() else 1 for n in kept) if self.chance() else kept

    def dim(self, shape: Sequence[int]) -> int:
        """A dimension of `shape`, counted from either end; 0 or −1 for a single number."""
        n = max(len(shape), 1)
        return self.number(-n, n - 1)

    def dims(self, shape: Sequence[int]) -> Any:
        """What a reduction takes: None, one dimension, or several."""
        if not shape or self.chance():
            return self.one_of(None, self.dim(shape)) if shape else None
        order = self.draw(st.permutations(range(len(shape))))
        return tuple(order[: self.number(1, len(shape))])


Case = Callable[[Draw, Shape], Call]

FLOATS = ("float64", "float32")
NUMBERS = (*FLOATS, "int64", "int32")
TYPES = (*NUMBERS, "bool")


@dataclass(frozen=True)
class Kink:
    """A point where an op has a corner, and the slope that it takes there (PyTorch's).

    `gradients` belong to the call's floating point inputs, for an upstream gradient of ones.
    """

    call: Call
    gradients: tuple[Any, ...]


@dataclass(frozen=True)
class Samples:
    """What the laws must know of an op that they cannot read from it.

    case        makes a legal call about a shape
    torch       PyTorch's counterpart: a dotted name under `torch` ("" for the op's own name), a
                function of tensors, or None with the reason in `why`
    ours        the function itself, where it is not a registered op but composed of some
    linear      "jointly" (in all inputs together, as x + y) or "each" (in each alone, as x · y)
    broadcasts  whether the inputs broadcast against each other
    scalar      whether a single number is legal;  empty: whether an array without elements is
    contiguous  whether the inputs must lie in memory in their order
    same_dtype  whether floats come out in the type they went in
    types       the number types to compare with PyTorch (it refuses bool in many places)
    alike       whether PyTorch refuses to mix types here, where this library promotes
    kinks       the corners, and the slopes taken there
    errors      calls that must be refused
    """

    case: Case
    torch: str | Callable[..., Any] | None = ""
    why: str = ""
    ours: Callable[..., Any] | None = None
    linear: str = ""
    broadcasts: bool = False
    scalar: bool = True
    empty: bool = True
    contiguous: bool = False
    same_dtype: bool = True
    types: Sequence[str] = TYPES
    alike: bool = False
    kinks: Sequence[Kink] = ()
    errors: Sequence[Call] = ()


# -- cases that many ops share


def unary(low: float = -4.0, high: float = 4.0, **params: Sequence[Any]) -> Case:
    """One array; each parameter is one of the values given for it."""

    def case(draw: Draw, shape: Shape) -> Call:
        chosen = {name: draw.one_of(*options) for name, options in params.items()}
        return call(draw.reals(shape, low, high), **chosen)

    return case


def binary(
    x: tuple[float, float] = (-4.0, 4.0), y: tuple[float, float] = (-4.0, 4.0), numbers: bool = True
) -> Case:
    """Two arrays that broadcast, or an array and a Python number on either side."""

    def case(draw: Draw, shape: Shape) -> Call:
        kind = (
            draw.one_of("arrays", "arrays", "number left", "number right") if numbers else "arrays"
        )
        left: Any = draw.reals(draw.broadcastable(shape), *x)
        right: Any = draw.reals(draw.broadcastable(shape), *y)
        if kind == "number left":
            left = draw.reals((), *x).item()
        if kind == "number right":
            right = draw.reals((), *y).item()
        return call(left, right)

    return case


def reduction(low: float = -4.0, high: float = 4.0, **params: Sequence[Any]) -> Case:
    """One array, reduced over nothing said, one dimension or several."""

    def case(draw: Draw, shape: Shape) -> Call:
        chosen = {name: draw.one_of(*options) for name, options in params.items()}
        x = draw.reals(shape, low, high)
        return call(x, dim=draw.dims(shape), keepdim=draw.chance(), **chosen)

    return case


def along(low: float = -4.0, high: float = 4.0, **params: Sequence[Any]) -> Case:
    """One array and one dimension that the op works along."""

    def case(draw: Draw, shape: Shape) -> Call:
        chosen = {name: draw.one_of(*options) for name, options in params.items()}
        return call(draw.reals(shape, low, high), dim=draw.dim(shape), **chosen)

    return case
