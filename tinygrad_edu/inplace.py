"""Changing a tensor in place, so that a gradient is either right or refused.

The new value is computed as usual, out of place, and then written over the old one: the recipe of
`x += y` is the recipe of `x + y`, and where its rules read the old value (that of `x *= y` reads x
for y's gradient), it is given a copy. What makes the rest safe is the clock in `memory`: the write
is later than every node that used the old value, so a rule that reads it finds it edited and
refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np

from . import dtypes, memory, ops
from .engine import Node, modes
from .errors import ArgumentError, DTypeError, InPlaceError, InputTypeError, ShapeError
from .ops.places import frozen
from .random import Generator, default_generator


def _in_place(name: str) -> Callable[..., Any]:
    """The method `name_`: the op `name`, its result written over the tensor."""

    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        return self._become(getattr(self, name)(*args, **kwargs), name + "_")

    method.__name__ = method.__qualname__ = name + "_"
    method.__doc__ = (
        f"`{name}`, with the result written over this tensor; returns the tensor itself."
    )
    return method


class InPlace:
    """The in-place half of a Tensor."""

    __slots__ = ()

    if TYPE_CHECKING:
        array: np.ndarray
        requires_grad: bool
        node: Node | None
        _follow: Callable[[Node], None]
        shape: Any
        dtype: Any

    add_, sub_, mul_, div_ = map(_in_place, ("add", "sub", "mul", "div"))
    pow_, remainder_, neg_, abs_ = map(_in_place, ("pow", "remainder", "neg", "abs"))
    square_, sqrt_, rsqrt_ = map(_in_place, ("square", "sqrt", "rsqrt"))
    reciprocal_, sign_ = map(_in_place, ("reciprocal", "sign"))
    floor_, ceil_, round_, trunc_ = map(_in_place, ("floor", "ceil", "round", "trunc"))
    exp_, expm1_, log_, log1p_ = map(_in_place, ("exp", "expm1", "log", "log1p"))
    log2_, log10_ = map(_in_place, ("log2", "log10"))
    sin_, cos_, tan_, tanh_ = map(_in_place, ("sin", "cos", "tan", "tanh"))
    asin_, acos_, atan_ = map(_in_place, ("asin", "acos", "atan"))
    sinh_, cosh_, erf_ = map(_in_place, ("sinh", "cosh", "erf"))
    sigmoid_, relu_, clamp_, clip_ = map(_in_place, ("sigmoid", "relu", "clamp", "clip"))
    masked_fill_, tril_, triu_ = map(_in_place, ("masked_fill", "tril", "triu"))
    scatter_, scatter_add_, addmm_ = map(_in_place, ("scatter", "scatter_add", "addmm"))
    addcmul_, addcdiv_, lerp_ = map(_in_place, ("addcmul", "addcdiv", "lerp"))
    index_add_ = _in_place("index_add")
    cumsum_, cumprod_ = map(_in_place, ("cumsum", "cumprod"))

    def __iadd__(self, other: Any) -> Any:
        return self._become(self + other, "+=")

    def __isub__(self, other: Any) -> Any:
        return self._become(self - other, "-=")

    def __imul__(self, other: Any) -> Any:
        return self._become(self * other, "*=")

    def __itruediv__(self, other: Any) -> Any:
        return self._become(self / other, "/=")

    def __ipow__(self, other: Any) -> Any:
        return self._become(self**other, "**=")

    def __imod__(self, other: Any) -> Any:
        return self._become(self % other, "%=")

    def __ifloordiv__(self, other: Any) -> Any:
        return self._become(self // other, "//=")

    def __iand__(self, other: Any) -> Any:
        return self._become(self & other, "&=")

    def __ior__(self, other: Any) -> Any:
        return self._become(self | other, "|=")

    def __ixor__(self, other: Any) -> Any:
        return self._become(self ^ other, "^=")

    # -- overwriting: the old value's gradient is zero

    def copy_(self, source: Any) -> Any:
        """Overwrite with `source`, broadcast and converted to this tensor's type; its gradient
        flows.
        """
        if not hasattr(source, "array"):
            source = self._wrap(np.asarray(source))  # type: ignore[attr-defined]
        return self._become(ops.overwrite(self, source.to(self.array.dtype)), "copy_")

    def fill_(self, value: Any) -> Any:
        """Overwrite every element with one number."""
        if getattr(value, "ndim", 0):
            raise ShapeError(
                f"fill_: the value has shape {tuple(value.shape)}, but one number fills the whole "
                "tensor. Use copy_ to write many."
            )
        return self.copy_(np.asarray(value) if not hasattr(value, "array") else value)

    def fill_diagonal_(self, fill_value: float) -> Any:
        """Overwrite the diagonal of a matrix with one number."""
        if self.array.ndim != 2:
            raise ShapeError(
                f"fill_diagonal_: x {self.array.shape} is no matrix. It needs two dimensions."
            )
        places = self._wrap(np.eye(*self.array.shape) > 0)  # type: ignore[attr-defined]
        return self.masked_fill_(places, fill_value)

    def zero_(self) -> Any:
        """Overwrite every element with zero."""
        return self.fill_(0)

    def uniform_(
        self, a: float = 0.0, b: float = 1.0, *, generator: Generator | None = None
    ) -> Any:
        """Overwrite with uniform random numbers in [a, b)."""
        a, b = _number("uniform_", a), _number("uniform_", b)
        if a > b:
            raise ArgumentError(
                f"uniform_: from {a} to {b} is empty. Pass the smaller number first."
            )
        self._require_float("uniform_")
        rng = (generator or default_generator).numpy
        return self.copy_(rng.uniform(a, b, self.array.shape))

    def normal_(
        self, mean: float = 0.0, std: float = 1.0, *, generator: Generator | None = None
    ) -> Any:
        """Overwrite with normal random numbers."""
        mean, std = _number("normal_", mean), _number("normal_", std)
        if std < 0:
            raise ArgumentError(
                f"normal_: the standard deviation {std} is negative. Use 0 or more."
            )
        self._require_float("normal_")
        rng = (generator or default_generator).numpy
        return self.copy_(rng.normal(mean, std, self.array.shape))

    def _require_float(self, name: str) -> None:
        if self.dtype.kind != "f":
            raise DTypeError(
                f"{name}: these numbers are fractions, and a tensor of {self.dtype} would cut them "
                "off. Use random_ for whole numbers, or x.float()."
            )

    def bernoulli_(self, p: float = 0.5, *, generator: Generator | None = None) -> Any:
        """Overwrite with 1 with probability p, else 0."""
        if not 0 <= p <= 1:
            raise ArgumentError(f"bernoulli_: {p} is not a probability. Use a number from 0 to 1.")
        rng = (generator or default_generator).numpy
        return self.copy_(rng.random(self.array.shape) < p)

    def random_(
        self, low: int = 0, to: int | None = None, *, generator: Generator | None = None
    ) -> Any:
        """Overwrite with whole numbers from `low` up to, without, `to`; `random_(to)` is from 0."""
        low, to = _number("random_", low), None if to is None else _number("random_", to)
        if to is None:
            low, to = (0, low) if low else (0, 2**24)
        rng = (generator or default_generator).numpy
        return self.copy_(rng.integers(low, to, self.array.shape))

    def __setitem__(self, index: Any, value: Any) -> None:
        if not hasattr(value, "array"):
            try:
                value = self._wrap(np.asarray(value, dtype=self.array.dtype))  # type: ignore[attr-defined]
            except (ValueError, TypeError):
                raise InputTypeError(
                    f"x[index] = value: {value!r} of type {type(value).__name__} is not made of "
                    f"numbers that fit into {self.dtype}. Pass a number or a tensor."
                ) from None
        if memory.carries(value, value.array) and self._is_same_place(index, value):
            # `x[i] *= 2` is three steps: v = x[i], v *= 2, x[i] = v. The second gave the memory a
            # new history, carried by v alone; the third hands it over to x.
            memory.inherit(self.array, self)
        result = ops.setitem(self, value.to(self.array.dtype), frozen(index))
        self._become(result, "x[index] = value")

    def _is_same_place(self, index: Any, value: Any) -> bool:
        """Whether `value` is a view of exactly the elements that `index` means."""
        if memory.owner_of(self.array) is not memory.owner_of(value.array):
            return False
        here = ops.getitem(self.array, index).__array_interface__
        there = value.array.__array_interface__
        return all(here[k] == there[k] for k in ("data", "shape", "strides"))

    # -- how it is done

    def _become(self, result: Any, name: str) -> Any:
        """Write `result` into this tensor's memory and take over its history."""
        self._refuse_unsafe_edit(name)
        if result.shape != self.shape:
            raise ShapeError(
                f"{name}: the result has shape {result.shape}, but it must be written into a "
                f"tensor of shape {self.shape}. An in-place operation cannot grow its tensor."
            )
        if dtypes.category(result.dtype) > dtypes.category(self.dtype):
            raise DTypeError(
                f"{name}: the result is {result.dtype}, which does not fit into a tensor of "
                f"{self.dtype}. Convert first: x = x.to({result.dtype})."
            )
        if result.requires_grad:
            self._keep_old_values(result.node)
            result = result.to(self.dtype)  # recorded: the gradient is of the type of its input
        elif self.requires_grad and modes.grad:
            raise InPlaceError(
                f"{name}: the result has no gradient, and this tensor of shape {self.shape} has a "
                "history that would no longer be true. Write it out of place: y = x // 2."
            )
        np.copyto(self.array, result.array, casting="unsafe")
        if result.requires_grad:
            self._follow(result.node)
        memory.stamp(self.array, by=self if result.requires_grad else None)
        return self

    def _keep_old_values(self, node: Node) -> None:
        """Give the recipe copies of what is about to be overwritten, where its rules read it."""
        rules = [node.op.rule(i) for i in range(len(node.inputs))]
        read = {i for rule in rules if rule for i in rule.reads}
        node.values = [
            v.copy()
            if (i in read or -1 in read)
            and isinstance(v, np.ndarray)
            and np.may_share_memory(v, self.array)
            else v
            for i, v in enumerate(node.values)
        ]

    def _refuse_unsafe_edit(self, name: str) -> None:
        if not self.array.flags.writeable:
            raise InPlaceError(
                f"{name}: this tensor of shape {self.shape} is an expanded or read-only view, "
                "several elements of which share one place in memory. Call clone() first."
            )
        if not modes.grad:
            return
        if self.node is None and self.requires_grad:
            raise InPlaceError(
                f"{name}: a leaf that requires a gradient cannot be changed in place while "
                "operations are recorded. Wrap the update in `with no_grad():`."
            )
        edge = self.node
        # Freed nodes no longer hold their values, but still say where these came from.
        while edge is not None and (edge.z is None or np.may_share_memory(edge.z, self.array)):
            source = edge.inputs[0]
            leaf = source is not None and not isinstance(source, Node)
            if leaf and np.may_share_memory(source.array, self.array):
                raise InPlaceError(
                    f"{name}: this tensor is a view of a leaf that requires a gradient. Wrap the "
                    "update in `with no_grad():`, or edit a clone()."
                )
            edge = source if isinstance(source, Node) else None


def refuse_stale(name: str, inputs: Sequence[Any]) -> None:
    """Refuse a tensor whose memory got a new history through another tensor (an in-place edit of a
    view) after it was computed, or, without a recipe, taken.
    """
    for x in inputs:
        if hasattr(x, "edge"):
            made = x.__dict__.get("taken", 0) if x.node is None else x.node.number
            if memory.rewritten_since(x.array, made, by=x):
                raise InPlaceError(
                    f"{name}: this tensor of shape {x.shape} shares memory with another one "
                    "that was changed in place after it, under recording, so its own history is "
                    "out of date. Use the changed tensor, write with one index (b[0, 1] = w, not "
                    "b[0][1] = w), or out of place: x = x * 2."
                )


def _number(name: str, value: Any) -> Any:
    """The value, if it is one number; a tensor without dimensions is."""
    if isinstance(value, Real) or getattr(value, "shape", None) == ():
        return value if isinstance(value, Real) else value.item()
    raise InputTypeError(
        f"{name}: received {value!r:.40} of type {type(value).__name__}, but one number was "
        "expected. Another one for each element is written by copy_()."
    )
