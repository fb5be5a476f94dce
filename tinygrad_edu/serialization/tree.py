"""Nested plain data with tensors in it, taken apart into arrays and a skeleton that JSON can hold.

    {"epoch": 3, "model": {"0.weight": tensor}}
    → arrays {"model.0.weight": array},
      skeleton {"epoch": 3, "model": {"0.weight": {"$tensor": "model.0.weight"}}}

An array's name is the path that leads to it, so a state dict keeps its own names and others find
them. What JSON does not have (tuples, numbers as keys) is marked with a `$`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ..errors import InputTypeError
from ..tensor import Tensor

__all__ = ["pack", "unpack"]


def pack(obj: Any, asked: str = "save") -> tuple[dict[str, np.ndarray], Any]:
    """The arrays of `obj` by their names, and the skeleton that says where they belong.

    Raises `InputTypeError`, with the place, for what is neither numbers nor plain data.
    """
    packer = _Packer(asked)
    try:
        return packer.arrays, packer.pack(obj, ())
    except RecursionError:
        raise InputTypeError(
            f"{asked}: the object is nested too deeply, or contains itself. Save its parts."
        ) from None


class _Packer:
    """Walks through an object; `arrays` collects what it finds."""

    def __init__(self, asked: str) -> None:
        self.asked = asked
        self.arrays: dict[str, np.ndarray] = {}

    def pack(self, x: Any, path: tuple[Any, ...]) -> Any:
        if isinstance(x, Tensor):
            return {"$tensor": self.keep(x.array, path)}
        if isinstance(x, np.ndarray):
            return {"$array": self.keep(x, path)}
        if isinstance(x, np.generic):
            return {"$number": self.keep(np.asarray(x), path)}
        if x is None or isinstance(x, bool | int | float | str):
            return x
        if isinstance(x, Mapping):
            return self.pack_mapping(x, path)
        if isinstance(x, tuple | list):
            parts = [self.pack(part, (*path, i)) for i, part in enumerate(x)]
            return parts if isinstance(x, list) else {"$tuple": parts}
        raise self.refused(x, path)

    def pack_mapping(self, x: Mapping[Any, Any], path: tuple[Any, ...]) -> Any:
        values = {key: self.pack(value, (*path, key)) for key, value in x.items()}
        plain = all(isinstance(key, str) and not key.startswith("$") for key in values)
        if plain and not isinstance(x, Counter):
            return values
        pairs = [[self.pack(key, (*path, key)), value] for key, value in values.items()]
        return {"$counter" if isinstance(x, Counter) else "$dict": pairs}

    def keep(self, array: np.ndarray, path: tuple[Any, ...]) -> str:
        """Keep the array under its path; a path that another has already gets a mark."""
        name = ".".join(map(str, path)) or "tensor"
        while name in self.arrays or name == "__metadata__":  # the header's own key
            name += "'"
        self.arrays[name] = array
        return name

    def refused(self, x: Any, path: tuple[Any, ...]) -> InputTypeError:
        place = "the object" + "".join(f"[{key!r}]" for key in path)
        fix = (
            "Save its state: x.state_dict()."
            if hasattr(x, "state_dict")
            else "Turn it into tensors, numbers, strings, lists or dicts; nothing is pickled."
        )
        return InputTypeError(
            f"{self.asked}: {place} is {type(x).__name__}, and a file of numbers and plain data "
            f"cannot hold that. {fix}"
        )


def unpack(skeleton: Any, arrays: Mapping[str, np.ndarray]) -> Any:
    """The object that `pack` took apart.

    Raises `ValueError` or another built-in error where the two do not fit each other: every array
    has exactly one place.
    """
    left = dict(arrays)
    obj = _unpack(skeleton, left)
    if left:
        raise ValueError(f"it holds {', '.join(sorted(left)[:5])}, but does not say what for")
    return obj


def _unpack(x: Any, left: dict[str, np.ndarray]) -> Any:
    if isinstance(x, list):
        return [_unpack(part, left) for part in x]
    if not isinstance(x, dict):
        return x
    mark = next(iter(x), "")
    if not mark.startswith("$"):
        return {key: _unpack(value, left) for key, value in x.items()}
    if len(x) != 1 or mark not in _MARKS:
        raise ValueError(f"its skeleton has the unknown mark {mark!r}")
    return _MARKS[mark](x[mark], left)


def _take(name: Any, left: dict[str, np.ndarray]) -> np.ndarray:
    if name not in left:
        raise ValueError(f"it has no array {name!r}, or uses it twice")
    return left.pop(name)


def _pairs(pairs: Any, left: dict[str, np.ndarray]) -> dict[Any, Any]:
    return {_unpack(key, left): _unpack(value, left) for key, value in pairs}


_MARKS: dict[str, Callable[[Any, dict[str, np.ndarray]], Any]] = {
    "$tensor": lambda name, left: Tensor(_take(name, left)),
    "$array": _take,
    "$number": lambda name, left: _take(name, left)[()],
    "$tuple": lambda parts, left: tuple(_unpack(part, left) for part in parts),
    "$dict": _pairs,
    "$counter": lambda pairs, left: Counter(_pairs(pairs, left)),
}
