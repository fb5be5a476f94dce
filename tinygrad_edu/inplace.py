"""Changing a tensor in place, so that a gradient is either right or refused.

The new value is computed as usual, out of place, and then written over the old one: the recipe of
`x += y` is the recipe of `x + y`. What makes it safe is the clock in `memory`: the write is later than
the node, so a rule that reads the old value (that of `x *= y` reads x for y's gradient) finds it edited
and refuses, while one that does not (`x += y`) goes on.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from . import dtypes, memory
from .engine import Node, modes
from .errors import DTypeError, InPlaceError, ShapeError


class InPlace:
    """The in-place half of a Tensor."""

    __slots__ = ()

    def _become(self, result: Tensor, name: str) -> Tensor:
        """Write `result` into this tensor's memory and take over its history."""
        self._refuse_unsafe_edit(name, recorded=result.requires_grad)
        if result.shape != self.shape:
            raise ShapeError(
                f"{name}: the result has shape {result.shape}, but it must be written into a tensor "
                f"of shape {self.shape}. An in-place operation cannot grow its tensor."
            )
        if dtypes.category(result.dtype) > dtypes.category(self.dtype):
            raise DTypeError(
                f"{name}: the result is {result.dtype}, which does not fit into a tensor of "
                f"{self.dtype}. Convert first: x = x.to({result.dtype})."
            )
        np.copyto(self.array, result.array, casting="unsafe")
        memory.stamp(self.array, by=self if result.requires_grad else None)
        if result.requires_grad:
            self.node, self.requires_grad = result.node, True
        return self

    def _refuse_unsafe_edit(self, name: str, *, recorded: bool) -> None:
        if not self.array.flags.writeable:
            raise InPlaceError(
                f"{name}: this tensor of shape {self.shape} is an expanded or read-only view, several "
                "elements of which share one place in memory. Call clone() first."
            )
        if not modes.grad:
            return
        if self.node is None and self.requires_grad:
            raise InPlaceError(
                f"{name}: a leaf that requires a gradient cannot be changed in place while operations "
                "are recorded. Wrap the update in `with no_grad():`."
            )
        edge = self.node
        while edge is not None and np.may_share_memory(edge.z, self.array):
            source = edge.inputs[0]
            if isinstance(source, Tensor) and np.may_share_memory(source.array, self.array):
                raise InPlaceError(
                    f"{name}: this tensor is a view of a leaf that requires a gradient. Wrap the "
                    "update in `with no_grad():`, or edit a clone()."
                )
            edge = source if isinstance(source, Node) else None

    def __iadd__(self, other: Any) -> Tensor:
        return self._become(self + other, "+=")

    def __isub__(self, other: Any) -> Tensor:
        return self._become(self - other, "-=")

    def __imul__(self, other: Any) -> Tensor:
        return self._become(self * other, "*=")

    def __itruediv__(self, other: Any) -> Tensor:
        return self._become(self / other, "/=")

    def __ipow__(self, other: Any) -> Tensor:
        return self._become(self**other, "**=")
