"""Where a dimension or an index points: what the shape, joining and indexing ops share. No ops."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable
from types import EllipsisType
from typing import Any

import numpy as np

from ..errors import DimError, DTypeError, InputTypeError, PlaceError, ShapeError

# -- dimensions


def expect_tensors(name: str, *xs: Any) -> None:
    """Raise `InputTypeError` for the first that is no tensor: a number, a list, None."""
    for x in xs:
        if not hasattr(x, "shape"):
            raise InputTypeError(
                f"{name}: received {x!r:.40} of type {type(x).__name__}, but a tensor was "
                "expected. Make it one: tinygrad_edu.tensor(...)."
            )


def whole(name: str, option: str, value: Any) -> int:
    """`value` as a whole number; raises `InputTypeError` for a string, a fraction, None."""
    try:
        return operator.index(value)
    except TypeError:
        raise InputTypeError(
            f"{name}: {option}={value!r:.40} of type {type(value).__name__}, but a whole number "
            "was expected. Pass one such as 2."
        ) from None


def wholes(name: str, option: str, values: Any) -> tuple[int, ...]:
    """Several whole numbers, in a list or a tuple; raises as `whole` does."""
    several = isinstance(values, Iterable) and not isinstance(values, str)
    return tuple(whole(name, option, n) for n in (values if several else (values,)))


def wrap(dim: Any, ndim: int, name: str) -> int:
    """The dimension `dim` counted from the front; a 0-d tensor counts as having one.

    Raises `DimError` where there is no such dimension.
    """
    n = ndim or 1
    try:
        number = operator.index(dim)
    except TypeError:
        raise InputTypeError(
            f"{name}: a dimension is a whole number, but it is {dim!r}. Pass dim={-n} to {n - 1}."
        ) from None
    if not -n <= number < n:
        raise DimError(
            f"{name}: asked for dim {number} of a tensor with {ndim} dimension(s). "
            f"Use {-n} to {n - 1}."
        )
    return number % n


def wrap_all(dims: Any, ndim: int, name: str) -> tuple[int, ...]:
    """One dimension or several, counted from the front; `ShapeError` where one is named twice."""
    several = dims if isinstance(dims, Iterable) else (dims,)
    wrapped = tuple(wrap(dim, ndim, name) for dim in several)
    if len(set(wrapped)) < len(wrapped):
        raise ShapeError(f"{name}: dims {tuple(several)} name a dimension twice. Name each once.")
    return wrapped


def common_shape(name: str, *shapes: tuple[int, ...]) -> tuple[int, ...]:
    """The shape that all of `shapes` broadcast to; raises `ShapeError` where there is none."""
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        raise ShapeError(
            f"{name}: the shapes {' and '.join(map(str, shapes))} do not broadcast. Counted from "
            "the right, lengths must be equal or 1."
        ) from None


# -- one index for every element: gather and scatter


def grid(name: str, shape: tuple[int, ...], index: np.ndarray, dim: int) -> tuple[Any, ...]:
    """Where the elements of `index` point in an array of `shape`: along `dim`, each in its own row.

    shape (N, M), index (n, m), dim 1 → (rows (n, 1), index (n, m)). Raises `DTypeError`,
    `ShapeError` or `PlaceError` where the index does not fit.
    """
    if index.dtype.kind not in "iu":
        raise DTypeError(f"{name}: the index is {index.dtype}, but it counts places. Use x.long().")
    if index.ndim != len(shape):
        raise ShapeError(
            f"{name}: the index has shape {index.shape}, the tensor {shape}: {index.ndim} ≠ "
            f"{len(shape)} dimensions. Add the missing one with unsqueeze()."
        )
    for d, n in enumerate(index.shape):
        if d != dim and n > shape[d]:
            raise ShapeError(
                f"{name}: the index of shape {index.shape} reaches past the tensor of shape "
                f"{shape}: {n} > {shape[d]} in dimension {d}. It may be longer only in dim {dim}."
            )
    within(name, index, shape[dim])
    places: list[Any] = list(np.indices(index.shape, sparse=True))
    places[dim] = index
    return tuple(places)


def within(name: str, index: np.ndarray, length: int) -> None:
    """Raise `PlaceError` unless every element of `index` is one of 0, 1, … length − 1."""
    if not index.size:
        return
    low, high = index.min(), index.max()
    if low < 0 or high >= length:
        raise PlaceError(
            f"{name}: index {low if low < 0 else high} is out of range: this dimension has "
            f"{length} places, 0 to {length - 1}. Check the labels, or the size of the table."
        )


# -- x[index], as PyTorch reads it


def steps(index: Any) -> tuple[tuple[Any, ...] | None, Any]:
    """An index as two steps: (numbers, slices and None; a view), then (arrays; a copy); or None.

    In `x[0, :, array]` NumPy counts the 0 among the arrays and moves their result to the front;
    PyTorch takes the 0 first, and the result stays where the array stood: two steps do the same.
    """
    if index.__class__ is int or index.__class__ is slice:
        return (index, ...), None
    if index.__class__ is not tuple:
        part = plain(index)
        return (None, part) if isinstance(part, np.ndarray) else (_view((part,)), None)
    parts = tuple(plain(part) for part in index)
    arrays = [part for part in parts if isinstance(part, np.ndarray)]
    if not arrays:
        return _view(parts), None
    if not any(isinstance(part, int) for part in parts):
        return None, parts
    first: list[Any] = []
    then: list[Any] = []
    for part in parts:
        if isinstance(part, np.ndarray):  # a mask stands for as many dimensions as it has
            first += [slice(None)] * (part.ndim if part.dtype.kind == "b" else 1)
            then.append(part)
        else:
            first.append(part)
            if not isinstance(part, int):
                then.append(Ellipsis if part is Ellipsis else slice(None))
    return _view(tuple(first)), tuple(then)


def _view(parts: tuple[Any, ...]) -> tuple[Any, ...]:
    """An index with an ellipsis, so that NumPy gives a view and never a bare number."""
    return parts if any(part is Ellipsis for part in parts) else (*parts, ...)


def plain(part: Any) -> Any:
    """One part of an index, without tensors: an int, a slice, None, an ellipsis or an array."""
    if part is None or isinstance(part, (slice, EllipsisType)) or part.__class__ is int:
        return part
    array = getattr(part, "array", part)
    if not isinstance(array, np.ndarray):
        try:
            array = np.asarray(array)
        except ValueError:
            raise InputTypeError(
                f"getitem: {part!r:.40} is not an index: its lists differ in length. Separate the "
                "dimensions by commas, x[i, j], not by brackets."
            ) from None
        if not array.size:
            array = array.astype(np.intp)  # an empty list holds no floats
    kind = array.dtype.kind
    if kind == "i" and not array.ndim:
        return int(array)
    if array.dtype == np.uint8:
        raise DTypeError(
            "getitem: an index of uint8 could be a mask or a list of places. "
            "Say which: index.bool() or index.long()."
        )
    if kind not in "iub":
        raise (DimError if kind == "f" else InputTypeError)(
            f"getitem: {part!r} is not an index. Use whole numbers, slices, None, ..., and tensors "
            "of int64 or bool."
        )
    return array


def frozen(index: Any) -> Any:
    """The index without tensors, with its own copy of every array: later edits do not reach it."""
    if index.__class__ is int or index.__class__ is slice:
        return index
    if index.__class__ is tuple:
        return tuple(frozen(part) for part in index)
    part = plain(index)
    theirs = isinstance(part, np.ndarray) and part is getattr(index, "array", index)
    return part.copy() if theirs else part


def in_order(y: Any) -> np.ndarray:
    """y laid out row by row: then NumPy writes in that order, and of equal places the last wins.

    Where the index and y all lie backwards in memory, it would go through them backwards.
    """
    return np.asarray(y, order="C")


def may_repeat(places: Any) -> bool:
    """Whether an index can choose one element twice: only arrays of numbers can."""
    parts = places if isinstance(places, tuple) else (places,)
    return any(isinstance(part, np.ndarray) and part.dtype.kind != "b" for part in parts)


def add_at(z: np.ndarray, places: Any, x: np.ndarray) -> None:
    """z[places] += x, in place, where a place named twice receives both.

    NumPy is several times faster with one flat index than with rows, so where the arrays index the
    leading dimensions the places are counted in elements: row r of width w is r·w, r·w + 1, …
    """
    parts = places if isinstance(places, tuple) else (places,)
    numbers = all(isinstance(part, np.ndarray) and part.dtype.kind != "b" for part in parts)
    if not (numbers and x.size and z.flags.c_contiguous):
        np.add.at(z, places, x)
        return
    n = len(parts)
    flat = np.asarray(np.ravel_multi_index(parts, z.shape[:n], mode="wrap"))  # −1 is the last
    width = math.prod(z.shape[n:])
    if width != 1:
        flat = flat[..., None] * width + np.arange(width)  # (…,) → (…, w)
    np.add.at(z.reshape(-1), flat.reshape(-1), x.reshape(-1))
