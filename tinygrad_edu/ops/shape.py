"""Moves: the same numbers in another shape or order. The gradient travels back by the inverse move."""

from __future__ import annotations

import numpy as np

from ..op import COLLECTOR, MOVER, Array, op

Shape = tuple[int, ...]


# Broadcasting copies, so its backward collects; each of the two is the other's rule.


@op(family=COLLECTOR, formula=r"z = \mathrm{broadcast}(x)")
def broadcast_to(x: Array, shape: Shape) -> Array:
    """x repeated along missing and one-element axes until it has `shape`; a view, no copy."""
    return np.broadcast_to(x, shape)


@op(family=COLLECTOR, formula=r"z = \sum_{\text{copies}} x")
def sum_to(x: Array, shape: Shape) -> Array:
    """The inverse of broadcasting: x summed over its copies until it has `shape`."""
    extra = x.ndim - len(shape)
    axes = tuple(i for i in range(x.ndim) if i < extra or (shape[i - extra] == 1 != x.shape[i]))
    return x.sum(axis=axes, keepdims=True).reshape(shape) if axes else x.reshape(shape)


broadcast_to.defvjp(
    x=lambda g, x_shape: sum_to(g, x_shape),
)
sum_to.defvjp(
    x=lambda g, x_shape: broadcast_to(g, x_shape),
)


@op(family=MOVER, formula=r"z = \mathrm{reshape}(x)")
def reshape(x: Array, shape: Shape) -> Array:
    """The same numbers, in the same order, in another shape; −1 stands for what is left."""
    return x.reshape(shape)


reshape.defvjp(
    x=lambda g, x_shape: reshape(g, x_shape),
)


@op(family=MOVER, formula=r"z = x")
def clone(x: Array) -> Array:
    """A copy with its own memory; the gradient flows on unchanged."""
    return x.copy()


clone.defvjp(
    x=lambda g: g,
)
