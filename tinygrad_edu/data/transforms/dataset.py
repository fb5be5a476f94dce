"""A data set seen through a transform, applied anew each time an example is served."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...errors import InputTypeError, ShapeError
from ...tensor import Tensor
from ..collate import default_collate
from ..dataset import Dataset, taker

__all__ = ["TransformDataset"]

Transform = Callable[[Any], Any]


class TransformDataset(Dataset):
    """`dataset` with `transform` applied to its inputs and `target_transform` to its targets.

        def bent(x):  # (N, 784), rows of pixels
            pictures = transforms.distort(x.reshape(-1, 28, 28), degrees=10)
            return pictures.reshape(-1, 784)

        train = TransformDataset(data.mnist().train, bent)
        loader = DataLoader(train, batch_size=64, shuffle=True)  # other pictures in every epoch

    A transform is a function of a **batch** (N, …), and is called once a batch: a hundred times
    less than once an example. A single example, `dataset[i]`, is a batch of one. An example is
    (input, target, …), or the input alone. Give the test part to the loader as it is, or with the
    transforms alone that are not random. Random transforms draw from their own `generator`, which a
    checkpoint keeps like any other: `save_checkpoint(…, augmentation=generator)`.

    Raises `ShapeError` where a transform returns another number of examples.
    """

    def __init__(
        self,
        dataset: Any,
        transform: Transform | None = None,
        target_transform: Transform | None = None,
    ) -> None:
        for name, given in (("transform", transform), ("target_transform", target_transform)):
            if given is not None and not callable(given):
                raise InputTypeError(
                    f"TransformDataset: {name} is {type(given).__name__}, but a function of a "
                    "batch was expected."
                )
        self.dataset, self.transform, self.target_transform = dataset, transform, target_transform

    def __len__(self) -> int:
        return len(self.dataset)

    def __getitem__(self, index: Any) -> Any:
        if not hasattr(index, "__index__"):
            raise InputTypeError(
                f"TransformDataset: {index!r} is not the number of an example. Take a part with "
                "Subset(dataset, numbers), or batches with a DataLoader."
            )
        example = self.dataset[index]
        many = self._transformed(default_collate([example]))
        if isinstance(example, tuple | list):
            return tuple(part[0] for part in many)
        return many[0]

    def take(self, index: np.ndarray | slice) -> Any:
        """A batch, transformed as a whole."""
        take = taker(self.dataset)
        if take is not None:
            return self._transformed(take(index))
        numbers = range(len(self))[index] if isinstance(index, slice) else index.tolist()
        return self._transformed(default_collate([self.dataset[i] for i in numbers]))

    def _transformed(self, batch: Any) -> Any:
        if not isinstance(batch, list):
            return _applied(self.transform, batch)
        x, *others = batch
        if others:
            others[0] = _applied(self.target_transform, others[0])
        return [_applied(self.transform, x), *others]


def _applied(transform: Transform | None, batch: Any) -> Any:
    """The batch through the transform, with as many examples as before."""
    if transform is None:
        return batch
    z = transform(batch)
    z = Tensor(z) if isinstance(z, np.ndarray) else z
    if hasattr(z, "shape") and tuple(z.shape[:1]) != tuple(batch.shape[:1]):
        raise ShapeError(
            f"TransformDataset: the transform made {tuple(z.shape)} of a batch "
            f"{tuple(batch.shape)}. It is called with many examples at once, and must return as "
            "many."
        )
    return z
