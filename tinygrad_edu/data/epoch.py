"""One time through the data: in which order, in which batches, and how far it has come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Any

import numpy as np

from ..errors import ArgumentError, InputTypeError

LONGEST = 1 << 22
"""The most examples that are drawn from a sampler which does not say how many it has."""


@dataclass(slots=True)
class Epoch:
    """What a loader must remember to go on in the middle.

    order   the numbers of the examples as they are served; None where that is 0, 1, 2, …
    ends    where each batch ends in it; None where all are of one size
    served  how many batches were handed out
    """

    order: np.ndarray | list[Any] | None = None
    ends: np.ndarray | None = None
    served: int = 0

    @classmethod
    def of_numbers(cls, sampler: Iterable[Any]) -> Epoch:
        """The epoch that a sampler draws."""
        return cls(_array(_drawn(sampler)))

    @classmethod
    def of_batches(cls, batch_sampler: Iterable[Iterable[Any]]) -> Epoch:
        """The epoch that a batch sampler draws."""
        batches = [_batch(batch) for batch in _drawn(batch_sampler)]
        ends = np.cumsum([len(batch) for batch in batches], dtype=np.int64)
        return cls(_array([number for batch in batches for number in batch]), ends)

    @classmethod
    def restored(cls, served: Any, order: Any, ends: Any) -> Epoch | None:
        """An epoch from a state that may hold anything; None where it is none."""
        order = np.array(order) if isinstance(order, np.ndarray) else order
        if type(served) is not int or served < 1:
            return None
        if not (order is None or isinstance(order, list) or _whole_numbers(order)):
            return None
        if ends is not None:
            steps = np.diff(ends, prepend=0) if _whole_numbers(ends) else np.array([-1])
            if order is None or (steps < 0).any() or steps.sum() != len(order):
                return None
        return cls(order, ends, served)

    def spans(
        self, n: int, batch_size: int | None, drop_last: bool, *, whole: bool = False
    ) -> Sequence[slice]:
        """The batches of n examples that are still to be served (with `whole`, all of them), as
        places in the order.
        """
        first = 0 if whole else self.served
        if self.ends is not None:
            starts = [0, *self.ends.tolist()]
            return [slice(*pair) for pair in pairwise(starts)][first:]
        step = batch_size or 1
        count = batches_of(n, batch_size, drop_last)
        return [slice(i * step, min((i + 1) * step, n)) for i in range(first, count)]

    def numbers(self, span: slice) -> list[Any]:
        """The numbers of a batch, as a data set takes them one by one."""
        if self.order is None:
            return list(range(span.start, span.stop))
        part = self.order[span]
        return part.tolist() if isinstance(part, np.ndarray) else part

    def stays_within(self, n: int | None) -> bool:
        """Whether the order names none but the n examples there are."""
        if n is None or not isinstance(self.order, np.ndarray) or not self.order.size:
            return True
        return bool(self.order.min() >= -n and self.order.max() < n)


def batches_of(n: int, batch_size: int | None, drop_last: bool) -> int:
    """How many batches n examples make."""
    whole, rest = divmod(n, batch_size or 1)
    return whole + (1 if rest and not drop_last else 0)


def is_permutation(order: Any) -> bool:
    """Whether these are the numbers from 0 on, each once."""
    return isinstance(order, np.ndarray) and np.array_equal(np.sort(order), np.arange(len(order)))


def _drawn(sampler: Iterable[Any]) -> list[Any]:
    """All that a sampler gives; one without a length might never end."""
    if hasattr(sampler, "__len__"):
        return list(sampler)
    found = list(islice(sampler, LONGEST + 1))
    if len(found) > LONGEST:
        raise ArgumentError(
            f"DataLoader: {type(sampler).__name__} has not come to an end after {LONGEST} numbers, "
            "but a loader asks for the whole epoch first. Give it an end, or serve an "
            "IterableDataset."
        )
    return found


def _batch(numbers: Iterable[Any]) -> list[Any]:
    try:
        return list(numbers)
    except TypeError:
        raise InputTypeError(
            f"DataLoader: batch_sampler= gave {numbers!r:.40}, but a batch is a list of numbers. "
            "Pass single numbers by sampler=, or wrap it: BatchSampler(sampler, 32, False)."
        ) from None


def _array(numbers: list[Any]) -> np.ndarray | list[Any]:
    """Whole numbers as an array; other keys, such as names, as they are."""
    if all(isinstance(number, int | np.integer) for number in numbers):
        return np.array(numbers, dtype=np.int64)
    return numbers


def _whole_numbers(x: Any) -> bool:
    return isinstance(x, np.ndarray) and x.ndim == 1 and x.dtype.kind == "i"
