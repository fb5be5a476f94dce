"""All parameters as one vector, and back: for methods that see a network as a point in space."""

from __future__ import annotations

from collections.abc import Iterable

from ... import ops
from ...errors import InputTypeError, ShapeError
from ...tensor import Tensor


def parameters_to_vector(parameters: Iterable[Tensor]) -> Tensor:
    """The parameters, flattened, end to end: shapes (a, b), (c) → (a·b + c). Differentiable."""
    return ops.cat([ops.reshape(p, (-1,)) for p in parameters])  # type: ignore[no-any-return]


def vector_to_parameters(vec: Tensor, parameters: Iterable[Tensor]) -> None:
    """Give the parameters their numbers from one vector, in their order.

    They share the vector's memory afterwards, as in PyTorch. Raises `ShapeError` where the vector
    is not as long as all of them together, before anything is changed.
    """
    if not isinstance(vec, Tensor):
        raise InputTypeError(
            f"vector_to_parameters: received {type(vec).__name__}, but a tensor was expected."
        )
    parameters = list(parameters)
    wanted = sum(p.array.size for p in parameters)
    if tuple(vec.shape) != (wanted,):
        raise ShapeError(
            f"vector_to_parameters: the vector is {tuple(vec.shape)}, but the parameters hold "
            f"{wanted} numbers in all. Was it made by parameters_to_vector() of the same module?"
        )
    start = 0
    for p in parameters:
        end = start + p.array.size
        p.data = vec.detach()[start:end].reshape(p.shape)
        start = end
