"""Systems of linear equations: A z = b, and what decides whether they can be solved."""

from __future__ import annotations

import numpy as np

from ..errors import ArgumentError, ShapeError
from ..op import SCALER, SWITCH, Array, op
from .dims import floating


@op(family=SWITCH, formula=r"z = A^{-1}\,b", casts="same")
def solve_systems(A: Array, b: Array) -> Array:
    """The z with A z = b, for stacks that broadcast: A (…, n, n), b (…, n, m) → z (…, n, m).

    From A dz = db − dA z: the gradient for b solves the system of Aᵀ, and that for A is its product
    with z, with a minus. The inverse is never formed: solving is faster and rounds less. Raises
    `ArgumentError` where A is singular. Reference: Giles, "Collected matrix derivative results for
    forward and reverse mode algorithmic differentiation" (2008), section 2.3.1.
    """
    floating("solve", A)
    _expect_square("solve", A)
    if b.ndim < 2 or b.shape[-2] != A.shape[-1]:
        raise ShapeError(
            f"solve: A {A.shape} and b {b.shape} do not fit: b needs {A.shape[-1]} rows, one for "
            "each equation, (…, n, m). Add a dimension to a vector with unsqueeze(-1)."
        )
    try:
        return np.linalg.solve(A, b)
    except np.linalg.LinAlgError:
        raise ArgumentError(
            f"solve: A {A.shape} is singular, so A z = b has no single answer, and A no inverse. "
            "Are two rows multiples of each other? A small multiple of the identity helps: "
            "A + 1e-6 * eye(n)."
        ) from None


def _systems_A(g: Array, z: Array, A: Array) -> Array:
    return -(solve_systems(A.mT, g) @ z.mT)  # (…, n, m) @ (…, m, n) -> (…, n, n)


solve_systems.defvjp(
    A=_systems_A,
    b=lambda g, A: solve_systems(A.mT, g),
)


@op(family=SCALER, formula=r"z = \det A")
def det(A: Array) -> Array:
    """The determinant of every matrix of a stack, the factor by which it scales volumes.

    A (…, n, n) → z (…). Jacobi's formula: dz/dA = z A⁻ᵀ, so A must have an inverse where a gradient
    is asked for. Reference: Magnus, Neudecker, "Matrix differential calculus" (1988), section 8.3.
    """
    floating("det", A)
    _expect_square("det", A)
    return np.linalg.det(A)


det.defvjp(
    A=lambda g, z, A: (g * z)[..., None, None] * inverse(A).mT,
)


def inverse(A: Array) -> Array:
    """The matrix with A A⁻¹ = I, of every matrix of a stack: (…, n, n) → (…, n, n)."""
    _expect_square("inverse", A)
    return solve_systems(A, np.eye(A.shape[-1], dtype=A.dtype))


def _expect_square(name: str, A: Array) -> None:
    if len(A.shape) < 2 or A.shape[-1] != A.shape[-2]:
        raise ShapeError(
            f"{name}: A {tuple(A.shape)} is not square, but (…, n, n) was expected: as many "
            "equations as unknowns."
        )
