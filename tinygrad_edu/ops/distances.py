"""How far apart vectors are, and how alike: composed of ops, so every derivative is there."""

from __future__ import annotations

from ..errors import ShapeError
from ..op import Array
from .grids import broadcast_tensors
from .norms import norm
from .routing import clamp
from .shape import unsqueeze


def normalize(input: Array, p: float = 2.0, dim: int = 1, eps: float = 1e-12) -> Array:
    """x divided by its p-norm along `dim`, at least eps: vectors of length 1."""
    return input / clamp(norm(input, p, dim, True), min=eps)


def cosine_similarity(x1: Array, x2: Array, dim: int = 1, eps: float = 1e-8) -> Array:
    """The cosine of the angle between two vectors, x₁·x₂/(‖x₁‖‖x₂‖), along `dim`: from −1 to 1.

    A length below eps counts as eps, so that a vector of zeros divides nothing by zero.
    """
    x1, x2 = broadcast_tensors(x1, x2)
    lengths = clamp(norm(x1, 2, dim, True), min=eps), clamp(norm(x2, 2, dim, True), min=eps)
    return ((x1 / lengths[0]) * (x2 / lengths[1])).sum(dim)


def pairwise_distance(
    x1: Array, x2: Array, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False
) -> Array:
    """‖x₁ − x₂ + ε‖ₚ row by row: (N, D), (N, D) → (N,). ε keeps the slope where rows are equal."""
    return norm(x1 - x2 + eps, p, -1, keepdim)


def cdist(x1: Array, x2: Array, p: float = 2.0) -> Array:
    """‖x₁[i] − x₂[j]‖ₚ for all pairs of rows: (…, N, D), (…, M, D) → (…, N, M)."""
    if min(len(x1.shape), len(x2.shape)) < 2 or x1.shape[-1] != x2.shape[-1]:
        raise ShapeError(
            f"cdist: x1 {tuple(x1.shape)} and x2 {tuple(x2.shape)} hold no rows of one length: "
            "(N, D) and (M, D) were expected. Make a vector a row with x[None]."
        )
    return norm(unsqueeze(x1, -2) - unsqueeze(x2, -3), p, -1)
