"""Every op that PyTorch also has as a method: `x.exp()` is `exp(x)`.

An op placed in a class body is a method, so most of this file is a table. Only the methods whose PyTorch
signature takes a shape in pieces (`x.reshape(2, 3)`) are written out.
"""

from __future__ import annotations

from typing import Any

from . import ops


class Methods:
    """The ops as methods of a Tensor."""

    __slots__ = ()

    add, sub, mul, div, neg, pow = ops.add, ops.sub, ops.mul, ops.div, ops.neg, ops.pow
    clone = ops.clone

    def reshape(self, *shape: Any) -> Any:
        """The same numbers in another shape: `x.reshape(2, 3)` or `x.reshape((2, 3))`."""
        return ops.reshape(self, _pieces(shape))


def _pieces(args: tuple[Any, ...]) -> tuple[int, ...]:
    """A shape given as `2, 3` or as `(2, 3)`."""
    if len(args) == 1 and not hasattr(args[0], "__index__"):
        args = tuple(args[0])
    return tuple(int(n) for n in args)
