"""What instructions call: small functions with their arguments bound."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .. import memory
from ..tensor import Tensor
from .plan import Value
from .symbols import copy_to

__all__ = ["copy_to"]


def bound(forward: Callable[..., Any], params: Any) -> Callable[..., Any]:
    """An op's forward function with its parameters."""
    if not params:
        return forward
    return lambda *inputs: forward(*inputs, **params)


# -- rules


class Recipe:
    """One application of an op, as its rules see it; the arrays are put in for every replay."""

    __slots__ = ("_shapes", "params", "values", "z")

    def __init__(self, node: Any) -> None:
        self.z: Any = None
        self.values: Any = [None if isinstance(v, np.ndarray) else v for v in node.values]
        self.params = node.params
        self._shapes = [np.shape(v) for v in node.values]

    def shape_of(self, i: int) -> tuple[int, ...]:
        """The shape of input `i`."""
        shape: tuple[int, ...] = self._shapes[i]
        return shape

    def shapes(self) -> list[tuple[int, ...]]:
        """The shapes of all inputs."""
        return self._shapes


def pulling(rule: Any, recipe: Recipe, node: Any, reads: Any) -> Callable[..., Any]:
    """The rule as a function of the gradient and of the values that it reads, in that order."""
    places = [k for k in reads if isinstance(node.values[k], np.ndarray)]
    reads_output, pull = rule.reads_output, rule.pull

    def pull_rule(g: Any, *values: Any) -> Any:
        if reads_output:
            recipe.z, *values = values  # type: ignore[assignment]
        for k, value in zip(places, values, strict=True):
            recipe.values[k] = value
        with np.errstate(all="ignore"):  # as in the engine: an infinite slope is a result
            return pull(g, recipe)

    return pull_rule


# -- gradients and edits


def add_in_place(so_far: np.ndarray, g: np.ndarray) -> None:
    """Gradients add up."""
    so_far += g
    memory.stamp(so_far)


def write(target: np.ndarray, source: np.ndarray) -> None:
    """An in-place operation's last step."""
    np.copyto(target, source, casting="unsafe")
    memory.stamp(target)


def always(array: np.ndarray) -> Callable[[], np.ndarray]:
    """That array."""
    return lambda: array


def array_of(x: Tensor) -> Callable[[], np.ndarray]:
    """The array that x has now."""
    return lambda: x.array


def grad_of(x: Tensor) -> Callable[[], np.ndarray]:
    """The array of the gradient that x has now."""
    return lambda: x._grad.array  # type: ignore[union-attr]


class GiveGrads:
    """Let leaves' `.grad` be the plan's arrays. An argument is another leaf in every call."""

    def __init__(self, leaf: Any, owner: Value | None) -> None:
        self.leaves = [(leaf, owner)]
        self._ready: list[tuple[Any, Tensor]] | None = None

    def join(self, other: GiveGrads) -> None:
        """Do the work of another one, too."""
        self.leaves += other.leaves

    def __call__(self, *arrays: np.ndarray) -> None:
        ready = self._ready
        if ready is None or ready[0][1].array is not arrays[0]:
            owners = [of(leaf, owner) for leaf, owner in self.leaves]
            ready = list(zip(owners, map(Tensor, arrays), strict=True))
            if all(owner is None or owner.kind != "argument" for _, owner in self.leaves):
                self._ready = ready  # the arrays are the plan's own, the same for every replay
        for leaf, grad in ready:
            leaf._grad = grad


class ClearGrad:
    """Forget a gradient."""

    def __init__(self, leaf: Any, owner: Value | None) -> None:
        self.leaf, self.owner = leaf, owner

    def __call__(self) -> None:
        of(self.leaf, self.owner)._grad = None


def of(leaf: Any, owner: Value | None) -> Any:
    """The tensor that is meant now."""
    return owner.tensor if owner is not None and owner.kind == "argument" else leaf


def zeros(like: np.ndarray) -> Callable[[], np.ndarray]:
    """An array of zeros."""
    shape, dtype = like.shape, like.dtype
    return lambda: np.zeros(shape, dtype)


# -- calls made again


def arguments_of(frame: types.FrameType) -> list[Any]:
    """A call's arguments: [by name, the rest]."""
    code, here = frame.f_code, frame.f_locals
    n = code.co_argcount + code.co_kwonlyargcount
    named = {name: here[name] for name in code.co_varnames[:n]}
    rest = here[code.co_varnames[n]] if code.co_flags & 0x04 else ()
    return [named, rest]


def flat(x: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Everything in nested lists, tuples, dicts and slices, with its place."""
    if isinstance(x, list | tuple):
        for k, part in enumerate(x):
            yield from flat(part, (*place, k))
    elif isinstance(x, dict):
        for k, part in x.items():
            yield from flat(part, (*place, k))
    elif isinstance(x, slice):
        yield from flat([x.start, x.stop, x.step], place)
    else:
        yield place, x


def calling(
    code: types.CodeType, names: dict[str, Any], fixed: list[Any], moving: list[Any]
) -> Callable[..., Any]:
    """The call, with the present arrays at the places `moving`; a tensor's result is its array."""
    function = types.FunctionType(code, names)
    count = code.co_argcount
    order = code.co_varnames[:count]

    def call(*arrays: np.ndarray) -> Any:
        named, rest = fixed
        if arrays:
            named = dict(named)
            for (place, is_tensor), array in zip(moving, arrays, strict=True):
                _put(named, place[1:], Tensor(array) if is_tensor else array)
        by_name = {k: v for k, v in named.items() if k not in order}
        result = function(*(named[k] for k in order), *rest, **by_name)
        return result.array if isinstance(result, Tensor) else None

    return call


def _put(named: dict[str, Any], place: tuple[Any, ...], x: Any) -> None:
    if len(place) == 1:
        named[place[0]] = x
        return
    inner = named[place[0]] = list(named[place[0]])
    inner[place[1]] = x
