"""A change of number type: the gradient changes back."""

from __future__ import annotations

from typing import Any

from ..op import MOVER, Array, op


@op(family=MOVER, formula=r"z = \mathrm{dtype}(x)", casts="keep")
def cast(x: Array, dtype: Any, source: Any) -> Array:
    """x as numbers of type `dtype`; `source` is the type it had, to which the gradient returns."""
    return x.astype(dtype)


cast.defvjp(
    x=lambda g, dtype, source: cast(g, source, dtype),
)
