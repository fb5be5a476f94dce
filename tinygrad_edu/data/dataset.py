"""Where examples come from: by number, or one after the other. PyTorch's names.

A data set is anything with a length that gives example `i` for `dataset[i]`. One that can also give
many examples at once has a second method, `take(index) → batch`, and the loader makes use of it:
one indexing per batch where collecting single examples would take one per example.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ..errors import ArgumentError, InputTypeError, PlaceError, ShapeError
from ..tensor import Tensor

__all__ = ["Dataset", "IterableDataset", "TensorDataset", "taker"]


class Dataset:
    """Examples by number. A subclass defines `__getitem__(i)` and `__len__()`."""

    def __getitem__(self, index: Any) -> Any:
        raise NotImplementedError(
            f"{type(self).__name__} does not say what an example is: define __getitem__(self, "
            "index)."
        )

    def __add__(self, other: Any) -> Any:
        from .subsets import ConcatDataset

        return ConcatDataset([self, other])


class IterableDataset(Dataset):
    """Examples one after the other, as they come: a file too long for memory, a simulation.

    A subclass defines `__iter__()`; a length is welcome, and not needed.
    """

    def __iter__(self) -> Iterator[Any]:
        raise NotImplementedError(
            f"{type(self).__name__} does not say which examples there are: define __iter__(self)."
        )

    def __add__(self, other: Any) -> Any:
        raise InputTypeError(
            f"{type(self).__name__} + {type(other).__name__}: what has no numbers cannot be joined "
            "by numbers. Chain the iterators in an __iter__ of your own."
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
        try:
            return [
                t[index] if t.requires_grad else Tensor(np.array(t.array[index]))
                for t in self.tensors
            ]
        except IndexError:
            raise PlaceError(
                f"TensorDataset: asked for an example that is not there: {index}. There are "
                f"{len(self)}, from 0 to {len(self) - 1}. Check the sampler."
            ) from None


def taker(dataset: Any) -> Callable[[Any], Any] | None:
    """`dataset.take`, where it is sure to agree with single examples; else None.

    A subclass that changes what an example is, and not what a batch is, must be asked for each one.
    A data set around another can say by `takes` whether that one has batches to give.
    """
    kinds = type(dataset).__mro__
    definer = {
        name: next((kind for kind in kinds if name in vars(kind)), None)
        for name in ("take", "__getitem__")
    }
    if definer["take"] is None or definer["take"] is not definer["__getitem__"]:
        return None
    return dataset.take if getattr(dataset, "takes", True) else None
