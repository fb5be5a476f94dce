"""From a list of examples to one batch, PyTorch's way."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from typing import Any

import numpy as np

from ..creation import tensor
from ..dtypes import float64
from ..errors import InputTypeError, ShapeError
from ..ops import stack
from ..tensor import Tensor

__all__ = ["default_collate", "default_convert"]


def default_collate(batch: Sequence[Any]) -> Any:
    """A list of examples as one batch: numbers and tensors are stacked, tuples and dicts by place.

    `[(x0, y0), (x1, y1)]` with x (D,) and y a number → `[x (2, D), y (2,)]`, a list as in PyTorch.
    Strings stay a list; dicts and named tuples stay what they are. Raises `ShapeError` where
    examples have different shapes or lengths, `InputTypeError` for what cannot be stacked.
    """
    first = batch[0]
    if isinstance(first, Tensor):
        return _stacked(batch)
    if isinstance(first, np.ndarray | np.generic) and first.dtype.kind in "biuf":
        return _stacked([Tensor(np.asarray(example)) for example in batch])
    if isinstance(first, bool | int | float):
        return tensor(list(batch), dtype=float64 if isinstance(first, float) else None)
    if isinstance(first, str | bytes):
        return batch
    if isinstance(first, Mapping):
        return _like(
            first, {key: default_collate([example[key] for example in batch]) for key in first}
        )
    if isinstance(first, Sequence):
        return _side_by_side(first, batch)
    raise InputTypeError(
        f"default_collate: an example holds {type(first).__name__}, but tensors, NumPy arrays, "
        "numbers, strings, dicts, tuples or lists of them were expected. Convert it in the data "
        "set, or give the loader a collate_fn= of your own."
    )


def _stacked(tensors: Sequence[Tensor]) -> Tensor:
    """Tensors of one shape as one, with their history where they have one."""
    shapes = {tuple(t.shape) for t in tensors}
    if len(shapes) > 1:
        raise ShapeError(
            f"default_collate: examples of shapes {' and '.join(map(str, sorted(shapes)))} do not "
            "make one tensor. Pad them to one length, in the data set or in a collate_fn=."
        )
    if any(t.requires_grad for t in tensors):
        return stack(tensors)  # type: ignore[no-any-return]
    return Tensor(np.stack([t.array for t in tensors]))


def _side_by_side(first: Sequence[Any], batch: Sequence[Any]) -> Any:
    """What stands at each place of the examples, collated; a tuple becomes a list."""
    lengths = {len(example) for example in batch}
    if len(lengths) > 1:
        raise ShapeError(
            f"default_collate: examples of {' and '.join(map(str, sorted(lengths)))} parts do not "
            "make one batch. Every example must have the same parts."
        )
    parts = [default_collate(part) for part in zip(*batch, strict=True)]
    return type(first)(*parts) if hasattr(first, "_fields") else parts


def default_convert(data: Any) -> Any:
    """One example, with its NumPy arrays and scalars as tensors, and nothing else changed.

    What a loader with `batch_size=None` does to every example.
    """
    if isinstance(data, np.ndarray | np.generic):
        return Tensor(np.asarray(data)) if data.dtype.kind in "biuf" else data
    if isinstance(data, Mapping):
        return _like(data, {key: default_convert(value) for key, value in data.items()})
    if isinstance(data, tuple) and hasattr(data, "_fields"):
        return type(data)(*map(default_convert, data))
    if isinstance(data, Sequence) and not isinstance(data, str | bytes):
        return [default_convert(part) for part in data]
    return data


def _like(first: Mapping[Any, Any], parts: dict[Any, Any]) -> Any:
    """The parts in a mapping of the kind of `first`, with whatever else that one carries."""
    try:
        if isinstance(first, MutableMapping):
            twin = copy.copy(first)
            twin.update(parts)
            return twin
        make: Callable[[Any], Any] = type(first)
        return make(parts)
    except TypeError:
        return parts
