"""Which axes of the inputs belong together, found by asking forward, and inputs of other sizes.

The batch is one length that X and Y share; a hidden width is shared by W1, b1 and W2. A set of axes
is a *size* when forward still runs with all of them made longer, and with no smaller set. So a
counter-example can shrink, and N, the widths and the number of classes get different lengths: with
N = 2 a factor N could not be told from a factor 2.

An axis of length 1 stays: it may be there to broadcast.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations

import numpy as np

from .work import Inputs

__all__ = ["Axis", "axes_of", "resized", "sizes_of"]

Axis = tuple[str, int]
PATIENCE = 3000  # calls of forward that finding the sizes may take


def axes_of(inputs: Inputs) -> dict[Axis, int]:
    """Every axis of every array, with its length."""
    return {
        (name, axis): length
        for name, value in inputs.items()
        if isinstance(value, np.ndarray)
        for axis, length in enumerate(value.shape)
    }


def sizes_of(inputs: Inputs, runs: Callable[[Inputs], bool]) -> list[frozenset[Axis]]:
    """The sizes of a forward, the smallest sets of axes first; `runs` says whether it computes."""
    axes = {axis: length for axis, length in axes_of(inputs).items() if length > 1}
    other = max(axes.values(), default=0) + 1  # a length that fits nothing else by chance
    found: list[frozenset[Axis]] = []
    calls = 0
    for length in dict.fromkeys(axes.values()):
        left = [axis for axis, n in axes.items() if n == length]
        count = 1
        while left and count <= len(left):
            for group in combinations(left, count):
                calls += 1
                if calls > PATIENCE:
                    return found
                if runs(resized(inputs, dict.fromkeys(group, other))):
                    found.append(frozenset(group))
                    left = [axis for axis in left if axis not in group]
                    break
            else:
                count += 1
    return found


def resized(inputs: Inputs, lengths: dict[Axis, int]) -> Inputs:
    """The inputs with some axes cut, or made longer by repeating the entries from the start."""
    out = dict(inputs)
    for (name, axis), length in lengths.items():
        here = out[name].shape[axis]
        out[name] = np.take(out[name], np.arange(length) % here, axis)
    return out


def distinct(count: int) -> Iterator[int]:
    """Lengths for that many sizes, all different, the first (the batch's) not the smallest."""
    yield from (5, 3, 4, 6, 7, 8, 9, 10, 11, 12)[:count]
    yield from range(13, 3 + count)
