"""A leaky relu whose slope below zero is learned (He et al., ICCV 2015)."""

from __future__ import annotations

from typing import Any

from .. import ops
from ..creation import full
from ..errors import ShapeError
from ..tensor import Tensor
from .module import Module
from .parameter import Parameter


def prelu(input: Tensor, weight: Tensor) -> Tensor:
    """x where it is positive, weight · x elsewhere: one learned slope, or one for each channel.

    x (N, C, …) with weight (1,) or (C,). Raises `ShapeError` where there is another number of them.
    """
    channels = input.shape[1] if input.ndim > 1 else 1
    if weight.ndim > 1 or weight.numel() not in (1, channels):
        raise ShapeError(
            f"prelu: weight {tuple(weight.shape)} for x {tuple(input.shape)}, but one slope, or "
            f"one for each of the {channels} channels (dimension 1) was expected."
        )
    slope = weight.reshape(-1, *(1,) * (input.ndim - 2)) if input.ndim else weight.reshape(())
    return ops.where(input > 0, input, slope * input)  # type: ignore[no-any-return]


class PReLU(Module):
    """x where it is positive, a · x elsewhere; the slope a is learned, one or one per channel."""

    def __init__(
        self, num_parameters: int = 1, init: float = 0.25, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__()
        self.num_parameters, self.init = num_parameters, init
        self.weight = Parameter(full((num_parameters,), float(init), device=device, dtype=dtype))

    def forward(self, x: Tensor) -> Tensor:
        """x (N, C, …) → the same shape."""
        return prelu(x, self.weight)

    def extra_repr(self) -> str:
        """How many slopes."""
        return f"num_parameters={self.num_parameters}"
