"""In which order examples are served: samplers, under PyTorch's names.

A sampler is anything that can be iterated for the numbers of the examples, a batch sampler for
lists of them. What is random comes from `generator`, or from the library's own (`manual_seed`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np

from ..errors import ArgumentError, InputTypeError
from ..random import Generator
from ..sampling import multinomial, randint, randperm
from ..tensor import Tensor

__all__ = [
    "BatchSampler",
    "RandomSampler",
    "Sampler",
    "SequentialSampler",
    "SubsetRandomSampler",
    "WeightedRandomSampler",
]


class Sampler:
    """The numbers of the examples of an epoch. A subclass defines `__iter__()`, best also a
    length.
    """

    def __iter__(self) -> Iterator[Any]:
        raise NotImplementedError(
            f"{type(self).__name__} does not say which examples come next: define __iter__(self)."
        )


class SequentialSampler(Sampler):
    """0, 1, 2, …: the order of the data set."""

    def __init__(self, data_source: Any) -> None:
        _able("SequentialSampler", "data_source", data_source, "__len__")
        self.data_source = data_source

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self.data_source)))

    def __len__(self) -> int:
        return len(self.data_source)


class RandomSampler(Sampler):
    """Every example once in random order, or `num_samples` draws from all of them.

    Without replacement and with more draws than examples, whole permutations follow each other.
    Raises `ArgumentError` where there is nothing to draw.
    """

    def __init__(
        self,
        data_source: Any,
        replacement: bool = False,
        num_samples: int | None = None,
        generator: Generator | None = None,
    ) -> None:
        _able("RandomSampler", "data_source", data_source, "__len__")
        self.data_source, self.generator = data_source, generator
        if not isinstance(replacement, bool):
            raise InputTypeError(
                f"RandomSampler: replacement={replacement!r}, but it is a yes or a no: True or "
                "False."
            )
        self.replacement, self._num_samples = replacement, num_samples
        _counted("RandomSampler", "num_samples", self.num_samples)

    @property
    def num_samples(self) -> int:
        """How many examples an epoch has; the data set's own length may change."""
        return len(self.data_source) if self._num_samples is None else self._num_samples

    def __iter__(self) -> Iterator[int]:
        n, wanted = len(self.data_source), self.num_samples
        if self.replacement:
            return iter(randint(n, (wanted,), generator=self.generator).tolist())
        rounds = [randperm(n, generator=self.generator).array for _ in range(-(-wanted // n))]
        return iter(np.concatenate(rounds)[:wanted].tolist())

    def __len__(self) -> int:
        return self.num_samples


class SubsetRandomSampler(Sampler):
    """The examples whose numbers are in `indices`, each once, in random order."""

    def __init__(self, indices: Sequence[int], generator: Generator | None = None) -> None:
        _able("SubsetRandomSampler", "indices", indices, "__len__")
        self.indices, self.generator = indices, generator

    def __iter__(self) -> Iterator[int]:
        order = randperm(len(self.indices), generator=self.generator).tolist()
        return iter([self.indices[i] for i in order])

    def __len__(self) -> int:
        return len(self.indices)


class WeightedRandomSampler(Sampler):
    """`num_samples` draws in which example i has a chance proportional to `weights[i]`.

    For classes of different size: `weights = (1 / counts)[y]` makes them equally likely. Raises
    `ArgumentError` for weights that are no row of numbers, and when drawing where one is negative
    or too few are above 0.
    """

    def __init__(
        self,
        weights: Any,
        num_samples: int,
        replacement: bool = True,
        generator: Generator | None = None,
    ) -> None:
        _counted("WeightedRandomSampler", "num_samples", num_samples)
        _yes_or_no("WeightedRandomSampler", "replacement", replacement)
        given = weights.detach().array if isinstance(weights, Tensor) else weights
        self.weights = Tensor(np.array(given, dtype=np.float64))
        if self.weights.ndim != 1:
            raise ArgumentError(
                f"WeightedRandomSampler: weights have shape {tuple(self.weights.shape)}, but a row "
                "of numbers was expected, one for each example."
            )
        self.num_samples, self.replacement, self.generator = num_samples, replacement, generator

    def __iter__(self) -> Iterator[int]:
        drawn = multinomial(
            self.weights, self.num_samples, self.replacement, generator=self.generator
        )
        return iter(drawn.tolist())

    def __len__(self) -> int:
        return self.num_samples


class BatchSampler(Sampler):
    """The numbers of another sampler in lists of `batch_size`; `drop_last` leaves out a shorter
    one.
    """

    def __init__(self, sampler: Iterable[Any], batch_size: int, drop_last: bool) -> None:
        _able("BatchSampler", "sampler", sampler, "__iter__")
        _counted("BatchSampler", "batch_size", batch_size)
        _yes_or_no("BatchSampler", "drop_last", drop_last)
        self.sampler, self.batch_size, self.drop_last = sampler, batch_size, drop_last

    def __iter__(self) -> Iterator[list[Any]]:
        numbers = iter(self.sampler)
        while batch := list(islice(numbers, self.batch_size)):
            if len(batch) == self.batch_size or not self.drop_last:
                yield batch

    def __len__(self) -> int:
        whole, rest = divmod(len(self.sampler), self.batch_size)  # type: ignore[arg-type]
        return whole + (1 if rest and not self.drop_last else 0)


def _able(name: str, option: str, value: Any, method: str) -> None:
    """Refuse what would fail when the epoch begins: it has no length, or gives no numbers."""
    if not (hasattr(value, method) or hasattr(value, "__getitem__")):
        wanted = {"__len__": "a data set or a list", "__iter__": "a sampler or a list"}[method]
        raise InputTypeError(
            f"{name}: {option}={value!r:.40} of type {type(value).__name__}, but {wanted} was "
            "expected. A number of examples is range(n)."
        )


def _counted(name: str, option: str, n: Any) -> None:
    if type(n) is not int or n < 1:
        raise ArgumentError(
            f"{name}: {option}={n!r}, but a whole number from 1 on was expected. Is the data set "
            "empty?"
        )


def _yes_or_no(name: str, option: str, value: Any) -> None:
    if not isinstance(value, bool):
        raise ArgumentError(f"{name}: {option}={value!r}, but it is a yes or a no: True or False.")
