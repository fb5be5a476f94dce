"""Putting tensors together, and taking one apart: each is the backward of the other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise
from typing import Any

import numpy as np

from ..errors import ArgumentError, DimError, ShapeError
from ..op import MOVER, Array, op
from .indexing import getitem, take_rows
from .places import expect_tensors, whole, wholes, wrap
from .shape import reshape

# -- together


@op(family=MOVER, formula=r"z = [x_1\ x_2\ \dots]")
def cat_all(*xs: Array, dim: int, ends: Sequence[int]) -> Array:
    """The inputs one after another along `dim`; input i fills the places ends[i] to ends[i + 1]."""
    try:
        return np.concatenate(xs, axis=dim)
    except ValueError:
        raise ShapeError(
            f"cat: tensors of shapes {', '.join(str(x.shape) for x in xs)} cannot be joined along "
            f"dim {dim}: their other lengths differ. Join along another dim, or stack() them."
        ) from None


@op(family=MOVER, formula=r"z_i = x_i")
def stack_all(*xs: Array, dim: int) -> Array:
    """The inputs, all of one shape, as the slices of a new dimension `dim`."""
    return np.stack(xs, axis=dim)


def _slice(x: Array, dim: int, part: Any) -> Array:
    return getitem(x, (*[slice(None)] * dim, part))


cat_all.defvjp(
    xs=lambda g, i, dim, ends: _slice(g, dim, slice(ends[i], ends[i + 1])),
)
stack_all.defvjp(
    xs=lambda g, i, dim: _slice(g, dim, i),
)


def cat(tensors: Iterable[Array], dim: int = 0) -> Array:
    """The tensors one after another along `dim`; their other lengths must agree.

    (2, 3) and (5, 3) along dim 0 → (7, 3). Raises `ShapeError` where they do not fit.
    """
    tensors = _several("cat", tensors)
    shapes = [x.shape for x in tensors]
    ndim = max(map(len, shapes))
    if ndim > 1 and (0,) in shapes:  # PyTorch lets an empty list of numbers pass
        tensors = [x for x in tensors if x.shape != (0,)]
        shapes = [shape for shape in shapes if shape != (0,)]
    dim = wrap(dim, ndim, "cat")
    lengths = [shape[dim] if len(shape) == ndim > 0 else 0 for shape in shapes]
    return cat_all(*tensors, dim=dim, ends=(0, *accumulate(lengths)))


concat = concatenate = cat


def stack(tensors: Iterable[Array], dim: int = 0) -> Array:
    """The tensors, all of one shape, along a new dimension: three of (2, 5), dim 0 → (3, 2, 5)."""
    tensors = _several("stack", tensors)
    first = tensors[0].shape
    for k, x in enumerate(tensors):
        if x.shape != first:
            raise ShapeError(
                f"stack: tensor 0 has shape {tuple(first)}, tensor {k} has {tuple(x.shape)}. All "
                "must be equal; use cat() to join along a dimension that is there."
            )
    return stack_all(*tensors, dim=wrap(dim, len(first) + 1, "stack"))


def hstack(tensors: Iterable[Array]) -> Array:
    """The tensors side by side: along the columns, or along the only dimension of vectors."""
    tensors = [_at_least(1, x) for x in _several("hstack", tensors)]
    return cat(tensors, dim=0 if len(tensors[0].shape) == 1 else 1)


def vstack(tensors: Iterable[Array]) -> Array:
    """The tensors on top of each other; a vector counts as a row."""
    return cat([_at_least(2, x) for x in _several("vstack", tensors)], dim=0)


def _several(name: str, tensors: Iterable[Array]) -> list[Array]:
    try:
        found = list(tensors)
    except TypeError:  # one number, or None
        expect_tensors(name, tensors)
        raise
    expect_tensors(name, *found)
    if not found:
        raise (ArgumentError if name == "cat" else ShapeError)(
            f"{name}: the list of tensors is empty. Give at least one."
        )
    return found


def _at_least(ndim: int, x: Array) -> Array:
    missing = ndim - len(x.shape)
    return reshape(x, (1,) * missing + tuple(x.shape)) if missing > 0 else x


# -- apart: every piece is a view


def narrow(x: Array, dim: int, start: int, length: int) -> Array:
    """The `length` places from `start` on along `dim`; a view."""
    expect_tensors("narrow", x)
    dim = wrap(dim, len(x.shape), "narrow")
    start, length = whole("narrow", "start", start), whole("narrow", "length", length)
    n = x.shape[dim] if len(x.shape) else 0
    first = start + n if start < 0 else start
    if not 0 <= first <= first + length <= n:
        raise (ShapeError if 0 <= first <= n else DimError)(
            f"narrow: {length} places from {start} on do not lie within dim {dim} of x "
            f"{tuple(x.shape)}, which has {n}."
        )
    return _slice(x, dim, slice(first, first + length))


def split(x: Array, split_size_or_sections: int | Sequence[int], dim: int = 0) -> tuple[Array, ...]:
    """Pieces of x along `dim`: of one size (the last may be shorter), or of those listed; views."""
    dim, n = _length("split", x, dim)
    sizes: Any = split_size_or_sections
    if not isinstance(sizes, Sequence) or isinstance(sizes, str):
        sizes = whole("split", "split_size_or_sections", sizes)
        if sizes < 0 or (sizes == 0 and n):
            raise ShapeError(f"split: pieces of size {sizes} cannot make up {n}. Use 1 or more.")
        return _cut(x, dim, [*range(0, n, sizes or 1), n] if n else [0, 0])
    sizes = wholes("split", "split_size_or_sections", sizes)
    if sum(sizes) != n or min(sizes, default=0) < 0:
        raise ShapeError(
            f"split: the sizes {list(sizes)} add up to {sum(sizes)}, but dim {dim} of x "
            f"{tuple(x.shape)} has length {n}. They must be equal."
        )
    return _cut(x, dim, [0, *accumulate(sizes)])


def chunk(x: Array, chunks: int, dim: int = 0) -> tuple[Array, ...]:
    """At most `chunks` pieces of x along `dim`, of equal size but for the last; views."""
    chunks = whole("chunk", "chunks", chunks)
    if chunks < 1:
        raise ShapeError(f"chunk: asked for {chunks} pieces. Ask for 1 or more.")
    dim, n = _length("chunk", x, dim)
    size = -(-n // chunks)
    return _cut(x, dim, [*range(0, n, size), n]) if n else _cut(x, dim, [0] * (chunks + 1))


def tensor_split(
    x: Array, indices_or_sections: int | Sequence[int], dim: int = 0
) -> tuple[Array, ...]:
    """x cut along `dim` into so many nearly equal pieces, or before each of the indices; views."""
    dim, n = _length("tensor_split", x, dim)
    given: Any = indices_or_sections
    if isinstance(given, Iterable) and not isinstance(given, str) and getattr(given, "ndim", True):
        places = [0, *wholes("tensor_split", "indices_or_sections", given), n]
        return tuple(_slice(x, dim, slice(a, b)) for a, b in pairwise(places))
    k = whole("tensor_split", "indices_or_sections", given)
    if k < 1:
        raise ShapeError(f"tensor_split: asked for {k} pieces. Ask for 1 or more.")
    sizes = [n // k + (i < n % k) for i in range(k)]
    return _cut(x, dim, [0, *accumulate(sizes)])


def unbind(x: Array, dim: int = 0) -> tuple[Array, ...]:
    """The slices of x along `dim`, without that dimension; views."""
    dim, n = _length("unbind", x, dim)
    return tuple(_slice(x, dim, i) for i in range(n))


def _length(name: str, x: Array, dim: int) -> tuple[int, int]:
    expect_tensors(name, x)
    if not len(x.shape):
        raise (DimError if name == "unbind" else ShapeError)(
            f"{name}: a 0-d tensor is a single number and has no pieces. Use item()."
        )
    dim = wrap(dim, len(x.shape), name)
    return dim, x.shape[dim]


def _cut(x: Array, dim: int, ends: Sequence[int]) -> tuple[Array, ...]:
    return tuple(_slice(x, dim, slice(a, b)) for a, b in pairwise(ends))


# -- a margin around


@op(family=MOVER, formula=r"z = \mathrm{pad}(x)")
def pad_constant(x: Array, pad: Sequence[int], value: float = 0.0) -> Array:
    """x with a margin of `value`, or, where a number in `pad` is negative, with that much cut away.

    `pad` goes in pairs from the last dimension backwards: (left, right, top, bottom, …).
    """
    margins = _margins(pad, x.shape)
    shape = [n + before + after for n, (before, after) in zip(x.shape, margins, strict=True)]
    cut = [n + min(b, 0) + min(a, 0) for n, (b, a) in zip(x.shape, margins, strict=True)]
    if min(cut, default=0) < 0:
        raise ShapeError(f"pad: {tuple(pad)} cuts more away than x {x.shape} has. Cut less.")
    z = np.full(shape, value, x.dtype)
    # Where a margin is cut away, the copy starts inside x; where it is added, inside z.
    into = tuple(slice(max(b, 0), n - max(a, 0)) for n, (b, a) in zip(shape, margins, strict=True))
    kept = tuple(
        slice(max(-b, 0), n - max(-a, 0)) for n, (b, a) in zip(x.shape, margins, strict=True)
    )
    z[into] = x[kept]
    return z


pad_constant.defvjp(
    x=lambda g, pad: pad_constant(g, tuple(-n for n in pad)),
)


def pad(
    input: Array, pad: Sequence[int], mode: str = "constant", value: float | None = None
) -> Array:
    """A margin around `input`, PyTorch's `nn.functional.pad`.

    `pad` goes in pairs from the last dimension backwards: (left, right, top, bottom, …). `mode` is
    "constant" (filled with `value`), "reflect" (mirrored, without the edge itself), "replicate"
    (the edge repeated) or "circular" (from the other side).
    """
    if mode == "constant":
        return pad_constant(input, tuple(pad), value=value or 0.0)
    if mode not in _INDEX_MODE:
        raise ArgumentError(
            f"pad: mode={mode!r} is not known. Use 'constant', 'reflect', 'replicate', 'circular'."
        )
    for dim, (before, after) in enumerate(_margins(pad, input.shape)):
        n = input.shape[dim]
        most = {"reflect": n - 1, "circular": n}.get(mode, before + after)
        if min(before, after) < 0 or max(before, after) > most or (before + after and not n):
            raise ShapeError(
                f"pad: ({before}, {after}) in dim {dim} of x {tuple(input.shape)} cannot be with "
                f"mode={mode!r}: the margin is made of the {n} places that there are."
            )
        if before or after:
            places = np.pad(np.arange(n), (before, after), mode=_INDEX_MODE[mode])
            input = take_rows(input, places, dim=dim)
    return input


_INDEX_MODE: dict[str, Any] = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}


def _margins(pad: Sequence[int], shape: Sequence[int]) -> list[tuple[int, int]]:
    """The pairs of `pad` in the order of the dimensions: one pair for each."""
    pairs = list(zip(pad[::2], pad[1::2], strict=False))[::-1]
    missing = len(shape) - len(pairs)
    if len(pad) % 2 or missing < 0:
        raise ShapeError(
            f"pad: {tuple(pad)} does not fit x {tuple(shape)}: it goes in pairs (before, after), "
            f"at most one for each of the {len(shape)} dimension(s), the last dimension first."
        )
    return [(0, 0)] * missing + pairs
