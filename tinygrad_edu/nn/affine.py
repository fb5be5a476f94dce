"""What every normalisation ends with: a weight and a bias, w · z + b."""

from __future__ import annotations

from typing import Any

from ..tensor import Tensor
from . import init
from .linear import new_parameter
from .module import Module

__all__ = ["Affine", "by_channel"]


class Affine(Module):
    """A module whose `weight` and `bias`, of one shape and each where wanted, start as 1 and 0."""

    def register_affine(
        self, shape: tuple[int, ...], weight: bool, bias: bool, dtype: Any, device: Any
    ) -> None:
        """Make the two; what is not wanted is None."""
        for name, wanted in {"weight": weight, "bias": weight and bias}.items():
            new = new_parameter(shape, dtype, device) if wanted else None
            self.register_parameter(name, new)

    def reset_parameters(self) -> None:
        """Weights 1, biases 0."""
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)


def by_channel(z: Tensor, weight: Tensor | None, bias: Tensor | None) -> Tensor:
    """w · z + b for z (N, C, …) with w and b (C), or None."""
    channels = (z.shape[1],) + (1,) * (z.ndim - 2)  # (C, 1, …), against z (N, C, …)
    z = z if weight is None else z * weight.reshape(channels)
    return z if bias is None else z + bias.reshape(channels)
