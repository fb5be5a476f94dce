"""Einstein's notation: a product of tensors, summed over the indices the result does not name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..errors import InputTypeError, ShapeError
from ..op import SWITCH, Array, op
from .diagonals import diagonal
from .places import expect_tensors, wrap_all
from .shape import broadcast_to

# As in the module `string`, which takes longer to import than all of this file.
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


@op(family=SWITCH, formula=r"z = \sum \prod_k x_k", casts="same")
def contract(*xs: Array, terms: Sequence[str], result: str) -> Array:
    """The product of xs, whose dimensions are named by `terms`, summed to the names in `result`.

    ("ij", "jk") to "ik" is the matrix product. A name occurs once in a term.
    """
    equation = f"{','.join(terms)}->{result}"
    dtype = None
    if xs[0].dtype.kind in "iu":  # as `sum` does, a sum over one tensor alone counts in int64
        names = "".join(terms)
        if any(names.count(name) == 1 for name in set(names) - set(result)):
            dtype = np.int64
    return np.einsum(equation, *xs, dtype=dtype, optimize=len(xs) > 1)  # a pair is a matmul


def _contract_x(g: Array, xs: Sequence[Array], i: int, terms: Sequence[str], result: str) -> Array:
    """The same kind of product, with g in the place of x_i: dL/dx_i = Σ g · Π x_k over k ≠ i."""
    others = [*xs[:i], *xs[i + 1 :]]
    names = [result, *terms[:i], *terms[i + 1 :]]
    wanted = terms[i]
    # A name that only x_i has was summed away: every element along it gets the same gradient.
    alone = [name not in "".join(names) for name in wanted]
    found = "".join(name for name, missing in zip(wanted, alone, strict=True) if not missing)
    share = contract(g, *others, terms=tuple(names), result=found)
    share = share[tuple(None if missing else slice(None) for missing in alone)]
    return broadcast_to(share, np.broadcast_shapes(tuple(share.shape), tuple(xs[i].shape)))


contract.defvjp(
    xs=_contract_x,
)


def einsum(equation: str, *operands: Array) -> Array:
    """The product of the operands by the names of their dimensions: "ij,jk->ik" is x @ y.

    A name missing on the right is summed over; a name twice in one term means its diagonal; "..."
    stands for any further dimensions. Without "->" the result has those that occur once, sorted.

        einsum("ii", x)             the trace
        einsum("bij,bjk->bik", x, y)    bmm
        einsum("i,j->ij", x, y)     the outer product

    Raises `ShapeError` where the names do not fit the shapes.
    """
    if len(operands) == 1 and isinstance(operands[0], (list, tuple)):
        operands = tuple(operands[0])
    if not isinstance(equation, str):
        raise InputTypeError(
            f"einsum: the equation is {equation!r:.40} of type {type(equation).__name__}, but a "
            'string was expected, first of all: einsum("ij,jk->ik", x, y).'
        )
    expect_tensors("einsum", *operands)
    terms, result = _parse(equation, [len(x.shape) for x in operands])
    lengths: dict[str, int] = {}
    for term, x in zip(terms, operands, strict=True):
        for name, n in zip(term, x.shape, strict=True):
            if lengths.setdefault(name, n) == 1:
                lengths[name] = n
            if n not in (1, lengths[name]):
                raise ShapeError(
                    f"einsum: in {equation!r}, {name!r} is {lengths[name]} long in one place and "
                    f"{n} in another (operands {_shapes(operands)}). A name stands for one length."
                )
    pairs = [_without_repeats(term, x) for term, x in zip(terms, operands, strict=True)]
    return contract(*[x for _, x in pairs], terms=tuple(term for term, _ in pairs), result=result)


def _without_repeats(term: str, x: Array) -> tuple[str, Array]:
    """A term in which every name occurs once, with the matching diagonal of x."""
    for name in term:
        while term.count(name) > 1:
            first = term.index(name)
            second = term.index(name, first + 1)
            x = diagonal(x, dim1=first, dim2=second)  # the diagonal becomes the last dimension
            term = term[:first] + term[first + 1 : second] + term[second + 1 :] + name
    return term, x


def _parse(equation: str, ndims: Sequence[int]) -> tuple[list[str], str]:
    """The names of every operand's dimensions and of the result's; letters stand for "..."."""
    left, arrow, right = equation.replace(" ", "").partition("->")
    terms = left.split(",")
    if len(terms) != len(ndims):
        raise ShapeError(
            f"einsum: {equation!r} names {len(terms)} operand(s), but {len(ndims)} were given. "
            "Separate the terms with commas, one for each operand."
        )
    free = [c for c in _LETTERS if c not in equation]
    more = [n - len(term.replace("...", "")) for term, n in zip(terms, ndims, strict=True)]
    for term, n, extra in zip(terms, ndims, more, strict=True):
        if extra < 0 or term.count("...") > 1 or (extra and "..." not in term):
            raise ShapeError(
                f"einsum: the term {term!r} of {equation!r} does not name the dimensions of an "
                f"operand with {n}. Give one letter for each, or '...' for the rest."
            )
    widest = "".join(free[: max(*more, 0)])
    spelled = [
        term.replace("...", widest[len(widest) - extra :])
        for term, extra in zip(terms, more, strict=True)
    ]
    every = "".join(spelled)
    if not arrow:
        once = sorted(c for c in set(every) - set(widest) if every.count(c) == 1)
        right = "..." + "".join(once)
    result = right.replace("...", widest)
    odd = [c for c in every + result if c not in _LETTERS]
    if odd or len(set(result)) < len(result) or not set(result) <= set(every):
        raise ShapeError(
            f"einsum: {equation!r} cannot be read: letters and '...' name dimensions, and each "
            "name of the result occurs there once and in a term. Check what stands right of '->'."
        )
    return spelled, result


def _shapes(operands: Sequence[Array]) -> str:
    return ", ".join(str(tuple(x.shape)) for x in operands)


def tensordot(x: Array, y: Array, dims: Any = 2) -> Array:
    """The product of x and y summed over pairs of dimensions.

    `dims` is a number n (the last n of x with the first n of y), or two lists of equal length.
    """
    if isinstance(dims, int):
        dims = (range(len(x.shape) - dims, len(x.shape)), range(dims))
    from_x = wrap_all(dims[0], len(x.shape), "tensordot")
    from_y = wrap_all(dims[1], len(y.shape), "tensordot")
    if len(from_x) != len(from_y) or any(
        x.shape[a] != y.shape[b] for a, b in zip(from_x, from_y, strict=True)
    ):
        raise ShapeError(
            f"tensordot: dims {list(from_x)} of x {tuple(x.shape)} and {list(from_y)} of y "
            f"{tuple(y.shape)} are not pairs of equal length. List matching dimensions."
        )
    names = iter(_LETTERS)
    x_term = [next(names) for _ in x.shape]
    y_term = [next(names) for _ in y.shape]
    for a, b in zip(from_x, from_y, strict=True):
        y_term[b] = x_term[a]
    kept = [c for c in x_term + y_term if (c in x_term) != (c in y_term)]
    return contract(x, y, terms=("".join(x_term), "".join(y_term)), result="".join(kept))


def inner(x: Array, y: Array) -> Array:
    """The product of x and y summed over the last dimension of both (plain, for a number)."""
    if not len(x.shape) or not len(y.shape):
        return x * y
    return tensordot(x, y, ([-1], [-1]))
