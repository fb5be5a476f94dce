"""Parts of data sets, and several as one, under PyTorch's names."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, chain
from typing import Any

import numpy as np

from ..errors import ArgumentError, PlaceError, ShapeError
from ..random import Generator
from ..sampling import randperm
from .dataset import Dataset, IterableDataset, taker

__all__ = ["ChainDataset", "ConcatDataset", "StackDataset", "Subset", "random_split"]


class Subset(Dataset):
    """The examples of `dataset` whose numbers are in `indices`, in that order."""

    def __init__(self, dataset: Any, indices: Sequence[int]) -> None:
        self.dataset = dataset
        self.indices = indices

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, list):
            return self.dataset[[self.indices[i] for i in index]]
        return self.dataset[self.indices[index]]

    def __len__(self) -> int:
        return len(self.indices)

    @property
    def takes(self) -> bool:
        """Whether the whole set gives many examples at once; see `take`."""
        return taker(self.dataset) is not None

    def take(self, index: np.ndarray | slice) -> Any:
        """The examples of a batch, all at once."""
        here = self.indices  # a list, as a rule: only the batch is made an array
        picked = here[index] if isinstance(index, slice) else [here[i] for i in index.tolist()]
        return self.dataset.take(np.asarray(picked, dtype=np.int64))


class ConcatDataset(Dataset):
    """Data sets one after the other: first all examples of the first, then those of the second, …

    Raises `ArgumentError` where there is none to begin with.
    """

    def __init__(self, datasets: Iterable[Any]) -> None:
        self.datasets = list(datasets)
        if not self.datasets:
            raise ArgumentError(
                "ConcatDataset: no data sets were given. Pass a list of at least one."
            )
        self.cumulative_sizes = list(accumulate(len(d) for d in self.datasets))

    def __getitem__(self, index: int) -> Any:
        n = len(self)
        if not -n <= index < n:
            raise PlaceError(
                f"ConcatDataset: asked for example {index} of {n}. Use {-n} to {n - 1}."
            )
        index %= n
        k = bisect_right(self.cumulative_sizes, index)
        return self.datasets[k][index - (self.cumulative_sizes[k - 1] if k else 0)]

    def __len__(self) -> int:
        return self.cumulative_sizes[-1]


class ChainDataset(IterableDataset):
    """Data sets without numbers one after the other: all examples of the first, then the second."""

    def __init__(self, datasets: Iterable[Any]) -> None:
        self.datasets = datasets

    def __iter__(self) -> Iterator[Any]:
        return chain.from_iterable(self.datasets)

    def __len__(self) -> int:
        return sum(len(d) for d in self.datasets)


class StackDataset(Dataset):
    """Data sets side by side: example `i` is `(a[i], b[i])`, or a dict where they have names.

    Raises `ArgumentError` where there is none, or some have names, `ShapeError` for other lengths.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if bool(args) == bool(kwargs):
            raise ArgumentError(
                f"StackDataset: received {len(args)} data sets without and {len(kwargs)} with a "
                "name. Give all of them names, or none: StackDataset(x, y)."
            )
        self.datasets: Any = kwargs or args
        parts = list(kwargs.values() or args)
        lengths = {len(d) for d in parts}
        if len(lengths) > 1:
            raise ShapeError(
                f"StackDataset: the data sets have {', '.join(str(len(d)) for d in parts)} "
                "examples. They must have equally many."
            )
        (self._length,) = lengths

    def __getitem__(self, index: int) -> Any:
        if isinstance(self.datasets, dict):
            return {name: d[index] for name, d in self.datasets.items()}
        return tuple(d[index] for d in self.datasets)

    def __len__(self) -> int:
        return self._length


def random_split(
    dataset: Any, lengths: Sequence[int | float], generator: Generator | None = None
) -> list[Subset]:
    """Parts of `dataset` that share no example, drawn at random.

    `lengths` are whole numbers that add up to the data set's length, or fractions that add up to 1:
    `random_split(data, [0.8, 0.2])`; what rounding leaves over goes to the first parts, one each.
    Raises `ArgumentError` where they add up to anything else.
    """
    n, given = len(dataset), sum(lengths)
    if math.isclose(given, 1) and given <= 1 + 1e-9 and all(0 <= f <= 1 for f in lengths):
        sizes = [math.floor(n * f) for f in lengths]
        for i in range(n - sum(sizes)):
            sizes[i % len(sizes)] += 1
    else:
        sizes = [int(size) for size in lengths]
    if sum(sizes) != n or any(size < 0 for size in sizes):
        raise ArgumentError(
            f"random_split: the lengths {list(lengths)} add up to {given}, but there are {n} "
            "examples. "
            "They must add up to that number, or to 1 as fractions."
        )
    order = randperm(n, generator=generator).tolist()
    ends = list(accumulate(sizes))
    return [Subset(dataset, order[end - size : end]) for size, end in zip(sizes, ends, strict=True)]
