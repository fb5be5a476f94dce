"""Moves: the same numbers in another shape or order. The gradient travels back the inverse way."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ..errors import ShapeError
from ..op import COLLECTOR, MOVER, ROUTER, Array, op
from .places import wrap, wrap_all

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


def expand(x: Array, shape: Sequence[int]) -> Array:
    """x repeated along missing and one-element dimensions; −1 keeps a length. A view.

    Raises `ShapeError` where a dimension that is not 1 would have to change.
    """
    new = len(shape) - len(x.shape)
    old = (None,) * new + tuple(x.shape)
    wanted = tuple(n if n != -1 or o is None else o for o, n in zip(old, shape, strict=False))
    if new < 0 or any(n < 0 or o not in (None, 1, n) for o, n in zip(old, wanted, strict=False)):
        raise ShapeError(
            f"expand: x {tuple(x.shape)} cannot become {tuple(shape)}: only missing dimensions and "
            "those of length 1 can be repeated. Use repeat() to copy, or reshape first."
        )
    return broadcast_to(x, wanted)


def expand_as(x: Array, other: Array) -> Array:
    """x expanded to the shape of `other`."""
    return expand(x, other.shape)


# -- another shape, the same order


@op(family=MOVER, formula=r"z = \mathrm{reshape}(x)")
def reshape(x: Array, shape: Shape) -> Array:
    """The same numbers, in the same order, in another shape; −1 stands for what is left.

    A view where the memory allows it, a copy elsewhere. Raises `ShapeError` where the sizes differ.
    """
    try:
        z = x.reshape(shape)
    except ValueError:
        z = None
    if z is None or (z.shape != shape and min(shape) < -1):  # NumPy lets any negative number pass
        raise ShapeError(
            f"reshape: x {x.shape} has {x.size} elements, which do not fill {tuple(shape)}. "
            "The lengths must multiply to the same size; one of them may be -1."
        )
    return z


@op(family=MOVER, formula=r"z = \mathrm{reshape}(x)")
def view(x: Array, shape: Shape) -> Array:
    """`reshape` that never copies; `ShapeError` where the shape needs another memory layout."""
    z: Array = reshape(x, shape)
    if z.size and not np.may_share_memory(x, z):
        raise ShapeError(
            f"view: x {x.shape} cannot be seen as {shape} without a copy: its elements do not lie "
            "in memory in that order (a transpose?). Use reshape(), or contiguous() first."
        )
    return z


for reshaping in (reshape, view):
    reshaping.defvjp(x=lambda g, x_shape: reshape(g, x_shape))


def view_as(x: Array, other: Array) -> Array:
    """x seen in the shape of `other`."""
    return view(x, tuple(other.shape))


def flatten(x: Array, start_dim: int = 0, end_dim: int = -1) -> Array:
    """The dimensions from `start_dim` to `end_dim` (included) as one: (N, C, H, W) → (N, C·H·W)."""
    shape = tuple(x.shape) or (1,)
    first, last = (wrap(dim, len(shape), "flatten") for dim in (start_dim, end_dim))
    if first > last:
        raise ShapeError(
            f"flatten: start_dim {start_dim} comes after end_dim {end_dim} in {shape}. Swap them."
        )
    return reshape(x, (*shape[:first], math.prod(shape[first : last + 1]), *shape[last + 1 :]))


def unflatten(x: Array, dim: int, sizes: Sequence[int]) -> Array:
    """Dimension `dim` as several of the lengths `sizes`, of which one may be −1."""
    dim, shape, sizes = wrap(dim, len(x.shape), "unflatten"), tuple(x.shape), tuple(sizes)
    known = math.prod(n for n in sizes if n != -1)
    if sizes.count(-1) == 1 and known:
        sizes = tuple(shape[dim] // known if n == -1 else n for n in sizes)
    if not sizes or math.prod(sizes) != shape[dim] or min(sizes) < 0:
        raise ShapeError(
            f"unflatten: dim {dim} of x {shape} has length {shape[dim]}, which is not the product "
            f"of {sizes}. The sizes must multiply to it."
        )
    return reshape(x, (*shape[:dim], *sizes, *shape[dim + 1 :]))


@op(family=MOVER, formula=r"z = \mathrm{squeeze}(x)")
def squeeze(x: Array, dim: int | Sequence[int] | None = None) -> Array:
    """x without its dimensions of length 1, or without those among `dim`; a view."""
    if dim is None:
        return x.squeeze()
    dims = wrap_all(dim, x.ndim, "squeeze")
    return x.squeeze(tuple(d for d in dims if x.ndim and x.shape[d] == 1))


@op(family=MOVER, formula=r"z = \mathrm{unsqueeze}(x)")
def unsqueeze(x: Array, dim: int) -> Array:
    """x with a new dimension of length 1 at `dim`; a view."""
    return np.expand_dims(x, wrap(dim, x.ndim + 1, "unsqueeze"))


for resizing in (squeeze, unsqueeze):
    resizing.defvjp(x=lambda g, x_shape: reshape(g, x_shape))


# -- another order


@op(family=MOVER, formula=r"z = x^\top")
def transpose(x: Array, dim0: int, dim1: int) -> Array:
    """Dimensions `dim0` and `dim1` swapped; a view."""
    dim0, dim1 = wrap(dim0, x.ndim, "transpose"), wrap(dim1, x.ndim, "transpose")
    return x.swapaxes(dim0, dim1) if x.ndim else x


@op(family=MOVER, formula=r"z = x^{\pi}")
def permute(x: Array, dims: Sequence[int]) -> Array:
    """The dimensions in the order `dims`: z.shape[i] = x.shape[dims[i]]; a view."""
    dims = wrap_all(dims, x.ndim, "permute") if x.ndim or len(dims) else ()
    if len(dims) != x.ndim:
        raise ShapeError(
            f"permute: x {x.shape} has {x.ndim} dimensions, but the order is {tuple(dims)}. "
            "Name every dimension once."
        )
    return x.transpose(dims)


def _inverse(dims: Sequence[int]) -> Shape:
    """The order that undoes the order `dims`."""
    return tuple(sorted(range(len(dims)), key=lambda i: dims[i] % len(dims)))


transpose.defvjp(
    x=lambda g, dim0, dim1: transpose(g, dim0, dim1),
)
permute.defvjp(
    x=lambda g, dims: permute(g, _inverse(dims)),
)


def swapaxes(x: Array, axis0: int, axis1: int) -> Array:
    """Dimensions `axis0` and `axis1` swapped (NumPy's name for `transpose`)."""
    return transpose(x, axis0, axis1)


def moveaxis(x: Array, source: int | Sequence[int], destination: int | Sequence[int]) -> Array:
    """The dimensions `source` at the places `destination`; the others keep their order."""
    ndim = len(x.shape)
    come, go = wrap_all(source, ndim, "moveaxis"), wrap_all(destination, ndim, "moveaxis")
    if len(come) != len(go):
        raise ShapeError(
            f"moveaxis: source {source} names {len(come)} dimension(s), destination {destination} "
            f"names {len(go)}. Name as many places as dimensions."
        )
    order = [d for d in range(ndim) if d not in come]
    for place, d in sorted(zip(go, come, strict=True)):
        order.insert(place, d)
    return permute(x, tuple(order))


movedim = moveaxis


def t(x: Array) -> Array:
    """The transpose of a matrix; a vector or a number stays as it is."""
    if len(x.shape) > 2:
        raise ShapeError(f"t: x {tuple(x.shape)} is more than a matrix. Use transpose() or .mT.")
    return transpose(x, 0, 1) if len(x.shape) == 2 else x


# -- copies of the whole


@op(family=COLLECTOR, formula=r"z = (x, x, \dots)")
def repeat(x: Array, repeats: Sequence[int]) -> Array:
    """x copied `repeats[d]` times along each dimension d; further repeats add dimensions before."""
    if len(repeats) < x.ndim or min(repeats, default=0) < 0:
        raise ShapeError(
            f"repeat: x {x.shape} has {x.ndim} dimension(s), but repeats are {tuple(repeats)}. "
            "Give a number, not negative, for every dimension, or use tile()."
        )
    return np.tile(x, repeats)


def _repeat_x(g: Array, x_shape: Shape, repeats: Sequence[int]) -> Array:
    old = (1,) * (len(repeats) - len(x_shape)) + tuple(x_shape)
    copies = tuple(n for pair in zip(repeats, old, strict=True) for n in pair)  # r·n -> r, n
    one_copy = tuple(n for length in old for n in (1, length))
    return reshape(sum_to(reshape(g, copies), one_copy), x_shape)


repeat.defvjp(
    x=_repeat_x,
)


def tile(x: Array, dims: Sequence[int]) -> Array:
    """x copied `dims[d]` times along each dimension; missing numbers in front are 1."""
    return repeat(x, (1,) * (len(x.shape) - len(dims)) + tuple(dims))


# -- turned and shifted


@op(family=MOVER, formula=r"z_i = x_{n-1-i}")
def flip(x: Array, dims: int | Sequence[int]) -> Array:
    """The elements in reverse order along `dims`; a copy."""
    dims = wrap_all(dims, x.ndim, "flip")
    return np.flip(x, dims).copy() if x.ndim else x.copy()


@op(family=MOVER, formula=r"z_{i+k} = x_i")
def roll(x: Array, shifts: int | Sequence[int], dims: int | Sequence[int] | None = None) -> Array:
    """The elements moved `shifts` places along `dims`; those pushed out come back in at the start.

    Without `dims`, the elements are moved in their flat order.
    """
    if dims is not None:
        several = (dims,) if isinstance(dims, int) else dims
        dims = tuple(wrap(dim, x.ndim, "roll") for dim in several)
        if np.size(shifts) != len(dims):
            raise ShapeError(
                f"roll: shifts {shifts} and dims {dims} must go in pairs: one shift for each dim."
            )
    return np.roll(x, shifts, dims if x.ndim else None)


flip.defvjp(
    x=lambda g, dims: flip(g, dims),
)
roll.defvjp(
    x=lambda g, shifts, dims: roll(g, tuple(-int(k) for k in np.ravel(shifts)), dims),
)


@op(family=MOVER, formula=r"z = x")
def clone(x: Array) -> Array:
    """A copy with its own memory; the gradient flows on unchanged."""
    return x.copy()


clone.defvjp(
    x=lambda g: g,
)


@op(family=ROUTER, formula=r"z = y", casts="keep")
def overwrite(x: Array, y: Array) -> Array:
    """x with every element replaced by y, which is broadcast: what `copy_` and `zero_` record."""
    return np.broadcast_to(y, x.shape).copy()


overwrite.defvjp(
    x=lambda g: np.zeros_like(g),
    y=lambda g: g,
)
