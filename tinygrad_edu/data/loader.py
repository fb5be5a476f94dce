"""Batches of examples, shuffled or in order, under PyTorch's names.

A data set is anything with a length that gives example `i` for `dataset[i]`. A data set of whole
tensors also gives many examples at once, `dataset[[3, 1, 4]]`, and the loader makes use of that:
one indexing per batch where collecting single examples would take one per example.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..creation import tensor
from ..dtypes import float64
from ..errors import ArgumentError, InputTypeError, ShapeError, StateError
from ..random import Generator
from ..sampling import randperm
from ..tensor import Tensor

__all__ = ["DataLoader", "Dataset", "TensorDataset"]


class Dataset:
    """Examples by number. A subclass defines `__getitem__(i)` and `__len__()`."""

    def __getitem__(self, index: Any) -> Any:
        raise NotImplementedError(
            f"{type(self).__name__} does not say what an example is: define __getitem__(self, "
            "index)."
        )


class TensorDataset(Dataset):
    """Tensors of one length side by side: example `i` is `(x[i], y[i], …)`.

    Arrays are taken too. Raises `ShapeError` where the lengths differ.
    """

    def __init__(self, *tensors: Tensor | np.ndarray) -> None:
        if not tensors:
            raise ArgumentError(
                "TensorDataset: no tensors were given. Pass at least one, e.g. (x, y)."
            )
        self.tensors = tuple(t if isinstance(t, Tensor) else Tensor(np.asarray(t)) for t in tensors)
        shapes = [tuple(t.shape) for t in self.tensors]
        if not all(shapes) or len({shape[0] for shape in shapes}) > 1:
            raise ShapeError(
                f"TensorDataset: the tensors have shapes {', '.join(map(str, shapes))}; their "
                "first dimension counts the examples, so it must be the same. Is one of them "
                "transposed?"
            )

    def __getitem__(self, index: Any) -> tuple[Tensor, ...]:
        return tuple(t[index] for t in self.tensors)

    def __len__(self) -> int:
        return len(self.tensors[0])

    def take(self, index: np.ndarray | slice) -> list[Tensor]:
        """The examples of a batch, in memory of their own: edits leave the data set alone."""
        return [
            t[index] if t.requires_grad else Tensor(np.array(t.array[index])) for t in self.tensors
        ]


class DataLoader:
    """The examples of `dataset` in batches, in a new order each time where `shuffle` is set.

        for x, y in DataLoader(TensorDataset(x, y), batch_size=32, shuffle=True):
            loss = criterion(model(x), y)  # x (32, D), y (32,)

    The last batch may be smaller; `drop_last` leaves it out. The order comes from `generator`, or
    from the library's own (`manual_seed`). Raises `ArgumentError` for a batch size below 1.
    """

    def __init__(
        self,
        dataset: Any,
        batch_size: int = 1,
        shuffle: bool = False,
        *,
        drop_last: bool = False,
        generator: Generator | None = None,
    ) -> None:
        if type(batch_size) is not int or batch_size < 1:
            raise ArgumentError(
                f"DataLoader: batch_size={batch_size!r}, but a batch holds at least one example. "
                "Use a whole number such as 32."
            )
        if not hasattr(dataset, "__len__") or not hasattr(dataset, "__getitem__"):
            raise InputTypeError(
                f"DataLoader: a {type(dataset).__name__} is not a data set, which has a length and "
                "gives example i for dataset[i]. Wrap tensors: TensorDataset(x, y)."
            )
        self.dataset = dataset
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.drop_last = drop_last
        self.generator = generator
        self._epoch: _Epoch | None = None  # the one in progress
        self._resumed: _Epoch | None = None  # one from a checkpoint, for the next loop to finish

    def __len__(self) -> int:
        """How many batches there are."""
        whole, rest = divmod(len(self.dataset), self.batch_size)
        return whole + (1 if rest and not self.drop_last else 0)

    def __iter__(self) -> Iterator[Any]:
        epoch, self._resumed = self._resumed or _Epoch(self._new_order()), None
        self._epoch, order = epoch, epoch.order
        # A subclass that changes what an example is must be asked for each one.
        whole = getattr(type(self.dataset), "__getitem__", None) is TensorDataset.__getitem__
        numbers = range(len(self.dataset)) if order is None else order.tolist()
        for i in range(epoch.served, len(self)):
            span = slice(i * self.batch_size, (i + 1) * self.batch_size)
            if whole:  # in order, a slice: NumPy copies it faster than a list of rows
                batch = self.dataset.take(span if order is None else order[span])
            else:
                batch = collate([self.dataset[i] for i in numbers[span]])
            epoch.served = i + 1
            yield batch
        if self._epoch is epoch:
            self._epoch = None

    def _new_order(self) -> np.ndarray | None:
        """The examples' numbers as they will be served, (N,); None where that is from 0 to N−1."""
        return randperm(len(self.dataset), generator=self.generator).array if self.shuffle else None

    # -- to go on in the middle of an epoch

    def state_dict(self) -> dict[str, Any]:
        """How many batches of the epoch in progress were handed out, and in which order it goes.

        Between two epochs there is nothing to tell: the next one draws its order itself. See
        `tinygrad_edu.serialization.save_checkpoint`.
        """
        epoch = self._resumed or self._epoch or _Epoch(None)
        return {**self._shape(), "served": epoch.served, "order": epoch.order}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Let the next loop serve what is left of the epoch that `state_dict` was taken in.

        Raises `StateError` where that was another data set, or in other batches.
        """
        served, order = state_dict["served"], state_dict["order"]
        if type(served) is int and served == 0:  # between two epochs anything may change
            self._epoch = self._resumed = None
            return
        shape = self._shape()
        order = None if order is None else np.array(order)
        if (
            type(served) is not int
            or not 0 < served <= len(self)
            or any(state_dict[name] != value for name, value in shape.items())
            or not (order is None or _is_order(order, len(self.dataset)))
            or (order is not None) != self.shuffle
        ):
            raise StateError(
                f"load_state_dict: a state with {served!r} batches served does not fit this "
                f"DataLoader ({', '.join(f'{name}={value}' for name, value in shape.items())}, "
                f"shuffle={self.shuffle}). Build it on the same data set, in the same way."
            )
        self._epoch, self._resumed = None, _Epoch(order, served)

    def _shape(self) -> dict[str, int]:
        """What the place of a batch depends on."""
        return {"examples": len(self.dataset), "batch_size": self.batch_size}


def _is_order(order: np.ndarray, n: int) -> bool:
    """Whether these are the numbers from 0 to n−1, each once."""
    whole = order.shape == (n,) and order.dtype.kind == "i"
    return whole and np.array_equal(np.sort(order), np.arange(n))


@dataclass(slots=True)
class _Epoch:
    """One time through the data: in which order, and how many batches were handed out."""

    order: np.ndarray | None
    served: int = 0


def collate(examples: Sequence[Any]) -> Any:
    """A list of examples as one batch: numbers and tensors are stacked, tuples and dicts by place.

    `[(x0, y0), (x1, y1)]` with x (D,) and y a number → `[x (2, D), y (2,)]`, a list as in PyTorch.
    """
    first = examples[0]
    if isinstance(first, Tensor):
        return Tensor(np.stack([example.numpy() for example in examples]))
    if isinstance(first, np.ndarray | np.generic):
        return Tensor(np.stack(examples))
    if isinstance(first, bool | int | float):
        return tensor(list(examples), dtype=float64 if isinstance(first, float) else None)
    if isinstance(first, dict):
        return {key: collate([example[key] for example in examples]) for key in first}
    if isinstance(first, tuple | list):
        return [collate(part) for part in zip(*examples, strict=True)]
    return list(examples)
